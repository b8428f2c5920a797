package causes

import (
	"slices"

	"sshhelp/diag"
)

var secgroupEgressBlocked = &diag.Cause{
	ID:    "secgroup/egress-blocked",
	Title: "the security groups cut the instance off from the metadata service, from which it gets its key",
	Doc: `At its first boot an instance asks the cloud's metadata service, at
169.254.169.254, whose public key to let in. That is a connection from the inside
out, and security groups filter those too: a new group lets everything out, but
where those rules were taken away the question is dropped like anything else. The
instance then comes up well and knows no key. With a config drive it needs no such
question.`,
	Text:   "The security groups of {name} {how}, so it never got its SSH key.",
	Maybe:  "The security groups of {name} {how}: if they did so when it first booted, it never got its SSH key.",
	Breaks: diag.AtKey,
	Lines:  metadataFailed,
	Check:  checkEgressBlocked,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Add a rule that lets it through. It takes effect at once. In the dashboard: Network, Security Groups, \"Manage Rules\".", Code: "openstack security group rule create --{direction} --ethertype IPv4 --protocol tcp --dst-port {ports} --remote-ip 169.254.169.254/32 {group}"},
		{Do: "Then reboot it: cloud-init asks again, takes it for the first boot, and puts the key in place.", Code: "openstack server reboot {id}", Risk: diag.Restarts},
		{Do: "Compare with what its groups let pass.", Code: "openstack security group rule list --{direction} {group}"},
		{Do: "Where the rules are meant to be so, launch it anew with a config drive, which needs no network: give openstack server create the option --use-config-drive."},
	}},
}

// checkEgressBlocked: the rules alone tell of now, not of the first boot; that
// the guest says that it had no answer settles it. Neutron's own rules let DHCP
// out at all times, and metadata is asked by address, so neither that nor DNS
// matters here.
func checkEgressBlocked(p *diag.Pass) diag.Verdict {
	port, how := cutOff(p.Evidence)
	switch {
	case p.Network == nil || p.Instance == nil:
		return diag.Verdict{}
	case how == reachesMetadata, p.Instance.ConfigDrive != nil && *p.Instance.ConfigDrive:
		return diag.Verdict{State: diag.RuledOut}
	case how == metadataUnsure:
		return diag.Verdict{}
	case keyPlanted(p.Evidence), p.Console != nil && configured(p.Console), takesLaunchKey(p.Evidence):
		return diag.Verdict{State: diag.RuledOut}
	}
	v := diag.Verdict{State: diag.Possible, Because: observeRules(rulesOut(port)), Args: diag.Args{
		"how": "let no question out to the metadata service (169.254.169.254, TCP port 80)", "direction": "egress", "ports": "80", "group": "GROUP",
	}}
	if len(v.Because) == 0 {
		v.Because = []diag.Observation{portSays(port, "no rule lets anything out over IPv4")}
	}
	if how == metadataMute {
		v.Args["how"] = "keep the answers of the metadata service (169.254.169.254) out, because they are stateless and no rule lets those in"
		v.Args["direction"], v.Args["ports"] = "ingress", "1024:65535"
		v.Because = []diag.Observation{portSays(port, "stateless groups, no rule for answers from 169.254.169.254")}
	}
	if len(port.Groups) > 0 {
		v.Args["group"] = port.Groups[0].ID
	}
	return weighConsole(p, v)
}

// weighConsole settles by the console what the rules make likely. Without it they
// are worth telling only to somebody who comes as far as the key.
func weighConsole(p *diag.Pass, v diag.Verdict) diag.Verdict {
	c := p.Console
	switch {
	case c != nil && !c.Empty:
	case p.SSHAnswers() == nil && !deniedKey(p.Evidence):
		return diag.Verdict{} // nobody has come as far as the key
	case len(p.Network.Ports[0].Groups) == 0:
		return diag.Verdict{} // that it answers without a group belies the rules
	default:
		v.Ask = "Does the server refuse your key (\"Permission denied\")?"
		return v
	}
	failed := checkMetadata(p)
	switch {
	case failed.State == diag.Confirmed || c.Datasource == "DataSourceNone":
		v.State = diag.Confirmed
		v.Because = append(v.Because[:min(len(v.Because), 2)], failed.Because...)
	case failed.State == diag.Possible:
		v.Because = append(v.Because[:min(len(v.Because), 2)], failed.Because...)
	case c.WholeBoot: // it boots without asking, or had its answer
		return diag.Verdict{}
	}
	return v
}

// deniedKey reports whether a client was refused in the end.
func deniedKey(e *diag.Evidence) bool {
	a := clientAttempt(e)
	return a != nil && a.Denied
}

// A metadataWay is what the rules make of the way to the metadata service.
type metadataWay int

const (
	metadataUnsure metadataWay = iota // rules could not be read
	reachesMetadata
	metadataMute // questions get out, answers do not get in
	metadataShut // questions do not get out
)

// cutOff tells whether the rules of every port cut the guest off, and by which of
// them it would ask: the first one.
func cutOff(e *diag.Evidence) (*diag.Port, metadataWay) {
	if e.Network == nil || len(e.Network.Ports) == 0 {
		return nil, metadataUnsure
	}
	all := metadataShut
	for i := range e.Network.Ports {
		question, answers := e.Network.Ports[i].LetsMetadata()
		switch {
		case question == diag.Yes && answers == diag.Yes:
			return nil, reachesMetadata
		case question == diag.No:
		case question == diag.Yes && answers == diag.No:
			all = min(all, metadataMute)
		default:
			all = metadataUnsure
		}
	}
	return &e.Network.Ports[0], all
}

// rulesOut are the rules that let something out over IPv4.
func rulesOut(p *diag.Port) []*diag.Rule {
	var rules []*diag.Rule
	for g := range p.Groups {
		for r := range p.Groups[g].Rules {
			if rule := &p.Groups[g].Rules[r]; !rule.Ingress && !rule.IPv6 {
				rules = append(rules, rule)
			}
		}
	}
	return rules
}

// takesLaunchKey reports whether the server said that it would accept the key
// that the instance was launched with.
func takesLaunchKey(e *diag.Evidence) bool {
	return slices.ContainsFunc(e.Replies(""), func(r diag.Reply) bool {
		k := r.Key(diag.LaunchKey)
		return k != nil && k.Accepted == diag.OK
	})
}
