package causes

import (
	"path"
	"regexp"
	"strings"

	"sshhelp/diag"
)

var clientKeyPath = &diag.Cause{
	ID:    "client/key-path",
	Title: "the private key file that you name does not exist",
	Doc: `The file given with -i, or as IdentityFile in the configuration, is not there:
a wrong folder, a mistyped name, an ending such as .pem that is missing or hidden.
ssh warns and goes on without that key; the server then refuses the login.`,
	Text:   "The key file{named} does not exist, so your client has no such key to log in with.",
	Maybe:  "The key file{named} does not exist; if that is the key for this server, your client has nothing to log in with.",
	Breaks: diag.AtKey,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `^Warning: Identity file (.+?) (?:not accessible|does not exist)`,
		Example:  `Warning: Identity file /home/alice/key.pem not accessible: No such file or directory.`,
		NearMiss: `debug1: identity file /home/alice/.ssh/id_rsa type -1`,
	}, {
		In: diag.ClientText, Pattern: `^no such identity: (.+): No such file or directory`,
		Example:  `no such identity: /home/alice/work.pem: No such file or directory`,
		NearMiss: `debug3: no such identity: /home/alice/.ssh/id_rsa: No such file or directory`,
	}, {
		In: diag.ClientText, Pattern: `^Load key "([^"]+)": No such file or directory`,
		Example:  `Load key "/home/alice/key.pem": No such file or directory`,
		NearMiss: `Load key "/home/alice/key.pem": invalid format`,
	}, {
		In: diag.ClientText, Pattern: `(?:Unable to (?:use|load) (?:private )?key(?: file)?|Couldn't load private key(?: file)?(?: from)?) ?"?([^"]*)"? ?\((?:unable to open file|file not found)`,
		Example:  `Unable to use key file "C:\keys\laptop.ppk" (unable to open file)`,
		NearMiss: `Unable to use key file "C:\keys\id_rsa" (OpenSSH SSH-2 private key (new format))`,
	}, {
		In: diag.ClientText, Pattern: `^(?:ssh-add: )?(\S*(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.pem|\.ppk)): No such file or directory`,
		Example:  `/home/alice/.ssh/id_rsa: No such file or directory`,
		NearMiss: `/home/alice/.ssh/known_hosts2: No such file or directory`,
	}, {
		In: diag.ClientText, Pattern: `(?:FileNotFoundException: |[Oo]pen |[Kk]ey(?: file)? )['"]?([^'"\s]*(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.pem|\.ppk)\b)['"]?(?:\s*\(No such|: no such file|: The system cannot find|; no such| does not exist| not found)|(?:No such file or directory: u?|ENOENT: no such file or directory, open |[Nn]o file exists at )['"]([^'"]*(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.pem|\.ppk))['"]`,
		Example:  `FileNotFoundError: [Errno 2] No such file or directory: '/home/alice/.ssh/id_rsa'`,
		NearMiss: `FileNotFoundError: [Errno 2] No such file or directory: '/etc/hosts'`,
	}, {
		In: diag.ClientText, Pattern: `(?:[Nn]o file exists at |[Kk]ey file )['"]?([^'"\s;]+?)['"]?(?:; this| does not exist)|[Uu]nable to open (?:public|private) key file`,
		Example:  `Invalid value for "path" parameter: no file exists at "keys/web.pem"; this function works only with files`,
		NearMiss: `Reading key file "/home/alice/.ssh/laptop.ppk" was fine`,
	}},
	Check: checkKeyPath,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See which key files you have, and how they are really called.", Code: "ls -l ~/.ssh ~/Downloads"},
		{Do: "Name the right one, with its whole path.", Code: "ssh -i ~/.ssh/KEY-FILE -p {port} {user}@{address}"},
		{Do: "If the file is lost, it cannot be had again, not even from the cloud: ask whoever else can log in to add your new public key."},
	}},
}

// standardKey is a key that ssh looks for by itself: that one of them is missing
// is normal.
var standardKey = regexp.MustCompile(`^(?:identity|id_(?:rsa|dsa|ecdsa|ed25519|xmss)(?:_sk)?)$`)

// checkKeyPath: a client that found another key and was refused with it may have
// another fault.
func checkKeyPath(p *diag.Pass) diag.Verdict {
	a := clientAttempt(p.Evidence)
	if a != nil && len(a.Accepted) > 0 {
		return diag.Verdict{}
	}
	v := told(p, fromPastes(p, func(h diag.Hit) bool {
		name := path.Base(strings.ReplaceAll(h.Match[1], `\`, "/"))
		return !strings.HasPrefix(h.Text, "no such identity") || !standardKey.MatchString(name)
	}))
	if a != nil && len(a.Offered) > 0 && a.Identity == "" {
		return maybe(v, "Is that the key that belongs to this server?")
	}
	return v
}
