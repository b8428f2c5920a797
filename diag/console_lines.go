package diag

import (
	"strings"
)

// Of a log's lines, few mean anything. One pass of the finder over many of them
// at once tells which those are; only they are cleaned, redacted and read one by
// one. All between them are skipped: they hold no secret, no control character
// and no text that anybody looks for, and are kept as they stand.

// A consoleReader knows at each line of a log what there is to know so far.
type consoleReader struct {
	c       Console
	index   *logIndex
	scanner *scanner
	n       int // line breaks read
	kept    keeper
	redact  redactor
	keys    hostKeyReader
	tables  tableReader
	table   string  // the account whose table of authorised keys is being read
	ended   bool    // the boot has ended: the next line belongs to a new one
	fresh   bool    // nothing but this line has been read of the boot
	found   []int32 // consoleTexts that the line holds
}

func newLineReader(s *scanner) *consoleReader {
	r := &consoleReader{c: Console{Empty: true, scanner: s}, scanner: s}
	if s == nil {
		r.index = consoleIndex()
	} else {
		r.index = s.console()
		r.c.hits = map[*Cause][]Hit{}
	}
	return r
}

// attentive reports whether the next line must be read whatever it holds,
// because of what the lines before it began. A reading that follows lines which
// none of its texts is in has to be told of here.
func (r *consoleReader) attentive() bool {
	return r.ended || r.redact.within() || r.keys.prints > 0 || r.keys.keys > 0 || r.keys.making != "" || r.tables.within() || r.index.every
}

// text reads whole lines, in which the index has seen something. A carriage return
// goes back to redraw the line; what it held before is a line of its own, of the
// same number.
func (r *consoleReader) text(s string, all []sighting) {
	at := r.follow(s, 0)
	for i := range all {
		if all[i].at < at || !r.index.tells(r, s, all[i]) {
			continue
		}
		begin := at + lineBegin(s[at:all[i].at])
		r.skip(s[at:begin])
		first := i
		for first > 0 && all[first-1].at >= begin {
			first--
		}
		at = r.follow(s, r.next(s, begin, all[first:]))
	}
	r.skip(s[at:])
}

// follow reads lines one by one for as long as that is needed, and returns where
// it ended.
func (r *consoleReader) follow(s string, at int) int {
	for at < len(s) && r.attentive() {
		at = r.next(s, at, nil)
	}
	return at
}

// next reads the line that begins at an offset and returns where it ends. What was
// seen from there on saves looking again; nil if that is not known.
func (r *consoleReader) next(s string, at int, seen []sighting) int {
	end := at + lineEnd(s[at:])
	text, known := s[at:min(end, at+maxConsoleLine)], false
	if seen != nil && end-at <= maxConsoleLine {
		r.found, known = r.index.gather(seen, end, r.found[:0])
	}
	if !known {
		text = clean(text)
		r.found = r.index.finder.find(text, r.found[:0])
	}
	r.line(text)
	if end == len(s) {
		return end
	}
	if s[end] == '\n' {
		r.n++
	}
	return end + 1
}

// lineBegin is where the last line of s begins. It and lineEnd look no further than
// that line, as there may be a million of them.
func lineBegin(s string) int {
	begin := len(s)
	for begin > 0 && s[begin-1] != '\n' && s[begin-1] != '\r' {
		begin--
	}
	return begin
}

// lineEnd is where the first line of s ends.
func lineEnd(s string) int {
	end := 0
	for end < len(s) && s[end] != '\n' && s[end] != '\r' {
		end++
	}
	return end
}

// skip passes over whole lines that mean nothing.
func (r *consoleReader) skip(s string) {
	if s == "" {
		return
	}
	p := piece{n: r.n + 1, text: s, lines: strings.Count(s, "\n") + 1}
	r.n += p.lines - 1
	if strings.TrimSpace(s) == "" {
		return
	}
	r.c.Empty, r.fresh = false, false
	r.kept.add(p)
	r.lastTime(s)
}

// lastTime learns the time from the last of some lines that tells it.
func (r *consoleReader) lastTime(s string) {
	for s != "" {
		begin := lineBegin(s)
		line := s[begin:min(len(s), begin+maxConsoleLine)]
		if _, ok := kernelTime(line); ok {
			r.c.learnTime(line)
			return
		}
		s = s[:max(begin-1, 0)]
	}
}

// line reads one line, which is clean and holds what was found.
func (r *consoleReader) line(text string) {
	found := r.found
	if !r.attentive() && !r.index.any(found) {
		r.pass(text)
		return
	}
	if r.redact.within() || r.index.secret(found) {
		if redacted := r.redact.line(text); redacted != text {
			text = redacted
			found = r.index.finder.find(text, found[:0])
		}
	}
	r.found = found
	if strings.TrimSpace(text) == "" {
		return
	}
	line := LogLine{N: r.n + 1, Text: strings.Clone(text)} // not all that was read along with it
	console, causes := r.index.split(found)
	r.found = console
	r.read(line)
	r.found = found
	if r.scanner != nil {
		r.index.set.match(line, causes, r.c.hits)
	}
}

// pass keeps a line that means nothing, now that it is clean.
func (r *consoleReader) pass(text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	r.c.Empty, r.fresh = false, false
	r.kept.add(piece{n: r.n + 1, text: text, lines: 1, read: true})
	r.c.learnTime(text)
}

// read places a line in its boot, keeps it, and learns from it.
func (r *consoleReader) read(line LogLine) {
	r.c.Empty = false
	r.place(line)
	r.fresh = false
	r.kept.add(piece{n: line.N, text: line.Text, lines: 1, read: true})
	r.c.learnTime(line.Text)
	r.keys.read(line.Text, &r.c)
	r.followTable(line)
	last := -1
	for _, text := range r.found {
		if i := tellOf[text] - len(marks); i >= 0 && i != last {
			last = i
			readings[i].read(r, line)
		}
	}
}

// begin starts a new boot. What belongs to the instance and not to one boot
// stays: cloud-init prints keys and accounts at the first boot only.
func (r *consoleReader) begin() {
	old := r.c
	r.c = Console{
		Bytes: old.Bytes, Boots: old.Boots + 1, WholeBoot: true,
		CloudInit: old.CloudInit, AdminUser: old.AdminUser, NoKeys: old.NoKeys,
		Authorized: old.Authorized, HostKeys: old.HostKeys, scanner: old.scanner, hits: old.hits,
	}
	clear(r.c.hits)
	r.kept.reset()
	r.table, r.tables, r.fresh = "", tableReader{}, true
}

// console ends the log.
func (r *consoleReader) console() *Console {
	var all bool
	r.c.Lines, all = r.kept.all()
	r.c.WholeBoot = r.c.WholeBoot && (all || r.scanner != nil)
	return &r.c
}
