package diag

import (
	"fmt"
	"strings"
)

// An Outcome is how one attempt on the network ended. The zero value means that
// nothing was attempted.
type Outcome int

const (
	// NotTried is the zero value: no attempt, no evidence.
	NotTried Outcome = iota
	// OK: the attempt did what was asked.
	OK
	// Refused: the host answered with a reset to the SYN (ECONNREFUSED).
	Refused
	// TimedOut: nothing came back within the attempt's own budget. This is
	// evidence; compare Canceled.
	TimedOut
	// Unreachable: the network said that the host cannot be reached
	// (EHOSTUNREACH, ENETUNREACH).
	Unreachable
	// Prohibited: a router or firewall said that it will not let the packet pass
	// (ICMP administratively prohibited).
	Prohibited
	// Reset: the other side broke an established connection (ECONNRESET).
	Reset
	// Closed: the other side ended an established connection in good order
	// before the attempt had what it wanted.
	Closed
	// NotSSH: something answered that does not speak SSH.
	NotSSH
	// NoMatch: no algorithm in common.
	NoMatch
	// NoSuchName: the resolver says that the name does not exist, or has no
	// address.
	NoSuchName
	// NotPermitted: this machine may not make the attempt (no raw or ping
	// socket, address outside what may be probed).
	NotPermitted
	// Canceled: we ran out of our own time. It says nothing about the network.
	Canceled
	// Failed: none of the above; the text tells.
	Failed
)

var outcomeNames = [...]string{
	NotTried: "not-tried", OK: "ok", Refused: "refused", TimedOut: "timed-out",
	Unreachable: "unreachable", Prohibited: "prohibited", Reset: "reset",
	Closed: "closed", NotSSH: "not-ssh", NoMatch: "no-match",
	NoSuchName: "no-such-name", NotPermitted: "not-permitted",
	Canceled: "canceled", Failed: "failed",
}

// String returns the name that JSON output and test cases use.
func (o Outcome) String() string {
	if o < 0 || int(o) >= len(outcomeNames) {
		return fmt.Sprintf("Outcome(%d)", int(o))
	}
	return outcomeNames[o]
}

// MarshalText implements [encoding.TextMarshaler].
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (o *Outcome) UnmarshalText(text []byte) error {
	for i, name := range outcomeNames {
		if name == string(text) {
			*o = Outcome(i)
			return nil
		}
	}
	return fmt.Errorf("unknown outcome %q (have %s)", text, strings.Join(outcomeNames[:], ", "))
}

// Told reports whether the attempt says anything about the other side or the
// way there: it was made, and neither we nor our own machine ended it.
func (o Outcome) Told() bool {
	switch o {
	case NotTried, Canceled, NotPermitted, Failed:
		return false
	}
	return true
}
