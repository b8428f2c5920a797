package diag

import (
	"strings"
)

const (
	// maxConsoleLines bounds what is kept of one boot. Nova hands out 100 KiB,
	// some 1,500 lines.
	maxConsoleLines = 20_000
	// maxConsoleHead is how many of them are the boot's first.
	maxConsoleHead = maxConsoleLines / 4
	// maxHeadBytes and maxTailBytes bound the same for lines that are long.
	maxHeadBytes = 1 << 20
	maxTailBytes = 4 << 20
)

// A keeper keeps the head and the tail of a boot of any length.
type keeper struct {
	head, tail   []piece
	lines, bytes int  // of the head until that is full, then of the tail
	full         bool // the head is
	cut          bool // pieces were dropped
}

// A piece is one line that was read, or many that were skipped.
type piece struct {
	n     int // number of its first line
	text  string
	lines int // at most as many lines, but for those that carriage returns make
	read  bool
}

// reset begins anew, in the same memory.
func (k *keeper) reset() {
	clear(k.head)
	clear(k.tail)
	*k = keeper{head: k.head[:0], tail: k.tail[:0]}
}

func (k *keeper) add(p piece) {
	k.lines += p.lines
	k.bytes += len(p.text)
	if k.full {
		k.tail = append(k.tail, p)
		if k.lines >= 2*maxConsoleLines || k.bytes >= 2*maxTailBytes {
			k.shorten()
		}
		return
	}
	k.head = append(k.head, p)
	if k.lines >= maxConsoleHead || k.bytes >= maxHeadBytes {
		k.full, k.lines, k.bytes = true, 0, 0
	}
}

// shorten drops the older half of the tail, so that each piece is moved once only
// on average.
func (k *keeper) shorten() {
	drop := 0
	for ; drop < len(k.tail)-1; drop++ {
		lines, bytes := k.lines-k.tail[drop].lines, k.bytes-len(k.tail[drop].text)
		if lines < maxConsoleLines && bytes < maxTailBytes {
			break
		}
		k.lines, k.bytes = lines, bytes
	}
	left := copy(k.tail, k.tail[drop:])
	clear(k.tail[left:])
	k.tail, k.cut = k.tail[:left], k.cut || drop > 0
}

// all returns the lines, and whether none is missing.
func (k *keeper) all() (lines []LogLine, all bool) {
	lines = make([]LogLine, 0, 2*len(k.head)+2*len(k.tail))
	for _, p := range k.head {
		lines = p.append(lines)
	}
	for _, p := range k.tail {
		lines = p.append(lines)
	}
	if more := len(lines) - maxConsoleLines; more > 0 {
		lines = append(lines[:maxConsoleHead], lines[maxConsoleHead+more:]...)
		k.cut = true
	}
	return lines, !k.cut
}

// append adds the piece's lines, without blank ones.
func (p piece) append(lines []LogLine) []LogLine {
	if p.read {
		return append(lines, LogLine{N: p.n, Text: p.text})
	}
	n := p.n
	for line := range strings.SplitSeq(p.text, "\n") {
		for part := range strings.SplitSeq(line, "\r") {
			if part = part[:min(len(part), maxConsoleLine)]; strings.TrimSpace(part) != "" {
				lines = append(lines, LogLine{N: n, Text: part})
			}
		}
		n++
	}
	return lines
}
