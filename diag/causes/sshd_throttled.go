package causes

import (
	"slices"

	"sshhelp/diag"
)

var sshdThrottled = &diag.Cause{
	ID:    "sshd/throttled",
	Title: "the server drops connections for a moment because there were too many",
	Doc: `An SSH server takes only so many connections that have not logged in yet
(MaxStartups), and since OpenSSH 9.8 it makes addresses wait whose logins failed or
broke off. It then hangs up before it says anything else. Password guessers from the
internet can use up that number, too.`,
	Text:   "{subject} drops connections for a moment because it had too many of them, or too many that failed.",
	Breaks: diag.AtSSH,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `Exceeded MaxStartups|Not allowed at this time`,
		Example:  `debug1: kex_exchange_identification: banner line 0: Exceeded MaxStartups`,
		NearMiss: `kex_exchange_identification: Connection closed by remote host`,
	}, {
		In: diag.ServerLog, Pattern: `beginning MaxStartups throttling|drop connection #\d+ from .* (?:past (?:PerSource)?MaxStartups|penalty)|past (?:PerSource)?MaxStartups|(?:active|new) penalty|PerSourcePenalties`,
		Example:  `sshd[4120]: drop connection #1 from [203.0.113.25]:52336 on [203.0.113.5]:22 past MaxStartups`,
		NearMiss: `sshd[4120]: Connection closed by 203.0.113.25 port 52324 [preauth]`,
	}, {
		In: diag.ServerLog, Pattern: `srclimit_penalise: |drop connection #\d+ from `,
		Example:  `sshd[812]: srclimit_penalise: ipv4: new 203.0.113.7/32 active penalty 5 seconds`,
		NearMiss: `sshd[812]: Connection reset by 203.0.113.7 port 40000 [preauth]`,
	}},
	ExplainedBy: guestNotReady,
	Check:       checkThrottled,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Wait a minute or two without trying, then try once.", Code: "ssh -p {port} {user}@{address}"},
		{Do: "If a program of yours opens many connections at once (Ansible, CI, a backup), let it open fewer, or share one (ControlMaster)."},
		{Do: "See who connects so often.", Code: "sudo journalctl --no-pager -u ssh -u sshd --since -15min | grep preauth | tail -n 20", Who: diag.Inside},
		{Do: "If many may connect at once, raise the limit.", Code: "echo 'MaxStartups 50:30:200' | sudo tee /etc/ssh/sshd_config.d/10-startups.conf && sudo systemctl reload ssh", Who: diag.Inside},
		{Do: "Better, let the security group admit only the addresses that you use."},
	}},
}

// checkThrottled: the server says so itself, to a client or to a probe.
func checkThrottled(p *diag.Pass) diag.Verdict {
	if v := byText(p); v.State == diag.Confirmed {
		return v
	}
	for _, r := range probes(p.Evidence) {
		if r.SSH != nil {
			if limit := limitSaid(slices.Concat(r.SSH.Before, goodbyes(r.SSH))); limit != "" {
				return diag.Verdict{State: diag.Confirmed, Args: textArgs(p.Evidence, nil), Because: []diag.Observation{observeSSH(r, limit)}}
			}
		}
	}
	return diag.Verdict{}
}

// goodbyes are the words with which a server ended connections.
func goodbyes(s *diag.SSHFacts) []string {
	var words []string
	for _, a := range s.Auth {
		if a.Outcome.Told() {
			words = append(words, a.Goodbye)
		}
	}
	return words
}
