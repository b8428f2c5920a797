package diag

import (
	"regexp"
	"slices"
	"strings"
	"sync"
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
	kinds   map[TextKind]*lineSet
	console func() *logIndex // of the lines of consoles
}

// A lineSet holds the patterns that one kind of text is searched for.
type lineSet struct {
	patterns []pattern
	texts    []string // that stand for the patterns
	of       []int    // pattern that each of the texts stands for
	always   []int    // patterns that no text stands for
	// index finds the texts; it and finder are called before anything else is
	// used but the patterns, and work at the first call: most runs of the
	// program read one kind of text.
	index  func()
	finder func() *finder
}

// A pattern is compiled when the first line asks for it: of the hundreds that
// there are, a text needs a few.
type pattern struct {
	cause *Cause
	line  *Line
	re    func() *regexp.Regexp
}

// maxHits bounds what one cause keeps: the first hits, which are enough to quote,
// and the last one, which tells the final state.
const maxHits = 50

// newScanner makes a scanner of causes whose patterns are known to compile.
func newScanner(causes []*Cause) *scanner {
	s := &scanner{kinds: map[TextKind]*lineSet{ConsoleLog: {}, ClientText: {}, ServerLog: {}}}
	for _, c := range causes {
		for i := range c.Lines {
			s.kinds[c.Lines[i].In].add(c, &c.Lines[i])
		}
	}
	for _, set := range s.kinds {
		set.index = sync.OnceFunc(set.findTexts)
		set.finder = sync.OnceValue(func() *finder {
			set.index()
			return newFinder(set.texts)
		})
	}
	s.console = sync.OnceValue(func() *logIndex {
		set := s.kinds[ConsoleLog]
		set.index()
		return newLogIndex(set)
	})
	return s
}

func (s *lineSet) add(c *Cause, l *Line) {
	s.patterns = append(s.patterns, pattern{cause: c, line: l, re: sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(l.Pattern)
	})})
}

// findTexts finds out which texts stand for the patterns.
func (s *lineSet) findTexts() {
	for i := range s.patterns {
		list := literals(s.patterns[i].line.Pattern)
		if list == nil {
			s.always = append(s.always, i)
		}
		for _, text := range list {
			s.texts, s.of = append(s.texts, text), append(s.of, i)
		}
	}
}

// scan finds the hits of every cause in the last boot of the console and in
// all pasted texts.
func (s *scanner) scan(e *Evidence) map[*Cause][]Hit {
	hits := map[*Cause][]Hit{}
	switch c := e.Console; {
	case c == nil:
	case c.scanner == s:
		for cause, list := range c.hits { // found while it was read
			hits[cause] = slices.Clone(list)
		}
	default:
		s.lines(c.Lines, ConsoleLog, hits)
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
	for _, line := range lines {
		found = set.finder().find(line.Text, found[:0])
		set.match(line, found, hits)
	}
}

// match tries the patterns that the texts found in a line stand for.
func (s *lineSet) match(line LogLine, found []int32, hits map[*Cause][]Hit) {
	if len(found) == 0 && len(s.always) == 0 {
		return
	}
	var room [16]int
	try := append(room[:0], s.always...)
	for _, text := range found {
		try = append(try, s.of[text])
	}
	slices.Sort(try)
	for _, i := range slices.Compact(try) {
		p := &s.patterns[i]
		if m := p.re().FindStringSubmatch(line.Text); m != nil {
			hits[p.cause] = keepHit(hits[p.cause], Hit{Line: p.line, N: line.N, Text: line.Text, Match: m})
		}
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
