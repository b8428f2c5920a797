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
right key for the right account is refused. From outside that looks the same as a
key file that the server does not trust (wrong owner or mode), or an account that it
keeps out: it says no, and not why.`,
	Text:   "{subject} does not accept the key of its own key pair for {user}: {why}.",
	Maybe:  "{subject} refuses the key of its own key pair: {why}, or {user} is not the account that got it.",
	Breaks: diag.AtKey,
	ExplainedBy: slices.Concat([]*diag.Cause{
		authServerPermissions, authNotEnabled, authNotAllowed, authAccountLocked, authNoHome, authNoKeypair, authDSAKey, authRSASHA1, authBooting,
		cloudinitMetadata, secgroupEgressBlocked, cloudinitNoDatasource, cloudinitUserData, cloudinitModuleFailed, cloudinitNotRun, cloudinitNoKeys,
		hostkeySuspicious,
	}, guestNotReady),
	Check: checkKeyNotInstalled,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See on the console log of the first boot whether the key was fetched: look for \"Authorized keys\" and for the metadata service.", Code: "openstack console log show {id}"},
		{Do: "If somebody can log in otherwise, let them see what the server finds wrong, and at the file.", Code: "sudo journalctl -u ssh -u sshd --since -15min\nsudo ls -ld ~{user} ~{user}/.ssh ~{user}/.ssh/authorized_keys", Who: diag.Inside},
		{Do: "If the key is missing, let them add your public key: paste it and end with Ctrl-D.", Code: "sudo tee -a ~{user}/.ssh/authorized_keys", Who: diag.Inside},
		{Do: "If it was never put there and nothing needs to be kept, rebuild it: its addresses stay, but all on its disk is lost.", Code: "openstack server rebuild {id}", Risk: diag.LosesData},
		rescue("To keep it, boot it from a rescue image, mount its disk, and add your public key to .ssh/authorized_keys in the home directory of {user}."),
	}},
}

// checkKeyNotInstalled: the server's own word on the launch key is best, and it
// outweighs what a client showed earlier. It must be about the account that got
// the key, which only the guest's own print makes certain.
func checkKeyNotInstalled(p *diag.Pass) diag.Verdict {
	user, _ := p.Admin()
	took, seen := p.Takes(user, diag.LaunchKey)
	own, _ := p.Takes(user, diag.PersonKey)
	offered := launchOffered(p)
	switch {
	case took == diag.Yes && user != "root", offered.State == diag.RuledOut:
		return diag.Verdict{State: diag.RuledOut}
	case took == diag.No && own == diag.Yes:
		return diag.Verdict{} // another key took its place, and the person has it
	case took != diag.No || !takesKeys(p.Evidence, user) || sha1Only(p.Evidence) != nil || usesDSA(p.Evidence):
		return offered
	}
	v := diag.Verdict{State: diag.Possible, Args: textArgs(p.Evidence, nil), Because: slices.Concat(seen, offered.Because)}
	v.Args["user"], v.Args["why"] = user, whyNotInstalled(p.Evidence, user)
	if k := plantedKey(p.Evidence, user); k.User != "" {
		v.State = diag.Confirmed
		v.Because = append(v.Because, diag.Observation{
			Source: diag.SourceConsole, Where: "console, keys authorised for " + user, Text: k.Key.Type + " " + k.Key.Fingerprint(),
		})
	}
	return v
}

// whyNotInstalled says how it may have come about.
func whyNotInstalled(e *diag.Evidence, user string) string {
	switch k := plantedKey(e, user); k.Key.Same(e.LaunchKey()) {
	case diag.Yes:
		return "it was put there at the first boot, and since then it was removed, or the server does not trust the file or the account"
	case diag.No:
		return "another key was put there at the first boot (" + k.Key.Fingerprint() + "), so the key pair of that name may have been made anew since"
	}
	return "it was never put there, was removed, or the server does not trust the file or the account, which looks the same from outside"
}

// launchOffered judges what a client showed: it offered the launch key, and the
// server took it or not.
func launchOffered(p *diag.Pass) diag.Verdict {
	a, launch := clientAttempt(p.Evidence), p.LaunchKey()
	if a == nil || launch == (diag.HostKey{}) {
		return diag.Verdict{}
	}
	same := func(k diag.OfferedKey) bool { return diag.ReadFingerprint(k.Fingerprint).Same(launch) == diag.Yes }
	if slices.ContainsFunc(a.Accepted, same) {
		return diag.Verdict{State: diag.RuledOut}
	}
	i := slices.IndexFunc(a.Offered, same)
	if i < 0 || !a.Denied {
		return diag.Verdict{}
	}
	v := diag.Verdict{State: diag.Possible, Args: textArgs(p.Evidence, nil), Because: []diag.Observation{offeredKey(a.Offered[i])}}
	v.Args["why"] = whyNotInstalled(p.Evidence, a.User)
	if meant, _ := p.Admin(); meant != "" && meant == a.User {
		v.State = diag.Confirmed
	}
	return v
}
