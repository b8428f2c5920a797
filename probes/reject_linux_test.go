package probes_test

import (
	"fmt"
	"net/netip"
	"os/exec"
	"strings"
	"testing"

	"sshhelp/diag"
	"sshhelp/probes"
)

// nft gives this namespace's firewall one rule on what comes in.
func nft(t *testing.T, rule string) {
	t.Helper()
	table := "table inet probed\ndelete table inet probed\ntable inet probed { chain input { type filter hook input priority 0; " + rule + "; }; }\n"
	cmd := exec.CommandContext(t.Context(), "nft", "-f", "-")
	cmd.Stdin = strings.NewReader(table)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("nft (package nftables) with %q: %v\n%s", rule, err, out)
	}
}

// rejects are all kinds of rejections that nftables knows (nft(8), REJECT
// STATEMENT), and what a probe must make of each.
var rejects = []struct {
	family  int
	with    string
	outcome diag.Outcome
	told    string
}{
	{4, "tcp reset", diag.Refused, "connection refused"},
	{4, "icmp type net-unreachable", diag.Unreachable, "ICMP network unreachable (type 3, code 0)"},
	{4, "icmp type host-unreachable", diag.Unreachable, "ICMP host unreachable (type 3, code 1)"},
	{4, "icmp type prot-unreachable", diag.Prohibited, "ICMP protocol unreachable (type 3, code 2)"},
	{4, "icmp type port-unreachable", diag.Prohibited, "ICMP port unreachable (type 3, code 3)"},
	{4, "icmp type net-prohibited", diag.Prohibited, "ICMP network administratively prohibited (type 3, code 9)"},
	{4, "icmp type host-prohibited", diag.Prohibited, "ICMP host administratively prohibited (type 3, code 10)"},
	{4, "icmp type admin-prohibited", diag.Prohibited, "ICMP communication administratively prohibited (type 3, code 13)"},
	{6, "tcp reset", diag.Refused, "connection refused"},
	{6, "icmpv6 type no-route", diag.Unreachable, "ICMP no route (type 1, code 0)"},
	{6, "icmpv6 type admin-prohibited", diag.Prohibited, "ICMP administratively prohibited (type 1, code 1)"},
	{6, "icmpv6 type addr-unreachable", diag.Unreachable, "ICMP address unreachable (type 1, code 3)"},
	{6, "icmpv6 type port-unreachable", diag.Prohibited, "ICMP port unreachable (type 1, code 4)"},
	{6, "icmpv6 type policy-fail", diag.Prohibited, "ICMP source address failed policy (type 1, code 5)"},
	{6, "icmpv6 type reject-route", diag.Prohibited, "ICMP reject route (type 1, code 6)"},
}

// TestRejectedByFirewall has a real firewall reject connections and pings in
// every way it can.
func TestRejectedByFirewall(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	p := probes.New(probes.Options{AllowAny: true})
	for _, c := range rejects {
		t.Run(fmt.Sprintf("IPv%d %s", c.family, c.with), func(t *testing.T) {
			to, ping := here4, "icmp type echo-request"
			if c.family == 6 {
				to, ping = here6, "icmpv6 type echo-request"
			}
			nft(t, "tcp dport 22 reject with "+c.with)
			r := p.Target(t.Context(), netip.AddrPortFrom(to, 22))
			if r.Connect.Outcome != c.outcome || !strings.HasPrefix(r.Connect.Err, c.told) || r.Connect.By.IsValid() != strings.HasPrefix(c.told, "ICMP") {
				t.Errorf("connect: got %+v, want %s, %q", r.Connect, c.outcome, c.told)
			}
			if c.outcome == diag.Refused {
				return
			}
			nft(t, ping+" reject with "+c.with)
			if got := p.Ping(t.Context(), to); got.Outcome != c.outcome || got.By != to || !strings.HasPrefix(got.Err, c.told) {
				t.Errorf("ping: got %+v, want %s, %q", got, c.outcome, c.told)
			}
		})
	}
}
