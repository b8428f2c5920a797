package bot

import (
	"crypto/rand"
	"fmt"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// embedded is a Redis inside this process, for one replica without a Redis of
// its own. It keeps nothing across a restart.
type embedded struct {
	server   *miniredis.Miniredis
	password string
	quit     chan struct{}
	wg       sync.WaitGroup
}

// tick is how often the embedded server's clock is moved. By itself it expires
// nothing; its own real-time mode walks all keys on every command.
const tick = 250 * time.Millisecond

// startEmbedded listens on a free loopback port behind a random password: other
// users of the machine can reach the port. (Its socketless connections deadlock
// on pipelines of 100.)
func startEmbedded() (*embedded, error) { return startEmbeddedAt("127.0.0.1:0", rand.Text()) }

func startEmbeddedAt(addr, password string) (*embedded, error) {
	e := &embedded{server: miniredis.NewMiniRedis(), password: password, quit: make(chan struct{})}
	e.server.RequireAuth(e.password)
	if err := e.server.StartAddr(addr); err != nil {
		return nil, fmt.Errorf("start embedded redis: %w", err)
	}
	e.wg.Go(e.age)
	return e, nil
}

func (e *embedded) age() {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	last := time.Now()
	for {
		select {
		case now := <-ticker.C:
			e.server.FastForward(now.Sub(last))
			last = now
		case <-e.quit:
			return
		}
	}
}

func (e *embedded) close() {
	close(e.quit)
	e.wg.Wait()
	e.server.Close()
}
