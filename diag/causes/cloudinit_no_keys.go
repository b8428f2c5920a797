package causes

import (
	"slices"

	"sshhelp/diag"
)

var cloudinitNoKeys = &diag.Cause{
	ID:    "cloudinit/no-keys",
	Title: "cloud-init authorised no key",
	Doc: `At the end of a first boot, cloud-init lists the keys that it has authorised
for the account. Here it says that there are none, so nobody can log in with a
key: the cloud handed it none, or something went wrong before.`,
	Text:        "The cloud-init of {name} authorised no key for {account}, so no key opens it.",
	Maybe:       "The cloud-init of {name} may have authorised no key for {account}.",
	Breaks:      diag.AtKey,
	ExplainedBy: []*diag.Cause{authNoKeypair, bootNetwork, bootDiskFull, cloudinitMetadata, cloudinitNoDatasource, cloudinitUserData, cloudinitModuleFailed, secgroupEgressBlocked},
	Lines: []diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `no authorized (?:SSH|ssh) keys fingerprints found for user (\S+?)\.?(?:\s|$)`,
		Example:  `ci-info: no authorized SSH keys fingerprints found for user ubuntu.`,
		NearMiss: `ci-info: +++Authorized keys from /home/ubuntu/.ssh/authorized_keys for user ubuntu+++`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `Writing to /home/([^/\s]+)/\.ssh/authorized_keys - wb: \[\d+\] 0 bytes`,
		Example:  `2025-04-15 07:31:29,362 - util.py[DEBUG]: Writing to /home/ubuntu/.ssh/authorized_keys - wb: [600] 0 bytes`,
		NearMiss: `2025-04-15 07:31:29,362 - util.py[DEBUG]: Writing to /home/ubuntu/.ssh/authorized_keys - wb: [600] 567 bytes`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `no cloud public-keys are present`,
		Example:  `WARN: no cloud public-keys are present`,
		NearMiss: `cloud public-keys are present: launch`,
	}},
	Check: checkNoKeys,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See whether it was launched with a key pair at all.", Code: "openstack server show -c key_name {id}"},
		{Do: "If nothing on it needs to be kept, delete it and launch it anew with your key: give openstack server create the option --key-name."},
		{Do: "To keep what is on it, make a snapshot of it and launch a new instance from that, with your key. It gets another address.", Code: "openstack server image create --wait --name COPY {id}\nopenstack server create --image COPY --flavor FLAVOR --network NETWORK --key-name mykey NEW-NAME"},
		rescue("Or boot it from a rescue image that lets you in, mount its disk, and add your public key to .ssh/authorized_keys in the home directory of {user}."),
	}},
}

func checkNoKeys(p *diag.Pass) diag.Verdict {
	if p.Console != nil && p.Console.NoKeys != nil && len(p.Hits) == 0 && !keyPlanted(p.Evidence) {
		// Said at the first boot only, and still true in a later one.
		n := p.Console.NoKeys
		return diag.Verdict{State: diag.Confirmed, Because: []diag.Observation{n.Observe()}, Args: accountOf(p)}
	}
	if keyPlanted(p.Evidence) {
		return diag.Verdict{State: diag.RuledOut}
	}
	v := planted(p, firstHit(p, func(*diag.Hit) bool { return true }))
	v.Args = accountOf(p)
	if v.State == diag.Confirmed && slices.ContainsFunc(p.Console.Authorized, notRoots) {
		v.State = diag.Possible // another account than the one named last is open
	}
	return v
}

func notRoots(k diag.AuthorizedKey) bool { return k.User != "root" }

func accountOf(p *diag.Pass) diag.Args {
	if p.Console != nil && p.Console.AdminUser != "" {
		return diag.Args{"account": p.Console.AdminUser}
	}
	return diag.Args{"account": "the account"}
}
