package commands

import (
	"strings"

	"sshhelp/diag"
)

// A Kind is what somebody wants of sshhelp.
type Kind string

// The kinds. Their names are a contract: they stand in JSON output.
const (
	CheckIntent    Kind = "check"    // a new check; the value is the instance as it was named
	RecheckIntent  Kind = "recheck"  // the check of this thread again
	FromIntent     Kind = "from"     // the value is the address that the person connects from
	UserIntent     Kind = "user"     // the value is the account
	PortIntent     Kind = "port"     // the value is the TCP port
	KeyIntent      Kind = "key"      // the value is a fingerprint, or a public key of authorized_keys form
	ShowIntent     Kind = "show"     // the value is rules, console, probes or path
	EscalateIntent Kind = "escalate" // hand over to people
	QuietIntent    Kind = "quiet"    // say no more here; with the value "recheck": only do not recheck by itself
	ResumeIntent   Kind = "resume"   // speak again
	HelpIntent     Kind = "help"     // what can be asked for
	HowtoIntent    Kind = "howto"    // the value is the name of a page, see [Page]
)

// An Intent is one thing that a line asks for.
type Intent struct {
	Kind  Kind   `json:"kind"`
	Value string `json:"value"`
	Cloud string `json:"cloud,omitempty"` // of a check: look in this cloud only
}

// Understood is what a line says to sshhelp. Nothing in it means that the line
// is talk between people, which is answered with silence.
type Understood struct {
	Intents []Intent `json:"intents"`
	// Paste is the kind of program whose output the line is, as
	// [diag.Recognise] names it, if it is that and no request.
	Paste diag.TextKind `json:"paste,omitempty"`
	// Err is a [*UsageError] if the line is plainly meant for sshhelp but holds
	// a value that cannot be; there are no intents then.
	Err error `json:"-"`
}

// Silent reports whether there is nothing to answer.
func (u Understood) Silent() bool { return len(u.Intents) == 0 && u.Paste == "" && u.Err == nil }

// Has reports whether something of a kind is asked for.
func (u Understood) Has(k Kind) bool {
	for _, i := range u.Intents {
		if i.Kind == k {
			return true
		}
	}
	return false
}

// Asked is the check that is asked for, with its settings; the zero value if none
// is.
func (u Understood) Asked() diag.Asked {
	asked := diag.Asked{Port: 22}
	for _, i := range u.Intents {
		var err error
		if i.Kind == CheckIntent {
			asked.Cloud = i.Cloud
			err = setQuery(&asked, i.Value)
		} else {
			err = i.apply(&asked)
		}
		if err != nil {
			return diag.Asked{} // unreachable: the values were read the same way
		}
	}
	return asked
}

// Apply makes the settings that were said.
func (u Understood) Apply(asked *diag.Asked) error {
	for _, i := range u.Intents {
		if err := i.apply(asked); err != nil {
			return err
		}
	}
	return nil
}

func (i Intent) apply(asked *diag.Asked) error {
	switch i.Kind {
	case FromIntent, UserIntent, PortIntent, KeyIntent:
		return set(asked, string(i.Kind), i.Value)
	}
	return nil
}

// Bounds of what is read as a request. Nobody asks for anything in more words;
// what is longer is talk, or output that was pasted.
const (
	maxSaid  = 700 // bytes
	maxWords = 70

	maxClauses = 12
)

// UnderstandReply reads what was written in a thread of sshhelp's own, where
// people also talk to each other. It is strict: a clause counts only if a rule
// covers it to its last word, and the rest of the line must not speak to or
// about somebody else. The line is plain text, see [Plain].
func UnderstandReply(line string) Understood {
	if said := bare(line); len(said) <= maxSaid {
		if u := reply(said); !u.Silent() {
			return u
		}
	}
	return Understood{Intents: []Intent{}, Paste: pasted(line)}
}

// UnderstandOrder reads what was written to sshhelp itself: after its command,
// its mention, or in a direct message. Names are taken as they are: an instance
// called like a word of the grammar is reached by quotes. The line is plain
// text, see [Plain].
func UnderstandOrder(line string) Understood {
	u := order(bare(line))
	if u.Intents == nil || u.Err != nil {
		u.Intents = []Intent{}
	}
	return u
}

// bare takes off a code span or block around a whole line.
func bare(line string) string {
	line = strings.TrimSpace(line)
	for _, mark := range []string{"```", "`"} {
		inner, ok := strings.CutPrefix(line, mark)
		if inner, ok2 := strings.CutSuffix(inner, mark); ok && ok2 && inner != "" && !strings.Contains(inner, "`") {
			return strings.TrimSpace(inner)
		}
	}
	return line
}
