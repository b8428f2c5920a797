package commands

import (
	"context"
	"sync"
	"time"

	"sshhelp/diag"
)

// A counter is where the login question waits until what it depends on has come
// in. The gatherer puts in what it files; probers ask at the same time.
//
// Nobody waits for a prober here, so that there is no circle: the sources that
// are awaited end by their own budgets, or by patience running out.
type counter struct {
	patience <-chan struct{} // closed when waiting has lasted long enough
	ready    chan struct{}   // closed when nothing is awaited any more

	mu      sync.Mutex
	awaited map[diag.Source]bool
	known   diag.Evidence // what has come in of it so far
}

// tellsOfLogin are the sources that tell of accounts and keys.
var tellsOfLogin = []diag.Source{diag.SourceImage, diag.SourceKeyPair, diag.SourceConsole}

// newCounter waits for those of jobs that tell of accounts and keys, but not
// after patience has ended.
func newCounter(patience context.Context, known *diag.Evidence, jobs []job) *counter {
	c := &counter{patience: patience.Done(), ready: make(chan struct{}), awaited: map[diag.Source]bool{}, known: *known}
	for _, j := range jobs {
		for _, s := range tellsOfLogin {
			if j.skip == "" && j.source == s {
				c.awaited[s] = true
			}
		}
	}
	c.close()
	return c
}

// close opens the door if nothing is awaited; the caller holds the lock, or is
// the only one who knows the counter.
func (c *counter) close() {
	select {
	case <-c.ready:
	default:
		if len(c.awaited) == 0 {
			close(c.ready)
		}
	}
}

// filed notes that a source has answered or failed.
func (c *counter) filed(s diag.Source, whole *diag.Evidence) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.awaited, s)
	c.known.Image, c.known.KeyPair, c.known.Console, c.known.SiteUser = whole.Image, whole.KeyPair, whole.Console, whole.SiteUser
	c.close()
}

// logins waits and returns which accounts and keys to ask about. Several probers
// may ask at once, and each is told the same, or more if it asks later.
func (c *counter) logins(ctx context.Context) []diag.Login {
	select {
	case <-c.ready:
	case <-c.patience:
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.known.Logins()
}

// loginPatience is how long the login question waits for the cloud, counted from
// when the sources were asked: a busy host's console may take longer, and half a
// minute of an open connection without a log-in is what servers grow tired of.
const loginPatience = 6 * time.Second
