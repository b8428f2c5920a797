package causes

import (
	"slices"
	"strings"

	"sshhelp/diag"
)

// taken returns the observation that the server takes a key of the person's or
// the launch key for the account that they use, nil if it is not known to. That
// shows that the account has a key file where the server looks for it, with an
// owner and modes that it trusts. What comes after the key it does not show:
// whether root may log in, PAM's rules, the end date, the shell.
func taken(e *diag.Evidence) []diag.Observation {
	user := e.Account()
	if user == "root" && !admin(e, user) {
		return nil
	}
	for _, whose := range []diag.KeyOwner{diag.PersonKey, diag.LaunchKey} {
		if took, seen := e.Takes(user, whose); took == diag.Yes {
			return seen
		}
	}
	return nil
}

// refused returns the observations that the server takes neither the launch key
// nor the person's for an account; nil if it was not asked, or takes one.
func refused(e *diag.Evidence, user string) []diag.Observation {
	var seen []diag.Observation
	for _, whose := range []diag.KeyOwner{diag.LaunchKey, diag.PersonKey} {
		took, o := e.Takes(user, whose)
		if took == diag.Yes {
			return nil
		}
		for _, one := range o {
			if !slices.Contains(seen, one) {
				seen = append(seen, one)
			}
		}
	}
	return seen
}

// admin reports whether an account is the one that the image makes.
func admin(e *diag.Evidence, user string) bool {
	meant, _ := e.Admin()
	return meant == user
}

// takesKeys reports whether the server lets people try keys at all, or does not
// say. Windows puts no launch key in place: it serves to decrypt a password.
func takesKeys(e *diag.Evidence, user string) bool {
	methods := e.Methods(user)
	return (methods == nil || slices.Contains(methods, "publickey")) && windowsMark(e) == nil
}

// usedKey is the key that the person uses as far as is known: the one that they
// named, else the launch key.
func usedKey(e *diag.Evidence) diag.HostKey {
	if e.Asked.Key != nil {
		return e.PersonKey()
	}
	return e.LaunchKey()
}

// keySource quotes where that key is known from.
func keySource(e *diag.Evidence) diag.Observation {
	k := usedKey(e)
	if e.Asked.Key != nil {
		return diag.Observation{Source: diag.SourcePerson, Where: "your key", Text: strings.TrimSpace(k.Type + " " + k.Fingerprint())}
	}
	return diag.Observation{Source: diag.SourceKeyPair, Where: "key pair " + e.KeyPair.Name, Text: strings.TrimSpace(k.Type + " " + k.Fingerprint())}
}

// saidAtLogin returns the first words of a server about an account that the
// person may use that fit, as an observation; nil if it said none.
func saidAtLogin(e *diag.Evidence, fits func(string) bool) []diag.Observation {
	for _, r := range e.Replies("") {
		if text := r.Said(fits); text != "" {
			return []diag.Observation{{Source: diag.SourceSSH, Where: r.Where(), Text: text}}
		}
	}
	return nil
}

// plantedKey returns the key that the guest printed as put in place for an
// account: the launch key if that is among them, else the first. The zero value
// if it printed none.
func plantedKey(e *diag.Evidence, user string) diag.AuthorizedKey {
	var found diag.AuthorizedKey
	if e.Console == nil {
		return found
	}
	for _, k := range e.Console.Authorized {
		if k.User != user {
			continue
		}
		if k.Key.Same(e.LaunchKey()) == diag.Yes {
			return k
		}
		if found.User == "" {
			found = k
		}
	}
	return found
}
