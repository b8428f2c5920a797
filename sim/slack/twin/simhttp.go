package twin

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"
)

// request is the body of every POST below /sim/; each call uses a part of it.
type request struct {
	User       string `json:"user"`
	Channel    string `json:"channel"`
	ThreadTS   string `json:"thread_ts"`
	TS         string `json:"ts"`
	Text       string `json:"text"`
	Broadcast  bool   `json:"broadcast"`
	Name       string `json:"name"`
	Content    string `json:"content"`
	ActionID   string `json:"action_id"`
	BlockID    string `json:"block_id"`
	ViewID     string `json:"view_id"`
	CallbackID string `json:"callback_id"`
	Tab        string `json:"tab"`
	Remove     bool   `json:"remove"`
	All        bool   `json:"all"`

	Value  *string                       `json:"value"`
	Chosen []string                      `json:"-"` // of "values" as a list
	Values json.RawMessage               `json:"values"`
	Fields map[string]map[string]answers `json:"-"` // of "values" as an object

	Method      string  `json:"method"`
	Error       string  `json:"error"`
	Status      int     `json:"status"`
	RetryAfterS float64 `json:"retry_after_s"`
	Lost        bool    `json:"lost"`
	Count       int     `json:"count"`
	MS          float64 `json:"ms"`
	Reason      string  `json:"reason"`
}

// answers is one text or a list of texts.
type answers []string

// UnmarshalJSON takes "a" for ["a"].
func (a *answers) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*a = answers{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(a))
}

// action is one POST of the users' side, as user or, for orders to the twin, with a nil actor.
type action func(t *Twin, ctx context.Context, a *Actor, q *request) (reply, error)

// routeUsers adds the users' side.
func (t *Twin) routeUsers(mux *http.ServeMux) {
	for name, do := range userActions {
		mux.Handle("POST /sim/"+name, t.open(t.post1(do, true)))
	}
	for name, do := range orders {
		mux.Handle("POST /sim/"+name, t.open(t.post1(do, false)))
	}
	for name, get := range reports {
		mux.Handle("GET /sim/"+name, t.open(func(w http.ResponseWriter, r *http.Request) { writeJSON(w, http.StatusOK, get(t)) }))
	}
	mux.Handle("GET /sim/state", t.open(t.serveState))
	mux.Handle("GET /sim/events", t.open(t.serveEvents))
	mux.Handle("GET /sim/file/{id}", t.open(t.serveFile))
	mux.Handle("OPTIONS /sim/", t.open(func(http.ResponseWriter, *http.Request) {}))
}

// open lets pages from loopback origins call.
func (t *Twin) open(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if u, err := url.Parse(origin); err == nil && oneOf(u.Hostname(), []string{"127.0.0.1", "localhost", "::1"}) {
			w.Header().Set("Access-Control-Allow-Origin", origin)
			w.Header().Set("Access-Control-Allow-Headers", "Content-Type, Last-Event-ID")
			w.Header().Set("Vary", "Origin")
		}
		h(w, r)
	})
}

// post1 decodes a request, runs it and writes the answer.
func (t *Twin) post1(do action, needsUser bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q, err := decode(r)
		if err != nil {
			writeJSON(w, http.StatusBadRequest, reply{"ok": false, "error": "bad_request", "detail": err.Error()})
			return
		}
		var a *Actor
		if needsUser {
			if a, err = t.actor(q.User); err != nil {
				writeJSON(w, http.StatusOK, reply{"ok": false, "error": "user_not_found"})
				return
			}
		}
		out, err := do(t, r.Context(), a, q)
		if out == nil {
			out = reply{}
		}
		out["ok"] = err == nil
		if err != nil {
			out["error"] = err.Error()
		}
		if ref := (*Refusal)(nil); errors.As(err, &ref) && ref.Fields != nil {
			out["errors"] = ref.Fields
		}
		writeJSON(w, http.StatusOK, out)
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(raw(v)) // the page may be gone
}

// decode reads JSON, or the multipart form of an upload.
func decode(r *http.Request) (*request, error) {
	q := &request{}
	r.Body = http.MaxBytesReader(nil, r.Body, maxBody)
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "multipart/form-data" {
		return q, q.fromForm(r)
	}
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(q); err != nil {
		return nil, err
	}
	if len(q.Values) == 0 || string(q.Values) == "null" {
		return q, nil
	}
	if q.Values[0] == '[' {
		return q, json.Unmarshal(q.Values, &q.Chosen)
	}
	return q, json.Unmarshal(q.Values, &q.Fields)
}

func (q *request) fromForm(r *http.Request) error {
	file, head, err := r.FormFile("file")
	if err != nil {
		return err
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	q.User, q.Channel, q.ThreadTS, q.Text = r.FormValue("user"), r.FormValue("channel"), r.FormValue("thread_ts"), r.FormValue("text")
	q.Name, q.Content = or(r.FormValue("name"), head.Filename), string(data)
	return err
}

func (q *request) target() Target {
	at := Target{Channel: q.Channel, TS: q.TS, ViewID: q.ViewID, Block: q.BlockID, Action: q.ActionID}
	if q.Value != nil {
		at.Value = *q.Value
	}
	return at
}

// receipt is the answer of everything the bot acks.
func receipt(r Receipt, err error) (reply, error) {
	return reply{"envelope_id": r.EnvelopeID, "latency_ms": ms(r.Latency)}, err
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (t *Twin) serveState(w http.ResponseWriter, r *http.Request) {
	a, err := t.actor(r.URL.Query().Get("user"))
	if err != nil {
		writeJSON(w, http.StatusNotFound, reply{"ok": false, "error": err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, a.State())
}

// serveFile gives a file to the page, which has no token: the twin's users are whoever reaches it.
func (t *Twin) serveFile(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	u := t.files.byID[r.PathValue("id")]
	ok := u != nil && u.completed
	t.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "sandbox")
	t.serveBytes(w, u)
}
