package causes

import (
	"net/netip"
	"strconv"
	"strings"

	"sshhelp/diag"
)

// tryAgain ends what is done about the rules. nc is on Linux and macOS; Windows
// has a command of its own.
var tryAgain = diag.Step{
	Do:   "Try again from where you are: the port should open now. On Windows, in PowerShell, the command is Test-NetConnection {address} -Port {port}.",
	Code: "nc -zv {address} {port}",
}

// ruleArgs fill the commands by which a rule is made: for the group that is
// easiest to change, the address's family, and the person's own address, or words
// on how to find it out.
func ruleArgs(e *diag.Evidence, a *diag.Admission) diag.Args {
	args := diag.Args{"group": "GROUP", "port_id": a.Port.ID, "ethertype": family(e.Target().Addr()), "from_cidr": "YOUR-IP/32", "source": "0.0.0.0/0", "icmp": "icmp", "ports": strconv.Itoa(int(e.Asked.Port))}
	if e.Target().Addr().Is6() {
		args["from_cidr"], args["source"], args["icmp"] = "YOUR-IP/128", "::/0", "ipv6-icmp"
	}
	args["whose"] = " YOUR-IP stands for the " + args["ethertype"] + " address from which you connect: search the web for \"what is my IP\"."
	if len(a.Port.Groups) > 0 {
		args["group"] = a.Port.Groups[0].ID
	}
	if from := e.Person(e.Target().Addr()); from.IsValid() {
		args["from_cidr"], args["whose"] = netip.PrefixFrom(from, from.BitLen()).String(), ""
	}
	return args
}

func family(a netip.Addr) string {
	if a.Unmap().Is6() {
		return "IPv6"
	}
	return "IPv4"
}

// fromPerson reports whether a probe was made from where the person sits.
func fromPerson(e *diag.Evidence, r *diag.Reach) bool {
	return e.FromPerson(r)
}

// unread names the groups whose rules could not be read.
func unread(p *diag.Port) string {
	var names []string
	for _, g := range p.Groups {
		if g.Rules == nil {
			names = append(names, groupName(g))
		}
	}
	return listed(names)
}

func groupName(g diag.Group) string {
	if g.Name != "" {
		return g.Name
	}
	return g.ID
}

// insiders names the groups whose members alone are let in by the rules that
// every default group has; "" if there is no such rule.
func insiders(a *diag.Admission) string {
	var names []string
	for _, r := range a.Internal {
		names = append(names, r.RemoteGroup)
	}
	return listed(names)
}

// sources lists whom the rules admit.
func sources(rules []*diag.Rule) string {
	var words []string
	for _, r := range rules {
		words = append(words, r.Sources())
	}
	return listed(words)
}

func observeRules(rules []*diag.Rule) []diag.Observation {
	var seen []diag.Observation
	for _, r := range rules {
		seen = append(seen, r.Observe())
	}
	return seen
}

// otherRules quotes, for comparison, what the groups let in besides.
func otherRules(a *diag.Admission, port uint16) []diag.Observation {
	var words []string
	for g := range a.Port.Groups {
		for r := range a.Port.Groups[g].Rules {
			if rule := &a.Port.Groups[g].Rules[r]; rule.Ingress && !rule.AdmitsPort(port) && strings.EqualFold(rule.Protocol, "tcp") {
				words = append(words, rule.Ports())
			}
		}
	}
	if len(words) == 0 {
		return nil
	}
	return []diag.Observation{portSays(a.Port, "TCP ports let in: "+listed(words))}
}
