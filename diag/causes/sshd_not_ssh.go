package causes

import (
	"slices"

	"sshhelp/diag"
)

var sshdNotSSH = &diag.Cause{
	ID:    "sshd/not-ssh",
	Title: "something that is not an SSH server answers on the port",
	Doc: `Every SSH server begins with a line such as "SSH-2.0-OpenSSH_9.2". What answers
here says something else: a web server, a database, a mail server. Mostly the
port is not the right one, or the address is another machine's; sometimes a proxy
on the way answers in the server's place.`,
	Text:   "What answers on port {port} of {server} is not an SSH server{says}.",
	Maybe:  "What answered you on port {port} of {server} was not an SSH server, but one answers from here: something on your way may be in between.",
	Breaks: diag.AtSSH,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `_exchange_identification: banner line (?:contains invalid characters|too long)|exchange_identification: (?:No SSH identification|Exceeded maximum banner)`,
		Example:  `kex_exchange_identification: banner line contains invalid characters`,
		NearMiss: `kex_exchange_identification: Connection closed by remote host`,
	}, {
		In: diag.ClientText, Pattern: `banner exchange: Connection to (\S+) port (\d+): invalid format`,
		Example:  `banner exchange: Connection to 203.0.113.25 port 3306: invalid format`,
		NearMiss: `banner exchange: Connection to 192.0.2.2 port 22: could not read protocol version`,
	}, {
		In: diag.ClientText, Pattern: `_exchange_identification: (?:banner line \d+: )?(?:HTTP/\d|<(?i:!doctype|html)|220[ -]|\+OK )`,
		Example:  `debug1: kex_exchange_identification: banner line 0: HTTP/1.1 400 Bad Request`,
		NearMiss: `debug1: kex_exchange_identification: banner line 0: Exceeded MaxStartups`,
	}, {
		In: diag.ClientText, Pattern: garbage,
		Example:  `debug1: kex_exchange_identification: banner line 3: i^'i`,
		NearMiss: `debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1`,
	}, {
		In: diag.ClientText, Pattern: greeting,
		Example:  `Banner: HTTP/1.0 400 Bad Request`,
		NearMiss: `debug1: SSH2_MSG_USERAUTH_BANNER received`,
	}, {
		In: diag.ClientText, Pattern: `Bad remote protocol version identification: '`,
		Example:  `Bad remote protocol version identification: 'HTTP/1.1 400 Bad Request'`,
		NearMiss: `debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1`,
	}, {
		In: diag.ClientText, Pattern: `Invalid SSH identification string|invalid server's version string|overflow reading version string|does not contain SSH protocol identification|rejected SFTP connection, but it listens for FTP|Bad remote version|ssh: invalid packet length, packet too large`,
		Example:  `Invalid SSH identification string.`,
		NearMiss: `debug1: Local version string SSH-2.0-OpenSSH_9.2p1`,
	}},
	ExplainedBy: append([]*diag.Cause{clientJumpHost, sshdOtherPort, sshdProtocol1, sshdThrottled}, guestNotReady...),
	Check:       checkNotSSH,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Check the port: ssh uses 22 unless -p or your ~/.ssh/config says otherwise.", Code: "ssh -v -p 22 {user}@{address}"},
		{Do: "Check that the address is the instance's.", Code: "openstack server show {id} -c addresses"},
		{Do: "If you are behind a company's or hotel's proxy, try from another network."},
		{Do: "See on the instance's own console which program has the port, and which one the SSH server uses.", Code: "sudo ss -ltnp", Who: diag.Inside},
	}},
}

// garbage is what a client shows of lines before the identification string, of
// which a server may send some; only many without one are no SSH server's.
const garbage = `_exchange_identification: banner line \d+: `

// greeting is how paramiko shows what comes before the identification string,
// noBannerRead what it says when that does not come.
const (
	greeting     = `^Banner: .`
	noBannerRead = "Error reading SSH protocol banner"
)

func countOf(hits []said, pattern string) int {
	n := 0
	for _, s := range hits {
		if s.Line.Pattern == pattern {
			n++
		}
	}
	return n
}

// checkNotSSH leaves out what comes through a proxy: its own bytes before the
// server's are not the server's.
func checkNotSSH(p *diag.Pass) diag.Verdict {
	hits := saidOfTarget(p)
	if n := countOf(hits, garbage); n > 0 && (n < 2 || pasted(p.Evidence, "emote software version", limits[0], limits[1])) {
		hits = slices.DeleteFunc(hits, func(s said) bool { return s.Line.Pattern == garbage })
	}
	if throughProxy(p.Evidence) {
		hits = nil
	}
	if !pasted(p.Evidence, noBannerRead) { // a server may greet before it identifies itself
		hits = slices.DeleteFunc(hits, func(s said) bool { return s.Line.Pattern == greeting })
	}
	s := sight(p.Evidence, identEnds(diag.NotSSH), identified)
	says := ""
	var o diag.Observation
	if s.fails != nil {
		o = observeSSH(s.fails, slices.Concat(s.fails.SSH.Before, []string{s.fails.SSH.IdentErr, "not an SSH identification string"})...)
		if len(s.fails.SSH.Before) > 0 {
			says = ": it says " + quoted(s.fails.SSH.Before[0])
		}
	}
	v := judgeSSH(p, s, o, hits)
	if v.Args != nil {
		v.Args["says"] = says
	}
	return v
}
