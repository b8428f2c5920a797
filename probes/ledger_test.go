package probes

import (
	"net/netip"
	"testing"
	"time"
)

// TestLedger: what is granted at one address, by the second.
func TestLedger(t *testing.T) {
	const look, more, ask = Look, More, Ask
	type step struct {
		after   time.Duration // since the step before
		deed    Deed
		granted bool
	}
	for name, steps := range map[string][]step{
		"a whole diagnosis": {
			{0, look, true}, {0, more, true}, {0, more, true}, {0, more, true}, {0, more, true}, {0, ask, true}, {0, ask, true},
		},
		"the same at once again": {
			{0, look, true},
			{0, more, true},
			{0, more, true},
			{0, ask, true},
			{0, ask, true},
			{0, look, true},
			{0, ask, false},
			{0, more, true},
			{0, more, true},
			{0, more, false},
		},
		"penalties pass": {
			{0, look, true},
			{0, ask, true},
			{0, ask, true},
			{0, ask, true},
			{0, ask, false},
			{4 * time.Second, ask, true},
			{time.Hour, ask, true},
		},
		"four in ten minutes": {
			{0, ask, true},
			{time.Minute, ask, true},
			{time.Minute, ask, true},
			{time.Minute, ask, true},
			{time.Minute, ask, false},
			{5*time.Minute + 59*time.Second, ask, false},
			{time.Second, ask, true},
			{0, ask, false},
		},
		"looking is always granted": {
			{0, look, true},
			{0, look, true},
			{0, look, true},
			{0, look, true},
			{0, look, true},
			{0, look, true},
			{0, look, true},
			{0, more, false},
			{time.Minute, more, false},
			{9 * time.Minute, more, true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Unix(0, 0)
			l := NewLedger(func() time.Time { return now })
			a, mapped, other := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("::ffff:192.0.2.1"), netip.MustParseAddr("192.0.2.2")
			for i, s := range steps {
				now = now.Add(s.after)
				if i%2 == 1 { // the same address in other clothes
					a, mapped = mapped, a
				}
				if got := l.Spend(a, s.deed); got != s.granted {
					t.Errorf("step %d: granted %t", i+1, got)
				}
			}
			if !l.Spend(other, Ask) {
				t.Error("another address pays for it")
			}
		})
	}
}

// TestLedgerForgets: addresses that nothing was done at take no room.
func TestLedgerForgets(t *testing.T) {
	now := time.Unix(0, 0)
	l := NewLedger(func() time.Time { return now }).(*memory)
	a := netip.MustParseAddr("2001:db8::1")
	for range 1000 {
		l.Spend(a, Look)
		a = a.Next()
	}
	now = now.Add(window)
	if l.Spend(a, Look); len(l.accounts) != 1 {
		t.Errorf("%d addresses are kept", len(l.accounts))
	}
}
