package diag

// hostKeyFine: a host key seen on the network that the console printed too, or
// that is the one that it always was.
func hostKeyFine(e *Evidence) (string, []Observation) {
	for _, t := range e.HostKeys() {
		if t.Standing == KeyPrinted || t.Standing == KeyKept {
			return t.Key.Fingerprint(), []Observation{t.Observe()}
		}
	}
	return "", nil
}

// hostKeyFacts: whoever connects for the first time is asked about just this
// key, and needs what it can be compared with.
func hostKeyFacts(e *Evidence) []Observation {
	var seen []Observation
	for _, t := range e.HostKeys() {
		seen = append(seen, t.Observe())
	}
	return seen
}

// accountFine: a server that takes a key for an account knows the account, and
// found a key of it where it looks. Root is another matter: cloud images put the
// key there as well, with a command that only says which account is meant, and
// whether root may log in is decided after the key.
func accountFine(e *Evidence) (string, []Observation) {
	user := e.Account()
	for _, r := range e.Replies(user) {
		if user != "" && r.Open {
			return user, []Observation{r.Observe()}
		}
	}
	if e.rootOnlyShown(user) {
		return "", nil
	}
	for _, whose := range []KeyOwner{PersonKey, LaunchKey} {
		if took, seen := e.Takes(user, whose); took == Yes {
			return user, seen
		}
	}
	return "", nil
}

// rootOnlyShown reports whether the account is root on an image that means
// another one, or may.
func (e *Evidence) rootOnlyShown(user string) bool {
	if user != "root" {
		return false
	}
	for _, a := range e.admins() {
		if a.user == "root" {
			return false
		}
	}
	return true
}

// accountFacts are the methods that the server lists, which are the same for
// accounts that do not exist.
func accountFacts(e *Evidence) []Observation {
	for _, r := range e.Replies(e.Account()) {
		return []Observation{r.Observe()}
	}
	return nil
}

// keyFine: the key that the person named, else the one that the instance was
// launched with, is one that the server takes for the account.
func keyFine(e *Evidence) (string, []Observation) {
	whose, user := LaunchKey, e.Account()
	if e.Asked.Key != nil {
		whose = PersonKey
	}
	for _, r := range e.Replies(user) {
		if user != "" && r.Open {
			return "no key is asked for", []Observation{r.Observe()}
		}
	}
	took, seen := e.Takes(user, whose)
	if took != Yes || e.rootOnlyShown(user) {
		return "", nil
	}
	if whose == PersonKey && e.asWhose(whose) == PersonKey {
		return "your key is accepted", seen
	}
	return "the launch key is accepted", seen
}

// keyFacts are what the server said of the keys that it was asked about.
func keyFacts(e *Evidence) []Observation {
	var all []Observation
	for _, whose := range []KeyOwner{LaunchKey, PersonKey} {
		if _, seen := e.Takes(e.Account(), whose); len(seen) > 0 && (whose == LaunchKey || e.asWhose(whose) == PersonKey) {
			all = append(all, seen...)
		}
	}
	return all
}
