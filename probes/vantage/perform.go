package vantage

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"sshhelp/diag"
)

// perform does one job, or says in the log why not.
func (s *Station) perform(ctx context.Context, entry string) {
	log := s.line.log.With("vantage", s.name)
	ms, text, ok := stamped(entry)
	if !ok {
		log.Warn("dropped a job", "reason", "it bears no time", "bytes", len(entry))
		return
	}
	j, err := decodeJob(text)
	if err != nil {
		log.Warn("dropped a job", "reason", err.Error(), "bytes", len(entry))
		return
	}
	log = log.With("job", j.ID, "source", j.Source)
	fate, lain, err := s.line.take(ctx, j, ms, s.process)
	switch {
	case err != nil:
		log.Warn("cannot take up a job", "err", err)
		return
	case fate != "taken":
		log.Info("dropped a job", "reason", fate, "lain", lain)
		return
	}
	began := time.Now()
	working, cancel := context.WithTimeout(ctx, time.Duration(j.Budget)*time.Millisecond-lain)
	defer cancel()
	fact, err := s.read(working, j)
	if errors.Is(context.Cause(ctx), errHandBack) {
		s.handBack(j, entry)
		return
	}
	answer := newAnswer(s.process, j.Source, fact, err)
	if err := s.deliver(j, answer.encode(j.Source), began); err != nil {
		log.Warn("an answer was lost", "err", err)
		return
	}
	log.Info("answered", "instance", j.instanceID(), "took", time.Since(began), "probes", len(answer.Reach)+len(answer.Pings), "err", err)
}

func (j *job) instanceID() string {
	if j.Instance == nil {
		return ""
	}
	return j.Instance.ID
}

// read has the prober look. One that panics loses this testimony and nothing
// else.
func (s *Station) read(ctx context.Context, j *job) (fact diag.Fact, err error) {
	defer func() {
		if r := recover(); r != nil {
			fact, err = nil, fmt.Errorf("%s panicked: %v", j.Source, r)
			s.line.log.Error("a probe panicked", "job", j.ID, "panic", r, "stack", string(debug.Stack()))
		}
	}()
	return s.Prober.Read(ctx, j.known(), j.Source)
}

// deliver sends an answer, again and again while somebody may wait for it, so
// that it survives a Redis that is away for a moment.
func (s *Station) deliver(j *job, text string, began time.Time) error {
	limit, cancel := context.WithDeadline(context.Background(), began.Add(time.Duration(j.Budget)*time.Millisecond+s.line.pace.margin))
	defer cancel()
	for {
		try, done := context.WithTimeout(limit, 2*time.Second)
		err := s.line.answer(try, j.ID, text)
		done()
		if err == nil {
			s.mu.Lock()
			s.answered = time.Now()
			s.mu.Unlock()
			return nil
		}
		if rest(limit, 100*time.Millisecond); limit.Err() != nil {
			return err
		}
	}
}

func (s *Station) handBack(j *job, entry string) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := s.line.handBack(ctx, s.name, j.ID, entry); err != nil {
		s.line.log.Warn("cannot hand a job back", "job", j.ID, "err", err)
		return
	}
	s.line.log.Info("handed a job back", "job", j.ID)
}
