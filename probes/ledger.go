package probes

import (
	"net/netip"
	"slices"
	"sync"
	"time"
)

// A Ledger remembers what was done at which address, so that looking often gets
// nobody banned. It must be safe for concurrent use. Servers count by the source
// of a connection: each vantage point has its own.
type Ledger interface {
	// Spend reports whether a deed may be done at an address now, and books it if
	// so.
	Spend(a netip.Addr, d Deed) bool
}

// A Deed is what a [Ledger] counts.
type Deed int

// The deeds.
const (
	// Look is a connection without which there is nothing to say. It is booked,
	// and always granted.
	Look Deed = iota
	// More is a further connection, for another host key.
	More
	// Ask is to ask about an account on a connection.
	Ask
)

// What an address bears, by the defaults of those who would ban us:
//
//   - fail2ban's jail for sshd bans at the fifth failure in 10 minutes. Asking
//     about an account that does not exist, or may not log in, is one failure
//     ("Invalid user"), however many keys are shown; about others it is none.
//     One is left for the person, who may come from the same address. (With
//     mode=aggressive each connection is a failure too: there, one diagnosis is
//     bearable and a second within 10 minutes is not.)
//   - OpenSSH from 9.8 on adds up penalties (PerSourcePenalties): one second for
//     a connection that asks for nothing, five for one that asks and does not log
//     in. They pass with time; above 15 s they are enforced.
//   - MaxStartups (10:30:100) is about connections at the same time, of which a
//     visit has at most 1 + maxMore.
const (
	window         = 10 * time.Minute
	mostAsked      = 4
	mostConnected  = 6 // beyond it, host keys of further types can wait
	mostPenalty    = 14 * time.Second
	penaltyConnect = 1 * time.Second
	penaltyAsk     = 4 * time.Second // besides the connection's own
)

// heldText says why an account was not asked about.
const heldText = "not asked again yet: this address was asked several times in the last minutes, and more could get us banned from it"

// heldGap is the same for the diagnosis as a whole.
const heldGap = "Not everything was asked of the SSH server: it was asked several times in the last minutes, and more could get us banned from it."

// NewLedger returns a ledger in memory. now is the clock; nil is the real one.
func NewLedger(now func() time.Time) Ledger {
	if now == nil {
		now = time.Now
	}
	return &memory{now: now, accounts: map[netip.Addr]*account{}}
}

// memory forgets with the process, which is as well: whoever starts it again
// has waited a little.
type memory struct {
	now      func() time.Time
	mu       sync.Mutex
	accounts map[netip.Addr]*account
	swept    time.Time
}

// An account is what was done at one address.
type account struct {
	connected, asked []time.Time // within the window
	penalty          time.Time   // when the last second of it will have passed
}

// Spend implements [Ledger].
func (m *memory) Spend(a netip.Addr, d Deed) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	m.sweep(now)
	acc := m.accounts[plain(a)]
	if acc == nil {
		acc = &account{}
		m.accounts[plain(a)] = acc
	}
	acc.forget(now)
	return acc.spend(now, d)
}

// sweep forgets addresses that nothing was done at of late, now and then.
func (m *memory) sweep(now time.Time) {
	if now.Sub(m.swept) < window {
		return
	}
	m.swept = now
	for a, acc := range m.accounts {
		if acc.forget(now); len(acc.connected)+len(acc.asked) == 0 {
			delete(m.accounts, a)
		}
	}
}

func (a *account) forget(now time.Time) {
	old := func(t time.Time) bool { return now.Sub(t) >= window }
	a.connected, a.asked = slices.DeleteFunc(a.connected, old), slices.DeleteFunc(a.asked, old)
}

func (a *account) spend(now time.Time, d Deed) bool {
	if a.penalty.Before(now) {
		a.penalty = now
	}
	switch d {
	case Ask:
		if len(a.asked) >= mostAsked || a.tooMuch(now, penaltyAsk) {
			return false
		}
		a.asked = append(a.asked, now)
		a.penalty = a.penalty.Add(penaltyAsk)
		return true
	case More:
		if len(a.connected) >= mostConnected || a.tooMuch(now, penaltyConnect) {
			return false
		}
	}
	if len(a.connected) < mostConnected { // beyond that, how many does not matter
		a.connected = append(a.connected, now)
	}
	a.penalty = a.penalty.Add(penaltyConnect)
	return true
}

func (a *account) tooMuch(now time.Time, more time.Duration) bool {
	return a.penalty.Add(more).Sub(now) > mostPenalty
}
