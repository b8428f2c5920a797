package commands

import (
	"cmp"
	"time"

	"sshhelp/diag"
)

// HandoverVersion is the version of a [Handover]'s JSON form. It grows when a
// field changes its meaning or goes; new fields do not change it.
const HandoverVersion = 1

// maxConsoleTail is how many of the console's last lines go along.
const maxConsoleTail = 100

// A Handover is all that somebody needs who takes a case over: what was found
// and why, what was tried, and the raw facts, without secrets. It is a document
// of its own because the evidence ages: it says what was known at its time. Its
// JSON form is a public contract.
type Handover struct {
	Version   int                `json:"version"`
	Program   string             `json:"program"` // "sshhelp 1.2.0"
	Reference string             `json:"reference,omitempty"`
	At        time.Time          `json:"at"`                // when the evidence was gathered
	By        string             `json:"by,omitempty"`      // who hands it over
	Thread    string             `json:"thread,omitempty"`  // where the talk was
	Summary   string             `json:"summary,omitempty"` // in the words of who hands it over
	Verdict   string             `json:"verdict"`
	Causes    []string           `json:"causes"`
	Possible  []string           `json:"possible"`
	RuledOut  []string           `json:"ruled_out"`
	Asked     diag.Asked         `json:"asked"`
	Instance  *diag.Instance     `json:"instance"`
	Path      []diag.Hop         `json:"path"`
	Findings  []diag.Finding     `json:"findings"`
	Gaps      []diag.Gap         `json:"gaps"`
	Evidence  *diag.Evidence     `json:"evidence"`
	Console   *ConsoleTail       `json:"console,omitempty"`
	Pastes    []Excerpt          `json:"pastes,omitempty"`
	Tried     []Tried            `json:"tried,omitempty"`
	Logs      []Excerpt          `json:"logs,omitempty"` // of the places that probes ran from
	Timings   map[string]float64 `json:"timings"`        // seconds per source
}

// A ConsoleTail is the end of the console log, redacted.
type ConsoleTail struct {
	Boots int      `json:"boots"` // whose beginning was in view
	First int      `json:"first"` // number of the first line
	Lines []string `json:"lines"`
}

// An Excerpt is a redacted piece of text and what it is.
type Excerpt struct {
	What  string   `json:"what"` // "client", "server", "log of melbourne"
	Lines []string `json:"lines"`
}

// Tried is one thing that was done or said on the way.
type Tried struct {
	At   time.Time `json:"at"`
	Who  string    `json:"who,omitempty"`
	What string    `json:"what"`
}

// NewHandover takes from a diagnosis what a hand-over needs. Reference, By,
// Thread, Summary, Tried and Logs are the caller's to fill in.
func NewHandover(d *diag.Diagnosis, program string) *Handover {
	h := &Handover{
		Version: HandoverVersion, Program: program, At: d.At, Verdict: d.Verdict,
		Causes: d.Causes, Possible: d.Possible, RuledOut: d.RuledOut, Asked: d.Asked,
		Instance: discreet(d.Instance), Path: d.Path, Findings: d.Findings, Gaps: d.Gaps, Timings: map[string]float64{},
	}
	for source, seconds := range d.Timings {
		h.Timings[string(source)] = seconds
	}
	if e := d.Evidence(); e != nil {
		bare := *e
		bare.Instance = nil // it stands above
		bare.Search = nil   // other people's instances
		h.Evidence = &bare
		h.Console, h.Pastes = tail(e.Console), excerpts(e.Pastes)
	}
	return h
}

// discreet is the instance without the values of its metadata: people keep
// passwords there, and no pattern knows all of them.
func discreet(i *diag.Instance) *diag.Instance {
	if i == nil || len(i.Metadata) == 0 {
		return i
	}
	bare := *i
	bare.Metadata = make(map[string]string, len(i.Metadata))
	for key := range i.Metadata {
		bare.Metadata[key] = "[not copied]"
	}
	return &bare
}

// tail is the console's end; its lines were redacted when they were read.
func tail(c *diag.Console) *ConsoleTail {
	if c == nil || len(c.Lines) == 0 {
		return nil
	}
	lines := c.Lines[max(0, len(c.Lines)-maxConsoleTail):]
	return &ConsoleTail{Boots: c.Boots, First: lines[0].N, Lines: texts(lines)}
}

func excerpts(pastes []diag.Paste) []Excerpt {
	var list []Excerpt
	for _, p := range pastes {
		lines := p.Lines[max(0, len(p.Lines)-maxConsoleTail):]
		list = append(list, Excerpt{What: cmp.Or(string(p.Kind), "text"), Lines: texts(lines)})
	}
	return list
}

func texts(lines []diag.LogLine) []string {
	list := make([]string, 0, len(lines))
	for _, l := range lines {
		list = append(list, l.Text)
	}
	return list
}
