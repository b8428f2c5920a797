package commands

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sshhelp/diag"
)

func TestParse(t *testing.T) {
	addr := netip.MustParseAddr
	tests := []struct {
		line string
		want diag.Asked
	}{
		{"web-1", diag.Asked{Query: "web-1", Port: 22}},
		{"  web-1\u00a0 ", diag.Asked{Query: "web-1", Port: 22}},
		{"name with  spaces", diag.Asked{Query: "name with  spaces", Port: 22}},
		{`"name with spaces" port 2222`, diag.Asked{Query: "name with spaces", Port: 2222, PortSaid: true}},
		{"“curly name” user ubuntu", diag.Asked{Query: "curly name", Port: 22, User: "ubuntu"}},
		{`"port 80"`, diag.Asked{Query: "port 80", Port: 22}},
		{"サーバー1", diag.Asked{Query: "サーバー1", Port: 22}},
		{"<!channel>", diag.Asked{Query: "<!channel>", Port: 22}},
		{"it's", diag.Asked{Query: "it's", Port: 22}},
		{"web-1 from 203.0.113.7 user ubuntu port 2222 cloud north", diag.Asked{
			Query: "web-1", Port: 2222, PortSaid: true, User: "ubuntu", Cloud: "north",
			From: addr("203.0.113.7"), FromWhy: diag.FromSaid,
		}},
		{"FROM 203.0.113.7 web-1", diag.Asked{Query: "web-1", Port: 22, From: addr("203.0.113.7"), FromWhy: diag.FromSaid}},
		{"web-1 from ::ffff:203.0.113.7", diag.Asked{Query: "web-1", Port: 22, From: addr("203.0.113.7"), FromWhy: diag.FromSaid}},
		{"203.0.113.9", diag.Asked{Query: "203.0.113.9", Port: 22, Address: addr("203.0.113.9")}},
		{"203.0.113.9:2222", diag.Asked{Query: "203.0.113.9", Port: 2222, PortSaid: true, Address: addr("203.0.113.9")}},
		{"2001:db8::9", diag.Asked{Query: "2001:db8::9", Port: 22, Address: addr("2001:db8::9")}},
		{"[2001:db8::9]:2222", diag.Asked{Query: "2001:db8::9", Port: 2222, PortSaid: true, Address: addr("2001:db8::9")}},
		{"ubuntu@web-1", diag.Asked{Query: "web-1", Port: 22, User: "ubuntu"}},
		{"ssh -p 2222 ubuntu@203.0.113.9", diag.Asked{
			Query: "203.0.113.9", Port: 2222, PortSaid: true, User: "ubuntu", Address: addr("203.0.113.9"),
		}},
		{"ssh -vvv -i ~/.ssh/id -p2222 -l root web-1.example.org uptime", diag.Asked{
			Query: "web-1.example.org", Port: 2222, PortSaid: true, User: "root",
		}},
		{"web-1 user ubuntu key SHA256:91l1yAhjj19hZU2wafxn87Jgq3+Mch2ZI61u4bStI+M", diag.Asked{
			Query: "web-1", Port: 22, User: "ubuntu", Key: &diag.GivenKey{Fingerprint: "SHA256:91l1yAhjj19hZU2wafxn87Jgq3+Mch2ZI61u4bStI+M"},
		}},
		{"web-1 port 2222 key " + launchLine + " on the old laptop", diag.Asked{
			Query: "web-1", Port: 2222, PortSaid: true, Key: &diag.GivenKey{Line: strings.TrimSuffix(launchLine, " launch")},
		}},
		{"the key server", diag.Asked{Query: "the key server", Port: 22}},
		{"port", diag.Asked{Query: "port", Port: 22}},
		{"from from 203.0.113.7", diag.Asked{Query: "from", Port: 22, From: addr("203.0.113.7"), FromWhy: diag.FromSaid}},
	}
	for _, tt := range tests {
		got, err := Parse(tt.line)
		if err != nil {
			t.Errorf("Parse(%q): %v", tt.line, err)
			continue
		}
		if diff := cmp.Diff(tt.want, got, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
			t.Errorf("Parse(%q): -want +got\n%s", tt.line, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct{ line, says string }{
		{"", "Which instance?"},
		{" \t ", "Which instance?"},
		{"web-1 port 0", `"0" is not a port.`},
		{"web-1 port 70000", `"70000" is not a port.`},
		{"web-1 port ssh", `"ssh" is not a port.`},
		{"web-1:70000", `"70000" is not a port.`},
		{"web-1 from 10.0.0.0/8", "10.0.0.0/8 is a network, not an address."},
		{"10.0.0.0/8", "10.0.0.0/8 is a network, not an address."},
		{"web-1 from home", `"home" is not an IP address.`},
		{"web-1 from 0.0.0.0", "Nobody connects from 0.0.0.0."},
		{"web-1 from ff02::1", "Nobody connects from ff02::1."},
		{"web-1 user -oProxyCommand=x", "is not an account name."},
		{"web-1 user $(reboot)", "is not an account name."},
		{"web-1 user", "is missing."},
		{"ssh -v", "names no host"},
		{strings.Repeat("x", 4000), "at most 255"},
		{"web-1 user " + strings.Repeat("u", 4000), "is not an account name."},
	}
	for _, tt := range tests {
		_, err := Parse(tt.line)
		var u *UsageError
		if !errors.As(err, &u) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("Parse(%.60q) = %v, want a UsageError that says %q", tt.line, err, tt.says)
			continue
		}
		if len(err.Error()) > 300 {
			t.Errorf("Parse(%.60q): the answer is %d bytes long", tt.line, len(err.Error()))
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"web-1 from 203.0.113.7", `"a b" port 22`, "ssh -p 1 u@h", "[::1]:22", "“x”", "'", "\xff from"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		asked, err := Parse(line)
		if err != nil {
			return
		}
		if asked.Query == "" || utf8.RuneCountInString(asked.Query) > maxQuery || asked.Port == 0 {
			t.Errorf("Parse(%q) = %+v", line, asked)
		}
		if strings.ContainsFunc(asked.Query, func(r rune) bool { return r < ' ' }) {
			t.Errorf("Parse(%q) kept a control character: %q", line, asked.Query)
		}
	})
}
