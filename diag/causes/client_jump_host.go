package causes

import (
	"strings"

	"sshhelp/diag"
)

var clientJumpHost = &diag.Cause{
	ID:    "client/jump-host",
	Title: "the way through the jump host or proxy fails",
	Doc: `The connection was to lead through another machine or program: a jump host (-J,
ProxyJump) or a proxy command. That one could not be reached, would not let you
in, could not be started, or could not reach the target. What ssh then says of
a closed connection, with "UNKNOWN port 65535", is about the pipe to it and not
about the target.`,
	Text:   "The way through the jump host or proxy fails; what your ssh says after that is only a consequence.",
	Breaks: diag.AtPort,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `^stdio forwarding failed|^Bad stdio forwarding specification`,
		Example:  `stdio forwarding failed`,
		NearMiss: `channel 3: open failed: connect failed: Connection refused`,
	}, {
		In: diag.ClientText, Pattern: `(?:[Cc]onnection|[Cc]onnected|Disconnected) .*UNKNOWN port (?:65535|-1)|ssh_exchange_identification: Connection closed by remote host.*UNKNOWN`,
		Example:  `Connection closed by UNKNOWN port 65535`,
		NearMiss: `Connection closed by 203.0.113.5 port 22`,
	}, {
		In: diag.ClientText, Pattern: `^FATAL ERROR: Proxy error: |^Proxy error: |^Local proxy: |HTTP proxy (?:response|returned)|Proxy returned status|[Pp]roxy could not open connn?ection|^nc: (?:Proxy error|connection failed, SOCKS|proxy|authentication method)|relay host|relaying via|[Uu]nable to connect to proxy|^Ncat: |websocket: bad handshake|TargetNotConnected|JSchException: Proxy\w+: |Net::SSH::Proxy|^connect_to \S+ port|posix_spawnp?: No such file|CreateProcessW failed`,
		Example:  `FATAL ERROR: Proxy error: 407 Proxy Authentication Required`,
		NearMiss: `debug1: Executing proxy command: exec nc 203.0.113.5 22`,
	}, {
		In: diag.ClientText, Pattern: `(?:exec|line \d+|bash|sh|zsh): .*(?:\bnc|ncat|corkscrew|connect-proxy|connect|socat|cloudflared|aws|gcloud|sshpass|sft|tsh|proxytunnel|netcat)(?:\.exe)?: (?:command )?not found`,
		Example:  `/bin/bash: line 1: exec: corkscrew: not found`,
		NearMiss: `/bin/bash: line 1: ssh: command not found`,
	}, {
		In: diag.ClientText, Pattern: `_exchange_identification: |banner line contains invalid`,
		Example:  `kex_exchange_identification: Connection closed by remote host`,
		NearMiss: `Connection closed by 203.0.113.5 port 22`,
	}},
	Check: checkJumpHost,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Log in to the jump host alone. If that fails, mend that first; its own message stands above the last lines.", Code: "ssh -v WHO@JUMP-HOST"},
		{Do: "From the jump host, see whether it reaches the target.", Code: "nc -vz {address} {port}"},
		{Do: "If it is refused or times out there, the target's rules must admit the jump host, and the target must be up. \"administratively prohibited\" means that the jump host forbids forwarding (AllowTcpForwarding)."},
		{Do: "If a program was not found, install it, or use ssh itself as the way.", Code: "ssh -J WHO@JUMP-HOST -p {port} {user}@{address}"},
		{Do: "If you know of no jump host, look for ProxyJump or ProxyCommand in your ~/.ssh/config.", Code: "grep -n -i proxy ~/.ssh/config"},
	}},
}

// checkJumpHost: the end of the pipe tells something only as long as the target
// has not been reached through it.
func checkJumpHost(p *diag.Pass) diag.Verdict {
	a := clientAttempt(p.Evidence)
	through := a != nil && a.Stage >= diag.ReachedAuth && pasted(p.Evidence, "Too many authentication failures", "partial success")
	return told(p, fromPastes(p, func(h diag.Hit) bool {
		switch {
		case strings.Contains(h.Text, "UNKNOWN port"):
			return !through
		case strings.Contains(h.Text, "exchange_identification: "):
			return pasted(p.Evidence, "xecuting proxy command") && !strings.HasPrefix(h.Text, "debug")
		case strings.Contains(h.Text, "not found"):
			return throughProxy(p.Evidence) || pasted(p.Evidence, "xecuting proxy command")
		}
		return true
	}))
}
