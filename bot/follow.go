package bot

import (
	"cmp"
	"fmt"
	"net/netip"
	"strings"

	"sshhelp/commands"
	"sshhelp/diag"
)

// A change is what a reply in a thread adds to a check: other settings, texts
// that were pasted, or just another look.
type change struct {
	Recheck bool           `json:"recheck,omitzero"`
	From    netip.Addr     `json:"from,omitzero"`
	User    string         `json:"user,omitempty"`
	Port    uint16         `json:"port,omitzero"`
	Key     *diag.GivenKey `json:"key,omitempty"`
	Pastes  []string       `json:"pastes,omitempty"` // redacted
}

// String writes the change as somebody would type it.
func (c change) String() string {
	words := []string{}
	if c.From.IsValid() {
		words = append(words, "from "+c.From.String())
	}
	if c.User != "" {
		words = append(words, "user "+c.User)
	}
	if c.Port != 0 {
		words = append(words, fmt.Sprint("port ", c.Port))
	}
	if c.Key != nil {
		words = append(words, "key "+cmp.Or(c.Key.Fingerprint, c.Key.Line))
	}
	if len(c.Pastes) > 0 {
		words = append(words, "output was pasted")
	}
	if len(words) == 0 {
		return "recheck"
	}
	return strings.Join(words, " ")
}

// looks reports whether the change calls for another look at the instance; what
// was pasted alone is read with what is known.
func (c change) looks() bool {
	return c.Recheck || c.From.IsValid() || c.User != "" || c.Port != 0 || c.Key != nil
}

func (c change) empty() bool { return !c.looks() && len(c.Pastes) == 0 }

// apply gives the settings with the change made.
func (c change) apply(asked diag.Asked) diag.Asked {
	if c.From.IsValid() {
		asked.From, asked.FromWhy = c.From, diag.FromSaid
	}
	if c.User != "" {
		asked.User = c.User
	}
	if c.Port != 0 {
		asked.Port, asked.PortSaid = c.Port, true
	}
	if c.Key != nil {
		asked.Key = c.Key
	}
	return asked
}

// changes makes the change to what is remembered. What was pasted before tells
// nothing more once somebody asks for another look.
func (r *record) changes(c change) {
	r.Asked = c.apply(r.Asked)
	if c.Recheck {
		r.Pastes = nil
	}
	r.Pastes = append(r.Pastes, c.Pastes...)
	r.Pastes = r.Pastes[max(0, len(r.Pastes)-maxPastes):]
}

// follow reads a reply in a thread of ours and makes a job of it; false means
// that it is nothing for us. A value that cannot be right becomes words for
// whoever wrote it. The text itself never goes into the job: what was pasted goes
// without its secrets.
func (j *job) follow(line string) bool {
	kept, leak := redacted(line)
	j.Leak = leak
	u := commands.UnderstandReply(line)
	switch {
	case u.Err != nil && !leak:
		j.Kind, j.Text = tellJob, escape(u.Err.Error())
		return true
	case u.Paste != "" && u.Paste != diag.KeyMaterial:
		j.Kind, j.Change = followJob, change{Pastes: []string{kept}}
	case len(u.Intents) > 0 && !leak:
		j.Kind = followJob
		j.Change, j.Do = changeOf(u)
	default:
		j.Kind = followJob
		return leak || len(j.Files) > 0
	}
	return true
}

// changeOf parts what changes a check from what is answered beside it.
func changeOf(u commands.Understood) (c change, rest []commands.Intent) {
	var asked diag.Asked
	if err := u.Apply(&asked); err != nil {
		panic("bot: what was understood cannot be applied: " + err.Error()) // unreachable: it was read the same way
	}
	c = change{Recheck: u.Has(commands.RecheckIntent), From: asked.From, User: asked.User, Port: asked.Port, Key: asked.Key}
	for _, i := range u.Intents {
		switch i.Kind {
		case commands.RecheckIntent, commands.FromIntent, commands.UserIntent, commands.PortIntent, commands.KeyIntent:
		default:
			rest = append(rest, i)
		}
	}
	return c, rest
}

// redacted is a text without its secrets, cut to what is kept of it, and whether
// it held a private key.
func redacted(text string) (kept string, leak bool) {
	var r diag.Redactor
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		b.WriteString(r.Line(line))
		b.WriteByte('\n')
	}
	kept = b.String()
	return kept[max(0, len(kept)-maxPaste):], r.PrivateKey()
}

const (
	// maxPaste is how much is kept of one text, in bytes: its end, where the error
	// stands.
	maxPaste = 64 << 10
	// maxPastes is how many texts are kept of a check.
	maxPastes = 3
)
