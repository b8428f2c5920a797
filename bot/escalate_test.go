package bot

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"sshhelp/commands"
	"sshhelp/sim/slack/twin"
)

// tickets is a ticket system: it checks signatures and keeps what it takes.
type tickets struct {
	mu     sync.Mutex
	status []int // of the next answers; none left: 201
	cases  []commands.Handover
	tries  int
	bad    []string
}

const hookSecret = "correct horse"

func (s *tickets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tries++
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Header.Get("X-Sshhelp-Signature") != sign(hookSecret, r.Header.Get("X-Sshhelp-Time"), body) {
		s.bad = append(s.bad, "a wrong signature")
	}
	status := http.StatusCreated
	if len(s.status) > 0 {
		status, s.status = s.status[0], s.status[1:]
	}
	if status == 0 {
		panic(http.ErrAbortHandler) // the connection breaks after the request was read
	}
	if status < 300 {
		var h commands.Handover
		if err := json.Unmarshal(body, &h); err != nil {
			s.bad = append(s.bad, err.Error())
		}
		s.cases = append(s.cases, h)
	}
	w.WriteHeader(status)
}

// handingOver is a rig with a ticket system and a channel for escalations.
func handingOver(t *testing.T, m memory, answers ...int) (*rig, *tickets) {
	s := &tickets{status: answers}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	r := newRig(t, m, func(o *twin.Options) {
		o.Scenario = twin.DefaultScenario()
		o.Scenario.Channels = append(o.Scenario.Channels, twin.ChannelSpec{ID: "C0ESCALATE", Name: "on-call", Bot: true})
	})
	r.opts.Escalation = Escalation{Channel: "C0ESCALATE", WebhookURL: server.URL, WebhookSecret: hookSecret}
	return r, s
}

// handOver presses the button of a root message and sends the summary.
func (r *rig) handOver(user, rootTS, summary string) {
	r.t.Helper()
	if _, err := r.twin.As(user).Click(r.ctx(), twin.Target{Channel: "#ssh-help", TS: rootTS, Action: escalateAction}); err != nil {
		r.t.Fatal(err)
	}
	v := r.form(user, escalateForm)
	r.fill(user, v, map[string]string{summaryBlock: summary})
}

// TestEscalation: the summary can be edited, and with the evidence reaches the
// thread, the channel and the ticket system, without secrets.
func TestEscalation(t *testing.T) {
	onBoth(t, func(t *testing.T, m memory) {
		r, s := handingOver(t, m)
		b, _ := r.serve()
		r.command("/sshhelp web-1")
		root := r.root("web-1 is shut off.")
		if _, err := r.twin.As("mia").Say("#ssh-help", root.TS, "user debian"); err != nil {
			t.Fatal(err)
		}
		r.replyWith(root.TS, "No change.")
		r.handOver("mia", root.TS, "It was fine yesterday.\npassword: hunter2 <!channel>")
		r.replyWith(root.TS, "Handed over", "web-1 is shut off")
		done := r.replyWith(root.TS, "The ticket system has it.")
		if !strings.Contains(done.Text, "the channel for escalations") {
			t.Errorf("told %q", done.Text)
		}
		r.idle(b)
		var files []string
		for _, m := range r.twin.Messages("#on-call") {
			for _, f := range m.Files {
				files = append(files, f.Name)
			}
		}
		if len(files) != 2 || !strings.HasSuffix(files[0], ".md") || !strings.HasSuffix(files[1], ".json") {
			t.Errorf("files in the channel: %v", files)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.cases) != 1 || len(s.bad) > 0 {
			t.Fatalf("%d cases, faults %v", len(s.cases), s.bad)
		}
		h := s.cases[0]
		if h.By != r.twin.UserID("mia") || len(h.Causes) == 0 || h.Causes[0] != "instance/shutoff" || len(h.Tried) != 1 || h.Tried[0].What != "user debian" {
			t.Errorf("case %+v", h)
		}
		if strings.Contains(h.Summary, "hunter2") || !strings.Contains(h.Summary, "fine yesterday") {
			t.Errorf("summary %q", h.Summary)
		}
	})
}

// TestWebhookTrouble: what was surely not taken is sent again; what may have been
// is not, and the thread says which it was.
func TestWebhookTrouble(t *testing.T) {
	tests := []struct {
		name    string
		answers []int
		tries   int
		told    string
	}{
		{"busy at first", []int{503, 429, 200}, 3, "The ticket system has it."},
		{"refused", []int{400}, 1, "did not take it"},
		{"an error inside", []int{500}, 1, "not known whether"},
		{"broken after the request had left", []int{0}, 1, "not known whether"},
		{"led elsewhere", []int{302}, 1, "did not take it"},
		{"always busy", []int{503, 503, 503, 503, 503}, 4, "did not take it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, s := handingOver(t, newEmbeddedServer(t), tt.answers...)
			r.hookWaits = []time.Duration{time.Millisecond, time.Millisecond, time.Millisecond}
			b, _ := r.serve()
			r.command("/sshhelp web-1")
			root := r.root("web-1 is shut off.")
			r.handOver("mia", root.TS, "Help.")
			r.replyWith(root.TS, tt.told)
			r.idle(b)
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.tries != tt.tries || len(s.bad) > 0 {
				t.Errorf("%d tries, want %d; faults %v", s.tries, tt.tries, s.bad)
			}
		})
	}
}

// TestEscalationOnce: a worker that takes the job over repeats nothing, and does
// not claim that the ticket system has what it may not have.
func TestEscalationOnce(t *testing.T) {
	r, s := handingOver(t, newEmbeddedServer(t))
	b, _ := r.serve()
	r.command("/sshhelp web-1")
	root := r.root("web-1 is shut off.")
	r.handOver("mia", root.TS, "Help.")
	r.replyWith(root.TS, "The ticket system has it.")
	r.idle(b)
	_, before := r.ours("#ssh-help")
	keys, err := b.store.db.Keys(t.Context(), b.store.order("*")).Result()
	if err != nil || len(keys) != 1 {
		t.Fatalf("orders %v, %v", keys, err)
	}
	j := &job{Kind: escalateJob, Order: strings.TrimPrefix(keys[0], b.store.order("")), User: r.twin.UserID("mia"), Team: "T0000DEMO", Text: "Help."}
	if err := b.escalate(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	if _, after := r.ours("#ssh-help"); len(after) != len(before) {
		t.Errorf("%d replies, then %d", len(before), len(after))
	}
	if s.tries != 1 {
		t.Errorf("sent %d times", s.tries)
	}
	j.User = r.twin.UserID("sam")
	if _, err := b.ordered(t.Context(), j); err == nil {
		t.Error("somebody else's summary was taken")
	}
}

// TestEscalationAfterForgetting: when what was seen is gone, it is looked at
// again.
func TestEscalationAfterForgetting(t *testing.T) {
	r, s := handingOver(t, newEmbeddedServer(t))
	b, _ := r.serve()
	r.command("/sshhelp web-1")
	root := r.root("web-1 is shut off.")
	r.idle(b)
	keys, err := b.store.db.Keys(t.Context(), b.store.evidence("*")).Result()
	if err != nil || len(keys) != 1 {
		t.Fatalf("hand-overs %v, %v", keys, err)
	}
	b.store.db.Del(t.Context(), keys...)
	r.handOver("mia", root.TS, "Help.")
	r.replyWith(root.TS, "The ticket system has it.")
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.cases) != 1 || s.cases[0].Causes[0] != "instance/shutoff" {
		t.Errorf("cases %+v", s.cases)
	}
}
