package causes

import (
	"regexp"
	"slices"
	"strings"

	"sshhelp/diag"
)

var sshdBanned = &diag.Cause{
	ID:    "sshd/banned",
	Title: "the server has banned the address for a while",
	Doc: `Programs such as fail2ban, sshguard and DenyHosts watch the log of the SSH server
and shut out addresses with several failed logins, for some minutes or for good. From
outside this looks like a refused or reset connection or like silence, for everybody
behind the same address.`,
	Text:   "{subject} has banned {who}: several logins from there had failed.",
	Breaks: diag.AtPort,
	Lines: []diag.Line{{
		In: diag.ServerLog, Pattern: `\[[\w-]*ssh[\w-]*\] (?:Restore )?Ban (\S+)`,
		Example:  `2020-12-04 18:33:53,941 fail2ban.actions        [860]: NOTICE  [sshd] Ban 192.168.0.200`,
		NearMiss: `2020-12-04 18:33:53,881 fail2ban.filter         [860]: INFO    [sshd] Found 192.168.0.200`,
	}, {
		In: diag.ServerLog, Pattern: `\[[\w-]*ssh[\w-]*\] Unban (\S+)`,
		Example:  `2020-12-04 18:43:53,941 fail2ban.actions        [860]: NOTICE  [sshd] Unban 192.168.0.200`,
		NearMiss: `2020-12-04 18:33:53,941 fail2ban.actions        [860]: NOTICE  [sshd] Ban 192.168.0.200`,
	}, {
		In: diag.ServerLog, Pattern: `refused connect from (\S+)|sshguard\[\d+\]: Blocking "?([^"\s]+)|[Bb]locked (\S+) with|already banned`,
		Example:  `sshd[5174]: refused connect from host9.example.com (198.51.100.161)`,
		NearMiss: `sshd[5174]: Connection from 198.51.100.161 port 40000 on 203.0.113.5 port 22`,
	}, {
		In: diag.ServerLog, Pattern: bannedList,
		Example:  "   `- Banned IP list:   203.0.113.7 198.51.100.9",
		NearMiss: "   |- Currently banned: 1",
	}, {
		In: diag.ClientText, Pattern: `(?:ssh|kex)_exchange_identification: (?:read: )?Connection (?:closed by remote host|reset)`,
		Example:  `ssh_exchange_identification: read: Connection reset by peer`,
		NearMiss: `Connection closed by 203.0.113.5 port 22`,
	}},
	Check: checkBanned,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Wait ten minutes without trying, then try once with the right account and key."},
		{Do: "Try from another network, such as a mobile phone's: if that works, it is the address."},
		{Do: "From there, or on the instance's own console, see who is banned and let the address in again.", Code: "sudo fail2ban-client status sshd\nsudo fail2ban-client set sshd unbanip {who}\ncat /etc/hosts.deny", Who: diag.Inside},
		{Do: "Keep your own address from being banned again: add it to ignoreip in /etc/fail2ban/jail.local.", Who: diag.Inside},
	}},
}

// checkBanned: the last word on an address counts. Where many are banned, they
// are strangers'. A client that is hung up on is banned only if the person found
// bans on the server.
func checkBanned(p *diag.Pass) diag.Verdict {
	last := map[string]diag.Hit{}
	var order []string
	var client []diag.Hit
	for _, h := range fromPastes(p, nil) {
		if h.Line.In == diag.ClientText {
			client = append(client, h)
			continue
		}
		if h.Line.Pattern == bannedList && !ownBan(p, &h) {
			continue
		}
		who := strings.Join(h.Match[1:], "")
		if _, seen := last[who]; !seen {
			order = append(order, who)
		}
		last[who] = h
	}
	var banned []diag.Hit
	for _, who := range order {
		if !strings.Contains(last[who].Text, "Unban ") {
			banned = append(banned, last[who])
		}
	}
	if len(banned) > maxStrangers && !p.Asked.From.IsValid() {
		banned = nil
	}
	if len(banned) == 0 && heard(p.Evidence, banTalk) {
		banned = client
	}
	v := told(p, banned)
	if v.Args != nil {
		v.Args["who"] = "your address"
		if who := v.Args["file"]; banned[0].Line.In == diag.ServerLog && who != "KEY-FILE" {
			v.Args["who"] = who
		}
	}
	return v
}

// bannedList is what fail2ban-client prints of a jail.
const bannedList = `Banned IP list:\s+(\S.*)`

// myAddress is how people tell which address is theirs.
var myAddress = regexp.MustCompile(`(?i)\b(?:my|mine|i am|i'm|our)\b`)

// ownBan reports whether a list of banned addresses holds the person's, and makes
// that the hit's.
func ownBan(p *diag.Pass, h *diag.Hit) bool {
	for _, ip := range strings.Fields(h.Match[1]) {
		own := p.Asked.From.IsValid() && p.Asked.From.String() == ip
		for _, paste := range p.Pastes {
			own = own || slices.ContainsFunc(paste.Heard, func(l diag.LogLine) bool {
				return l.N != h.N && strings.Contains(l.Text, ip) && myAddress.MatchString(l.Text)
			})
		}
		if own {
			h.Match = []string{h.Match[0], ip}
			return true
		}
	}
	return false
}

// banTalk are words by which people tell that the server keeps a list of banned
// addresses.
var banTalk = []string{"hosts.deny", "fail2ban", "DenyHosts", "denyhosts", "sshguard", "hosts.allow"}

// heard reports whether a pasted text, people's words included, holds one of the
// fragments.
func heard(e *diag.Evidence, fragments []string) bool {
	for _, paste := range e.Pastes {
		for _, line := range paste.Heard {
			if slices.ContainsFunc(fragments, func(f string) bool { return strings.Contains(line.Text, f) }) {
				return true
			}
		}
	}
	return false
}
