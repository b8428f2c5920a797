package twin

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// What Fail can do besides a status.
const (
	Hang  = "hang"  // no answer until the client gives up
	Reset = "reset" // the connection is closed without an answer
	Lost  = "lost"  // the call is carried out, then the connection is closed without an answer
)

type fault struct {
	method, pattern string
	how             string
	left            int // calls still to fail; below zero for all
}

// Fail makes the next count calls (all, if count is 0) that match fail. method
// "" or "*" is any; pattern is as in path.Match on the whole path
// (/compute/v2.1/servers/*), or any part of the path if it has no leading
// slash. how is an HTTP status, such as "503", or Hang, Reset or Lost. A token is
// not asked for first, as with a proxy in front of the cloud.
func (s *Server) Fail(method, pattern, how string, count int) error {
	status, err := strconv.Atoi(how)
	if how != Hang && how != Reset && how != Lost && (err != nil || status < 400 || status > 599) {
		return fmt.Errorf("fail %s: %q is not a status of 400 to 599, %q, %q or %q", pattern, how, Hang, Reset, Lost)
	}
	if _, err := path.Match(pattern, ""); err != nil {
		return fmt.Errorf("fail %s: %w", pattern, err)
	}
	if count < 0 {
		return errors.New("fail: the count is below zero")
	}
	if count == 0 {
		count = -1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &fault{method, pattern, how, count})
	return nil
}

// Heal takes all faults away.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// SetLatency sets what is added to each call.
func (s *Server) SetLatency(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latency = d
}

func (s *Server) delay() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.latency
}

func (f *fault) matches(r *http.Request) bool {
	if f.left == 0 || f.method != "" && f.method != "*" && f.method != r.Method {
		return false
	}
	if !strings.HasPrefix(f.pattern, "/") {
		return strings.Contains(r.URL.Path, f.pattern)
	}
	matched, _ := path.Match(f.pattern, r.URL.Path)
	return matched
}

func (s *Server) faultFor(r *http.Request) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if f.matches(r) {
			f.left--
			return f.how
		}
	}
	return ""
}

// misbehave acts as Fail asked, and reports whether it did; next is what would
// have been done.
func (s *Server) misbehave(w *heldWriter, r *http.Request, next http.Handler) bool {
	switch how := s.faultFor(r); how {
	case "":
		return false
	case Lost:
		next.ServeHTTP(w, r)
		w.status = 0
	case Hang:
		select {
		case <-r.Context().Done():
		case <-s.closing:
		}
		panic(http.ErrAbortHandler)
	case Reset:
		panic(http.ErrAbortHandler)
	default:
		status, _ := strconv.Atoi(how) // Fail looked
		if status == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", "1")
		}
		s.write(w, r, errorFor(r.URL.Path, status, "The twin was told to fail this call."))
	}
	return true
}

// errorFor is an error in the words of the service that the path belongs to.
func errorFor(path string, status int, message string) answer {
	switch service, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/"); service {
	case "identity":
		return keystoneError(status, message)
	case "network":
		return neutronError(status, http.StatusText(status), message)
	case "compute", "volume":
		return novaError(status, "%s", message)
	}
	return page(status, message)
}
