package probes

import (
	"context"
	"slices"
	"time"

	"sshhelp/diag"
)

// A further is a connection beside the main one: for a host key of another type,
// for another account, or for both.
type further struct {
	offer offer
	spare bool // it is made only if there is an account to ask about on it
	key   diag.HostKey
	auth  diag.AuthFacts
}

// keyTypes are the algorithms of host keys (RFC 4253, 6.6) and the types of key
// that they go with, best first.
var keyTypes = []struct{ algorithm, keyType string }{
	{"ssh-ed25519", "ssh-ed25519"},
	{"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"},
	{"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384"},
	{"ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521"},
	{"rsa-sha2-512", "ssh-rsa"},
	{"rsa-sha2-256", "ssh-rsa"},
	{"ssh-rsa", "ssh-rsa"},
	{"ssh-dss", "ssh-dss"},
}

// keyTypeOf returns the type of key that an algorithm goes with.
func keyTypeOf(algorithm string) string {
	for _, t := range keyTypes {
		if t.algorithm == algorithm {
			return t.keyType
		}
	}
	return algorithm
}

// others lists the further connections that are worth making: one for each type
// of host key that the server offers and has not yet shown, or else one to spare
// for a second account.
func (v *visit) others(h *handshake) []further {
	seen := []string{keyTypeOf(h.agreed.hostKey)}
	var all []further
	for _, t := range keyTypes {
		if slices.Contains(seen, t.keyType) || !slices.Contains(h.lists.HostKey, t.algorithm) || len(all) == maxMore {
			continue
		}
		seen = append(seen, t.keyType)
		if !v.p.ledger.Spend(v.r.Target.Addr(), More) {
			v.held()
			continue
		}
		all = append(all, further{offer: h.agreed.offer(t.algorithm)})
	}
	if len(all) == 0 {
		all = append(all, further{offer: h.agreed.offer(h.agreed.hostKey), spare: true})
	}
	return all
}

// offer names what was agreed on and nothing else, but for the host key: the
// server has no choice, and we need not wait for its lists.
func (a agreed) offer(hostKey string) offer {
	return offer{
		kex: []string{a.kex, extInfo}, hostKey: []string{hostKey},
		cipher: one(a.cipher, a.cipherToServer), mac: one(a.mac, a.macToServer, "hmac-sha2-256"),
	}
}

// one returns the names that are there, each once.
func one(names ...string) []string {
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(n string) bool { return n == "" })
}

// further makes one more connection, and asks about the account of that number
// on it.
func (v *visit) further(ctx context.Context, f *further, number int) {
	if f.spare {
		if v.asking.login(ctx, number) == nil {
			return
		}
		v.p.ledger.Spend(v.r.Target.Addr(), Look)
	}
	if end, why := v.meet(ctx, f, number); end != diag.OK {
		v.p.Logger.Debug("further connection failed", "target", v.r.Target, "host_key", f.offer.hostKey, "end", end, "why", why)
		if who := v.asking.login(ctx, number); who != nil {
			f.auth = notAsked(*who, end, why)
		}
	}
}

// meet is further as far as the host key, and beyond if that is found. It says
// how getting there ended.
func (v *visit) meet(ctx context.Context, f *further, number int) (diag.Outcome, string) {
	conn, err := v.again(ctx)
	if err != nil {
		return outcomeOf(ctx, err), explain(err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	h := &handshake{w: newWire(conn, v.p.rand), offer: f.offer}
	h.w.SetDeadline(time.Now().Add(identBudget))
	if err := h.hello(true); err != nil {
		return outcomeOf(ctx, err), explain(err)
	}
	var facts diag.SSHFacts
	if identify(ctx, h.w, &facts); facts.Ident != diag.OK {
		return facts.Ident, facts.IdentErr
	}
	h.w.SetDeadline(time.Now().Add(kexBudget))
	if err := h.run(); err != nil {
		return outcomeOf(ctx, err), explain(err)
	}
	f.key = fingerprint(h.key)
	f.auth = v.account(ctx, &login{h: h}, number)
	return diag.OK, ""
}
