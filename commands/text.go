package commands

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"sshhelp/diag"
)

// Text writes an answer for a terminal. It is readable without colour; with
// colour, states stand out. Foreign text cannot move the cursor or paint:
// control characters are shown as "?".
type Text struct {
	Out    io.Writer
	Colour bool
	Width  int // columns; 0: 100
}

// Write renders the sections and returns the first error of Out.
func (t Text) Write(sections []diag.Section) error {
	var b strings.Builder
	for _, s := range sections {
		t.section(&b, s)
	}
	_, err := io.WriteString(t.Out, b.String())
	return err
}

func (t Text) section(b *strings.Builder, s diag.Section) {
	if s.Title != "" {
		b.WriteString("\n" + t.bold(s.Title) + "\n")
	}
	switch s.Kind {
	case diag.VerdictSection:
		b.WriteString(t.bold(t.wrap(Clean(s.Items[0].Text), "")) + "\n")
	case diag.PathSection:
		b.WriteString(t.wrap(t.path(s.Items), "  ") + "\n")
	default:
		for i, item := range s.Items {
			t.item(b, s.Kind, i, item)
		}
	}
}

// path writes the hops on one line, each with its state; neighbours that were
// not reached, or of which nothing is known, share one.
func (t Text) path(items []diag.Item) string {
	var hops []string
	for i := 0; i < len(items); {
		n := i + 1
		for n < len(items) && items[n].Mark == items[i].Mark && shared(items[i].Mark) {
			n++
		}
		var names []string
		for _, item := range items[i:n] {
			names = append(names, strings.ReplaceAll(item.Text, " ", noBreak))
		}
		// A no-break space keeps a hop and its state on one line.
		hops = append(hops, strings.Join(names, ", ")+noBreak+t.state(items[i].Mark))
		i = n
	}
	return strings.Join(hops, " → ")
}

const noBreak = "\u00a0"

func shared(mark string) bool {
	return mark == string(diag.HopNotReached) || mark == string(diag.HopUnknown)
}

func (t Text) state(mark string) string {
	switch diag.HopState(mark) {
	case diag.HopOK:
		return t.paint("32", "ok")
	case diag.HopBroken:
		return t.paint("1;31", "BROKEN")
	case diag.HopUnknown:
		return t.paint("33", "not"+noBreak+"known")
	}
	return t.paint("2", "not"+noBreak+"reached")
}

func (t Text) item(b *strings.Builder, kind diag.SectionKind, i int, item diag.Item) {
	bullet, text := "- ", Clean(item.Text)
	switch kind {
	case diag.DoSection:
		bullet = fmt.Sprintf("%d. ", i+1)
	case diag.SeenSection:
		text = "“" + text + "”"
	}
	if item.From != "" {
		text += " (" + Clean(item.From) + ")"
	}
	if item.Mark != "" {
		text += " [" + item.Mark + "]"
	}
	if kind == diag.AssumedSection {
		text += "; if not: " + Clean(item.Code)
		item.Code = ""
	}
	b.WriteString(t.wrap(text, "  "+strings.Repeat(" ", len(bullet)), "  "+bullet) + "\n")
	for line := range strings.SplitSeq(item.Code, "\n") {
		if line != "" {
			b.WriteString("       " + t.paint("36", Clean(line)) + "\n")
		}
	}
}

// wrap breaks text at spaces to the width; first, if given, is the indent of
// the first line.
func (t Text) wrap(text, indent string, first ...string) string {
	width := t.Width
	if width == 0 {
		width = 100
	}
	line := indent
	if len(first) > 0 {
		line = first[0]
	}
	var out []string
	used, begun := visible(line), false
	for _, w := range strings.Split(text, " ") {
		if begun && used+1+visible(w) > width {
			out = append(out, line)
			line, used, begun = indent, visible(indent), false
		}
		if begun {
			line += " "
			used++
		}
		line += w
		used += visible(w)
		begun = true
	}
	return strings.ReplaceAll(strings.Join(append(out, line), "\n"), noBreak, " ")
}

// visible counts characters but not the codes that paint.
func visible(s string) int {
	n := utf8.RuneCountInString(s)
	for {
		from := strings.Index(s, "\x1b[")
		if from < 0 {
			return n
		}
		to := strings.IndexByte(s[from:], 'm')
		if to < 0 {
			return n
		}
		n -= to + 1
		s = s[from+to+1:]
	}
}

func (t Text) bold(s string) string { return t.paint("1", s) }

func (t Text) paint(code, s string) string {
	if !t.Colour {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// Clean makes foreign text fit to be shown, on a terminal and in a message: control characters and
// those that reorder text (bidirectional overrides) become "?".
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == utf8.RuneError:
			return '?'
		}
		return r
	}, s)
}
