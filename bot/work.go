package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// maxNotes is how many private words a bot says at once.
const maxNotes = 4

// maxForms and maxActs are how many forms are opened and how many actions are
// carried out and watched at once.
const (
	maxForms = 8
	maxActs  = 8
)

// maxTries is how often a job is begun. A job that takes its process down each
// time must not go round forever.
const maxTries = 3

// Reasons for which a job's context ends.
var (
	errLost     = errors.New("another replica has taken the job over")
	errShutdown = errors.New("the bot is shutting down")
	// errAgain: the job is not done and is left for the next to take.
	errAgain = errors.New("interrupted")
)

// work is a consumer of one stream of jobs: a Redis consumer group, so that any
// operator can look at it (XINFO, XPENDING).
type work struct {
	store   *store
	stream  string
	pace    pace
	log     *slog.Logger
	perform func(context.Context, *job, int) error
	name    string
	slots   chan struct{}
	quit    chan struct{}
	once    sync.Once
	jobs    sync.WaitGroup

	mu      sync.Mutex
	running map[string]context.CancelCauseFunc
	done    map[string]bool // performed, but Redis does not know yet
	left    []string        // cut short by the shutdown
}

func newWork(s *store, stream string, p pace, slots int, log *slog.Logger, perform func(context.Context, *job, int) error) *work {
	host, err := os.Hostname()
	if err != nil {
		host = "unnamed"
	}
	return &work{
		store: s, stream: stream, pace: p, log: log, perform: perform, name: host + "-" + rand.Text()[:8],
		slots: make(chan struct{}, slots), quit: make(chan struct{}),
		running: map[string]context.CancelCauseFunc{}, done: map[string]bool{},
	}
}

// stop makes run take no further job.
func (w *work) stop() { w.once.Do(func() { close(w.quit) }) }

// run takes and performs jobs until stop is called, then waits for those under
// way. When ctx ends before they do, they are cut short and handed over.
func (w *work) run(ctx context.Context) {
	var takers, beating sync.WaitGroup
	over := make(chan struct{})
	takers.Go(func() { w.read(ctx) })
	takers.Go(func() { w.adopt(ctx) })
	beating.Go(func() { w.beat(over) })
	takers.Wait() // until stop
	w.jobs.Wait() // ctx bounds them
	close(over)
	beating.Wait()
	w.flush()
	w.handOver()
}

// read takes new jobs, one for each free slot.
func (w *work) read(ctx context.Context) {
	backoff := 100 * time.Millisecond
	for w.slot() {
		id, data, err := w.next(ctx)
		if err != nil {
			<-w.slots
			w.log.Warn("cannot take work from Redis", "err", err, "retry_in", backoff)
			if !w.rest(backoff) {
				return
			}
			backoff = min(2*backoff, 2*time.Second)
			continue
		}
		backoff = 100 * time.Millisecond
		if id == "" {
			<-w.slots
			continue
		}
		w.begin(ctx, id, data)
	}
}

// slot waits for a free slot; false after stop.
func (w *work) slot() bool {
	select {
	case <-w.quit:
		return false
	default:
	}
	select {
	case w.slots <- struct{}{}:
		return true
	case <-w.quit:
		return false
	}
}

// rest waits; false after stop.
func (w *work) rest(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-w.quit:
		return false
	}
}

// enqueue puts down a job that nobody has asked for by an envelope.
func (s *store) enqueue(ctx context.Context, j *job) error {
	err := insist(ctx, func(ctx context.Context) error {
		return s.db.XAdd(ctx, &redis.XAddArgs{Stream: s.stream(j.Kind), Values: []any{"job", j.encode()}}).Err()
	})
	if err != nil {
		return fmt.Errorf("queue %s of %s: %w", j.Kind, j.Ref, err)
	}
	return nil
}

// next waits for one new job; an empty id means that none came.
func (w *work) next(ctx context.Context) (id, data string, err error) {
	got, err := w.store.db.XReadGroup(ctx, &redis.XReadGroupArgs{
		Group: group, Consumer: w.name, Streams: []string{w.stream, ">"}, Count: 1, Block: w.pace.block,
	}).Result()
	switch {
	case errors.Is(err, redis.Nil):
		return "", "", nil
	case noGroup(err):
		return "", "", w.makeGroup(ctx)
	case err != nil:
		return "", "", err
	}
	for _, m := range got[0].Messages {
		id, data = m.ID, text(m.Values["job"])
	}
	return id, data, nil
}

func text(v any) string { s, _ := v.(string); return s }

// noGroup: the stream or its group is not there, at the very first start or
// after Redis has lost its memory.
func noGroup(err error) bool { return err != nil && strings.HasPrefix(err.Error(), "NOGROUP") }

func (w *work) makeGroup(ctx context.Context) error {
	err := w.store.db.XGroupCreateMkStream(ctx, w.stream, group, "0").Err()
	if err != nil && strings.HasPrefix(err.Error(), "BUSYGROUP") {
		return nil // another replica was first
	}
	return err
}

// adopt takes over jobs whose worker has stopped beating.
func (w *work) adopt(ctx context.Context) {
	for cursor := "0-0"; w.rest(w.pace.lease / 3); {
		if !w.slot() {
			return
		}
		got, next, err := w.store.db.XAutoClaim(ctx, &redis.XAutoClaimArgs{
			Stream: w.stream, Group: group, Consumer: w.name, MinIdle: w.pace.lease, Start: cursor, Count: 1,
		}).Result()
		cursor = "0-0"
		if err != nil || len(got) == 0 {
			<-w.slots
			if err != nil && !noGroup(err) {
				w.log.Debug("cannot look for abandoned work", "err", err)
			}
			if err == nil {
				cursor = next
			}
			continue
		}
		w.log.Info("took over a job", "job", got[0].ID)
		w.begin(ctx, got[0].ID, text(got[0].Values["job"]))
	}
}

// begin starts a job in the slot that the caller has taken.
func (w *work) begin(ctx context.Context, id, data string) {
	ctx, cancel := context.WithCancelCause(ctx)
	w.mu.Lock()
	twice := w.running[id] != nil || w.done[id]
	if !twice {
		w.running[id] = cancel
	}
	w.mu.Unlock()
	if twice {
		cancel(nil)
		<-w.slots
		return
	}
	w.jobs.Go(func() {
		defer func() { <-w.slots }()
		defer cancel(nil)
		w.finish(id, w.one(ctx, id, data))
	})
}

// one performs one job.
func (w *work) one(ctx context.Context, id, data string) error {
	j, err := decodeJob(id, data)
	if err != nil {
		w.log.Error("dropped a job that cannot be read", "err", err)
		return nil
	}
	tries, err := w.store.db.Incr(ctx, w.store.tries(id)).Result()
	if err == nil && tries == 1 {
		err = w.store.db.Expire(ctx, w.store.tries(id), triesTTL).Err()
	}
	if err != nil {
		w.log.Debug("cannot count tries", "job", id, "err", err)
	}
	return w.perform(ctx, j, int(tries))
}

// finish tells Redis that a job is done; what Redis cannot take now is told
// with the next heartbeat. A job to do again stays for another to take.
func (w *work) finish(id string, err error) {
	w.mu.Lock()
	delete(w.running, id)
	switch {
	case err == nil:
		w.done[id] = true
	case !errors.Is(err, errLost):
		w.left = append(w.left, id)
	}
	w.mu.Unlock()
	if err != nil {
		w.log.Warn("job left for another try", "job", id, "err", err)
		return
	}
	w.flush()
}

// flush tells Redis of all jobs that are done.
func (w *work) flush() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	ids := w.ids(false)
	if len(ids) == 0 {
		return
	}
	_, err := w.store.db.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.XAck(ctx, w.stream, group, ids...)
		p.XDel(ctx, w.stream, ids...)
		return nil
	})
	if err != nil && !noGroup(err) {
		w.log.Debug("cannot tell Redis that work is done", "jobs", len(ids), "err", err)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range ids {
		delete(w.done, id)
	}
}

// ids lists the jobs under way, or those that are done.
func (w *work) ids(underWay bool) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var ids []string
	if underWay {
		for id := range w.running {
			ids = append(ids, id)
		}
		return ids
	}
	for id := range w.done {
		ids = append(ids, id)
	}
	return ids
}
