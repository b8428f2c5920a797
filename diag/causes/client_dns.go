package causes

import "sshhelp/diag"

var clientDNS = &diag.Cause{
	ID:    "client/dns",
	Title: "your computer cannot find the address that belongs to the name",
	Doc: `Before it connects, a client asks for the address of the name that it was given.
There may be no such name: it is mistyped, was never put into DNS, or is a short
name from somebody else's configuration. Or your computer reaches no name server:
it is offline, or the name is known only inside a VPN.`,
	Text:   "Your computer cannot find an address for the name{named}, so nothing was sent to the server.",
	Breaks: diag.AtName,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `Could not resolve hostname (\S+?):? `,
		Example:  `ssh: Could not resolve hostname web-1.example.org: Name or service not known`,
		NearMiss: `curl: (6) Could not resolve host: web-1.example.org`,
	}, {
		In: diag.ClientText, Pattern: `^ssh: ([\w.-]+): (?:Name or service not known|nodename nor servname provided|Temporary failure in name resolution|no address associated with name|No address associated with hostname)`,
		Example:  `ssh: web-1: Name or service not known`,
		NearMiss: `ssh: connect to host web-1 port 22: Connection refused`,
	}, {
		In: diag.ClientText, Pattern: `^(?:Unable to open connection.*|FATAL ERROR: .*|Network error: )?Host does not exist|^Host "?([^"\s]+)"? does not exist|Unable to open connection to (\S+)`,
		Example:  `Host "web-1.example.org" does not exist.`,
		NearMiss: `Network error: Connection refused`,
	}, {
		In: diag.ClientText, Pattern: `dial tcp: lookup (\S+?)(?: on \S+)?: (?:no such host|server misbehaving|.*(?:i/o timeout|refused|name resolution))`,
		Example:  `ssh: dial tcp: lookup web-1.example.org on 192.0.2.53:53: no such host`,
		NearMiss: `ssh: dial tcp 203.0.113.5:22: i/o timeout`,
	}, {
		In: diag.ClientText, Pattern: `getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (\S+)|Error resolving '([^']+)' port '\d+'|[Ff]ailed to resolve (?:hostname )?(\S+)|UnknownHostException: (\S+)|socket\.gaierror|getaddrinfo: (?:Name or service|nodename|Temporary|No such host)`,
		Example:  `Error: getaddrinfo ENOTFOUND web-1.example.org`,
		NearMiss: `Error: connect ECONNREFUSED 203.0.113.5:22`,
	}},
	ExplainedBy: []*diag.Cause{clientJumpHost, networkDNS},
	Check:       byText,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Check the spelling. If it is a short name, it must stand in your ~/.ssh/config or be given in full."},
		{Do: "See whether your computer finds other names, and whether the name is known only inside a VPN that is off."},
		{Do: "Use the instance's address in place of the name: the dashboard shows it, or this does.", Code: "openstack server show {id} -c addresses"},
	}},
}
