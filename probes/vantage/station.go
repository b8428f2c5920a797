package vantage

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"sshhelp/diag"
)

// A Prober looks from one place. It decides itself what may be probed.
type Prober interface {
	Name() string
	// Read is that of a witness: an error is a [*diag.Gap], and may come together
	// with a fact.
	Read(ctx context.Context, known *diag.Evidence, source diag.Source) (diag.Fact, error)
	// Check tells whether it can probe at all.
	Check(ctx context.Context) diag.Check
}

// StationOptions are what a [Station] is made of.
type StationOptions struct {
	Prober  Prober
	Version string
	Slots   int       // jobs at once; 0: 24, three for each of eight diagnoses
	Log     *Recorder // nil: no log is kept for others
}

// A Station does the jobs of one place. Several processes may serve one.
type Station struct {
	StationOptions
	line    *Line
	name    string
	process string
	slots   chan struct{}
	jobs    sync.WaitGroup
	leaving atomic.Bool
	gone    atomic.Bool

	mu       sync.Mutex
	answered time.Time // zero: never
}

// NewStation makes a station. The prober's name is the place's.
func NewStation(line *Line, o StationOptions) (*Station, error) {
	name := o.Prober.Name()
	if err := validName(name); err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unnamed"
	}
	o.Slots = cmp.Or(o.Slots, 24)
	return &Station{
		StationOptions: o, line: line, name: name, process: host + "-" + rand.Text()[:8],
		slots: make(chan struct{}, o.Slots),
	}, nil
}

// errHandBack ends jobs that the shutdown does not wait for.
var errHandBack = errors.New("the prober is shutting down")

// Run takes jobs and does them until ctx ends, then finishes those under way or
// hands them back. It rides out a Redis that is away.
func (s *Station) Run(ctx context.Context) {
	over := make(chan struct{})
	var beating sync.WaitGroup
	beating.Go(func() { s.beatUntil(over) })
	working, handBack := context.WithCancelCause(context.WithoutCancel(ctx))
	s.takeUntil(ctx, working)
	s.leaving.Store(true)
	s.beat(ctx)
	s.finish(handBack)
	close(over)
	beating.Wait()
	s.gone.Store(true)
	s.beat(ctx)
}

// takeUntil takes jobs, one for each free slot. working is the context of the
// jobs, which outlives that of the taking.
func (s *Station) takeUntil(ctx, working context.Context) {
	const first, most = 100 * time.Millisecond, 2 * time.Second
	backoff := first
	for s.slot(ctx) {
		entry, err := s.line.next(s.name)
		if err != nil || entry == "" {
			<-s.slots
		}
		switch {
		case err != nil:
			s.line.log.Warn("cannot take jobs from Redis", "err", err, "retry_in", backoff)
			rest(ctx, backoff)
			backoff = min(2*backoff, most)
			continue
		case entry != "":
			s.jobs.Go(func() {
				defer func() { <-s.slots }()
				s.perform(working, entry)
			})
		}
		backoff = first
	}
}

// slot waits for a free slot; false once ctx has ended.
func (s *Station) slot(ctx context.Context) bool {
	if ctx.Err() != nil {
		return false
	}
	select {
	case s.slots <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// rest waits, or until ctx ends.
func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// finish waits for the jobs under way, and cuts short those that take too long.
func (s *Station) finish(handBack context.CancelCauseFunc) {
	late := time.AfterFunc(s.line.pace.drain, func() { handBack(errHandBack) })
	defer late.Stop()
	s.jobs.Wait()
	handBack(nil)
}

// beatUntil gives signs of life until over is closed.
func (s *Station) beatUntil(over <-chan struct{}) {
	ticker := time.NewTicker(s.line.pace.beat)
	defer ticker.Stop()
	for {
		s.beat(context.Background())
		select {
		case <-ticker.C:
		case <-over:
			return
		}
	}
}

// beat gives one sign of life, and the log with it. A Redis that is away
// is told of at the next.
func (s *Station) beat(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.line.pace.beat)
	defer cancel()
	b := beat{
		Format: format, Version: s.Version, Slots: s.Slots, Busy: len(s.slots), Check: s.Prober.Check(ctx), Leaving: s.leaving.Load(), Gone: s.gone.Load(),
	}
	if !b.Leaving && b.Busy > 0 {
		b.Busy-- // the slot of the job that is waited for
	}
	s.mu.Lock()
	if !s.answered.IsZero() {
		since := time.Since(s.answered).Milliseconds()
		b.Answered = &since
	}
	s.mu.Unlock()
	if err := s.line.give(ctx, s.name, s.process, b); err != nil {
		s.line.log.Warn("cannot give a sign of life", "err", err)
	}
	s.line.keep(ctx, s.name, s.Log)
}
