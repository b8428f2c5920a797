package bot

import (
	"net/netip"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sshhelp/diag"
)

func TestUnescape(t *testing.T) {
	for in, want := range map[string]string{
		"web-1":                      "web-1",
		"&lt;!channel&gt; &amp;amp;": "<!channel> &amp;",
		"<!channel>":                 "<!channel>",
		"<https://web-1.example.org|web-1.example.org>":      "web-1.example.org",
		"<https://web-1.example.org>":                        "https://web-1.example.org",
		"ssh <mailto:ubuntu@203.0.113.9|ubuntu@203.0.113.9>": "ssh ubuntu@203.0.113.9",
		"<mailto:ubuntu@203.0.113.9>":                        "ubuntu@203.0.113.9",
		"<tel:+4512345678|12345678>":                         "12345678",
		"<@U123|mia> <#C123|general> <@U9>":                  "@mia #general @U9",
		"a < b > c &lt;x&gt;":                                "a < b > c <x>",
	} {
		if got := unescape(in); got != want {
			t.Errorf("unescape(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzEscape(f *testing.F) {
	f.Add("<!channel>&lt;")
	f.Add("<https://x|<!here>>")
	f.Fuzz(func(t *testing.T, s string) {
		if got := escape(s); strings.ContainsAny(got, "<>") {
			t.Errorf("escape(%q) = %q", s, got)
		}
		if got := unescape(escape(s)); got != s {
			t.Errorf("%q comes back as %q", s, got)
		}
		unescape(s)
		if got := tame(s, 20); utf8.RuneCountInString(got) > 20 || strings.ContainsAny(got, "\n\r\x1b\u202e") {
			t.Errorf("tame(%q) = %q", s, got)
		}
	})
}

func TestFollow(t *testing.T) {
	from := netip.MustParseAddr("203.0.113.7")
	key := &diag.GivenKey{Fingerprint: "SHA256:jG6S6kJ9Fhwrr3hXMt3R6TNcYJqf4VvQpSPWSe4Shd0"}
	tests := []struct {
		line string
		want change
		do   string
		kind jobKind // "": it is nothing for us
	}{
		{"recheck", change{Recheck: true}, "", followJob},
		{"FROM ::ffff:203.0.113.7.", change{From: from}, "", followJob},
		{"recheck from 203.0.113.7 user ubuntu port 2222", change{Recheck: true, From: from, User: "ubuntu", Port: 2222}, "", followJob},
		{"my key is " + key.Fingerprint, change{Key: key}, "", followJob},
		{"show rules and recheck", change{Recheck: true}, "show", followJob},
		{"how do I make a key?", change{}, "howto", followJob},
		{"Permission denied (publickey).", change{Pastes: []string{"Permission denied (publickey).\n"}}, "", followJob},
		{"from 203.0.113.0/24", change{}, "", tellJob},
		{"port -1", change{}, "", tellJob},
		{"user a;b", change{}, "", tellJob},
		{"from here", change{}, "", ""},
		{"", change{}, "", ""},
		{"recheck recheck", change{}, "", ""},
	}
	for _, tt := range tests {
		j := &job{}
		if ok := j.follow(tt.line); ok != (tt.kind != "") || ok && j.Kind != tt.kind {
			t.Errorf("follow(%q) = %v, %s, want %s", tt.line, ok, j.Kind, tt.kind)
		}
		do := ""
		for _, i := range j.Do {
			do += string(i.Kind)
		}
		if diff := cmp.Diff(tt.want, j.Change, cmpopts.EquateComparable(netip.Addr{})); diff != "" || do != tt.do {
			t.Errorf("follow(%q): -want +got\n%s does %q", tt.line, diff, do)
		}
	}
}

// TestNoSecretInAJob: what lies in Redis holds nothing that was secret.
func TestNoSecretInAJob(t *testing.T) {
	for _, text := range []string{
		"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n-----END OPENSSH PRIVATE KEY-----",
		"debug1: Connecting to 203.0.113.9 [203.0.113.9] port 22.\n-----BEGIN RSA PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n-----END RSA PRIVATE KEY-----\nPermission denied (publickey).",
	} {
		for _, addressed := range []bool{false, true} {
			j := &job{}
			if addressed {
				j.order(text)
			} else if !j.follow(text) || !j.Leak {
				t.Errorf("%.30q: the key was not seen", text)
			}
			if data := j.encode(); strings.Contains(data, "b3BlbnNzaC1r") {
				t.Errorf("the job holds the key: %s", data)
			}
		}
	}
}

func TestApply(t *testing.T) {
	asked := diag.Asked{Query: "web-1", User: "root", Port: 22}
	if got := (change{Recheck: true}).apply(asked); got != asked {
		t.Errorf("a recheck changes %+v", got)
	}
	got := change{User: "ubuntu", Port: 2222}.apply(asked)
	if want := (diag.Asked{Query: "web-1", User: "ubuntu", Port: 2222, PortSaid: true}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestSameSettings(t *testing.T) {
	key := func(print string) *diag.GivenKey { return &diag.GivenKey{Fingerprint: print} }
	asked := diag.Asked{Port: 22, Key: key("SHA256:a")}
	for other, want := range map[*diag.GivenKey]bool{nil: false, key("SHA256:a"): true, key("SHA256:b"): false} {
		if got := sameSettings(asked, diag.Asked{Port: 22, Key: other}); got != want {
			t.Errorf("with key %v: %v, want %v", other, got, want)
		}
	}
}
