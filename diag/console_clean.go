package diag

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// A console log is what a terminal was told: colours, cursor moves, redrawn
// lines. Nova cuts the control characters out and leaves the rest of the
// sequences standing, so that "\x1b[0;32m" arrives as "[0;32m", and gives each
// byte above 127 as one U+FFFD, so that "…" arrives as three of them.

const (
	esc = 0x1b
	bel = 0x07
)

// uncolour takes the sequences out that set colours (ECMA-48's SGR), of many lines
// at once: they are by far the most, and it is a matter of copying what stands
// between them.
func uncolour(p []byte) string {
	at := bytes.IndexByte(p, esc)
	if at < 0 {
		return string(p)
	}
	var b strings.Builder
	b.Grow(len(p))
	for at >= 0 {
		n := colour(p[at:])
		b.Write(p[:at])
		if n == 0 {
			b.WriteByte(esc)
			n = 1
		}
		p = p[at+n:]
		at = bytes.IndexByte(p, esc)
	}
	b.Write(p)
	return b.String()
}

// colour returns the length of the colour sequence that p begins with, 0 if it
// begins with another one.
func colour(p []byte) int {
	if len(p) < 3 || p[1] != '[' {
		return 0
	}
	i := 2
	for i < len(p) && (p[i] >= '0' && p[i] <= '9' || p[i] == ';') {
		i++
	}
	if i == len(p) || p[i] != 'm' {
		return 0
	}
	return i + 1
}

// clean takes control sequences and control characters out of one line. What
// stands for text that cannot be shown becomes "…". A line that needs nothing of
// it is returned as it is.
func clean(s string) string {
	var b strings.Builder
	kept := 0 // s is written up to here
	for i := 0; i < len(s); {
		if plainByte[s[i]] && i > 0 {
			i++
			continue
		}
		n, with, moved := unclean(s, i)
		if n == 0 {
			_, size := utf8.DecodeRuneInString(s[i:])
			i += size
			continue
		}
		if kept == 0 {
			b.Grow(len(s))
		}
		b.WriteString(s[kept:i])
		if b.WriteString(with); moved && b.Len() > 0 {
			b.WriteByte(' ')
		}
		i += n
		kept = i
	}
	if kept == 0 {
		return s
	}
	b.WriteString(s[kept:])
	return b.String()
}

// plainByte tells the bytes at which nothing that needs cleaning begins, but at
// the beginning of a line.
var plainByte = func() (plain [256]bool) {
	for c := ' '; c < 0x7f; c++ {
		plain[c] = c != '[' && c != ']'
	}
	return plain
}()

// unclean returns the length of what is to be cleaned away at an offset, 0 if
// nothing is, what to put in its place, and whether the cursor moved there: then a
// blank parts words which stood apart on the screen.
func unclean(s string, at int) (n int, with string, moved bool) {
	switch c := s[at]; {
	case c == esc:
		n, moved = escape(s[at:])
	case c == '[' || c == ']' || at == 0 && (c == 'M' || c == 'c'):
		n, moved = leftover(s[at:])
	case c == '\t':
		return 1, " ", false
	case c < ' ' || c == 0x7f:
		n = 1
	case c >= utf8.RuneSelf:
		n, with = unshown(s[at:])
	}
	return n, with, moved
}

// unshown is for what is not ASCII: a run of unreadable bytes becomes one "…".
func unshown(s string) (n int, with string) {
	r, n := utf8.DecodeRuneInString(s)
	if r != utf8.RuneError {
		cut := afterCut(r, s[n:])
		if cut == 0 {
			return 0, ""
		}
		return n + cut, "…"
	}
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if r != utf8.RuneError {
			break
		}
		n += size
	}
	return n + afterCut('…', s[n:]), "…"
}

// afterCut returns the length of the rest of a colour sequence of which systemd
// cut the beginning off, shortening a name to fit the screen: "…0m - ".
func afterCut(r rune, s string) int {
	if r != '…' {
		return 0
	}
	i := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == ';') {
		i++
	}
	if i < len(s) && s[i] == 'm' && (i > 0 || strings.HasPrefix(s, "m - ")) {
		return i + 1
	}
	return 0
}

// escape returns the length of the sequence that s begins with (ECMA-48), and
// whether it moves the cursor. A sequence that is cut off is taken as a whole.
func escape(s string) (n int, moved bool) {
	if len(s) < 2 {
		return len(s), false
	}
	switch c := s[1]; {
	case c == '[':
		n = controlSequence(s[2:]) + 2
		return n, movesCursor(s[n-1])
	case c == ']' || c == 'P' || c == '_' || c == '^' || c == 'X':
		return 2 + controlString(s[2:]), false
	case c >= 0x20 && c <= 0x2f: // charset selection: one more character
		return min(3, len(s)), false
	}
	return 2, false
}

// controlSequence returns the length of parameters, intermediates and the final
// byte of a CSI sequence.
func controlSequence(s string) int {
	i := 0
	for i < len(s) && s[i] >= 0x20 && s[i] < 0x40 {
		i++
	}
	if i < len(s) && s[i] >= 0x40 && s[i] < 0x7f {
		i++
	}
	return i
}

// maxControlString bounds how far the end of an OSC string is looked for, so
// that one that never ends does not swallow the line.
const maxControlString = 256

// controlString returns the length of a string that BEL or ST ends.
func controlString(s string) int {
	for i := 0; i < len(s) && i < maxControlString; i++ {
		switch {
		case s[i] == bel:
			return i + 1
		case s[i] == esc && i+1 < len(s) && s[i+1] == '\\':
			return i + 2
		case s[i] == esc:
			return i
		}
	}
	return 0
}

func movesCursor(final byte) bool {
	return final == 'H' || final == 'f' || final == 'G' || final == 'd'
}

// leftover returns the length of what Nova left of a sequence at the beginning
// of s, 0 if it is text. Kernel and systemd print brackets too ("[mem 0x0]",
// "[12.5]", "[sda]"), so only what programs of a boot really send is taken.
func leftover(s string) (n int, moved bool) {
	switch s[0] {
	case '[':
		return leftoverCSI(s)
	case ']':
		return leftoverOSC(s), false
	case 'M', 'c': // ESC M scrolls back, ESC c resets; both before a CSI
		if len(s) > 2 && s[1] == '[' && (s[2] == 'K' || s[2] == '?') {
			return 1, false
		}
	}
	return 0, false
}

func leftoverCSI(s string) (n int, moved bool) {
	i := 1
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == ';' || s[i] == '?' || s[i] == '!') {
		i++
	}
	if i == len(s) {
		return 0, false
	}
	final, rest := s[i], s[i+1:]
	if i == 1 {
		return bareCSI(final, rest)
	}
	switch {
	case final >= 0x80 && s[i-1] == ';': // a shortened name: systemd cut the rest off
		return i, false
	case final == 'm', final == 'p' && s[1] == '!':
	case strings.IndexByte("HJKABCDfhlrnt", final) >= 0 && !strings.HasPrefix(rest, "]"):
	default:
		return 0, false
	}
	n = i + 1
	if strings.HasPrefix(rest, "(B") { // charset back to ASCII, often sent along
		n += 2
	}
	return n, movesCursor(final)
}

// bareCSI is for sequences without parameters: nothing but their letter tells
// them from a word in brackets, so what follows must not go on with the word.
func bareCSI(final byte, rest string) (n int, moved bool) {
	if strings.IndexByte("mKHJ", final) < 0 {
		return 0, false
	}
	if rest == "" || rest[0] == ' ' || rest[0] == '[' || rest[0] == '+' || rest[0] == '|' || rest[0] < ' ' {
		return 2, movesCursor(final)
	}
	return 0, false
}

// leftoverOSC is for what systemd sends about itself (OSC 3008) and to reset the
// colours (OSC 104).
func leftoverOSC(s string) int {
	if !strings.HasPrefix(s, "]104") && !strings.HasPrefix(s, "]3008;") && !strings.HasPrefix(s, "]11;") {
		return 0
	}
	if end := strings.IndexByte(s[:min(len(s), maxControlString)], '\\'); end > 0 {
		return end + 1
	}
	return 0
}
