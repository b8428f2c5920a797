package commands

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sshhelp/diag"
)

// explainWith explains a text with a catalogue of one cause, which is under
// another one that is confirmed if the text says so.
func explainWith(t *testing.T, text string) *Explanation {
	t.Helper()
	cause := func(id, pattern, example string) *diag.Cause {
		return &diag.Cause{
			ID: id, Title: "a title", Doc: "Doc.", Text: "Text.", Breaks: diag.AtKey,
			Lines: []diag.Line{{In: diag.ClientText, Pattern: pattern, Example: example, NearMiss: "x"}},
			Fix:   diag.Remedy{Steps: []diag.Step{{Do: "Do it."}}},
		}
	}
	open := cause("client/key-permissions", `are too open`, `Permissions 0644 for 'k' are too open.`)
	refused := cause("auth/key-refused", `Permission denied \(`, `Permission denied (publickey).`)
	refused.ExplainedBy = []*diag.Cause{open}
	catalogue, err := diag.NewCatalogue([]*diag.Cause{refused, open})
	if err != nil {
		t.Fatal(err)
	}
	return ExplainText(catalogue, text, time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
}

// TestExplainLeads: a consequence is no answer to why.
func TestExplainLeads(t *testing.T) {
	x := explainWith(t, "$ ssh -i k a@web-1\nPermissions 0644 for 'k' are too open.\na@web-1: Permission denied (publickey).")
	if diff := cmp.Diff([]string{"client/key-permissions"}, x.Causes); diff != "" {
		t.Errorf("causes (-want +got):\n%s", diff)
	}
}

func TestPasteFacts(t *testing.T) {
	x := explainWith(t, `$ ssh -v -p 2222 a@web-1
OpenSSH_9.2p1 Debian-2, OpenSSL 3.0.11
debug1: Remote protocol version 2.0, remote software version dropbear_2022.83
debug1: Offering public key: /home/a/k RSA SHA256:abc explicit
a@web-1: Permission denied (publickey,password).`)
	want := map[string]any{
		"user": "a", "host": "web-1", "port": uint16(2222), "client": "OpenSSH_9.2p1 Debian-2", "server": "dropbear_2022.83",
		"offered_keys": []string{"/home/a/k"}, "methods": []string{"publickey", "password"}, "stage": "auth",
	}
	if diff := cmp.Diff(want, x.Facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}

// TestServerFacts: a log that names many accounts does not tell which is the
// person's.
func TestServerFacts(t *testing.T) {
	one := "sshd[1]: Failed publickey for bob from 203.0.113.7 port 1 ssh2\n"
	if x := explainWith(t, one); x.Facts["user"] != "bob" || x.Facts["stage"] != nil {
		t.Errorf("facts of one account: %v", x.Facts)
	}
	if x := explainWith(t, one+"sshd[2]: Failed publickey for eve from 203.0.113.8 port 1 ssh2\n"); x.Facts["user"] != nil {
		t.Errorf("facts of two: %v", x.Facts)
	}
}

func TestSecretsAreWarnedOf(t *testing.T) {
	for text, want := range map[string]string{
		"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n-----END OPENSSH PRIVATE KEY-----": "private key",
		"$ ssh a@web-1\na@web-1: Permission denied (publickey).\npassword: hunter2":                               "password",
	} {
		var said strings.Builder
		for _, s := range explainWith(t, text).Sections() {
			for _, i := range s.Items {
				said.WriteString(i.Text + "\n")
			}
		}
		if !strings.Contains(said.String(), "This text held a "+want) || strings.Contains(said.String(), "hunter2") {
			t.Errorf("%.20q: %s", text, said.String())
		}
	}
}
