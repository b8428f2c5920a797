package bot

import (
	"fmt"
	"net/netip"
	"strings"

	"sshhelp/commands"
	"sshhelp/diag"
)

// A change is what a reply in a thread asks for: the check again, with other
// settings or the same.
type change struct {
	Recheck bool       `json:"recheck,omitzero"`
	From    netip.Addr `json:"from,omitzero"`
	User    string     `json:"user,omitempty"`
	Port    uint16     `json:"port,omitzero"`
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
	if len(words) == 0 {
		return "recheck"
	}
	return strings.Join(words, " ")
}

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
	return asked
}

// follow reads a reply in a thread of ours and makes a job of it; false means
// that it is nothing for us. A value that cannot be right becomes words for
// whoever wrote it.
func (j *job) follow(line string) bool {
	words := strings.Fields(strings.TrimRight(strings.TrimSpace(line), ".!"))
	if len(words) == 1 && strings.EqualFold(words[0], "help") {
		j.Kind, j.Text = tellJob, threadHelpText
		return true
	}
	c, understood, err := parseChange(words)
	switch {
	case err != nil:
		j.Kind, j.Text = tellJob, escape(err.Error())
	case understood:
		j.Kind, j.Change = followJob, c
	}
	return understood || err != nil
}

// parseChange reads "recheck", "from 203.0.113.7", "user ubuntu", "port 2222"
// or several of them. What is not exactly that is talk between people.
func parseChange(words []string) (c change, understood bool, err error) {
	if len(words) > 0 && strings.EqualFold(words[0], "recheck") {
		c.Recheck, words = true, words[1:]
	}
	if len(words)%2 != 0 {
		return c, false, nil
	}
	for i := 0; i < len(words); i += 2 {
		if !meant(words[i], words[i+1]) {
			return c, false, nil
		}
		if err := c.set(words[i], words[i+1]); err != nil {
			return c, false, err
		}
	}
	return c, c != change{}, nil
}

// meant tells a setting from words that only begin like one ("from what", "port
// forwarding").
func meant(keyword, value string) bool {
	switch strings.ToLower(keyword) {
	case "from":
		return strings.ContainsAny(value, ".:") && strings.ContainsAny(value, "0123456789")
	case "port":
		return strings.ContainsAny(value[:1], "-0123456789")
	case "user":
		return true
	}
	return false
}

func (c *change) set(keyword, value string) (err error) {
	switch strings.ToLower(keyword) {
	case "from":
		c.From, err = commands.ParseFrom(value)
	case "port":
		c.Port, err = commands.ParsePort(value)
	case "user":
		c.User, err = commands.ParseUser(value)
	}
	return err
}
