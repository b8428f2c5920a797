package causes

import (
	"cmp"
	"slices"
	"strconv"

	"sshhelp/diag"
)

// fromPastes are the hits in what a person pasted, but for those in lines that
// one of the fragments shows to be about something else.
func fromPastes(p *diag.Pass, keep func(diag.Hit) bool) []diag.Hit {
	return slices.DeleteFunc(slices.Clone(p.Hits), func(h diag.Hit) bool {
		return h.Line.In == diag.ConsoleLog || keep != nil && !keep(h)
	})
}

// byText is the check of a cause that programs name when it holds: what they
// print settles it, and nothing else says anything of it. What the cloud or a
// probe sees does not contradict it, because it is about the person's own side
// or about what the server thinks of the person.
func byText(p *diag.Pass) diag.Verdict { return told(p, fromPastes(p, nil)) }

// told is the verdict of hits in pasted text.
func told(p *diag.Pass, hits []diag.Hit) diag.Verdict {
	if len(hits) == 0 {
		return diag.Verdict{}
	}
	only := diag.Pass{Evidence: p.Evidence, Hits: hits}
	return diag.Verdict{State: diag.Confirmed, Because: only.Observe(), Args: textArgs(p.Evidence, hits)}
}

// maybe weakens a verdict.
func maybe(v diag.Verdict, ask string) diag.Verdict {
	if v.State == diag.Confirmed {
		v.State, v.Ask = diag.Possible, ask
	}
	return v
}

// textArgs fill the placeholders of the causes that pasted text tells: whom it
// was to, and the key file that the client's messages are about.
func textArgs(e *diag.Evidence, hits []diag.Hit) diag.Args {
	args := diag.Args{"server": "the server", "subject": "The server", "file": "KEY-FILE", "named": ""}
	a := attempt(e)
	host := ""
	if a != nil {
		host = a.Host
		if a.User != "" {
			args["user"] = a.User
		}
		if a.Port != 0 && !e.Asked.PortSaid {
			args["port"] = strconv.Itoa(int(a.Port))
		}
	}
	if e.Asked.User != "" {
		args["user"] = e.Asked.User
	}
	if t := e.Target(); t.IsValid() {
		host = t.Addr().String()
	} else if host != "" {
		args["address"] = host
	}
	name := e.Asked.Query
	if e.Instance != nil {
		name = cmp.Or(e.Instance.Name, name)
	}
	if name = cmp.Or(name, host); name != "" {
		args["server"], args["subject"] = name, name
	}
	for _, h := range hits {
		if len(h.Match) > 1 && h.Match[1] != "" {
			args["file"], args["named"] = h.Match[1], " "+h.Match[1]
			break
		}
	}
	return args
}

// attempt is the attempt that the pasted texts are about: the last one of a
// client, else of a server's log; nil if they show none.
func attempt(e *diag.Evidence) *diag.Attempt {
	var found *diag.Attempt
	for i := range e.Pastes {
		if a := e.Pastes[i].Deciding(); a != nil && (found == nil || a.Side == diag.ClientText || found.Side == diag.ServerLog) {
			found = a
		}
	}
	return found
}

// clientAttempt is the attempt as the client saw it, nil if none is pasted.
func clientAttempt(e *diag.Evidence) *diag.Attempt {
	if a := attempt(e); a != nil && a.Side == diag.ClientText {
		return a
	}
	return nil
}

// person is the account that the person uses, as far as anything says so.
func person(e *diag.Evidence) string {
	if e.Asked.User != "" {
		return e.Asked.User
	}
	if a := clientAttempt(e); a != nil {
		return a.User
	}
	return ""
}

// isPerson reports whether an account may be the person's: one that a client in
// the text used, or any if none is named.
func isPerson(e *diag.Evidence, user string) bool {
	if e.Asked.User != "" {
		return e.Asked.User == user
	}
	named := false
	for _, paste := range e.Pastes {
		for i := range paste.Attempts {
			a := &paste.Attempts[i]
			if a.Side == diag.ClientText && a.User != "" {
				if named = true; a.User == user {
					return true
				}
			}
		}
	}
	return !named
}

// maxStrangers is how many accounts or addresses a log may name before most of
// them are taken for strangers who guess.
const maxStrangers = 2

// ofPerson keeps the hits of a server's log that are about the person: whatever
// names their account; if that is not known, all, unless the log names so many
// that it shows strangers at the door. The group holds the account or address.
func ofPerson(p *diag.Pass, hits []diag.Hit, group int) []diag.Hit {
	seen := map[string]bool{}
	kept := slices.DeleteFunc(slices.Clone(hits), func(h diag.Hit) bool {
		if h.Line.In != diag.ServerLog || group >= len(h.Match) || h.Match[group] == "" {
			return false
		}
		seen[h.Match[group]] = true
		return !isPerson(p.Evidence, h.Match[group])
	})
	if person(p.Evidence) == "" && (len(seen) > maxStrangers || strangers(p.Evidence)) {
		return nil
	}
	return kept
}

// strangers reports whether a server's log shows people who guess accounts: by
// their number, or because the server says so.
func strangers(e *diag.Evidence) bool {
	users := map[string]bool{}
	for _, paste := range e.Pastes {
		for i := range paste.Attempts {
			if a := &paste.Attempts[i]; a.Side == diag.ServerLog && a.User != "" {
				users[a.User] = true
			}
		}
	}
	return len(users) > maxStrangers || pasted(e, "Client trying multiple usernames")
}
