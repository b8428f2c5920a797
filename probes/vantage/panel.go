package vantage

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"sshhelp/diag"
)

// A Witness can be asked for facts about an instance.
type Witness interface {
	Sources() []diag.Source
	Read(ctx context.Context, known *diag.Evidence, source diag.Source) (diag.Fact, error)
}

// caller is a witness that asks SSH servers about accounts and keys too.
type caller interface {
	Witness
	ReadLogin(ctx context.Context, known *diag.Evidence, login func(context.Context) []diag.Login) (diag.Fact, error)
}

// panel asks here and in other places.
type panel struct {
	line  *Line
	local Witness
	names []string
}

// callingPanel asks about logins in this place alone, so that the attempts that a
// server counts are not multiplied by the number of places.
type callingPanel struct {
	*panel
	caller
}

// NewPanel makes a witness that asks the local one and all other places, side by
// side. It can ask about logins if the local one can. It fails if a name is none,
// is there twice, or is the local one's own.
func NewPanel(line *Line, local Witness, names []string) (Witness, error) {
	p := &panel{line, local, names}
	if here, ok := local.(interface{ Name() string }); ok && slices.Contains(names, here.Name()) {
		return nil, fmt.Errorf("%q is the name of this place: others need names of their own", here.Name())
	}
	if len(names) > maxPlaces {
		return nil, fmt.Errorf("%d vantage points are more than %d", len(names), maxPlaces)
	}
	for i, name := range names {
		if err := validName(name); err != nil {
			return nil, err
		}
		if slices.Contains(names[:i], name) {
			return nil, fmt.Errorf("vantage point %q is listed twice", name)
		}
	}
	if c, ok := local.(caller); ok {
		return &callingPanel{p, c}, nil
	}
	return p, nil
}

// Sources implements [Witness].
func (p *panel) Sources() []diag.Source { return p.local.Sources() }

// Read implements [Witness]. What another place could not see is a gap among
// the facts; the error is the local witness's.
func (p *panel) Read(ctx context.Context, known *diag.Evidence, source diag.Source) (diag.Fact, error) {
	return p.sideBySide(ctx, known, source, func() (diag.Fact, error) { return p.local.Read(ctx, known, source) })
}

// Sources implements [Witness].
func (p *callingPanel) Sources() []diag.Source { return p.panel.Sources() }

// Read implements [Witness].
func (p *callingPanel) Read(ctx context.Context, known *diag.Evidence, source diag.Source) (diag.Fact, error) {
	return p.panel.Read(ctx, known, source)
}

// ReadLogin is Read for [diag.SourceSSH], with questions about accounts and keys
// from this place.
func (p *callingPanel) ReadLogin(ctx context.Context, known *diag.Evidence, login func(context.Context) []diag.Login) (diag.Fact, error) {
	return p.sideBySide(ctx, known, diag.SourceSSH, func() (diag.Fact, error) { return p.caller.ReadLogin(ctx, known, login) })
}

// sideBySide asks all places and puts together what they say.
func (p *panel) sideBySide(ctx context.Context, known *diag.Evidence, source diag.Source, local func() (diag.Fact, error)) (diag.Fact, error) {
	if !worthAsking(known, source) {
		return local()
	}
	said := make([]testimony, len(p.names))
	var wg sync.WaitGroup
	defer wg.Wait()
	for i, name := range p.names {
		wg.Go(func() { said[i] = p.ask(ctx, known, name, source) })
	}
	fact, err := local()
	wg.Wait()
	return together(known, fact, said), err
}

// worthAsking spares other places what no prober would look at.
func worthAsking(known *diag.Evidence, source diag.Source) bool {
	if source != diag.SourceDNS {
		return len(known.Targets()) > 0
	}
	_, err := netip.ParseAddr(known.Asked.Query)
	return err != nil && strings.Contains(known.Asked.Query, ".")
}

// together joins the facts of all places.
func together(known *diag.Evidence, fact diag.Fact, said []testimony) diag.Fact {
	var facts diag.Facts
	names, isNames := fact.(*diag.Names)
	if fact != nil && !isNames {
		facts = append(facts, fact)
	}
	for _, s := range said {
		names = clearer(known, names, s.names)
		facts = append(facts, s.facts...)
	}
	if names != nil {
		facts = append(facts, names)
	}
	switch len(facts) {
	case 0:
		return nil
	case 1:
		return facts[0]
	}
	return facts
}

// clearer picks one of two answers of DNS, because the evidence holds one: the
// one that leads to the instance, else one that leads anywhere, else one at all.
// That a name is not known in one place is no fault of it if it is in another.
func clearer(known *diag.Evidence, a, b *diag.Names) *diag.Names {
	if b != nil && (a == nil || clarity(known, b) > clarity(known, a)) {
		return b
	}
	return a
}

func clarity(known *diag.Evidence, n *diag.Names) int {
	own := func(a netip.Addr) bool {
		return known.Instance != nil && slices.ContainsFunc(known.Instance.Addresses, func(o diag.Address) bool { return o.IP.Unmap() == a.Unmap() })
	}
	switch {
	case slices.ContainsFunc(n.Addrs, own):
		return 3
	case n.Outcome == diag.OK:
		return 2
	case n.Outcome == diag.NoSuchName:
		return 1
	}
	return 0
}
