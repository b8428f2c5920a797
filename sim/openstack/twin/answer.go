package twin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// obj is a JSON object. The APIs leave keys out by role and by version, which
// structs would hide.
type obj = map[string]any

// An answer is what a handler decides. Handlers run under the Server's lock, so
// they must not wait; delay does it for them.
type answer struct {
	status int
	body   any
	delay  time.Duration
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

// A call is one request and what is known of it.
type call struct {
	*http.Request
	caller  *token
	version int // Nova's microversion, 2.x
	base    string
	action  string // what a server action was, for the list of calls
	after   func() // run without the lock, before the answer is sent
}

// write sends an answer, after its delay unless the client leaves before.
func (s *Server) write(w http.ResponseWriter, r *http.Request, a answer) {
	if !s.pause(r.Context(), a.delay) {
		return
	}
	switch body := a.body.(type) {
	case nil:
		w.WriteHeader(a.status)
	case string: // some errors are HTML pages
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.WriteHeader(a.status)
		_, _ = w.Write([]byte(body))
	default:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(a.status)
		_ = json.NewEncoder(w).Encode(body) // cannot fail: it is made of maps, lists and text
	}
}

// page is an error as WebOb renders it, which Nova does for unknown paths and
// Glance does always.
func page(status int, text string) answer {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	return answer{status: status, body: fmt.Sprintf(
		"<html>\n <head>\n  <title>%s</title>\n </head>\n <body>\n  <h1>%s</h1>\n  %s<br /><br />\n\n\n\n </body>\n</html>",
		title, title, text)}
}

// base returns the address under which the client sees the twin.
func base(r *http.Request) string { return "http://" + r.Host }

// stamp is a time as Nova, Neutron and Glance write it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// micros is a time as Nova writes it in newer places.
func micros(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000") }

// orNull is null for an empty string.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// orEmpty is [] for nil, which JSON would show as null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
