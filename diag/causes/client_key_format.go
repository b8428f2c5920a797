package causes

import (
	"strings"

	"sshhelp/diag"
)

var clientKeyFormat = &diag.Cause{
	ID:    "client/key-format",
	Title: "your client cannot read the private key file",
	Doc: `There are several formats of key files. PuTTY and WinSCP want their own (.ppk),
OpenSSH wants another, and older programs do not know OpenSSH's newer one. A file
that was cut short, pasted with Windows line ends or without its first line, or
the public half (.pub) in place of the private one, cannot be read either. The
client goes on without it, and the server refuses the login.`,
	Text:   "Your client cannot read the key file{named}: it is of another format, damaged, or not a private key.",
	Breaks: diag.AtKey,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `^(?:Load key|Error loading key) "([^"]+)": (?:invalid format|error in libcrypto|unknown or unsupported key type|key encrypted using unsupported|Invalid key length|unsupported|Is a directory|incomplete message|string is too large|invalid argument|unexpected bytes)`,
		Example:  `Load key "/home/alice/laptop.ppk": error in libcrypto`,
		NearMiss: `debug1: key_load_public: invalid format`,
	}, {
		In: diag.ClientText, Pattern: `(?:Permissions \d+ for|ignore key:|Load key) ['"]?(\S+\.pub)\b`,
		Example:  `Permissions 0644 for '/home/alice/.ssh/id_rsa.pub' are too open.`,
		NearMiss: `debug1: Offering public key: /home/alice/.ssh/id_rsa.pub RSA SHA256:abc agent`,
	}, {
		In: diag.ClientText, Pattern: `(?:Unable to (?:use|load)(?: private| this private)? key(?: file)?|Couldn't load (?:this )?(?:private )?key(?: file)?)(?: from)? ?"?([^"(]*)"? ?\(?(?:OpenSSH|ssh\.com|PuTTY SSH-1|SSH-1|not a |not an |SSH-2 public|unrecognised|unrecognized|invalid|PuTTY key|file format error|key type|unsupported|createkey failed|wrong (?:key|type|format))`,
		Example:  `Unable to use key file "C:\keys\id_rsa" (OpenSSH SSH-2 private key (new format))`,
		NearMiss: `Unable to use key file "C:\keys\laptop.ppk" (unable to open file)`,
	}, {
		In: diag.ClientText, Pattern: `[Kk]ey file "?([^"]*)"? (?:contains key in|is in) (?:OpenSSH|ssh\.com|an? )`,
		Example:  `Private key file 'C:\keys\id_rsa' contains key in OpenSSH SSH-2 format. WinSCP supports only PuTTY format.`,
		NearMiss: `Private key file "C:\keys\laptop.ppk" was read.`,
	}, {
		In: diag.ClientText, Pattern: `not a valid (?:\w+ )?private key file|could not deserialize key data|encountered (?:RSA|DSA|EC|DSS|OPENSSH) key, expected|unpack requires a (?:buffer|bytes)|invalid privatekey: |Cannot parse privateKey: (?:Unsupported|Malformed)|Invalid private key(?: file|$)|OpenSSH keys only supported if ED25519|Malformed OpenSSH private key`,
		Example:  `paramiko.ssh_exception.SSHException: not a valid RSA private key file`,
		NearMiss: `Error: Cannot parse privateKey: Encrypted private OpenSSH key detected, but no passphrase given`,
	}, {
		In: diag.ClientText, Pattern: `no key found|ssh: (?:unsupported|invalid) (?:openssh )?(?:private )?key|[Ff]ailed to parse (?:ssh )?private key|asn1: (?:structure|syntax) error`,
		Example:  `Failed to parse ssh private key: ssh: no key found`,
		NearMiss: `ssh: this private key is passphrase protected`,
	}, {
		In: diag.ClientText, Pattern: `Unable to extract public key from private key|Callback returned error|as a valid \w+ format key|[Kk]ey is of (?:the )?wrong type|Could not parse PKey|Neither PUB key nor PRIV key|Unable to read private key`,
		Example:  `Unable to extract public key from private key file: Wrong passphrase or invalid/unrecognized private key file format`,
		NearMiss: `Username/PublicKey combination invalid`,
	}},
	Check: checkKeyFormat,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Look at the first line only, and show the rest to nobody: \"BEGIN ... PRIVATE KEY\" is OpenSSH's or an older format, \"PuTTY-User-Key-File\" is PuTTY's, \"ssh-rsa\" or \"ssh-ed25519\" is the public half.", Code: "head -n 1 {file}"},
		{Do: "For OpenSSH, convert a PuTTY key (puttygen is in the package putty-tools; on Windows, PuTTYgen: Conversions, Export OpenSSH key).", Code: "puttygen {file} -O private-openssh -o ~/.ssh/converted && chmod 600 ~/.ssh/converted"},
		{Do: "For PuTTY and WinSCP, load the file in PuTTYgen (Conversions, Import key) and save it as a private key."},
		{Do: "For an older program that wants \"BEGIN RSA PRIVATE KEY\", convert a copy of the file. (That works for RSA keys only.)", Code: "cp {file} ~/.ssh/older && ssh-keygen -p -m PEM -f ~/.ssh/older"},
		{Do: "If it is the public half, name the file without .pub. If it was pasted, copy it again, first and last line included."},
	}},
}

// checkKeyFormat: that a key cannot be parsed because it is locked is another
// cause, and so is what a server says of its own keys.
func checkKeyFormat(p *diag.Pass) diag.Verdict {
	return told(p, fromPastes(p, func(h diag.Hit) bool {
		locked := strings.Contains(h.Text, "decryption password") || strings.Contains(h.Text, "passphrase protected") || strings.Contains(h.Text, "passphrase is incorrect")
		return !locked && !strings.Contains(h.Text, "ssh_host_")
	}))
}
