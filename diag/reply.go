package diag

import (
	"slices"
	"strings"
)

// A Reply is what the SSH server at one address said of one account. It is of
// the asked port and an address that the person may use.
type Reply struct {
	Reach *Reach
	*AuthFacts
}

// Replies returns what servers said of an account, of all accounts if user is
// "". Attempts that tell nothing are left out.
func (e *Evidence) Replies(user string) []Reply {
	var all []Reply
	targets := e.Targets()
	for i := range e.Reach {
		r := &e.Reach[i]
		if r.SSH == nil || r.Target.Port() != e.Asked.Port || !slices.Contains(targets, r.Target.Addr()) {
			continue
		}
		for n := range r.SSH.Auth {
			if a := &r.SSH.Auth[n]; (user == "" || a.User == user) && a.Outcome.Told() {
				all = append(all, Reply{r, a})
			}
		}
	}
	return all
}

// Takes reports whether the server would take a key for an account, with the
// words that it said so in. One address that takes it says more than another
// that was not heard to. An account that does not exist is refused in the same
// way as a key that does not fit.
func (e *Evidence) Takes(user string, whose KeyOwner) (Answer, []Observation) {
	answer, seen := NotKnown, []Observation(nil)
	if user == "" {
		return answer, nil
	}
	for _, r := range e.Replies(user) {
		k := r.Key(e.asWhose(whose))
		switch {
		case k == nil:
		case k.Accepted == OK:
			return Yes, []Observation{r.ObserveKey(k)}
		case k.Accepted == Refused && answer == NotKnown:
			answer, seen = No, []Observation{r.ObserveKey(k)}
		}
	}
	return answer, seen
}

// asWhose: a key that is both the launch key and the person's is asked about
// once, as the launch key.
func (e *Evidence) asWhose(whose KeyOwner) KeyOwner {
	if whose == PersonKey && e.PersonKey().Same(e.LaunchKey()) == Yes {
		return LaunchKey
	}
	return whose
}

// Methods are those by which the server lets anybody try to log in, as it lists
// them for the account; nil if that is not known.
func (e *Evidence) Methods(user string) []string {
	for _, r := range e.Replies(user) {
		if len(r.Methods) > 0 {
			return r.Methods
		}
	}
	return nil
}

// Key returns the answer about a key, nil if there is none.
func (r Reply) Key(whose KeyOwner) *KeyAnswer {
	for i := range r.Keys {
		if r.Keys[i].Whose == whose {
			return &r.Keys[i]
		}
	}
	return nil
}

// Where names address, vantage point and account: "ssh 203.0.113.9:22 as debian".
func (r Reply) Where() string { return "ssh " + r.Reach.Where() + " as " + r.User }

// ObserveKey quotes what the server said of a key.
func (r Reply) ObserveKey(k *KeyAnswer) Observation {
	verb := "accepts "
	if k.Accepted != OK {
		verb = "does not accept "
	}
	which := "the launch key "
	if k.Whose == PersonKey {
		which = "your key "
	}
	text := verb + which + k.Key.Fingerprint()
	if k.Accepted != OK && len(r.Methods) > 0 {
		text += "; it takes " + strings.Join(r.Methods, ", ")
	}
	return Observation{Source: SourceSSH, Where: r.Where(), Text: text}
}

// Observe quotes the methods that the server lists, or the words with which it
// ended.
func (r Reply) Observe() Observation {
	text := "takes " + strings.Join(r.Methods, ", ")
	switch {
	case r.Open:
		text = "lets anybody in"
	case len(r.Methods) == 0:
		text = strings.TrimSpace(r.Outcome.String() + " " + r.Goodbye + r.Err)
	}
	return Observation{Source: SourceSSH, Where: r.Where(), Text: text}
}

// Said returns the first of the server's own words (banner, last words, prompts)
// that fits, "" if none does.
func (r Reply) Said(fits func(string) bool) string {
	words := append([]string{r.Goodbye}, strings.Split(r.Banner, "\n")...)
	for _, text := range append(words, r.Prompts...) {
		if text = strings.TrimSpace(text); text != "" && fits(text) {
			return text
		}
	}
	return ""
}
