package diag

import (
	"fmt"
	"slices"
	"strings"
)

// A Cause is one declared thing that can be wrong. It holds data and at most
// one pure function; it never fetches anything.
type Cause struct {
	// ID is the public contract: "family/name". It never changes its meaning.
	ID string
	// Title is a clause without a full stop, fit for a list: "the instance is
	// shut off".
	Title string
	// Doc explains the cause to somebody who meets it for the first time.
	Doc string
	// Text is the verdict sentence when the cause is confirmed. Placeholders
	// in braces are filled from the evidence and from the verdict's Args.
	Text string
	// Maybe is the sentence when the cause is only possible. Empty means
	// "It may be that <Title>."
	Maybe string
	// Breaks is the hop of the path that this cause interrupts.
	Breaks HopName
	// Lines are what the console or a pasted text says when the cause holds.
	Lines []Line
	// Check decides. If nil, a line that matches in the last boot confirms the
	// cause, and a whole boot without one rules it out.
	Check func(*Pass) Verdict
	// ExplainedBy are the causes of which this one is a consequence: when one
	// of them is confirmed, this one stands under it.
	ExplainedBy []*Cause
	// Generic: it says no more than that something is wrong (the boot has not
	// ended), so that a confirmed cause which explains it takes its place
	// altogether.
	Generic bool
	// Aside: it tells of how we looked, not of the instance. It breaks no hop, is
	// told after everything else, and leads no answer.
	Aside bool
	// Fix says what to do about it.
	Fix Remedy
}

// Family returns the part of the ID before the slash.
func (c *Cause) Family() string {
	family, _, _ := strings.Cut(c.ID, "/")
	return family
}

// A TextKind is the kind of text that a [Line] is looked for in.
type TextKind string

const (
	ConsoleLog TextKind = "console" // an instance's console log
	ClientText TextKind = "client"  // what an SSH client printed
	ServerLog  TextKind = "server"  // what sshd logged
)

// A Line is a pattern that means one cause, with its proof beside it.
type Line struct {
	In TextKind
	// Pattern is a regular expression (RE2) that may match anywhere in a line.
	Pattern string
	// Example is a real line that matches, NearMiss one that must not. A test
	// runs both.
	Example  string
	NearMiss string
}

// A Remedy is what to do, gentlest step first.
type Remedy struct {
	Steps []Step
	// Action is what an on-call engineer can be offered to confirm; "" if none.
	Action Action
}

// A Step is one thing to do. Do is a sentence; Code, if any, a command to copy
// with placeholders filled in and quoted for a POSIX shell.
type Step struct {
	Do   string
	Code string
	Who  Who
	Risk Risk
}

// Who can take a step. The zero value is the person who asked.
type Who string

const (
	Operator Who = "operator" // of the cloud
	Inside   Who = "inside"   // somebody with a shell or the virtual console
)

// Risk is what a step may cost. The zero value is nothing.
type Risk string

const (
	Restarts  Risk = "restarts"   // the instance goes down for a moment
	LosesData Risk = "loses-data" // something is destroyed
)

// An Action is a change to the instance that can be confirmed in the thread.
type Action string

const (
	Start      Action = "start"
	Unpause    Action = "unpause"
	Resume     Action = "resume"
	Unshelve   Action = "unshelve"
	Unrescue   Action = "unrescue"
	HardReboot Action = "hard-reboot"
)

// A State is what is known of a cause. The zero value is Unknown.
type State int

const (
	Unknown   State = iota // not enough is known to say
	RuledOut               // evidence says it is not this
	Possible               // evidence points to it without settling it
	Confirmed              // evidence settles it
)

var stateNames = [...]string{"unknown", "ruled-out", "possible", "confirmed"}

// String returns the name that JSON output and test cases use.
func (s State) String() string { return stateNames[s] }

// MarshalText implements [encoding.TextMarshaler].
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *State) UnmarshalText(text []byte) error {
	i := slices.Index(stateNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("unknown state %q (have %s)", text, strings.Join(stateNames[:], ", "))
	}
	*s = State(i)
	return nil
}

// Args fill a cause's placeholders.
type Args map[string]string

// A Verdict is what one cause's check says. The zero value is Unknown.
type Verdict struct {
	State   State
	Because []Observation
	Args    Args
	// Minor: it is so, but it keeps nobody out by itself, or follows from
	// another fault. It explains nothing, and all else that is confirmed is told
	// before it.
	Minor bool
	// Vague: suspected only because nothing else explains what is seen, so that
	// every suspicion that something points to is told before it.
	Vague bool
	// Ask is the question whose answer would settle a Possible verdict.
	Ask string
}

// A Hit is a [Line] that matched.
type Hit struct {
	Line  *Line
	N     int    // line number in the whole text, from 1
	Text  string // the line, cleaned and redacted
	Match []string
}

// A Pass is what a check is given: the evidence, and the hits of its own
// cause's lines in the last boot of the console and in pasted texts.
type Pass struct {
	*Evidence
	Hits []Hit
}

// Observe quotes the hits, at most three.
func (p *Pass) Observe() []Observation {
	var seen []Observation
	for _, h := range p.Hits[:min(len(p.Hits), 3)] {
		seen = append(seen, h.observation())
	}
	return seen
}

func (h Hit) observation() Observation {
	source, where := SourceConsole, "console line "
	if h.Line.In != ConsoleLog {
		source, where = SourcePaste, "pasted line "
	}
	return Observation{Source: source, Where: where + itoa(h.N), Text: strings.TrimSpace(h.Text)}
}

// byLines is the check of a cause that has none.
func byLines(p *Pass) Verdict {
	switch {
	case len(p.Hits) > 0:
		return Verdict{State: Confirmed, Because: p.Observe()}
	case p.Console != nil && p.Console.WholeBoot:
		return Verdict{State: RuledOut}
	}
	return Verdict{}
}
