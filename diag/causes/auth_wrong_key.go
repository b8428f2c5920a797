package causes

import (
	"slices"
	"strings"

	"sshhelp/diag"
)

var authWrongKey = &diag.Cause{
	ID:    "auth/wrong-key",
	Title: "the key is not the one that the instance was launched with",
	Doc: `Only the private key that belongs to the public half on the server opens it. People
have several keys, or made a new one since; or the public file that lies beside a
private key belongs to another one, so that the client offers one key and signs
with the other.`,
	Text:        "Your client does not use the key that belongs to {server}{detail}.",
	Maybe:       "The key that you use does not seem to be the one that {server} was launched with{detail}.",
	Breaks:      diag.AtKey,
	ExplainedBy: []*diag.Cause{hostkeySuspicious},
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `private key (\S+) contents do not match public|key (?:and|does not match) (?:its )?public key|private key does not match`,
		Example:  `identity_sign: private key /home/alice/.ssh/mix contents do not match public`,
		NearMiss: `debug1: identity file /home/alice/.ssh/mix type 3`,
	}},
	Check: checkWrongKey,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See which key pair the instance was launched with, and its fingerprint.", Code: "openstack server show {id} -c key_name\nopenstack keypair list"},
		{Do: "Print the fingerprints of the keys that you have, and look for the same.", Code: "for k in ~/.ssh/*.pub; do ssh-keygen -E md5 -lf \"$k\"; done"},
		{Do: "Use that one, and no other.", Code: "ssh -o IdentitiesOnly=yes -i ~/.ssh/KEY-FILE -p {port} {user}@{address}"},
		{Do: "If the public file beside your private key belongs to another key, make it anew.", Code: "ssh-keygen -y -f ~/.ssh/KEY-FILE > ~/.ssh/KEY-FILE.pub"},
		{Do: "If another key or a password still lets you in, add this key with its help.", Code: "ssh-copy-id -i ~/.ssh/KEY-FILE.pub -p {port} {user}@{address}"},
		{Do: "If you have lost the right key, let somebody who can log in add your public key, or use a rescue image to add it."},
	}},
}

// checkWrongKey: a client that says so settles it, and so does a server that was
// asked about the key that the person named. Else what the client offered is
// compared with the launch key; as other keys may have been added since, a
// difference is only a suspicion.
func checkWrongKey(p *diag.Pass) diag.Verdict {
	if v := told(p, fromPastes(p, nil)); v.State == diag.Confirmed {
		v.Args["detail"] = ": the public file beside your private key belongs to another key"
		return v
	}
	if p.Asked.Key != nil {
		return ownKeyJudged(p)
	}
	return offeredJudged(p)
}

// ownKeyJudged compares the key that the person named with the launch key and
// with what the server takes. That it is another one is certain where both are
// known; that it does not belong there too is so only if the server refuses it
// for an account that is known to be right.
func ownKeyJudged(p *diag.Pass) diag.Verdict {
	own, user := p.PersonKey(), p.Account()
	meant, _ := p.Admin()
	there, _ := p.Takes(meant, diag.PersonKey)
	took, seen := p.Takes(user, diag.PersonKey)
	launch, launchSeen := p.Takes(user, diag.LaunchKey)
	same := own.Same(p.LaunchKey())
	switch {
	case own == (diag.HostKey{}):
		return diag.Verdict{}
	case took == diag.Yes, there == diag.Yes, same == diag.Yes, plantedFor(p.Evidence, user, own):
		return diag.Verdict{State: diag.RuledOut}
	case took != diag.No && same != diag.No, !takesKeys(p.Evidence, user):
		return diag.Verdict{}
	}
	v := diag.Verdict{State: diag.Possible, Args: textArgs(p.Evidence, nil), Because: slices.Concat(seen, launchSeen)}
	v.Args["detail"] = ""
	if p.KeyPair != nil && same == diag.No {
		v.Args["detail"] = ": it was launched with the key pair " + p.KeyPair.Name + ", " + p.LaunchKey().Fingerprint()
	}
	if len(seen) == 0 {
		v.Because = append(v.Because, keySource(p.Evidence))
	}
	if same == diag.No && took == diag.No && (launch == diag.Yes || launch == diag.NotKnown && meant == user) {
		v.State = diag.Confirmed
		return v
	}
	if took != diag.No {
		v.Ask = "Was your key added to " + v.Args["server"] + " later? Give the whole line of its .pub file, and the server is asked."
	}
	return v
}

// plantedFor reports whether the guest printed that it put this key in place.
func plantedFor(e *diag.Evidence, user string, own diag.HostKey) bool {
	return e.Console != nil && slices.ContainsFunc(e.Console.Authorized, func(k diag.AuthorizedKey) bool {
		return (user == "" || k.User == user) && k.Key.Same(own) == diag.Yes
	})
}

func offeredJudged(p *diag.Pass) diag.Verdict {
	a, launch := clientAttempt(p.Evidence), p.LaunchKey()
	if a == nil || launch == (diag.HostKey{}) || len(a.Offered) == 0 {
		return diag.Verdict{}
	}
	v := diag.Verdict{State: diag.Possible, Args: textArgs(p.Evidence, nil)}
	for _, k := range a.Offered {
		if diag.ReadFingerprint(k.Fingerprint).Same(launch) != diag.No {
			return diag.Verdict{}
		}
		if len(v.Because) < 3 {
			v.Because = append(v.Because, offeredKey(k))
		}
	}
	if !keyRefused(a) || !a.Denied {
		return diag.Verdict{}
	}
	v.Args["detail"] = ", the key pair " + p.KeyPair.Name
	if took, seen := p.Takes(a.User, diag.LaunchKey); took == diag.Yes { // it is the key, not the account
		v.State, v.Because = diag.Confirmed, append(v.Because, seen...)
	}
	v.Ask = "Do you have the private key of the key pair " + p.KeyPair.Name + "?"
	return v
}

func offeredKey(k diag.OfferedKey) diag.Observation {
	return diag.Observation{Source: diag.SourcePaste, Where: "key offered", Text: strings.TrimSpace(k.Name + " " + k.Type + " " + k.Fingerprint)}
}
