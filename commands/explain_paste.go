package commands

import (
	"cmp"

	"sshhelp/diag"
)

// pasteFacts are what pasted texts state of the connection that they are about,
// of which only the certain is told: the client's words first, then the
// server's where the client said nothing.
func pasteFacts(pastes []diag.Paste) map[string]any {
	facts := map[string]any{}
	for i := range pastes {
		if a := pastes[i].Deciding(); a != nil {
			known := *a
			if a.Side == diag.ServerLog && severalUsers(pastes[i].Attempts) {
				known.User = ""
			}
			attemptFacts(&known, facts)
		}
	}
	return facts
}

// severalUsers reports whether a server's log names more than one account: then
// nobody knows which is the person's.
func severalUsers(attempts []diag.Attempt) bool {
	user := ""
	for _, a := range attempts {
		if a.User != "" && user != "" && a.User != user {
			return true
		}
		user = cmp.Or(a.User, user)
	}
	return false
}

func attemptFacts(a *diag.Attempt, facts map[string]any) {
	add := func(name, value string) {
		if _, known := facts[name]; value != "" && !known {
			facts[name] = value
		}
	}
	add("user", a.User)
	add("host", a.Host)
	add("client", a.Client)
	add("server", a.Server)
	if _, known := facts["port"]; a.Port != 0 && !known {
		facts["port"] = a.Port
	}
	if a.Side == diag.ServerLog && !a.LoggedIn() {
		return
	}
	add("stage", a.Stage.String())
	if len(a.Methods) > 0 {
		facts["methods"] = a.Methods
	}
	var offered []string
	for _, k := range a.Offered {
		offered = append(offered, k.Name)
	}
	if offered != nil {
		facts["offered_keys"] = offered
	}
}

// leading keeps the causes that stand by themselves: what follows from another
// one is told in words, but is not why a login failed.
func leading(d *diag.Diagnosis) []string {
	ids := []string{}
	for _, f := range d.Findings {
		if f.State == diag.Confirmed && f.Under == "" {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// explainPaste reads what a client or a server printed.
func explainPaste(catalogue *diag.Catalogue, e *diag.Evidence, kind diag.TextKind) *Explanation {
	x := explained(catalogue, e, kind, pasteFacts(e.Pastes))
	x.Causes = leading(x.Diagnosis)
	return x
}

// warnings are the sections about secrets that a text held: they come first,
// because a secret that others have read cannot wait.
func warnings(pastes []diag.Paste) []diag.Section {
	var key, secret bool
	for _, p := range pastes {
		key, secret = key || p.PrivateKey, secret || p.Secret
	}
	s := diag.Section{Kind: diag.AlsoSection, Title: "Careful"}
	if key {
		s.Items = append(s.Items, diag.Item{Text: "This text held a private key. Whoever has read it can log in wherever that key is accepted: delete the message, make a new key pair, and take the old public key off every server."})
	}
	if secret {
		s.Items = append(s.Items, diag.Item{Text: "This text held a password or a token. It was not kept, but change it: others may have read it."})
	}
	if s.Items == nil {
		return nil
	}
	return []diag.Section{s}
}
