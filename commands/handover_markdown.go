package commands

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"sshhelp/diag"
)

// Markdown renders the hand-over for people, as CommonMark. All text that is not
// ours stands in code spans and code blocks, where it can neither be a link nor
// mention anybody.
func (h *Handover) Markdown() string {
	var m markdown
	m.line("# SSH to %s", code(h.name()))
	m.line("")
	m.line("%s", escapeMarkdown(h.Verdict))
	m.facts(h)
	if h.Summary != "" {
		m.head("What is known to who hands it over")
		m.block(strings.Split(h.Summary, "\n"))
	}
	m.path(h.Path)
	m.findings(h.Findings)
	m.tried(h.Tried)
	m.gaps(h.Gaps)
	m.probes(h.Evidence)
	if c := h.Console; c != nil {
		m.head(fmt.Sprintf("The last %d lines of its console log, from line %d", len(c.Lines), c.First))
		m.block(c.Lines)
	}
	for _, p := range h.Pastes {
		m.head("Pasted: " + p.What)
		m.block(p.Lines)
	}
	for _, l := range h.Logs {
		m.head("Log: " + l.What)
		m.block(l.Lines)
	}
	return m.b.String()
}

func (h *Handover) name() string {
	if h.Instance != nil && h.Instance.Name != "" {
		return h.Instance.Name
	}
	return h.Asked.Query
}

// A markdown is a document under way.
type markdown struct{ b strings.Builder }

func (m *markdown) line(format string, args ...any) { fmt.Fprintf(&m.b, format+"\n", args...) }

func (m *markdown) head(title string) { m.line("\n## %s\n", escapeMarkdown(title)) }

// facts lists what names the case.
func (m *markdown) facts(h *Handover) {
	m.line("")
	add := func(what, value string) {
		if value != "" {
			m.line("- %s: %s", what, value)
		}
	}
	if h.Instance != nil {
		add("Instance", code(h.Instance.InWords()))
	}
	add("Causes", code(strings.Join(h.Causes, ", ")))
	add("Suspected", code(strings.Join(h.Possible, ", ")))
	add("Asked", code(askedInWords(h.Asked)))
	add("Seen at", h.At.UTC().Format(time.RFC3339))
	add("Handed over by", code(h.By))
	add("Thread", h.Thread)
	add("Reference", code(h.Reference))
	add("With", code(h.Program))
}

// askedInWords writes a request as somebody would type it.
func askedInWords(a diag.Asked) string {
	words := []string{a.Query}
	if a.From.IsValid() {
		words = append(words, "from", a.From.String())
	}
	if a.User != "" {
		words = append(words, "user", a.User)
	}
	if a.Port != 0 {
		words = append(words, fmt.Sprint("port ", a.Port))
	}
	return strings.Join(words, " ")
}

func (m *markdown) path(hops []diag.Hop) {
	if len(hops) == 0 {
		return
	}
	m.head("The way to it")
	for _, hop := range hops {
		text := ""
		if hop.Text != "" {
			text = ", " + code(hop.Text)
		}
		m.line("- %s: **%s**%s", hop.Name, hop.State, text)
		m.seen(hop.Because)
	}
}

func (m *markdown) findings(list []diag.Finding) {
	if len(list) == 0 {
		return
	}
	m.head("What was found")
	for _, f := range list {
		under := ""
		if f.Under != "" {
			under = ", follows from " + f.Under
		}
		m.line("- **%s** (%s%s): %s", f.ID, f.State, under, escapeMarkdown(f.Text))
		m.seen(f.Observations)
		if f.Under == "" { // else it goes when its cause does
			m.steps(f.Steps)
		}
	}
}

func (m *markdown) steps(list []diag.Advice) {
	for _, s := range list {
		m.line("  - to do: %s", escapeMarkdown(s.Do))
		for line := range strings.Lines(s.Code) {
			m.line("    - %s", code(line))
		}
	}
}

func (m *markdown) seen(list []diag.Observation) {
	for _, o := range list {
		m.line("  - %s: %s", code(o.Where), code(o.Text))
	}
}

func (m *markdown) tried(list []Tried) {
	if len(list) == 0 {
		return
	}
	m.head("What was tried")
	for _, t := range list {
		who := ""
		if t.Who != "" {
			who = code(t.Who) + ": "
		}
		m.line("- %s %s%s", t.At.UTC().Format(time.RFC3339), who, code(t.What))
	}
}

func (m *markdown) gaps(list []diag.Gap) {
	if len(list) == 0 {
		return
	}
	m.head("What could not be seen")
	for _, g := range list {
		m.line("- %s: %s", g.Source.Title(), escapeMarkdown(g.Text))
	}
}

// probes lists what was seen from outside, one line per attempt.
func (m *markdown) probes(e *diag.Evidence) {
	if e == nil || len(e.Reach)+len(e.Pings) == 0 {
		return
	}
	m.head("Probes")
	for i := range e.Pings {
		o := e.Pings[i].Observe()
		m.line("- %s: %s", code(o.Where), code(o.Text))
	}
	for i := range e.Reach {
		m.line("- %s", code(e.Reach[i].Where()))
		for _, item := range reachItems(&e.Reach[i]) {
			m.line("  - %s", code(item.Text))
		}
	}
}

// block writes lines as a code block whose fence none of them can close.
func (m *markdown) block(lines []string) {
	fence := strings.Repeat("`", max(3, longestRun(strings.Join(lines, "\n"), '`')+1))
	m.line("%s", fence+"text")
	for _, l := range lines {
		m.line("%s", plainLine(l))
	}
	m.line("%s", fence)
}

// code is a code span that holds any text (CommonMark 0.31, 6.1); "" stays "".
func code(text string) string {
	if text = plainLine(text); text == "" {
		return ""
	}
	quote := strings.Repeat("`", longestRun(text, '`')+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return quote + text + quote
}

// plainLine is the text without what could end a line or move a cursor.
func plainLine(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text))
}

func longestRun(text string, of rune) int {
	longest, run := 0, 0
	for _, r := range text {
		if run++; r != of {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

// special is what means something to CommonMark within a line, or to systems that
// make mentions and references of it. (Round brackets do only after square ones.)
var special = []rune("\\`*_[]<>#|~@&")

// escapeMarkdown makes text stand for itself on one line.
func escapeMarkdown(text string) string {
	var b strings.Builder
	for _, r := range plainLine(text) {
		if slices.Contains(special, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
