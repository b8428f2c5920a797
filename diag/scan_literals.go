package diag

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// Most lines of a log mean nothing. A finder tells in one pass over a line which
// of many texts it may hold, so that the dear work, regular expressions, is done
// on few lines only. It is the automaton of Aho and Corasick (Communications of
// the ACM 18, 1975), its fall-backs resolved beforehand: one step per byte.

// A finder finds many texts at once, without regard to the case of ASCII
// letters. It is made once and is safe for concurrent use.
type finder struct {
	class [256]uint8 // of each byte; 0 for bytes that no text holds
	width int        // number of classes
	ends  [][]int32  // texts that end at a state
	// next has for state*width + class the state to go to: while the finder is
	// made, its number; then, for speed, number*width*2, and 1 more if texts end
	// there.
	next []int32
}

// newFinder makes a finder of the texts; their indices are what it reports. An
// empty text is never found.
func newFinder(texts []string) *finder {
	f := &finder{width: 1}
	for _, text := range texts {
		for i := range len(text) {
			if c := lower(text[i]); f.class[c] == 0 {
				f.class[c] = uint8(f.width)
				f.width++
			}
		}
	}
	for c := byte('A'); c <= 'Z'; c++ {
		f.class[c] = f.class[lower(c)]
	}
	f.grow()
	for i, text := range texts {
		f.add(text, int32(i))
	}
	f.link()
	for at, state := range f.next {
		f.next[at] = state * int32(f.width) * 2
		if len(f.ends[state]) > 0 {
			f.next[at]++
		}
	}
	return f
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// grow adds a state and returns it.
func (f *finder) grow() int32 {
	f.next = append(f.next, make([]int32, f.width)...)
	f.ends = append(f.ends, nil)
	return int32(len(f.ends) - 1)
}

// add puts a text into the tree of texts, whose root is state 0.
func (f *finder) add(text string, id int32) {
	if text == "" {
		return
	}
	state := int32(0)
	for i := range len(text) {
		at := int(state)*f.width + int(f.class[lower(text[i])])
		if f.next[at] == 0 {
			grown := f.grow()
			f.next[at] = grown
		}
		state = f.next[at]
	}
	f.ends[state] = append(f.ends[state], id)
}

// link gives every state a step for every byte: where the tree has none, that of
// the longest end of what was read which begins a text.
func (f *finder) link() {
	back := make([]int32, len(f.ends))
	queue := []int32{0}
	for len(queue) > 0 {
		state := queue[0]
		queue = queue[1:]
		for c := range f.width {
			at := int(state)*f.width + c
			child, fall := f.next[at], int32(0)
			if state != 0 {
				fall = f.next[int(back[state])*f.width+c]
			}
			if child == 0 {
				f.next[at] = fall
				continue
			}
			back[child] = fall
			f.ends[child] = append(f.ends[child], f.ends[fall]...)
			queue = append(queue, child)
		}
	}
}

// find appends the texts that s holds to found, each once, and returns it in
// rising order.
func (f *finder) find(s string, found []int32) []int32 {
	step := int32(0)
	for i := range len(s) {
		step = f.next[int(step>>1)+int(f.class[s[i]])]
		if step&1 == 0 {
			continue
		}
		for _, id := range f.ends[int(step>>1)/f.width] {
			if !slices.Contains(found, id) {
				found = append(found, id)
			}
		}
	}
	slices.Sort(found)
	return found
}

// maxLiterals bounds how many texts stand for one pattern; a pattern of more is
// tried on every line.
const maxLiterals = 32

// literals returns texts of which every match of a pattern holds at least one,
// without regard to case; nil if there is no such list. Longer ones are better,
// as fewer lines hold them.
func literals(pattern string) []string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	return literalsOf(re.Simplify())
}

func literalsOf(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return ascii(string(re.Rune))
	case syntax.OpCapture, syntax.OpPlus:
		return literalsOf(re.Sub[0])
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if l := literalsOf(sub); shortest(l) > shortest(best) {
				best = l
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			l := literalsOf(sub)
			if l == nil || len(all)+len(l) > maxLiterals {
				return nil
			}
			all = append(all, l...)
		}
		return all
	}
	return nil
}

// ascii returns the longest part of a text whose case can be folded by byte, as
// a list.
func ascii(s string) []string {
	longest := ""
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r >= 0x80 }) {
		if len(part) > len(longest) {
			longest = part
		}
	}
	if longest == "" {
		return nil
	}
	return []string{longest}
}

// shortest is the length of the shortest text, 0 for none.
func shortest(texts []string) int {
	if len(texts) == 0 {
		return 0
	}
	return len(slices.MinFunc(texts, func(a, b string) int { return len(a) - len(b) }))
}
