package cloud

import (
	"context"
	"sync"
)

// A shared value is made by the first who asks for it, while the others wait.
// Those who waited share a failure too, so that a wrong password is tried once
// and not by everybody; later ones try anew. The zero value is ready.
type shared[T any] struct {
	mu     sync.Mutex
	value  *T
	flight *flight[T]
}

type flight[T any] struct {
	done      chan struct{}
	value     *T
	err       error
	abandoned bool // the maker's own time ended: says nothing to those who wait
}

// get returns the value if usable says so, else a new one. It is made in the
// caller's goroutine and within the caller's context; if that ends, one of
// those who wait makes it.
func (s *shared[T]) get(ctx context.Context, usable func(*T) bool, produce func(context.Context) (*T, error)) (*T, error) {
	for {
		value, f, leads := s.join(usable)
		switch {
		case value != nil:
			return value, nil
		case leads:
			s.lead(ctx, f, produce)
			return f.value, f.err
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if !f.abandoned {
			return f.value, f.err
		}
	}
}

// join returns the value, or the flight to wait for, or a new one to lead.
func (s *shared[T]) join(usable func(*T) bool) (value *T, f *flight[T], leads bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.value != nil && usable(s.value) {
		return s.value, nil, false
	}
	if s.flight != nil {
		return nil, s.flight, false
	}
	s.flight = &flight[T]{done: make(chan struct{})}
	return nil, s.flight, true
}

func (s *shared[T]) lead(ctx context.Context, f *flight[T], produce func(context.Context) (*T, error)) {
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if f.value != nil {
			s.value = f.value
		}
		s.flight = nil
		close(f.done)
	}()
	f.value, f.err = produce(ctx)
	f.abandoned = f.err != nil && ctx.Err() != nil
}

// peek returns the value, nil if there is none yet.
func (s *shared[T]) peek() *T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.value
}
