package bot

import (
	"context"
	"net/netip"
	"regexp"
	"strings"

	"sshhelp/commands"
	"sshhelp/diag"
)

// explainShortcut is the callback of the message shortcut "Explain this SSH error".
const explainShortcut = "explain_ssh"

// explainClicked checks what a message is about, in the message's own thread.
func (b *Bot) explainClicked(i *interaction) *wish {
	text := unescape(i.Message.Text)
	j := i.job(checkJob, newRef())
	j.Place.Thread = i.Message.ThreadTS
	if j.Place.Thread == "" {
		j.Place.Thread = i.Message.TS
	}
	kept, leak := redacted(text)
	if leak {
		return &wish{job: j.tell(leakText)}
	}
	j.Change.Pastes = []string{kept}
	query := subject(text)
	if query == "" {
		return &wish{job: j} // it is read by itself
	}
	asked, err := commands.Parse(query)
	if err != nil {
		return &wish{job: j.tell(escape(err.Error()))}
	}
	j.Asked = asked
	if a := lastAttempt(text); a != nil {
		if j.Asked.User == "" {
			j.Asked.User = a.User
		}
		if a.Port != 0 && !j.Asked.PortSaid {
			j.Asked.Port, j.Asked.PortSaid = a.Port, a.Port != 22
		}
	}
	return &wish{job: j}
}

const noSubjectText = "That message names no instance: no address, no ID, and no error of SSH that is known. Write which one it is: `/sshhelp web-1`"

// readAlone tells the asker what a text says that names no instance.
func (b *Bot) readAlone(ctx context.Context, j *job) error {
	d := b.Engine.Reason(&diag.Evidence{Now: j.At}, j.Change.Pastes)
	if len(d.Findings) == 0 {
		return b.tell(ctx, j, message{text: noSubjectText})
	}
	return b.tell(ctx, j, privateAnswer(d, "That is what the message alone tells. It names no instance: write which one it is, and more can be said: `/sshhelp web-1`"))
}

// lastAttempt is the last connection that a client's output shows; nil for none.
func lastAttempt(text string) *diag.Attempt {
	p := diag.ReadPaste(text)
	if p.Kind != diag.ClientText || len(p.Attempts) == 0 {
		return nil
	}
	return &p.Attempts[len(p.Attempts)-1]
}

// instanceID is the form of OpenStack's IDs (RFC 9562).
var instanceID = regexp.MustCompile(`\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b`)

// subject finds what a message is about: the server that an SSH client went to,
// an ID, an address that could be an instance's; "" for nothing.
func subject(text string) string {
	if a := lastAttempt(text); a != nil && a.Host != "" {
		return a.Host
	}
	if id := instanceID.FindString(text); id != "" {
		return id
	}
	for word := range strings.FieldsFuncSeq(text, apart) {
		if at, ok := address(word); ok {
			return at.String()
		}
	}
	return ""
}

// apart is what stands between words, without what belongs to addresses.
func apart(r rune) bool { return strings.ContainsRune(" \t\r\n,;()<>\"'`|@=", r) }

// address reads an address as people write it in a sentence.
func address(word string) (netip.Addr, bool) {
	word = strings.TrimRight(word, ".:!?")
	if at, err := netip.ParseAddrPort(word); err == nil {
		return at.Addr().Unmap(), true
	}
	at, err := netip.ParseAddr(strings.Trim(word, "[]{}"))
	usable := err == nil && !at.IsUnspecified() && !at.IsLoopback() && !at.IsMulticast()
	return at.Unmap(), usable
}
