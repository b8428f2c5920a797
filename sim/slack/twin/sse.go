package twin

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// keepAlive is how often an idle stream gets a comment line, below what proxies tolerate.
const keepAlive = 15 * time.Second

// serveEvents streams the changes that one user sees, until the page goes away or the twin is closed.
func (t *Twin) serveEvents(w http.ResponseWriter, r *http.Request) {
	a, err := t.actor(r.URL.Query().Get("user"))
	if err != nil {
		writeJSON(w, http.StatusNotFound, reply{"ok": false, "error": err.Error()})
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	at, resume := t.startAt(r)
	s := stream{w: w, rc: http.NewResponseController(w)}
	if !resume && at >= 0 {
		s.send("hello", 0, reply{"revision": at})
	}
	idle := time.NewTicker(keepAlive)
	defer idle.Stop()
	for !s.gone {
		changes, now, bell := t.news(at, a.user)
		if changes == nil && now < 0 {
			s.send("reset", 0, reply{"revision": t.Revision()})
			at = t.Revision()
			continue
		}
		for _, c := range changes {
			s.send("change", c.Revision, c)
		}
		at = now
		select {
		case <-bell:
		case <-idle.C:
			s.write(": still here\n\n")
		case <-r.Context().Done():
			return
		case <-t.ctx.Done():
			return
		}
	}
}

// startAt says after which revision a stream begins, and whether the reader resumes an older one.
func (t *Twin) startAt(r *http.Request) (revision int, resume bool) {
	from := or(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("since"))
	if from == "" {
		return t.Revision(), false
	}
	n, err := strconv.Atoi(from)
	if err != nil {
		return -1, true
	}
	return n, true
}

// news returns the changes after revision at, the revision they lead to (-1: too old), and the bell for the next.
func (t *Twin) news(at int, user string) ([]Change, int, <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	changes, ok := t.since(at, user)
	if !ok {
		return nil, -1, t.journal.bell
	}
	return changes, t.journal.revision, t.journal.bell
}

// stream writes server-sent events; gone is set when the page no longer reads.
type stream struct {
	w    http.ResponseWriter
	rc   *http.ResponseController
	gone bool
}

func (s *stream) send(event string, id int, v any) {
	head := ""
	if id > 0 {
		head = fmt.Sprintf("id: %d\n", id)
	}
	s.write(head + "event: " + event + "\ndata: " + string(raw(v)) + "\n\n")
}

func (s *stream) write(text string) {
	_, err := s.w.Write([]byte(text))
	s.gone = s.gone || err != nil || s.rc.Flush() != nil
}
