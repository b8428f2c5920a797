package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"sshhelp/diag"
)

// Probe looks at a host that needs to be no instance. The name is resolved
// first, then everything else runs side by side. If asked names an account and w
// is a [Caller], the server is asked about it and the keys. It fails only if the
// name leads nowhere.
func Probe(ctx context.Context, w Witness, asked diag.Asked, keys []diag.LoginKey, now time.Time) (*diag.Evidence, error) {
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
	outside(ctx, w, e, keys)
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
func outside(ctx context.Context, w Witness, e *diag.Evidence, keys []diag.LoginKey) {
	known := *e
	sources := []diag.Source{diag.SourcePing, diag.SourceSSH}
	facts, errs := make([]diag.Fact, len(sources)), make([]error, len(sources))
	var wg sync.WaitGroup
	for i, source := range sources {
		wg.Go(func() { facts[i], errs[i] = read(ctx, w, &known, source, keys) })
	}
	wg.Wait()
	for i, source := range sources {
		if facts[i] != nil {
			e.Add(facts[i])
		}
		if errs[i] != nil {
			e.Add(gapOf(source, errs[i]))
		}
	}
}

// read asks one source, and about the account where that is possible.
func read(ctx context.Context, w Witness, known *diag.Evidence, source diag.Source, keys []diag.LoginKey) (diag.Fact, error) {
	caller, ok := w.(Caller)
	if source != diag.SourceSSH || known.Asked.User == "" || !ok {
		return w.Read(ctx, known, source)
	}
	login := diag.Login{User: known.Asked.User, Why: "you said so", Keys: keys}
	return caller.ReadLogin(ctx, known, func(context.Context) []diag.Login { return []diag.Login{login} })
}

func gapOf(source diag.Source, err error) *diag.Gap {
	var gap *diag.Gap
	if errors.As(err, &gap) {
		return gap
	}
	return &diag.Gap{Source: source, Why: diag.GapFailed, Text: source.Title() + ": " + err.Error()}
}
