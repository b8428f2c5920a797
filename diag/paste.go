package diag

import (
	"slices"
	"strings"
)

// Paste is a text that a person gave, cleaned and redacted, with the kind of
// program that wrote it. A text may hold both sides, a client's output and the
// server's log: as evidence it is then two, one for each side.
type Paste struct {
	Kind TextKind
	// Lines are the messages of the text that still count: those of an attempt
	// that a later one has overtaken are left out once it is evidence.
	Lines []LogLine
	// Attempts are the connections that the text shows, in order.
	Attempts []Attempt
	// Heard is what the whole text says, people's words included.
	Heard []LogLine
	// PrivateKey: the text held a private key. It is not kept, but whoever
	// posted it should replace the key.
	PrivateKey bool
	// Secret: the text held a password or token, which is not kept either.
	Secret bool

	sides []TextKind // of each of Lines
}

// maxPasteLines bounds what is kept of a pasted text: its end, where the error
// stands.
const maxPasteLines = 10_000

// ReadPaste reads what a person pasted: the output of an SSH client or a log of
// the server. Its kind is "" if the text is neither; a console log has the kind
// [ConsoleLog] and is better read by [ReadConsole]. It takes any bytes and never
// fails.
func ReadPaste(text string) *Paste { return readPaste(text, newSorter(nil)) }

// ReadPaste is [ReadPaste] for a text that somebody wants explained.
func (c *Catalogue) ReadPaste(text string) *Paste { return readPaste(text, newSorter(c.scanner)) }

func readPaste(text string, s *sorter) *Paste {
	p := &Paste{Kind: s.recognise(text)}
	var r redactor
	n := 0
	for raw := range strings.SplitSeq(text, "\n") {
		n++
		for part := range strings.SplitSeq(raw, "\r") {
			cleaned := clean(part[:min(len(part), maxConsoleLine)])
			line := r.line(cleaned)
			p.Secret = p.Secret || line != cleaned && strings.Contains(line, removed) && !strings.HasPrefix(line, "debug")
			if strings.TrimSpace(line) != "" {
				p.keep(LogLine{N: n, Text: line})
			}
		}
	}
	p.PrivateKey = r.privateKey
	p.Heard = p.Lines
	if p.Kind == ClientText || p.Kind == ServerLog {
		p.cut(s)
	}
	if p.Kind == ClientText {
		p.configured()
	}
	return p
}

func (p *Paste) keep(line LogLine) {
	if len(p.Lines) == maxPasteLines {
		p.Lines = append(p.Lines[:0], p.Lines[maxPasteLines/2:]...)
	}
	p.Lines = append(p.Lines, line)
}

// cut takes the lines apart into messages and finds the side and the attempt of
// each.
func (p *Paste) cut(s *sorter) {
	p.Lines = nil
	side := p.Kind
	var client, server attemptReader
	for _, line := range p.Heard {
		for _, m := range s.messages(line.Text) {
			side = sideOf(m, side)
			p.Lines, p.sides = append(p.Lines, LogLine{N: line.N, Text: m.text}), append(p.sides, side)
			if side == ServerLog {
				server.server(len(p.Lines)-1, m.text)
			} else {
				client.client(len(p.Lines)-1, m.text)
			}
		}
	}
	client.finish(len(p.Lines))
	server.finish(len(p.Lines))
	p.Attempts = slices.Concat(client.done, server.done)
}

// parts are what the paste is as evidence: one text for each side, without what
// a later attempt has overtaken.
func (p *Paste) parts() []Paste {
	if p.Kind != ClientText && p.Kind != ServerLog {
		return []Paste{*p}
	}
	over := p.overtaken()
	var parts []Paste
	for _, side := range []TextKind{ClientText, ServerLog} {
		part := Paste{Kind: side, Heard: p.Heard, PrivateKey: p.PrivateKey, Secret: p.Secret}
		for i, line := range p.Lines {
			if p.sides[i] == side && !over[i] {
				part.Lines, part.sides = append(part.Lines, line), append(part.sides, side)
			}
		}
		for _, a := range p.Attempts {
			if a.Side == side {
				part.Attempts = append(part.Attempts, a)
			}
		}
		if len(part.Lines) > 0 || len(part.Attempts) > 0 || side == p.Kind {
			parts = append(parts, part)
		}
	}
	return parts
}

// Deciding returns the attempt that the text is about: the last one; nil if it
// shows none.
func (p *Paste) Deciding() *Attempt {
	if len(p.Attempts) == 0 {
		return nil
	}
	return &p.Attempts[len(p.Attempts)-1]
}
