package causes

import "testing"

// TestTalk: a text that shows errors which nobody met is of no kind, and no
// sign of a fault: manuals, programs, patterns, and what others than SSH write.
func TestTalk(t *testing.T) {
	catalogue, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"## Error: Server refused our key\n\nIf you use PuTTY to connect to your machine and get the error Error: Server refused our key, verify that you are connecting with the right user name for your image.\n",
		"# Error: Permission denied (publickey)\n\nThere could be several reasons why, and the most common examples are explained below.\n",
		"             host keys to the ~/.ssh/known_hosts file, and refuses to connect\n             to hosts whose host key has changed.  This protects best.\n",
		"\tcase SSH_ERR_KEY_WRONG_PASSPHRASE:\n\t\tfatal(\"incorrect passphrase supplied to decrypt private key\");\n",
		"failregex = ^User .+ from <HOST> not allowed because not listed in AllowUsers\\s*$\n            ^ROOT LOGIN REFUSED.* FROM <HOST>\\s*$\n",
		"        (\"ssh: connect to host x port 22: Connection refused\", \"refused\"),\n        (\"Host key verification failed.\", \"hostkey\"),\n",
		"The message `Permission denied (publickey,password)` means two things: 1. The connection to the server succeeded, so this is not a network problem. 2. The server offered these methods and none satisfied it.\n",
		"| Symptom | Fix |\n|---|---|\n| `Connection refused` | `systemctl start sshd` |\n| `Permission denied (publickey)` | try `-i` |\n",
		"Error response from daemon: Get \"https://registry.example.com/v2/\": dial tcp 203.0.113.5:443: connect: connection refused\n",
		"smtplib.SMTPServerDisconnected: Connection unexpectedly closed\nConnectionResetError: [Errno 104] Connection reset by peer\n",
		"Error: read ECONNRESET\n    at TLSWrap.onStreamRead (node:internal/stream_base_commons:217:20)\n",
		"MongoServerSelectionError: connect ECONNREFUSED 127.0.0.1:27017\n",
		"Error: getaddrinfo ENOTFOUND smtp.example.com\n    at GetAddrInfoReqWrap.onlookup\n",
		"tls: failed to parse private key: asn1: structure error: tags don't match\n",
	} {
		if kind := catalogue.Recognise(text); kind != "" {
			t.Errorf("%q is taken for %q", text, kind)
		}
	}
}
