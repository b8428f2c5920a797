package diag

import (
	"regexp/syntax"
	"slices"
	"strings"
)

const (
	// maxLiterals bounds how many texts stand for one pattern; a pattern that
	// needs more is tried on every line.
	maxLiterals = 32
	// maxLiteral bounds the length of a text while texts are put together.
	maxLiteral = 64
	// longLiteral is how much of a text the finder gets: that much of its rarest
	// part tells as well as all of it, and a small finder stays in the cache.
	longLiteral = 8
)

// literals returns texts of which every match of a pattern holds at least one,
// without regard to case; nil if there is no such list. Of several lists it
// returns the one that fewest lines of a usual log hold.
func literals(pattern string) []string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	l := literalsOf(re.Simplify())
	return l.best(rarest(l.whole))
}

// A required says what every match of a part of a pattern is or holds.
type required struct {
	whole []string // every match is one of these; nil if they are too many
	some  []string // every match holds one of these; nil if none is known
}

// best returns the rarer of what is required anyway and another list.
func (r required) best(other []string) []string {
	if rarity(other) > rarity(r.some) {
		return other
	}
	return r.some
}

func literalsOf(re *syntax.Regexp) required {
	switch re.Op {
	case syntax.OpLiteral:
		return literal(string(re.Rune))
	case syntax.OpCharClass:
		return class(re.Rune)
	case syntax.OpCapture:
		return literalsOf(re.Sub[0])
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return required{whole: []string{""}}
	case syntax.OpPlus:
		l := literalsOf(re.Sub[0])
		return required{some: l.best(rarest(l.whole))}
	case syntax.OpQuest:
		return optional(literalsOf(re.Sub[0]))
	case syntax.OpConcat:
		return inTurn(re.Sub)
	case syntax.OpAlternate:
		return oneOf(re.Sub)
	}
	return required{}
}

// literal is for a text whose case can be folded by byte; of any other, the parts
// that are ASCII are required.
func literal(s string) required {
	s = strings.ToLower(s)
	parts := strings.FieldsFunc(s, func(r rune) bool { return r >= 0x80 })
	if len(parts) == 1 && parts[0] == s {
		return required{whole: parts}
	}
	var l required
	for _, part := range parts {
		l.some = l.best(rarest([]string{part}))
	}
	return l
}

// class is for [Ll] and [-_ ], not for [a-z].
func class(ranges []rune) required {
	var l required
	for i := 0; i < len(ranges); i += 2 {
		for r := ranges[i]; r <= ranges[i+1]; r++ {
			if len(l.whole) == 4 || r >= 0x80 {
				return required{}
			}
			if c := strings.ToLower(string(r)); !slices.Contains(l.whole, c) {
				l.whole = append(l.whole, c)
			}
		}
	}
	return l
}

func optional(l required) required {
	if l.whole == nil {
		return required{}
	}
	return required{whole: append(slices.Clone(l.whole), "")}
}

// inTurn puts together what stands side by side, as far as all of it is known.
func inTurn(subs []*syntax.Regexp) required {
	var l required
	run, known := []string{""}, true
	for _, sub := range subs {
		next := literalsOf(sub)
		if joined := product(run, next.whole); joined != nil {
			run = joined
			continue
		}
		known = false
		l.some = l.best(rarest(run))
		l.some = l.best(next.some)
		run = next.whole
		if run == nil {
			run = []string{""}
		}
	}
	if known {
		return required{whole: run}
	}
	l.some = l.best(rarest(run))
	return l
}

// product is every text of a followed by every one of b, nil if that is too much.
func product(a, b []string) []string {
	if b == nil || len(a)*len(b) > maxLiterals {
		return nil
	}
	var all []string
	for _, head := range a {
		for _, tail := range b {
			if len(head)+len(tail) > maxLiteral {
				return nil
			}
			all = append(all, head+tail)
		}
	}
	return all
}

func oneOf(subs []*syntax.Regexp) required {
	l := required{whole: []string{}, some: []string{}}
	for _, sub := range subs {
		next := literalsOf(sub)
		if next.whole == nil {
			l.whole = nil
		} else if l.whole != nil {
			l.whole = append(l.whole, next.whole...)
		}
		some := next.best(rarest(next.whole))
		if some == nil {
			l.some = nil
		} else if l.some != nil {
			l.some = append(l.some, some...)
		}
	}
	if len(l.whole) > maxLiterals {
		l.whole = nil
	}
	if len(l.some) > maxLiterals {
		l.some = nil
	}
	return l
}
