package diag

import (
	"net/netip"
	"testing"
)

func ruleOf(ingress bool, protocol string, low, high int, remote string) Rule {
	r := Rule{Ingress: ingress, Protocol: protocol, MinPort: low, MaxPort: high}
	if remote != "" {
		r.Remote = netip.MustParsePrefix(remote)
	}
	return r
}

func TestRuleAdmitsPort(t *testing.T) {
	six := ruleOf(true, "tcp", 22, 22, "0.0.0.0/0")
	six.IPv6 = true
	for name, c := range map[string]struct {
		rule Rule
		want bool
	}{
		"one port":             {ruleOf(true, "tcp", 22, 22, ""), true},
		"range":                {ruleOf(true, "TCP", 20, 25, ""), true},
		"beside the range":     {ruleOf(true, "tcp", 23, 25, ""), false},
		"all ports":            {ruleOf(true, "tcp", 0, 0, ""), true},
		"by number":            {ruleOf(true, "6", 22, 22, ""), true},
		"any protocol":         {ruleOf(true, "", 0, 0, ""), true},
		"any in words":         {ruleOf(true, "any", 0, 0, ""), true},
		"UDP":                  {ruleOf(true, "udp", 22, 22, ""), false},
		"UDP by number":        {ruleOf(true, "17", 22, 22, ""), false},
		"ICMP, type 8":         {ruleOf(true, "icmp", 8, 0, ""), false},
		"goes out":             {ruleOf(false, "tcp", 22, 22, ""), false},
		"of the other version": {six, false},
	} {
		if got := c.rule.AdmitsPort(22); got != c.want {
			t.Errorf("%s: %v admits port 22: %t, want %t", name, &c.rule, got, c.want)
		}
	}
	if six.AdmitsAnyone() {
		t.Error("an IPv6 rule with a prefix of IPv4 admits anyone")
	}
}

// A filtered port has one group of these rules.
func filtered(stateless bool, rules ...Rule) *Port {
	return &Port{PortSecurity: true, Groups: []Group{{ID: "g", Stateless: stateless, Rules: append([]Rule{}, rules...)}}}
}

func TestLetsMetadata(t *testing.T) {
	six := ruleOf(false, "", 0, 0, "")
	six.IPv6 = true
	unreadMembers := ruleOf(false, "tcp", 80, 80, "")
	unreadMembers.RemoteAddressGroup = "infra"
	members := unreadMembers
	members.Members = []netip.Prefix{netip.MustParsePrefix("169.254.169.254/32")}
	for name, c := range map[string]struct {
		port              *Port
		question, answers Answer
	}{
		"Neutron's own two":         {filtered(false, ruleOf(false, "", 0, 0, ""), six), Yes, Yes},
		"web only":                  {filtered(false, ruleOf(false, "tcp", 80, 80, "0.0.0.0/0")), Yes, Yes},
		"to itself":                 {filtered(false, ruleOf(false, "tcp", 0, 0, "169.254.0.0/16")), Yes, Yes},
		"TLS and DNS":               {filtered(false, ruleOf(false, "tcp", 443, 443, ""), ruleOf(false, "udp", 53, 53, "")), No, Yes},
		"elsewhere":                 {filtered(false, ruleOf(false, "tcp", 80, 80, "10.0.0.0/8")), No, Yes},
		"IPv6 alone":                {filtered(false, six), No, Yes},
		"what comes in":             {filtered(false, ruleOf(true, "", 0, 0, "")), No, Yes},
		"nothing":                   {filtered(false), No, Yes},
		"no rule was read":          {&Port{PortSecurity: true, Groups: []Group{{ID: "g"}}}, NotKnown, Yes},
		"no group":                  {&Port{PortSecurity: true}, No, Yes},
		"port security off":         {&Port{}, Yes, Yes},
		"a group not read":          {filtered(false, unreadMembers), NotKnown, Yes},
		"a group":                   {filtered(false, members), Yes, Yes},
		"stateless, answers shut":   {filtered(true, ruleOf(false, "", 0, 0, ""), ruleOf(true, "tcp", 22, 22, "")), Yes, No},
		"stateless, answers let in": {filtered(true, ruleOf(false, "", 0, 0, ""), ruleOf(true, "tcp", 1024, 65535, "169.254.169.254/32")), Yes, Yes},
	} {
		if q, a := c.port.LetsMetadata(); q != c.question || a != c.answers {
			t.Errorf("%s: question %v, answers %v, want %v and %v", name, q, a, c.question, c.answers)
		}
	}
}

func TestStatelessGroupsNeedARuleForAnswers(t *testing.T) {
	in := ruleOf(true, "tcp", 22, 22, "")
	person, other := netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("198.51.100.7")
	for name, c := range map[string]struct {
		port *Port
		who  netip.Addr
		want Answer
	}{
		"stateful":                {filtered(false, in), person, Yes},
		"all out":                 {filtered(true, in, ruleOf(false, "", 0, 0, "")), person, Yes},
		"high ports":              {filtered(true, in, ruleOf(false, "tcp", 1024, 65535, "")), person, Yes},
		"some high ports":         {filtered(true, in, ruleOf(false, "tcp", 49152, 65535, "")), person, NotKnown},
		"port 22, as if mirrored": {filtered(true, in, ruleOf(false, "tcp", 22, 22, "")), person, No},
		"nothing out":             {filtered(true, in), person, No},
		"to the person":           {filtered(true, in, ruleOf(false, "tcp", 0, 0, "192.0.2.0/24")), person, Yes},
		"to others":               {filtered(true, in, ruleOf(false, "tcp", 0, 0, "192.0.2.0/24")), other, No},
		"to whom is not known":    {filtered(true, in, ruleOf(false, "tcp", 0, 0, "192.0.2.0/24")), netip.Addr{}, NotKnown},
	} {
		if got := c.port.LetsAnswersOut(c.who, false); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestMutedAdmission: what comes in but is never answered is not let in.
func TestMutedAdmission(t *testing.T) {
	to := netip.MustParseAddr("203.0.113.5")
	for name, c := range map[string]struct {
		port   *Port
		muted  bool
		person Answer
	}{
		"stateless": {filtered(true, ruleOf(true, "tcp", 22, 22, "")), true, No},
		"stateful":  {filtered(false, ruleOf(true, "tcp", 22, 22, "")), false, Yes},
		"closed":    {filtered(true), false, NotKnown},
	} {
		c.port.Fixed = []FixedIP{{IP: to}}
		a := (&Evidence{Asked: Asked{Port: 22}, Network: &Network{Ports: []Port{*c.port}}}).Admission(to)
		if a.Muted != c.muted || a.Person != c.person {
			t.Errorf("%s: muted %t, person %v, want %t and %v", name, a.Muted, a.Person, c.muted, c.person)
		}
	}
}
