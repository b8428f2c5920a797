package diag

import (
	"cmp"
	"net/netip"
	"slices"
	"time"
)

// HostKeysSeen are the host keys that this diagnosis saw on the network, for
// the next one to remember. It is nil without an instance. What another place saw
// is left out: behind a private address there may be another machine.
func (e *Evidence) HostKeysSeen() SeenKeys {
	if e.Instance == nil {
		return nil
	}
	var seen SeenKeys
	for i := range e.Reach {
		r := &e.Reach[i]
		if r.SSH == nil || e.Remote(r.From) {
			continue
		}
		for _, k := range r.SSH.HostKeys {
			seen = append(seen, SeenKey{
				Address: r.Target.String(), Instance: e.Instance.ID, Name: e.Instance.Name, Key: k, First: e.Now, Last: e.Now,
			})
		}
	}
	return seen
}

// A HostKeyStanding is what is known of a host key that was seen on the network.
type HostKeyStanding int

// The standings. The zero value means that nothing vouches for the key and
// nothing speaks against it.
const (
	KeyUnvouched HostKeyStanding = iota
	// KeyPrinted: the instance printed it, or another key that the same server
	// shows, on its console, which nobody on the network can forge.
	KeyPrinted
	// KeyKept: it is the one that was seen of this instance at this address
	// before, and the console prints no other.
	KeyKept
	// KeyForeign: the console prints another key of every type that can be
	// compared.
	KeyForeign
)

// A HostKeyTruth is what all sources say of the host keys at one address.
type HostKeyTruth struct {
	Reach    *Reach
	Key      HostKey // the one that tells most
	Standing HostKeyStanding
	// Since is the memory of the same key at the same instance, nil if there is
	// none older than this diagnosis.
	Since *SeenKey
	// Before are memories of another key of a type that is shown now: of another
	// instance at this address, or of this instance. Latest first.
	Before []SeenKey
}

// HostKeys weighs the host keys that were seen on the asked port, one truth for
// each address that showed any. What other places saw counts where it could not
// be seen from here.
func (e *Evidence) HostKeys() []HostKeyTruth {
	var all []HostKeyTruth
	for _, target := range e.Targets() {
		here, there := e.hostKeysAt(target)
		if len(here) == 0 {
			here = there
		}
		all = append(all, here...)
	}
	return all
}

// ForeignElsewhere returns what another place saw of an address that shows its
// rightful key here, if it was shown a foreign one; nil if none was.
func (e *Evidence) ForeignElsewhere() *HostKeyTruth {
	for _, target := range e.Targets() {
		here, there := e.hostKeysAt(target)
		for i := range there {
			if len(here) > 0 && here[0].Standing != KeyForeign && there[i].Standing == KeyForeign {
				return &there[i]
			}
		}
	}
	return nil
}

// hostKeysAt weighs what was seen of one address from here, or by the person, and
// from other places.
func (e *Evidence) hostKeysAt(target netip.Addr) (here, there []HostKeyTruth) {
	for i := range e.Reach {
		r := &e.Reach[i]
		switch {
		case r.Target.Addr() != target || r.Target.Port() != e.Asked.Port || r.SSH == nil || len(r.SSH.HostKeys) == 0:
		case e.Remote(r.From) && !e.FromPerson(r):
			there = append(there, e.weigh(r))
		default:
			here = append(here, e.weigh(r))
		}
	}
	return here, there
}

func (e *Evidence) weigh(r *Reach) HostKeyTruth {
	t := HostKeyTruth{Reach: r, Key: r.SSH.HostKeys[0]}
	t.standByConsole(e.Console)
	for _, k := range r.SSH.HostKeys {
		for _, s := range e.SeenKeys {
			here := s.Address == r.Target.String()
			own := e.Instance != nil && s.Instance == e.Instance.ID && samePort(s.Address, r.Target)
			switch same := s.Key.Same(k); {
			case same == Yes && own && here && s.Last.Before(e.Now):
				t.Since = earlier(t.Since, s)
			case same == No && s.Key.Type == k.Type && (own || here) && !shows(r, s.Key):
				t.Before = append(t.Before, s)
			}
		}
	}
	slices.SortStableFunc(t.Before, func(a, b SeenKey) int { return b.Last.Compare(a.Last) })
	if t.Standing == KeyUnvouched && t.Since != nil {
		t.Standing = KeyKept
	}
	return t
}

// samePort: on another port another server may listen, with keys of its own.
func samePort(address string, target netip.AddrPort) bool {
	a, err := netip.ParseAddrPort(address)
	return err == nil && a.Port() == target.Port()
}

func earlier(old *SeenKey, s SeenKey) *SeenKey {
	if old == nil || s.First.Before(old.First) {
		return &s
	}
	return old
}

func shows(r *Reach, k HostKey) bool {
	return slices.ContainsFunc(r.SSH.HostKeys, func(shown HostKey) bool { return shown.Same(k) == Yes })
}

// standByConsole compares with what the instance printed. A server has keys of
// several types; of those that the console does not name it says nothing.
func (t *HostKeyTruth) standByConsole(c *Console) {
	if c == nil {
		return
	}
	for _, shown := range t.Reach.SSH.HostKeys {
		for _, printed := range c.HostKeys {
			switch {
			case shown.Same(printed) == Yes:
				t.Key, t.Standing = shown, KeyPrinted
				return
			case shown.Type == printed.Type && shown.Same(printed) == No && t.Standing == KeyUnvouched:
				t.Key, t.Standing = shown, KeyForeign
			}
		}
	}
}

// ChangedFrom returns the memory that explains to a client that knows another
// key why it has changed: another instance had the address, or this one was
// rebuilt. It is nil if nothing explains it.
func (t *HostKeyTruth) ChangedFrom() *SeenKey {
	if len(t.Before) == 0 {
		return nil
	}
	return &t.Before[0]
}

// Observe quotes the key and what vouches for it or speaks against it.
func (t *HostKeyTruth) Observe() Observation {
	text := t.Key.Type + " " + t.Key.Fingerprint()
	switch t.Standing {
	case KeyPrinted:
		text += ", as on the console"
	case KeyForeign:
		text += ", which is not what the console prints"
	case KeyKept:
		text += ", the same since " + day(t.Since.First)
	}
	return Observation{Source: SourceSSH, Where: "ssh " + t.Reach.Where(), Text: text}
}

// Observe quotes a memory of a host key.
func (s *SeenKey) Observe() Observation {
	return Observation{
		Source: SourceMemory, Where: s.Address + " on " + day(s.Last),
		Text: s.Key.Type + " " + s.Key.Fingerprint() + " of " + cmp.Or(s.Name, "another instance"),
	}
}

// day is a date as people write it.
func day(t time.Time) string { return t.UTC().Format("2 January 2006") }
