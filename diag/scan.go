package diag

import (
	"regexp"
	"strings"
)

// A LogLine is one line of a text, cleaned of control sequences and redacted.
type LogLine struct {
	N    int // in the whole text, from 1
	Text string
}

// A scanner matches the lines of all causes in one go. It is made once and is
// safe for concurrent use.
type scanner struct {
	patterns []pattern
}

type pattern struct {
	cause   *Cause
	line    *Line
	literal string // every match contains it; "" if there is no such text
	re      *regexp.Regexp
}

// maxHits bounds what one cause keeps of one text: the first hits are enough
// to quote, the last one tells the final state.
const maxHits = 50

func newScanner(causes []*Cause) *scanner {
	s := &scanner{}
	for _, c := range causes {
		for i := range c.Lines {
			re := regexp.MustCompile(c.Lines[i].Pattern)
			s.patterns = append(s.patterns, pattern{cause: c, line: &c.Lines[i], literal: requiredLiteral(c.Lines[i].Pattern), re: re})
		}
	}
	return s
}

// scan finds the hits of every cause in the last boot of the console and in
// all pasted texts.
func (s *scanner) scan(e *Evidence) map[*Cause][]Hit {
	hits := map[*Cause][]Hit{}
	if e.Console != nil {
		s.lines(e.Console.Lines, ConsoleLog, hits)
	}
	for _, p := range e.Pastes {
		s.lines(p.Lines, p.Kind, hits)
	}
	return hits
}

func (s *scanner) lines(lines []LogLine, in TextKind, hits map[*Cause][]Hit) {
	for _, line := range lines {
		for i := range s.patterns {
			p := &s.patterns[i]
			if p.line.In != in || !strings.Contains(line.Text, p.literal) || len(hits[p.cause]) >= maxHits {
				continue
			}
			if m := p.re.FindStringSubmatch(line.Text); m != nil {
				hits[p.cause] = append(hits[p.cause], Hit{Line: p.line, N: line.N, Text: line.Text, Match: m})
			}
		}
	}
}
