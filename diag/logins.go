package diag

import "slices"

// maxLogins bounds how many accounts a server is asked about: each costs a
// connection and failed attempts, which programs such as fail2ban count.
const maxLogins = 2

// Logins returns which accounts and keys an SSH server is worth being asked
// about: the account that the person said or that their client used, and the one that the image makes; of
// the latter another guess, if what is known of it is no more than usual. There
// are none if no account is known.
func (e *Evidence) Logins() []Login {
	var logins []Login
	add := func(user, why string) {
		known := slices.ContainsFunc(logins, func(l Login) bool { return l.User == user })
		if !known && len(logins) < maxLogins {
			logins = append(logins, Login{User: user, Why: why, Keys: e.loginKeys()})
		}
	}
	if e.Asked.User != "" {
		add(e.Asked.User, "you said so")
	} else if user := e.pastedUser(); user != "" {
		add(user, "the text that was pasted")
	}
	for _, a := range e.admins() {
		if add(a.user, a.why); e.Planted(a.user) {
			break
		}
	}
	return logins
}

// pastedUser is the account of the last attempt that a pasted text shows as the
// client saw it, "" if none does.
func (e *Evidence) pastedUser() string {
	user := ""
	for i := range e.Pastes {
		if a := e.Pastes[i].Deciding(); a != nil && a.Side == ClientText && a.User != "" {
			user = a.User
		}
	}
	return user
}

// loginKeys are the launch key and the person's, each if its public half is
// known, and once if they are the same.
func (e *Evidence) loginKeys() []LoginKey {
	var keys []LoginKey
	launch, hasLaunch := HostKey{}, false
	if e.KeyPair != nil {
		if launch, hasLaunch = ReadPublicKey(e.KeyPair.PublicKey); hasLaunch {
			keys = append(keys, LoginKey{Whose: LaunchKey, Line: e.KeyPair.PublicKey})
		}
	}
	if e.Asked.Key == nil {
		return keys
	}
	if own, ok := ReadPublicKey(e.Asked.Key.Line); ok && !(hasLaunch && own.Same(launch) == Yes) {
		keys = append(keys, LoginKey{Whose: PersonKey, Line: e.Asked.Key.Line})
	}
	return keys
}
