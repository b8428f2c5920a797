package causes

import (
	"slices"

	"sshhelp/diag"
)

var authKeyNotInstalled = &diag.Cause{
	ID:    "auth/key-not-installed",
	Title: "the server does not accept the key that the instance was launched with",
	Doc: `At its first boot an instance fetches the public half of its key pair and puts it
into the image's own account. If that failed, or the file was changed later, the
right key for the right account is refused.`,
	Text:        "{subject} does not accept the key of its own key pair for {user}: the key was never put there, or was removed.",
	Maybe:       "{subject} refuses the key of its own key pair: it was never put there or was removed, or {user} is not the account that got it.",
	Breaks:      diag.AtKey,
	ExplainedBy: append([]*diag.Cause{cloudinitMetadata, secgroupEgressBlocked, authServerPermissions, authNotEnabled, authNotAllowed, authAccountLocked}, bootTrouble...),
	Check:       checkKeyNotInstalled,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See on the console log of the first boot whether the key was fetched: look for \"Authorized keys\" and for the metadata service.", Code: "openstack console log show {id}"},
		{Do: "If somebody can log in otherwise, let them add your public key: paste it and end with Ctrl-D.", Code: "sudo tee -a ~{user}/.ssh/authorized_keys", Who: diag.Inside},
		{Do: "If it was never put there and nothing needs to be kept, rebuild it: its addresses stay, but all on its disk is lost.", Code: "openstack server rebuild {id}", Risk: diag.LosesData},
		rescue("To keep it, boot it from a rescue image, mount its disk, and add your public key to .ssh/authorized_keys in the home directory of {user}."),
	}},
}

// checkKeyNotInstalled needs three things: the launch key, a client that offered
// just that, and a server that did not take it. That the account is the right
// one must be known too.
func checkKeyNotInstalled(p *diag.Pass) diag.Verdict {
	a := clientAttempt(p.Evidence)
	launch := launchFingerprints(p.KeyPair)
	if a == nil || launch == nil {
		return diag.Verdict{}
	}
	same := func(k diag.OfferedKey) bool { return slices.Contains(launch, k.Fingerprint) }
	if slices.ContainsFunc(a.Accepted, same) {
		return diag.Verdict{State: diag.RuledOut}
	}
	i := slices.IndexFunc(a.Offered, same)
	if i < 0 || !a.Denied {
		return diag.Verdict{}
	}
	v := diag.Verdict{State: diag.Possible, Args: textArgs(p.Evidence, nil), Because: []diag.Observation{offeredKey(a.Offered[i])}}
	if meant := usualAccount(p.Evidence); meant != "" && meant == a.User {
		v.State = diag.Confirmed
	}
	return v
}
