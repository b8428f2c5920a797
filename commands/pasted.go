package commands

import (
	"regexp"
	"strings"

	"sshhelp/diag"
)

// output is a line that a program printed, told from somebody's words about it by
// its beginning or by a message that nobody writes by hand.
var output = regexp.MustCompile(`^\s*(?:debug[123]: |(?:ssh|scp|sftp|plink|pscp|psftp|rsync|git)(?:\.exe)?: \S|(?:kex|ssh)_exchange_identification: |kex_\w+: |ssh_dispatch_run_fatal|Permission denied \(|\S+@\S+: Permission denied|Connection (?:closed|reset) by \S+ port|Received disconnect from |Host key verification failed|Load key "|Unable to negotiate with |FATAL ERROR: |Network error: |Bad owner or permissions|@@@@@|Warning: Identity file|no such identity: |Disconnected from \S+ port|Couldn't agree |Fatal: Network error|sign_and_send_pubkey: )` +
	`|ssh: connect to host \S+ port \d+: |Permission denied \((?:publickey|password|gssapi)[\w,-]*\)|Could not resolve hostname \S+: |\bsshd(?:-session)?\[\d+\]: |^\[ *\d+\.\d{6}\] |^ci-info: |cloud-init\[\d+\]: |Connection closed by \S+ port \d+|no matching \S+(?: \S+)? found\. Their offer|Connection timed out during banner exchange`)

// pasted tells the kind of program whose output a message is, "" if it is none.
// Words of people about an error are no output, though [diag.Recognise] knows the
// error in them: at least one line must be a program's own. A private key is one
// however it comes.
func pasted(message string) diag.TextKind {
	kind := diag.Recognise(message)
	if kind == "" || kind == diag.KeyMaterial {
		return kind
	}
	for line := range strings.SplitSeq(message, "\n") {
		if output.MatchString(strings.Trim(line, "`")) {
			return kind
		}
	}
	if strings.Count(message, "\n") >= manyLines || strings.Contains(message, "```") {
		return kind
	}
	return ""
}

// manyLines is what nobody writes in a chat without pasting.
const manyLines = 4
