package probes

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"sshhelp/diag"
)

// ourVersion is how we identify ourselves: honestly, so that whoever reads the
// server's log can tell what connected.
const ourVersion = "SSH-2.0-sshhelp"

// errNotSSH means that what came cannot become an SSH identification.
var errNotSSH = errors.New("what answers does not speak SSH")

// identify reads the server's identification string (RFC 4253, 4.2) and what
// stands before it. We listen first and speak when the server has, or after
// speakAfter.
func identify(ctx context.Context, w *wire, facts *diag.SSHFacts) {
	end := time.Now().Add(identBudget)
	w.SetDeadline(end)
	if !w.spoken {
		w.SetReadDeadline(time.Now().Add(speakAfter))
	}
	var p identParser
	err := hear(w, &p)
	if isTimeout(err) && !ended(ctx) && !w.spoken {
		w.SetReadDeadline(end)
		w.speak()
		w.flush()
		err = hear(w, &p)
	}
	p.report(ctx, err, facts)
	w.server, w.unread, w.heard = string(p.raw), p.rest, len(p.rest)
}

// speak puts our identification before all else, once.
func (w *wire) speak() {
	if !w.spoken {
		w.spoken = true
		w.unsent = append(w.unsent, ourVersion+"\r\n"...)
	}
}

// hear reads until the parser has had enough, or fails with the network's error.
func hear(w *wire, p *identParser) error {
	buf := make([]byte, 4096)
	for {
		n, err := w.Conn.Read(buf)
		if done := p.feed(buf[:n]); done || p.err != nil {
			return p.err
		}
		if err != nil {
			return err
		}
	}
}

// report says how it ended. Lines without an identification are told apart by
// what came after them: a server that says why and hangs up has Closed (sshd's
// "Exceeded MaxStartups" and TCP wrappers do), one that goes on waiting for
// something else to be said is NotSSH.
func (p *identParser) report(ctx context.Context, err error, facts *diag.SSHFacts) {
	begun := p.begun()
	p.keepPartial()
	facts.Before = p.before
	switch o := outcomeOf(ctx, err); {
	case err == nil:
		facts.Ident, facts.Version = diag.OK, p.version
	case o == diag.Canceled:
		facts.Ident, facts.IdentErr = o, explain(err)
	case errors.Is(err, errNotSSH):
		facts.Ident, facts.IdentErr = diag.NotSSH, err.Error()
	case o == diag.TimedOut && len(p.before) > 0 && !begun:
		facts.Ident, facts.IdentErr = diag.NotSSH, "it answers, but not with an SSH identification"
	default:
		facts.Ident, facts.IdentErr = o, explain(err)
	}
}

// oldProtocol reports whether a server speaks protocol 1 alone: 1.99 means both
// (RFC 4253, 5.1).
func oldProtocol(version string) bool {
	return strings.HasPrefix(version, "SSH-1.") && !strings.HasPrefix(version, "SSH-1.99-")
}

// An identParser takes what a server sends, in pieces of any size, until its
// identification string is complete or cannot come. It keeps little of it.
type identParser struct {
	before  []string // lines before it, made visible
	version string
	raw     []byte // the identification as it came
	rest    []byte // what came behind it
	err     error

	line  []byte // the one that has begun, cut to a byte more than may be kept
	total int
}

// feed takes the next piece and reports whether the identification is there.
func (p *identParser) feed(piece []byte) (done bool) {
	for len(piece) > 0 && p.err == nil {
		part, after, whole := bytes.Cut(piece, []byte("\n"))
		p.total += len(piece) - len(after)
		p.extend(part)
		if piece = after; !whole {
			break
		}
		if p.endLine() {
			p.rest = bytes.Clone(piece)
			return true
		}
	}
	return false
}

// extend adds to the line that has begun and looks for what can never become
// an identification.
func (p *identParser) extend(part []byte) {
	p.line = append(p.line, part[:min(len(part), maxLine+1-len(p.line))]...)
	switch {
	case p.total > maxIdentBytes:
		p.err = fmt.Errorf("%w: %d KiB without an identification", errNotSSH, maxIdentBytes>>10)
	case bytes.ContainsFunc(part, untypical) || bytes.IndexByte(part, 0xff) >= 0:
		p.err = fmt.Errorf("%w: it sends binary data", errNotSSH)
	case bytes.HasPrefix(p.line, []byte("HTTP/")):
		p.err = fmt.Errorf("%w but HTTP", errNotSSH)
	case beginsPage(p.line):
		p.err = fmt.Errorf("%w: it sends a web page", errNotSSH)
	case bytes.HasPrefix(p.line, []byte("SSH-")) && len(p.line) > maxLine:
		p.err = fmt.Errorf("%w: the identification is longer than %d bytes", errNotSSH, maxLine)
	}
}

// beginsPage reports whether a line begins a page of HTML, by which some web
// servers answer what they do not understand, without a word of HTTP.
func beginsPage(line []byte) bool {
	start := bytes.ToLower(line[:min(len(line), len("<!doctype html"))])
	return bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html"))
}

// untypical reports control characters that no text for people holds. (0xff, by
// which Telnet begins, is no rune and is looked for apart.)
func untypical(r rune) bool { return r < 0x20 && !strings.ContainsRune("\a\b\t\n\v\f\r\x1b", r) }

// endLine files the complete line and reports whether it is the identification.
func (p *identParser) endLine() bool {
	if p.err != nil {
		return false
	}
	line := bytes.TrimSuffix(p.line, []byte("\r"))
	p.line = nil
	if bytes.HasPrefix(line, []byte("SSH-")) {
		p.version, p.raw = visible(line), line
		return true
	}
	p.keep(line)
	return false
}

func (p *identParser) keep(line []byte) {
	if len(p.before) < maxBefore {
		p.before = append(p.before, visible(line))
	}
}

// keepPartial files a line that did not end.
func (p *identParser) keepPartial() {
	if len(p.line) > 0 && p.version == "" {
		p.keep(bytes.TrimSuffix(p.line, []byte("\r")))
	}
}

// begun reports whether the line that did not end may be the beginning of an
// identification.
func (p *identParser) begun() bool {
	n := min(4, len(p.line))
	return n > 0 && string(p.line[:n]) == "SSH-"[:n]
}
