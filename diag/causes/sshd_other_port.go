package causes

import (
	"strconv"

	"sshhelp/diag"
)

var sshdOtherPort = &diag.Cause{
	ID:    "sshd/other-port",
	Title: "the SSH server listens on another port than the one used",
	Doc: `Every SSH server can be told to listen on another port than 22; some people and
some images do so to be spared by password guessers. A client must then be told the
port, and a rule must let that port in.`,
	Text:   "An SSH server answers for {server} on port {other}, not on port {port}.",
	Breaks: diag.AtPort,
	Check:  checkOtherPort,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Use that port. (In scp and sftp the option is -P.)", Code: "ssh -p {other} {user}@{address}"},
		{Do: "For good, put it into ~/.ssh/config.", Code: "printf 'Host %s\\n  Port %s\\n' {address} {other} >> ~/.ssh/config"},
	}},
}

// checkOtherPort: the port asked for must not answer as an SSH server, and
// another one of the same address must. A server that says that it has too many
// connections is an SSH server.
func checkOtherPort(p *diag.Pass) diag.Verdict {
	target := p.Target()
	if !target.IsValid() {
		return diag.Verdict{}
	}
	var other *diag.Reach
	asked := false
	for i := range p.Reach {
		r := &p.Reach[i]
		switch {
		case r.Target == target && (identified(r) || r.SSH != nil && limitSaid(r.SSH.Before) != ""):
			return diag.Verdict{State: diag.RuledOut}
		case r.Target == target && r.Connect.Outcome.Told():
			asked = true
		case r.Target.Addr() == target.Addr() && r.Target.Port() != target.Port() && identified(r) && other == nil:
			other = r
		}
	}
	if !asked || other == nil {
		return diag.Verdict{}
	}
	args := textArgs(p.Evidence, nil)
	args["port"], args["other"] = strconv.Itoa(int(target.Port())), strconv.Itoa(int(other.Target.Port()))
	return diag.Verdict{State: diag.Confirmed, Args: args, Because: []diag.Observation{observeSSH(other, other.SSH.Version)}}
}
