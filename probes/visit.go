package probes

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"sshhelp/diag"
)

// A visit is all that is done at one address and port for one diagnosis.
type visit struct {
	p      *Prober
	asking *questions
	r      diag.Reach
	mu     sync.Mutex // guards r.Effort

	more    []further // connections beside the main one; nil: not begun
	running sync.WaitGroup
}

func (p *Prober) visit(ctx context.Context, target netip.AddrPort, asking *questions) diag.Reach {
	v := &visit{p: p, asking: asking, r: diag.Reach{Target: target, From: p.Name(), StartedAt: time.Now()}}
	if why := p.forbidden(target.Addr()); why != "" {
		v.r.Connect = diag.Dial{Outcome: diag.NotPermitted, Err: why}
		return v.r
	}
	p.ledger.Spend(target.Addr(), Look)
	conn := p.connect(ctx, &v.r)
	switch {
	case conn != nil:
		v.r.Effort.Connections++
		v.converse(ctx, conn)
	case v.r.Connect.Outcome == diag.Reset:
		// A SYN that is answered with a reset is Refused. This connection was
		// open, and reset before we could look at it.
		v.r.Effort.Connections++
		v.r.SSH = &diag.SSHFacts{Ident: diag.Reset, IdentErr: v.r.Connect.Err}
		v.r.Connect.Outcome, v.r.Connect.Err = diag.OK, ""
	}
	p.log(&v.r)
	return v.r
}

// converse learns from the main connection what it tells, stage by stage, and
// from others what one cannot.
func (v *visit) converse(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	// Closing is the one interruption that a later deadline cannot undo.
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	facts := &diag.SSHFacts{}
	v.r.SSH = facts
	w := newWire(conn, v.p.rand)
	identify(ctx, w, facts)
	switch {
	case facts.Ident != diag.OK:
		return
	case oldProtocol(facts.Version):
		facts.KexErr = "the server speaks SSH protocol 1 only"
		return
	}
	defer v.running.Wait()
	h := exchangeKeys(ctx, w, wholeOffer, kexBudget, facts, func(h *handshake) {
		if v.asking.alone { // else it may be a machine that is being asked already
			v.begin(ctx, h)
		}
	})
	switch {
	case h != nil:
		v.goOn(ctx, h)
	case facts.Kex == diag.TimedOut:
		conn.Close()
		v.tryWithLess(ctx)
	}
}

// tryWithLess does the key exchange again with a small first packet: if that
// passes, the path loses large ones.
func (v *visit) tryWithLess(ctx context.Context) {
	facts := v.r.SSH
	conn, err := v.again(ctx)
	if err != nil {
		facts.SmallKex = outcomeOf(ctx, err)
		return
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	w, second := newWire(conn, v.p.rand), &diag.SSHFacts{}
	if identify(ctx, w, second); second.Ident != diag.OK {
		facts.SmallKex = second.Ident
		return
	}
	h := exchangeKeys(ctx, w, smallOffer, smallBudget, second, nil)
	facts.SmallKex = second.Kex
	if facts.HostKeys = second.HostKeys; facts.Algorithms == nil {
		facts.Algorithms, facts.Clients = second.Algorithms, second.Clients
	}
	if h != nil && h.secure() == nil {
		h.part()
	}
}

// again opens a further connection to the same target.
func (v *visit) again(ctx context.Context) (net.Conn, error) {
	dialCtx, cancel := context.WithTimeout(ctx, dialBudget)
	defer cancel()
	conn, _, err := v.p.dial(dialCtx, v.r.Target.String())
	if err == nil {
		v.spent(1, 0)
	}
	return conn, err
}

func (v *visit) spent(connections, attempts int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.r.Effort.Connections += connections
	v.r.Effort.Attempts += attempts
}

func (v *visit) held() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.r.Effort.Held++
}

// goOn learns what comes after the first host key: those of other types, and
// what is said of accounts. A machine that is being asked under another address
// is not asked twice.
func (v *visit) goOn(ctx context.Context, h *handshake) {
	facts, main := v.r.SSH, &login{h: h}
	if !v.asking.first(facts.HostKeys[0]) {
		v.leave(main)
		return
	}
	if v.more == nil {
		v.begin(ctx, h)
	}
	first := v.account(ctx, main, 0)
	v.running.Wait()
	facts.SigAlgs = main.sigAlgs
	if first.User != "" {
		facts.Auth = append(facts.Auth, first)
	}
	for _, o := range v.more {
		if o.key.Type != "" && !slices.Contains(facts.HostKeys, o.key) {
			facts.HostKeys = append(facts.HostKeys, o.key)
		}
		if o.auth.User != "" {
			facts.Auth = append(facts.Auth, o.auth)
		}
	}
}

// begin makes the connections beside the main one, as soon as it is known what
// the server has to show on them.
func (v *visit) begin(ctx context.Context, h *handshake) {
	v.more = v.others(h)
	for i := range v.more {
		v.running.Go(func() { v.further(ctx, &v.more[i], i+1) })
	}
}

// leave ends a connection that is not needed for more.
func (v *visit) leave(l *login) {
	if !l.opened && l.h.secure() != nil {
		return // what cannot be encrypted cannot be said
	}
	l.h.part()
}

// account asks about the account of that number, if there is one, and leaves.
// Until it is known, the main connection hears what needs no account.
func (v *visit) account(ctx context.Context, l *login, number int) diag.AuthFacts {
	defer v.leave(l)
	var err error
	if number == 0 && !v.asking.known() {
		err = l.open()
	}
	who := v.asking.login(ctx, number)
	switch {
	case who == nil && number == 0 && !l.opened:
		_ = l.open() // for the extensions; the rest is known
		return diag.AuthFacts{}
	case who == nil:
		return diag.AuthFacts{}
	case err != nil:
		return notAsked(*who, outcomeOf(ctx, err), explain(err))
	case !v.p.ledger.Spend(v.r.Target.Addr(), Ask):
		v.held()
		return notAsked(*who, diag.NotTried, heldText)
	}
	facts := l.ask(ctx, *who)
	v.spent(0, l.refused)
	return facts
}

// notAsked is what is known of an account that the server could not be asked
// about.
func notAsked(who diag.Login, end diag.Outcome, why string) diag.AuthFacts {
	return diag.AuthFacts{User: who.User, Outcome: end, Err: why, Keys: answersOf(queriesOf(who.Keys), end, why)}
}
