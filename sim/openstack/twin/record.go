package twin

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"time"
)

// A Call is one request that the twin got.
type Call struct {
	Method string
	Path   string // without the query
	Query  string
	// Start is when the request had been read, End when its answer was
	// written; from them the chain of dependent calls can be worked out.
	Start, End time.Time
	// Status of the answer; 0 if there was none (hang, reset, gone client).
	Status int
	// Action is what a POST to a server's action was, such as "reboot HARD"
	// or "os-getConsoleOutput".
	Action string
	// Microversion that the client asked of Nova, or empty.
	Microversion string
}

// Calls returns all calls so far, in the order in which they ended. A client
// that has its answer finds its call here.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// ForgetCalls empties the list of calls.
func (s *Server) ForgetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
}

// maxCalls bounds the list: a demo may run for days.
const maxCalls = 100_000

// record notes each call, and lets faults and latency act before next.
func (s *Server) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Times are the machine's, not Options.Now's: they are for measuring.
		c := Call{
			Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Start: time.Now(),
			Microversion: r.Header.Get("X-OpenStack-Nova-API-Version"),
		}
		held := &heldWriter{ResponseWriter: w}
		defer func() { // deferred because a handler may abort the connection
			c.Status, c.Action, c.End = held.status, held.action, time.Now()
			s.note(r.Context(), c)
			held.release()
		}()
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		if s.pause(r.Context(), s.delay()) && !s.misbehave(held, r, next) {
			next.ServeHTTP(held, r)
		}
	})
}

func (s *Server) note(ctx context.Context, c Call) {
	s.mu.Lock()
	if len(s.calls) < maxCalls {
		s.calls = append(s.calls, c)
	}
	s.mu.Unlock()
	s.opts.Logger.DebugContext(ctx, "call", "method", c.Method, "path", c.Path, "query", c.Query,
		"status", c.Status, "took", c.End.Sub(c.Start))
}

// pause waits and reports whether it was for the whole time.
func (s *Server) pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
	case <-s.closing:
	}
	return false
}

// A heldWriter keeps an answer until the call has been noted, so that a client
// that has its answer finds the call in Calls.
type heldWriter struct {
	http.ResponseWriter
	status int
	action string
	body   bytes.Buffer
}

// WriteHeader keeps the status.
func (w *heldWriter) WriteHeader(status int) { w.status = status }

// Write keeps a part of the body.
func (w *heldWriter) Write(b []byte) (int, error) { return w.body.Write(b) }

// release sends the answer; without one the connection is closed.
func (w *heldWriter) release() {
	if w.status == 0 {
		panic(http.ErrAbortHandler)
	}
	w.ResponseWriter.WriteHeader(w.status)
	_, _ = w.ResponseWriter.Write(w.body.Bytes()) // an error is the client's hanging up
}
