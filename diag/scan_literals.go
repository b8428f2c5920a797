package diag

import (
	"math"
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
	longLiteral = 16
)

// literals returns texts of which every match of a pattern holds at least one,
// without regard to case; nil if there is no such list. Of several lists it
// returns the one that fewest lines of a usual log hold.
func literals(pattern string) []string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	return literalsOf(re.Simplify()).best().texts
}

// A required says what every match of a part of a pattern is or holds.
type required struct {
	whole []string  // every match is one of these; nil if they are too many
	some  shortlist // every match holds one of these; none if none is known
}

// best returns the texts of which every match holds one.
func (r required) best() shortlist { return r.some.or(rarest(r.whole)) }

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
		return required{some: literalsOf(re.Sub[0]).best()}
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
		l.some = l.some.or(rarest([]string{part}))
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
		l.some = l.some.or(rarest(run)).or(next.some)
		run = next.whole
		if run == nil {
			run = []string{""}
		}
	}
	if known {
		return required{whole: run}
	}
	l.some = l.some.or(rarest(run))
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

// oneOf is for alternatives: each must have its texts.
func oneOf(subs []*syntax.Regexp) required {
	whole, some := []string{}, shortlist{bits: math.Inf(1)}
	for _, sub := range subs {
		next := literalsOf(sub)
		if next.whole == nil || len(whole)+len(next.whole) > maxLiterals {
			whole = nil
		} else if whole != nil {
			whole = append(whole, next.whole...)
		}
		best := next.best()
		if some.bits = min(some.bits, best.bits); best.texts != nil {
			some.texts = append(some.texts, best.texts...)
		}
	}
	if some.bits == 0 || len(some.texts) > maxLiterals {
		some = shortlist{}
	}
	return required{whole, some.weigh()}
}
