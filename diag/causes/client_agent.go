package causes

import "sshhelp/diag"

var clientAgent = &diag.Cause{
	ID:    "client/agent",
	Title: "no SSH agent can be reached, or it holds no key",
	Doc: `An agent keeps unlocked keys for the time that you are logged in on your own
computer. Programs find it through the variable SSH_AUTH_SOCK, or on Windows
through a service. If it does not run, or this shell, container or service does
not see it, keys that are only in the agent are not offered.`,
	Text:   "Your client finds no SSH agent, or one without a key, so it has nothing to offer from there.",
	Breaks: diag.AtKey,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `Could not open a connection to your authentication agent`,
		Example:  `Could not open a connection to your authentication agent.`,
		NearMiss: `debug1: get_agent_identities: agent returned 2 keys`,
	}, {
		In: diag.ClientText, Pattern: `^Error connecting to agent: |^error fetching identities(?: for protocol \d)?: |Error reading response length from authentication socket`,
		Example:  `Error connecting to agent: No such file or directory`,
		NearMiss: `debug1: get_agent_identities: ssh_get_authentication_socket: No such file or directory`,
	}, {
		In: diag.ClientText, Pattern: `[Uu]nable to start ssh-agent service|^The agent has no identities`,
		Example:  `unable to start ssh-agent service, error :1058`,
		NearMiss: `Agent pid 4711`,
	}, {
		In: diag.ClientText, Pattern: `SSH_AUTH_SOCK (?:not[ -](?:specified|set)|is not set|environment variable (?:is )?not)|agent requested but SSH_AUTH_SOCK|error creating SSH agent|[Ff]ailed to (?:connect to|open) (?:requested )?(?:the )?(?:SSH )?(?:agent|Agent)\b|[Cc]ould not (?:connect to|find) (?:the )?(?:ssh-?agent|SSH agent|Pageant)`,
		Example:  `error creating SSH agent: "SSH agent requested but SSH_AUTH_SOCK not-specified"`,
		NearMiss: `SSH_AUTH_SOCK=/tmp/ssh-abc/agent.1; export SSH_AUTH_SOCK;`,
	}},
	Check: byText,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See whether an agent runs, and which keys it holds.", Code: "ssh-add -l"},
		{Do: "On Linux, macOS or in WSL: start an agent in this shell and give it your key.", Code: "eval \"$(ssh-agent -s)\" && ssh-add ~/.ssh/KEY-FILE"},
		{Do: "On Windows: switch the agent's service on, in a PowerShell of the administrator, then add the key in your own.", Code: "Get-Service ssh-agent | Set-Service -StartupType Automatic -PassThru | Start-Service"},
		{Do: "In a container, as root, or from a service, the agent of your own session is not seen: pass its socket on, or name the key file.", Code: "ssh -i ~/.ssh/KEY-FILE -p {port} {user}@{address}"},
	}},
}
