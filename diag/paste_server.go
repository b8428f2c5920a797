package diag

import "strings"

// serverSayings are what sshd and dropbear log of an attempt (auth.c, auth2.c,
// auth2-pubkey.c, session.c; svr-auth.c), at the levels INFO to DEBUG1.
var serverSayings = []saying{
	says("Connection from ", `Connection from \S+ port \d+(?: on \S+ port (\d+))?`, func(r *attemptReader, m []string) {
		r.again()
		r.at.setPort(m[1])
	}),
	says("Child connection from", `Child connection from `, func(r *attemptReader, _ []string) { r.again() }),
	says("Server listening on", `Server listening on \S+ port (\d+)`, func(r *attemptReader, m []string) { r.at.setPort(m[1]) }),
	says("sshd version", `sshd version (OpenSSH_[^,]+)`, func(r *attemptReader, m []string) { r.at.Server = m[1] }),
	says("client software version", `client software version (.+?)(?: \[preauth\])?$`, func(r *attemptReader, m []string) {
		r.at.Client = m[1]
	}),
	says("userauth-request for user", `userauth-request for user (\S+) service`, serverUser),
	says("Failed ", `Failed (?:password|publickey|keyboard-interactive/?\S*|hostbased) for (?:invalid user |illegal user )?(\S+) from \S+ port \d+`, serverUser),
	says("nvalid user ", `[Ii]nvalid user (\S+?)(?:$| from| \d| \[preauth)`, serverUser),
	says(" not allowed because", `User (\S+) (?:from \S+ )?not allowed because`, serverUser),
	says("authenticating user", `authenticating user (\S+) `, serverUser),
	says("ROOT LOGIN REFUSED", `ROOT LOGIN REFUSED`, func(r *attemptReader, _ []string) { r.at.User = "root" }),
	says("authentication failures for", `Too many authentication failures for (\S+)`, serverUser),
	says("attempts exceeded for", `attempts exceeded for (?:invalid user )?(\S+) from`, serverUser),
	says("Exit before auth", `Exit before auth.*\(user '([^']+)', \d+ fails`, serverUser),
	says("Bad password attempt", `Bad password attempt for '([^']+)' from`, serverUser),
	says("ccess denied for user", "pam_\\w+\\(sshd:account\\): [Aa]ccess denied for user [`']?([^\\s'`:]+)", serverUser),
	says("by PAM account", `Access denied for user (\S+) by PAM account`, serverUser),
	says("failed. User", `(?:LsaLogonUser\(\)|user_token: \S+) failed\. User '([^']*)'`, serverUser),
	says("Accepted ", `Accepted (?:password|publickey|keyboard-interactive/pam|gssapi-with-mic|hostbased|none) for (\S+) from`, func(r *attemptReader, m []string) {
		r.accepted(m[1])
	}),
	says("auth succeeded for", `(?:Password|Pubkey) auth succeeded for '([^']+)'`, func(r *attemptReader, m []string) {
		r.accepted(m[1])
	}),
}

var serverTexts, serverSaid = indexSayings(serverSayings)

func serverUser(r *attemptReader, m []string) {
	if r.at.login >= 0 || r.at.User != "" && r.at.User != m[1] {
		r.start(ServerLog)
	}
	r.at.User = strings.Trim(m[1], "'\"")
	r.at.Failed = true
}

// accepted reads that an account was let in. What was logged of it before that
// is over.
func (r *attemptReader) accepted(user string) {
	if r.at.User != "" && r.at.User != user {
		r.start(ServerLog)
	}
	r.at.User, r.at.Failed = user, false
	r.at.reach(ReachedSession)
	r.at.login = r.index
}

// server reads one message of a server's log.
func (r *attemptReader) server(index int, message string) {
	r.index = index
	for _, i := range serverTexts.find(message, nil) {
		s := &serverSaid[i]
		if m := s.re.FindStringSubmatch(message); m != nil {
			if r.at == nil {
				r.start(ServerLog)
			}
			s.read(r, m)
		}
	}
}
