package probes

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// visible makes foreign bytes safe to show: at most maxLine of them, and what
// is not printable (control characters, marks that reverse the direction of
// writing, broken UTF-8) as the escapes that Go uses.
func visible(line []byte) string {
	cut := len(line) > maxLine
	if cut {
		line = line[:maxLine]
	}
	var b strings.Builder
	for len(line) > 0 {
		r, n := utf8.DecodeRune(line)
		switch {
		case r == utf8.RuneError && n == 1:
			b.WriteString(`\x` + strconv.FormatUint(uint64(line[0])|0x100, 16)[1:])
		case r == '\t':
			b.WriteByte(' ')
		case strconv.IsPrint(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		line = line[n:]
	}
	if cut {
		b.WriteString("…")
	}
	return b.String()
}
