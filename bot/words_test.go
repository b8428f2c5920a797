package bot

import (
	"net/netip"
	"strings"
	"testing"

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
		tame(s, 20)
	})
}

func TestParseChange(t *testing.T) {
	from := netip.MustParseAddr("203.0.113.7")
	tests := []struct {
		line string
		want change
		ok   bool
		bad  bool
	}{
		{"recheck", change{Recheck: true}, true, false},
		{"Recheck!", change{Recheck: true}, true, false},
		{"from 203.0.113.7", change{From: from}, true, false},
		{"FROM ::ffff:203.0.113.7.", change{From: from}, true, false},
		{"recheck from 203.0.113.7 user ubuntu port 2222", change{true, from, "ubuntu", 2222}, true, false},
		{"from 203.0.113.0/24", change{}, false, true},
		{"port -1", change{}, false, true},
		{"port 70000", change{}, false, true},
		{"user a;b", change{}, false, true},
		{"from here", change{}, false, false},
		{"port forwarding", change{}, false, false},
		{"from 203.0.113.7 it works", change{}, false, false},
		{"", change{}, false, false},
		{"recheck recheck", change{}, false, false},
		{"check", change{}, false, false},
	}
	for _, tt := range tests {
		got, ok, err := parseChange(strings.Fields(strings.TrimRight(tt.line, ".!")))
		if ok != tt.ok || (err != nil) != tt.bad || ok && got != tt.want {
			t.Errorf("%q: %+v %v %v, want %+v %v, error %v", tt.line, got, ok, err, tt.want, tt.ok, tt.bad)
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
