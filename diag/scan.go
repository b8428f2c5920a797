package diag

import (
	"regexp"
	"slices"
	"strings"
)

// A LogLine is one line of a text, cleaned of control sequences and redacted.
type LogLine struct {
	N    int // in the whole text, from 1
	Text string
}

// Observe quotes the line as one of the console log.
func (l LogLine) Observe() Observation {
	return Observation{Source: SourceConsole, Where: "console line " + itoa(l.N), Text: strings.TrimSpace(l.Text)}
}

// A scanner matches the lines of all causes in one go. It is made once and is
// safe for concurrent use.
type scanner struct {
	kinds map[TextKind]*lineSet
}

// A lineSet holds the patterns that one kind of text is searched for.
type lineSet struct {
	patterns []pattern
	finder   *finder
	of       []int // pattern that each of the finder's texts stands for
	always   []int // patterns that no text stands for
}

type pattern struct {
	cause *Cause
	line  *Line
	re    *regexp.Regexp
}

// maxHits bounds what one cause keeps: the first hits, which are enough to quote,
// and the last one, which tells the final state.
const maxHits = 50

func newScanner(causes []*Cause) *scanner {
	s := &scanner{kinds: map[TextKind]*lineSet{ConsoleLog: {}, ClientText: {}, ServerLog: {}}}
	for _, c := range causes {
		for i := range c.Lines {
			l := &c.Lines[i]
			set := s.kinds[l.In]
			set.patterns = append(set.patterns, pattern{cause: c, line: l, re: regexp.MustCompile(l.Pattern)})
		}
	}
	for _, set := range s.kinds {
		set.index()
	}
	return s
}

// index makes the finder of a set's patterns.
func (s *lineSet) index() {
	var texts []string
	for i := range s.patterns {
		list := literals(s.patterns[i].line.Pattern)
		if list == nil {
			s.always = append(s.always, i)
		}
		for _, text := range list {
			texts, s.of = append(texts, text), append(s.of, i)
		}
	}
	s.finder = newFinder(texts)
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
	set := s.kinds[in]
	if set == nil {
		return
	}
	var found []int32
	var try []int
	for _, line := range lines {
		found = set.finder.find(line.Text, found[:0])
		try = append(try[:0], set.always...)
		for _, text := range found {
			try = append(try, set.of[text])
		}
		slices.Sort(try)
		for _, i := range slices.Compact(try) {
			set.patterns[i].match(line, hits)
		}
	}
}

func (p *pattern) match(line LogLine, hits map[*Cause][]Hit) {
	if m := p.re.FindStringSubmatch(line.Text); m != nil {
		hits[p.cause] = keepHit(hits[p.cause], Hit{Line: p.line, N: line.N, Text: line.Text, Match: m})
	}
}

// keepHit adds a hit. When there are many, the newest takes the place of the
// one before it.
func keepHit(hits []Hit, h Hit) []Hit {
	if len(hits) == maxHits {
		hits[maxHits-1] = h
		return hits
	}
	return append(hits, h)
}
