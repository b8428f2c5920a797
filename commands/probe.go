package commands

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"sshhelp/diag"
)

// Probe looks at a host that needs to be no instance. The name is resolved
// first, then everything else runs side by side. It fails only if the name
// leads nowhere.
func Probe(ctx context.Context, w Witness, asked diag.Asked, now time.Time) (*diag.Evidence, error) {
	ctx, cancel := context.WithTimeout(ctx, total)
	defer cancel()
	e := &diag.Evidence{Now: now, Asked: asked}
	if !asked.Address.IsValid() {
		fact, err := w.Read(ctx, e, diag.SourceDNS)
		if err != nil {
			return nil, fmt.Errorf("resolve %s: %w", asked.Query, err)
		}
		names, ok := fact.(*diag.Names)
		if err := nowhere(asked.Query, names, ok); err != nil {
			return nil, err
		}
		e.Add(names)
		e.Asked.Address = names.Addrs[0]
	}
	outside(ctx, w, e)
	return e, nil
}

// nowhere says why a name gave no address; nil if it gave one. Only a resolver
// that answered can say that there is none.
func nowhere(query string, names *diag.Names, asked bool) error {
	const hint = "Write an address, or a name that DNS knows, with its domain."
	switch {
	case !asked:
		return usage(hint, "%q was not looked up: it is no full DNS name.", clip(query))
	case len(names.Addrs) > 0:
		return nil
	case names.Outcome == diag.OK, names.Outcome == diag.NoSuchName:
		return usage(hint, "%s leads to no address.", clip(query))
	}
	return fmt.Errorf("resolve %s: DNS gave no answer (%s)", clip(query), cmp.Or(names.Err, names.Outcome.String()))
}

// outside asks for ping and SSH at once and adds what they say.
func outside(ctx context.Context, w Witness, e *diag.Evidence) {
	known := *e
	sources := []diag.Source{diag.SourcePing, diag.SourceSSH}
	facts, errs := make([]diag.Fact, len(sources)), make([]error, len(sources))
	var wg sync.WaitGroup
	for i, source := range sources {
		wg.Go(func() { facts[i], errs[i] = w.Read(ctx, &known, source) })
	}
	wg.Wait()
	for i, source := range sources {
		if facts[i] != nil {
			e.Add(facts[i])
		}
		if errs[i] != nil {
			e.Add(&diag.Gap{Source: source, Why: diag.GapFailed, Text: source.Title() + ": " + errs[i].Error()})
		}
	}
}

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
	}
	var rest []diag.Item
	for _, ping := range p.Evidence.Pings {
		o := ping.Observe()
		rest = append(rest, diag.Item{Text: o.Text, From: o.Where})
	}
	for _, k := range p.Keys {
		rest = append(rest, diag.Item{Text: k.Type + " " + k.SHA256, From: "your key"})
	}
	for _, g := range p.Diagnosis.Gaps {
		rest = append(rest, diag.Item{Text: g.Text, From: g.Source.Title()})
	}
	if len(rest) > 0 {
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

// reachItems lists what one target told.
func reachItems(r *diag.Reach) []diag.Item {
	o := r.ObserveConnect()
	items := []diag.Item{{Text: "tcp: " + o.Text + ", after " + r.Connect.Took.Round(time.Millisecond/10).String()}}
	if r.SSH == nil {
		return items
	}
	add := func(what, text string) {
		if text != "" {
			items = append(items, diag.Item{Text: what + ": " + text})
		}
	}
	for _, line := range r.SSH.Before {
		add("before the identification", line)
	}
	add("identification", strings.TrimSpace(r.SSH.Version+" "+r.SSH.IdentErr))
	if r.SSH.Kex != diag.NotTried {
		add("key exchange", strings.TrimSpace(r.SSH.Kex.String()+" "+r.SSH.KexErr))
	}
	for _, k := range r.SSH.HostKeys {
		add("host key", k.Type+" "+k.SHA256)
	}
	if a := r.SSH.Algorithms; a != nil {
		add("key exchange algorithms", strings.Join(a.Kex, ", "))
		add("host key algorithms", strings.Join(a.HostKey, ", "))
		add("ciphers", strings.Join(a.Cipher, ", "))
		add("MACs", strings.Join(a.MAC, ", "))
	}
	return items
}
