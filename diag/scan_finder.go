package diag

import (
	"runtime"
	"slices"
	"strings"
	"sync"
)

// Most lines of a log mean nothing. A finder tells in one pass over a text which
// of many short texts it may hold, so that the dear work, regular expressions, is
// done on few lines only. It is the automaton of Aho and Corasick (Communications
// of the ACM 18, 1975), its fall-backs resolved beforehand: one step per byte,
// however many texts there are.

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
// empty text is never found. Of the odd bytes each one is found as well, as a
// text of the index len(texts).
func newFinder(texts []string, odd ...byte) *finder {
	f := &finder{width: 1}
	f.classifyOdd(odd)
	for _, text := range texts {
		for i := range len(text) {
			f.classify(lower(text[i]))
		}
	}
	for c := byte('A'); c <= 'Z'; c++ {
		f.class[c] = f.class[lower(c)]
	}
	size := 2 // the root, and the odd ones' state
	for _, text := range texts {
		size += len(text)
	}
	f.next, f.ends = make([]int32, 0, size*f.width), make([][]int32, 0, size)
	f.grow()
	for i, text := range texts {
		f.add(text, int32(i))
	}
	if len(odd) > 0 {
		f.add(string(odd[:1]), int32(len(texts)))
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

func (f *finder) classify(c byte) {
	if f.class[c] == 0 {
		f.class[c] = uint8(f.width)
		f.width++
	}
}

// classifyOdd gives all odd bytes one class, because they mean the same.
func (f *finder) classifyOdd(odd []byte) {
	for i, c := range odd {
		if i == 0 {
			f.classify(c)
		}
		f.class[c] = f.class[odd[0]]
	}
}

// grow adds a state, for which there is room, and returns it.
func (f *finder) grow() int32 {
	f.next = f.next[:len(f.next)+f.width]
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
		if step&1 == 1 {
			found = f.appendEnds(step, found)
		}
	}
	slices.Sort(found)
	return found
}

// appendEnds appends the texts that end at a step and are not yet in found.
func (f *finder) appendEnds(step int32, found []int32) []int32 {
	for _, id := range f.ended(step) {
		if !slices.Contains(found, id) {
			found = append(found, id)
		}
	}
	return found
}

// ended returns the texts that end at a step.
func (f *finder) ended(step int32) []int32 { return f.ends[int(step>>1)/f.width] }

// A sighting is where in a text others end: at is the offset of their last byte.
type sighting struct {
	at   int
	step int32
}

const (
	// lanes is how many stretches of a text are searched side by side. A step
	// must wait for the one before it, which leaves the processor idle most of
	// the time: four at a time take hardly longer than one.
	lanes = 4
	// maxShares is how many processors share the work at most.
	maxShares = 4
	// minShare is what is worth handing to another processor, in bytes.
	minShare = 64 << 10
)

// sightings are kept for their memory; search fills them anew.
type sightings struct {
	lane [maxShares][lanes][]sighting
	all  []sighting
}

// search returns all sightings in a text of many lines, in order. No text of the
// finder may hold a line break.
func (f *finder) search(s string, found *sightings) []sighting {
	shares := min(maxShares, runtime.GOMAXPROCS(0), 1+len(s)/minShare)
	from := cutLines(s, shares)
	var others sync.WaitGroup
	for i := 1; i < shares; i++ {
		others.Go(func() { f.sideBySide(s[:from[i+1]], from[i], &found.lane[i]) })
	}
	f.sideBySide(s[:from[1]], 0, &found.lane[0])
	others.Wait()
	found.all = found.all[:0]
	for i := range shares {
		for _, lane := range found.lane[i] {
			found.all = append(found.all, lane...)
		}
	}
	return found.all
}

// cutLines returns where n stretches of about the same length begin, each with a
// line of its own, and where the last one ends.
func cutLines(s string, n int) (from [maxShares + 1]int) {
	from[n] = len(s)
	for i := 1; i < n; i++ {
		from[i] = len(s)
		at := max(from[i-1], len(s)/n*i)
		if end := strings.IndexByte(s[at:], '\n'); end >= 0 {
			from[i] = at + end + 1
		}
	}
	return from
}

// sideBySide searches s from an offset on: four stretches of it side by side as
// far as all of them go, then what is left of each.
func (f *finder) sideBySide(s string, begin int, found *[lanes][]sighting) {
	from := cutLines(s[begin:], lanes)
	for i := range from {
		from[i] += begin
	}
	a, b, c, d := s[from[0]:from[1]], s[from[1]:from[2]], s[from[2]:from[3]], s[from[3]:from[4]]
	n := min(len(a), len(b), len(c), len(d))
	for i := range found {
		found[i] = found[i][:0]
	}
	var s0, s1, s2, s3 int32
	next, class := f.next, &f.class
	for i := range n {
		s0 = next[int(s0>>1)+int(class[a[i]])]
		s1 = next[int(s1>>1)+int(class[b[i]])]
		s2 = next[int(s2>>1)+int(class[c[i]])]
		s3 = next[int(s3>>1)+int(class[d[i]])]
		if (s0|s1|s2|s3)&1 == 1 {
			for lane, step := range [lanes]int32{s0, s1, s2, s3} {
				if step&1 == 1 {
					found[lane] = append(found[lane], sighting{from[lane] + i, step})
				}
			}
		}
	}
	for lane, step := range [lanes]int32{s0, s1, s2, s3} {
		for i := from[lane] + n; i < from[lane+1]; i++ {
			step = f.next[int(step>>1)+int(f.class[s[i]])]
			if step&1 == 1 {
				found[lane] = append(found[lane], sighting{i, step})
			}
		}
	}
}
