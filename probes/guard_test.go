package probes_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"sshhelp/diag"
	"sshhelp/probes"
)

// known is evidence of an instance with these fixed addresses.
func known(addrs ...string) *diag.Evidence {
	e := &diag.Evidence{Asked: diag.Asked{Query: "web-1", Port: 22}, Instance: &diag.Instance{ID: "7d0c"}}
	for _, a := range addrs {
		e.Instance.Addresses = append(e.Instance.Addresses, diag.Address{IP: netip.MustParseAddr(a)})
	}
	return e
}

func wantGap(t *testing.T, fact diag.Fact, err error, why diag.GapWhy, text string) {
	t.Helper()
	var gap *diag.Gap
	if fact != nil || !errors.As(err, &gap) {
		t.Fatalf("got %v, %v, want a gap", fact, err)
	}
	if gap.Why != why || !strings.Contains(gap.Text, text) || !strings.HasSuffix(gap.Text, ".") {
		t.Errorf("got %+v, want %s, a sentence with %q", gap, why, text)
	}
}

// TestRefusedAddresses asks for addresses that are the prober's own
// surroundings. Nothing may be dialled.
func TestRefusedAddresses(t *testing.T) {
	p := probes.New(probes.Options{Dial: noDial(t)})
	for a, why := range map[string]string{
		"127.0.0.1": "loopback", "127.9.9.9": "loopback", "::1": "loopback", "::ffff:127.0.0.1": "loopback",
		"64:ff9b::7f00:1": "loopback", "64:ff9b::a9fe:a9fe": "metadata", "169.254.169.254": "metadata",
		"::ffff:169.254.169.254": "metadata", "fd00:ec2::254": "metadata", "169.254.1.1": "link-local",
		"fe80::1": "link-local", "fe80::1%eth0": "link-local", "2001:db8::1%eth0": "link-local",
		"224.0.0.1": "multicast", "ff02::1": "multicast", "0.0.0.0": "not the address", "::": "not the address",
		"0.1.2.3": "not the address", "255.255.255.255": "not the address",
	} {
		addr := netip.MustParseAddr(a)
		if r := p.Target(t.Context(), netip.AddrPortFrom(addr, 22)); r.Connect.Outcome != diag.NotPermitted || !strings.Contains(r.Connect.Err, why) {
			t.Errorf("target %s: got %+v, want not-permitted: %s", a, r.Connect, why)
		}
		if ping := p.Ping(t.Context(), addr); ping.Outcome != diag.NotPermitted {
			t.Errorf("ping %s: got %+v, want not-permitted", a, ping)
		}
		for _, source := range []diag.Source{diag.SourceSSH, diag.SourcePing} {
			fact, err := p.Read(t.Context(), known(a), source)
			wantGap(t, fact, err, diag.GapSkipped, why)
		}
	}
}

// TestForeignAddresses asks for addresses that may belong to somebody else.
func TestForeignAddresses(t *testing.T) {
	e := known("10.1.2.3")
	asked := known("198.51.100.7")
	asked.Asked.Address = netip.MustParseAddr("203.0.113.9")
	unknown := known()
	unknown.Instance, unknown.Asked.Address = nil, netip.MustParseAddr("203.0.113.9")
	p := probes.New(probes.Options{Dial: noDial(t)})
	for _, c := range []struct {
		known *diag.Evidence
		text  string
	}{
		{e, "10.1.2.3 was not probed: it is a private address"},
		{asked, "not an address of this instance"},
		{unknown, "not known to be the instance's"},
	} {
		fact, err := p.Read(t.Context(), c.known, diag.SourceSSH)
		wantGap(t, fact, err, diag.GapSkipped, c.text)
	}
	if fact, err := p.Read(t.Context(), known(), diag.SourceSSH); fact != nil || err != nil {
		t.Errorf("without an address: got %v, %v, want nothing to do", fact, err)
	}
}

// TestAllowed: what an operator allows is dialled, as the very literal that
// was checked.
func TestAllowed(t *testing.T) {
	private := known("10.1.2.3")
	floating := known("10.1.2.3")
	floating.Instance.Addresses[0].Floating = true
	mapped := known("::ffff:198.51.100.7")
	person := known()
	person.Instance, person.Asked.Address = nil, netip.MustParseAddr("127.0.0.1")
	ten := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for name, c := range map[string]struct {
		options probes.Options
		known   *diag.Evidence
		dialled string
	}{
		"public":            {probes.Options{}, known("198.51.100.7"), "198.51.100.7:22"},
		"mapped":            {probes.Options{}, mapped, "198.51.100.7:22"},
		"v6":                {probes.Options{}, known("2001:db8::7"), "[2001:db8::7]:22"},
		"private, floating": {probes.Options{}, floating, "10.1.2.3:22"},
		"private, allowed":  {probes.Options{Allow: ten}, private, "10.1.2.3:22"},
		"a terminal":        {probes.Options{AllowAny: true}, private, "10.1.2.3:22"},
		"a person's own":    {probes.Options{AllowAny: true}, person, "127.0.0.1:22"},
	} {
		t.Run(name, func(t *testing.T) {
			var dialled []string
			c.options.Dial, c.options.OtherPorts = recordDial(&dialled), []uint16{}
			fact, err := probes.New(c.options).Read(t.Context(), c.known, diag.SourceSSH)
			if err != nil || len(fact.(diag.Reaches)) != 1 || len(dialled) != 1 || dialled[0] != c.dialled {
				t.Errorf("got %v, %v, dialled %v, want %s", fact, err, dialled, c.dialled)
			}
		})
	}
}

// TestManyAddresses: there is a limit, and a word about it.
func TestManyAddresses(t *testing.T) {
	var dialled []string
	p := probes.New(probes.Options{Dial: recordDial(&dialled), OtherPorts: []uint16{}})
	e := known("198.51.100.1", "198.51.100.2", "198.51.100.3", "198.51.100.4", "198.51.100.5")
	fact, err := p.Read(t.Context(), e, diag.SourceSSH)
	var gap *diag.Gap
	if len(fact.(diag.Reaches)) != 4 || len(dialled) != 4 || !errors.As(err, &gap) || gap.Text != "Only 4 of its 5 addresses were probed." {
		t.Errorf("got %v, %v, dialled %v", fact, err, dialled)
	}
	for i, r := range fact.(diag.Reaches) {
		if r.Target.Addr() != e.Instance.Addresses[i].IP {
			t.Errorf("place %d has %s", i, r.Target)
		}
	}
}
