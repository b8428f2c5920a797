package commands

import (
	"fmt"
	"strings"
	"time"

	"sshhelp/diag"
)

// Probed is what probing one host showed.
type Probed struct {
	Evidence  *diag.Evidence
	Diagnosis *diag.Diagnosis
	Keys      []diag.HostKey // the person's own public keys
}

// JSON returns the facts for machines.
func (p Probed) JSON() any {
	return map[string]any{
		"causes": p.Diagnosis.Causes, "possible": p.Diagnosis.Possible, "asked": p.Evidence.Asked,
		"names": p.Evidence.Names, "pings": p.Evidence.Pings, "reach": p.Evidence.Reach,
		"keys": p.Keys, "gaps": p.Diagnosis.Gaps,
	}
}

// Sections puts the facts into words.
func (p Probed) Sections() []diag.Section {
	sections := verdict(p.verdict())
	for _, r := range p.Evidence.Reach {
		sections = append(sections, diag.Section{Kind: diag.AboutSection, Title: r.Where(), Items: reachItems(&r)})
		if r.SSH == nil {
			continue
		}
		for _, a := range r.SSH.Auth {
			sections = append(sections, diag.Section{Kind: diag.AboutSection, Title: "The account " + a.User, Items: accountItems(&a)})
		}
	}
	if rest := p.besides(); len(rest) > 0 {
		sections = append(sections, diag.Section{Kind: diag.AboutSection, Title: "Besides", Items: rest})
	}
	return sections
}

func (p Probed) verdict() string {
	if lead := p.Diagnosis.Lead(); lead != nil {
		return lead.Text
	}
	return p.Diagnosis.Symptom()
}

// besides lists what belongs to no target.
func (p Probed) besides() []diag.Item {
	var rest []diag.Item
	for _, ping := range p.Evidence.Pings {
		o := ping.Observe()
		rest = append(rest, diag.Item{Text: o.Text, From: o.Where})
	}
	for _, k := range p.Keys {
		rest = append(rest, diag.Item{Text: k.Type + " " + k.SHA256, From: "your key"})
	}
	if len(p.Keys) > 0 && p.Evidence.Asked.User == "" {
		rest = append(rest, diag.Item{Text: "The server was not asked whether it takes your key, because no account was named: add --user NAME."})
	}
	for _, g := range p.Diagnosis.Gaps {
		rest = append(rest, diag.Item{Text: g.Text, From: g.Source.Title()})
	}
	return rest
}

// A listing gathers lines that say what they are about.
type listing []diag.Item

func (l *listing) add(what, text string) {
	if text != "" {
		*l = append(*l, diag.Item{Text: what + ": " + text})
	}
}

func (l *listing) list(what string, names []string) { l.add(what, strings.Join(names, ", ")) }

// reachItems lists what one target told.
func reachItems(r *diag.Reach) []diag.Item {
	o := r.ObserveConnect()
	items := listing{{Text: "tcp: " + o.Text + ", after " + r.Connect.Took.Round(time.Millisecond/10).String()}}
	if r.SSH == nil {
		return items
	}
	for _, line := range r.SSH.Before {
		items.add("before the identification", line)
	}
	items.add("identification", strings.TrimSpace(r.SSH.Version+" "+r.SSH.IdentErr))
	if r.SSH.Kex != diag.NotTried {
		items.add("key exchange", strings.TrimSpace(r.SSH.Kex.String()+" "+r.SSH.KexErr))
	}
	if r.SSH.SmallKex != diag.NotTried {
		items.add("key exchange with small packets", r.SSH.SmallKex.String())
	}
	for _, k := range r.SSH.HostKeys {
		items.add("host key", k.Type+" "+k.SHA256+" "+k.MD5)
	}
	items.algorithms(r.SSH)
	items.add("what it took", effort(r.Effort))
	return items
}

// algorithms adds the server's lists, and what typical clients make of them.
func (l *listing) algorithms(s *diag.SSHFacts) {
	for _, n := range s.Clients {
		l.add(clientNames[n.Client], agreement(n))
	}
	if a := s.Algorithms; a != nil {
		l.list("key exchange algorithms", a.Kex)
		l.list("host key algorithms", a.HostKey)
		l.list("ciphers", a.Cipher)
		l.list("ciphers to the server", a.CipherToServer)
		l.list("MACs", a.MAC)
		l.list("MACs to the server", a.MACToServer)
		l.list("compression", a.Compression)
	}
	l.list("signature algorithms for logging in", s.SigAlgs)
}

var clientNames = map[diag.ClientKind]string{
	diag.CurrentClient: "a client of today", diag.StrictClient: "a hardened client", diag.OldClient: "a client of 2010",
}

// agreement says what a typical client and the server agree on.
func agreement(n diag.Negotiation) string {
	if n.Lacking != "" {
		return "cannot connect, there is no common algorithm for " + n.Lacking
	}
	text := fmt.Sprintf("agrees on %s, %s and %s", n.Kex, n.HostKey, n.Cipher)
	if n.MAC != "" {
		text += " with " + n.MAC
	}
	return text
}

// effort says what looking cost.
func effort(e diag.Effort) string {
	text := plural(e.Connections, "connection") + ", " + plural(e.Attempts, "request") + " that the server may count as failed"
	if e.Held > 0 {
		text += "; " + plural(e.Held, "further one") + " held back, so that nobody is banned"
	}
	return text
}

func plural(n int, what string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// accountItems lists what the server said of one account.
func accountItems(a *diag.AuthFacts) []diag.Item {
	var items listing
	switch {
	case a.Outcome != diag.OK && a.Err != "":
		items.add("asking ended", a.Outcome.String()+", "+a.Err)
	case a.Outcome != diag.OK:
		items.add("asking ended", a.Outcome.String())
	case a.Open:
		items.add("ways to log in", "none is needed, the server lets anybody in")
	}
	items.list("ways to log in", a.Methods)
	for line := range strings.SplitSeq(a.Banner, "\n") {
		items.add("the server tells who logs in", line)
	}
	for _, k := range a.Keys {
		items.add(strings.TrimSpace(k.Key.Type+" "+k.Key.SHA256), keyAnswer(a, &k))
	}
	return items
}

// keyAnswer says what became of one key, and of what it is no proof.
func keyAnswer(a *diag.AuthFacts, k *diag.KeyAnswer) string {
	var text string
	switch k.Accepted {
	case diag.OK:
		text = "the server would take this key"
	case diag.Refused:
		text = "the server would not take this key, or does not let the account in"
	case diag.NotTried:
		text = "the server was not asked about this key"
	default:
		text = "the server did not answer about this key, " + k.Accepted.String()
	}
	if k.Err != "" {
		text += ": " + k.Err
	}
	switch {
	case k.Accepted == diag.OK && k.Algorithm == "ssh-rsa":
		text += ", but only with signatures by SHA-1, which clients of today do not make"
	case k.Algorithm != "" && k.Algorithm != k.Key.Type:
		text += ", asked with " + k.Algorithm
	}
	if k.Accepted == diag.OK && a.User == "root" {
		text += "; whether root may log in shows only when somebody does"
	}
	return text
}
