package causes

import (
	"slices"

	"sshhelp/diag"
)

var authNoKeypair = &diag.Cause{
	ID:    "auth/no-keypair",
	Title: "the instance was launched without a key pair",
	Doc: `A key pair is named when an instance is launched; the cloud then hands its
public half to the guest, which lets in whoever holds the private half. Without
one, no key is put into the account, and cloud images accept no password either.
A key pair cannot be added to an instance afterwards.`,
	Text:   "{name} was launched without a key pair, so no key opens it.",
	Maybe:  "{name} was launched without a key pair; unless its image or its user-data brings a key, none opens it.",
	Breaks: diag.AtKey,
	Lines: []diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `no authorized (?:SSH|ssh) keys fingerprints found for user (\S+?)\.?(?:\s|$)`,
		Example:  `ci-info: no authorized SSH keys fingerprints found for user debian.`,
		NearMiss: `ci-info: +++Authorized keys from /home/debian/.ssh/authorized_keys for user debian+++`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `no cloud public-keys are present`,
		Example:  `WARN: no cloud public-keys are present`,
		NearMiss: `cloud public-keys are present: launch`,
	}},
	Check: checkNoKeypair,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "If you have no key pair in the cloud yet, upload your public key.", Code: "openstack keypair create --public-key ~/.ssh/id_ed25519.pub mykey"},
		{Do: "If nothing on it needs to be kept, delete it and launch it anew with your key: give openstack server create the option --key-name, or choose the key pair in the dashboard."},
		{Do: "To keep what is on it, make a snapshot of it and launch a new instance from that, with your key. It gets another address.", Code: "openstack server image create --wait --name COPY {id}\nopenstack server create --image COPY --flavor FLAVOR --network NETWORK --key-name mykey NEW-NAME"},
		rescue("Or boot it from a rescue image that lets you in, mount its disk, and add your public key to .ssh/authorized_keys in the home directory of {user}."),
		{Do: "If somebody else launched it, ask them: they may have put a key or a password into it by user-data."},
	}},
}

// checkNoKeypair trusts Nova on how the instance was launched. That this keeps
// people out is certain only where the guest says so, or where its SSH server
// answers: before that, something else is in the way.
func checkNoKeypair(p *diag.Pass) diag.Verdict {
	switch {
	case p.Instance == nil:
		return diag.Verdict{}
	case p.Instance.KeyName != "", keyPlanted(p.Evidence), taken(p.Evidence) != nil:
		return diag.Verdict{State: diag.RuledOut}
	case windowsMark(p.Evidence) != nil: // there a key pair only hides the password
		return diag.Verdict{}
	}
	launch := diag.Observation{Source: diag.SourceServer, Where: "instance " + p.Instance.ID, Text: "no key pair named at launch"}
	v := diag.Verdict{State: diag.Possible, Because: append([]diag.Observation{launch}, p.Observe()...)}
	switch {
	case !takesKeys(p.Evidence, p.Account()):
		return diag.Verdict{} // other ways in are meant
	case len(p.Hits) == 0 && slices.Contains(p.Methods(p.Account()), "password"):
		v.Ask = "Did you set a password when you launched it?"
	case len(p.Hits) > 0 || p.SSHAnswers() != nil:
		v.State = diag.Confirmed
		v.Because = append(v.Because, refused(p.Evidence, p.Account())...)
	case p.Console == nil || p.Console.Up == nil:
		return diag.Verdict{}
	}
	return v
}

// keyPlanted reports whether the guest printed a key that it let in, by
// user-data for instance, for an account that a person would use.
func keyPlanted(e *diag.Evidence) bool {
	return e.Console != nil && slices.ContainsFunc(e.Console.Authorized, func(k diag.AuthorizedKey) bool {
		return e.Account() == "" || k.User == e.Account()
	})
}
