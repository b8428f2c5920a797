package probes

import (
	"context"
	"sync"

	"sshhelp/diag"
)

// questions are the accounts that one diagnosis asks about, once they are known,
// and the machines that are being asked. All visits of a diagnosis share them.
type questions struct {
	told   chan struct{} // closed when logins are known
	logins []diag.Login
	alone  bool // only one address is visited

	mu    sync.Mutex
	begun map[diag.HostKey]bool
}

func newQuestions() *questions {
	return &questions{told: make(chan struct{}), begun: map[diag.HostKey]bool{}}
}

// noQuestions ask about no account.
func noQuestions() *questions {
	q := newQuestions()
	q.tell(nil)
	return q
}

// tell is called once.
func (q *questions) tell(logins []diag.Login) {
	q.logins = logins[:min(len(logins), maxLogins)]
	close(q.told)
}

// known reports whether the accounts are.
func (q *questions) known() bool {
	select {
	case <-q.told:
		return true
	default:
		return false
	}
}

// login waits until the accounts are known and returns the one of that number;
// nil if there are not so many, or our time ended first.
func (q *questions) login(ctx context.Context, number int) *diag.Login {
	select {
	case <-q.told:
	case <-ctx.Done():
		return nil
	}
	if number >= len(q.logins) {
		return nil
	}
	return &q.logins[number]
}

// first reports whether the machine with this host key is met for the first
// time: an instance may have several addresses, and it need be asked only once.
func (q *questions) first(key diag.HostKey) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	again := q.begun[key]
	q.begun[key] = true
	return !again
}
