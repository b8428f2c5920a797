package causes

import (
	"strings"

	"sshhelp/diag"
)

var clientConfig = &diag.Cause{
	ID:    "client/config",
	Title: "your own SSH configuration file has a fault, so ssh does not start",
	Doc: `ssh reads ~/.ssh/config and /etc/ssh/ssh_config before it does anything. A word
that it does not know, a value that it cannot read, or a file that others may
change, makes it stop at once; nothing is sent to the server.`,
	Text:   "Your ssh stops at its own configuration{named}, before it connects to anything.",
	Breaks: diag.AtKey,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `^Bad owner or permissions on (\S.*?)\s*$`,
		Example:  `Bad owner or permissions on C:\\Users\\alice/.ssh/config`,
		NearMiss: `Authentication refused: bad ownership or modes for directory /home/alice`,
	}, {
		In: diag.ClientText, Pattern: `Bad permissions\. Try removing permissions for user: .* on file (\S*[/\\]config)\b`,
		Example:  `Bad permissions. Try removing permissions for user: LAPTOP\\bob on file C:/Users/alice/.ssh/config.`,
		NearMiss: `Bad permissions. Try removing permissions for user: LAPTOP\\bob on file C:/Users/alice/key.pem.`,
	}, {
		In: diag.ClientText, Pattern: `^(\S+):? line \d+: (?:Bad |bad |[Uu]nsupported |garbage at end|[Mm]issing |no argument|keyword .* extra arg|invalid |Invalid |unknown |keyword |Deprecated option.*fatal)`,
		Example:  `/home/alice/.ssh/config: line 2: Bad configuration option: hostnmae`,
		NearMiss: `/bin/bash: line 1: exec: nc: not found`,
	}, {
		In: diag.ClientText, Pattern: `^(\S+): terminating, \d+ bad configuration options`,
		Example:  `/home/alice/.ssh/config: terminating, 1 bad configuration options`,
		NearMiss: `sshd: terminating`,
	}, {
		In: diag.ClientText, Pattern: `^Can't open user config file (.+?): |^percent_(?:dollar_)?expand: |^Bad SSH2 (?:cipher|mac|Kex|key)|^command-line: line 0: |^Bad (?:key types|local forwarding|remote forwarding|dynamic forwarding|escape character)|vdollar_percent_expand: `,
		Example:  `Can't open user config file /home/alice/work.conf: No such file or directory`,
		NearMiss: `debug1: Reading configuration data /home/alice/.ssh/config`,
	}},
	Check: checkClientConfig,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See what ssh makes of it; the message names file and line.", Code: "ssh -G {address}"},
		{Do: "If it names a line, correct that: a mistyped word, or an option that your version does not know. ssh -V tells the version."},
		{Do: "If it complains of owner or permissions, on Linux, macOS or in WSL.", Code: "chmod 700 ~/.ssh && chmod 600 ~/.ssh/config && chown \"$(id -un)\" ~/.ssh ~/.ssh/config"},
		{Do: "The same on Windows, in PowerShell.", Code: "icacls.exe \"$env:USERPROFILE\\.ssh\\config\" /inheritance:r /grant:r \"$($env:USERNAME):(F)\""},
		{Do: "To see whether it works without: use no configuration at all.", Code: "ssh -F none -i ~/.ssh/KEY-FILE -p {port} {user}@{address}"},
	}},
}

// checkClientConfig: sshd words the faults of its own file alike.
func checkClientConfig(p *diag.Pass) diag.Verdict {
	return told(p, fromPastes(p, func(h diag.Hit) bool { return !strings.Contains(h.Text, "sshd_config") }))
}
