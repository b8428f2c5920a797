package causes

import (
	"strings"

	"sshhelp/diag"
)

var clientKeyPermissions = &diag.Cause{
	ID:    "client/key-permissions",
	Title: "your private key file can be read by others, so ssh does not use it",
	Doc: `A private key is worth something only as long as nobody else can read it. ssh
therefore ignores a key file that other accounts of your computer may read, says
so, and goes on without it; the server then refuses the login. On Windows the
same happens when other accounts stand in the file's access list.`,
	Text:   "Your private key file{named} can be read by others, so your ssh ignores it.",
	Breaks: diag.AtKey,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `Permissions (?:0?\d{3,4} )?for '([^']+)' are too open`,
		Example:  `Permissions 0644 for '/home/alice/.ssh/id_rsa' are too open.`,
		NearMiss: `Permissions of a key file should be 0600.`,
	}, {
		In: diag.ClientText, Pattern: `^\W*WARNING: UNPROTECTED PRIVATE KEY FILE!`,
		Example:  `@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @`,
		NearMiss: `what does "WARNING: UNPROTECTED PRIVATE KEY FILE!" mean?`,
	}, {
		In: diag.ClientText, Pattern: `^Load key "([^"]+)": (?:bad permissions|Permission denied)`,
		Example:  `Load key "C:\\Users\\alice\\key.pem": bad permissions`,
		NearMiss: `Load key "/home/alice/.ssh/id_rsa": invalid format`,
	}, {
		In: diag.ClientText, Pattern: `bad permissions: ignore key: (\S+)|must be owned by the user running Vagrant`,
		Example:  `bad permissions: ignore key: /home/alice/.ssh/id_rsa`,
		NearMiss: `Bad owner or permissions on /home/alice/.ssh/config`,
	}, {
		In: diag.ClientText, Pattern: `^Bad permissions\. Try removing permissions for user: .* on file (.+?)\.?$`,
		Example:  `Bad permissions. Try removing permissions for user: LAPTOP\\bob (S-1-5-21-1) on file C:/Users/alice/key.pem.`,
		NearMiss: `Bad permissions on the share`,
	}},
	Check: checkKeyPermissions,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "On Linux, macOS or in WSL: let nobody but yourself read it, then try again.", Code: "chmod 600 {file}"},
		{Do: "On Windows: take all other accounts off the file, in PowerShell.", Code: "icacls.exe {file} /inheritance:r /grant:r \"$($env:USERNAME):(R)\""},
		{Do: "If that has no effect, the file lies on a drive without permissions (a Windows drive in WSL, a memory stick): copy it into ~/.ssh under a name of your own, and use that.", Code: "cp {file} ~/.ssh/NEW-NAME && chmod 600 ~/.ssh/NEW-NAME"},
	}},
}

// checkKeyPermissions leaves out what sshd says of its own keys, and what
// Windows says of the configuration file.
func checkKeyPermissions(p *diag.Pass) diag.Verdict {
	return told(p, fromPastes(p, func(h diag.Hit) bool {
		return !strings.Contains(h.Text, "ssh_host_") && !strings.Contains(h.Text, ".ssh/config") && !strings.Contains(h.Text, `.ssh\config`)
	}))
}
