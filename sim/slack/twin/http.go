package twin

import "net/http"

// handler routes the three trees. It counts requests into the wait group, so that Close leaves nothing running.
func (t *Twin) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", t.serveAPI)
	mux.HandleFunc("GET /link/", t.serveSocket)
	mux.HandleFunc("POST /response/{id}", t.serveResponseURL)
	mux.HandleFunc("POST /upload/{id}", t.serveUpload)
	mux.HandleFunc("GET /files-pri/{id}/{name}", t.servePrivateFile)
	t.routeUsers(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.mu.Lock()
		closed := t.closed
		if !closed {
			t.wg.Add(1)
		}
		t.mu.Unlock()
		if closed {
			http.Error(w, "closed", http.StatusServiceUnavailable)
			return
		}
		defer t.wg.Done()
		mux.ServeHTTP(w, r)
	})
}
