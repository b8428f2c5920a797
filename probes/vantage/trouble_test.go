package vantage

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"sshhelp/diag"
)

// A child is a prober in a process of its own, so that it can be killed as a
// machine is.
const childEnv = "SSHHELP_VANTAGE_TEST_CHILD"

// child serves melbourne, says on stdout when a job has begun, and never ends
// one.
func child() {
	l, err := Open(Options{RedisURL: os.Getenv(childEnv), KeyPrefix: "test:"})
	if err != nil {
		panic(err)
	}
	l.pace = quick()
	s, err := NewStation(l, StationOptions{Prober: &fake{name: "melbourne", read: func(ctx context.Context, _ *diag.Evidence, _ diag.Source) (diag.Fact, error) {
		fmt.Println("begun")
		<-ctx.Done()
		return nil, nil
	}}})
	if err != nil {
		panic(err)
	}
	s.Run(context.Background())
}

// TestKilledInTheMiddle: who waits for a prober that was killed waits for as long
// as its signs of life may take, and another that serves the same place goes on.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, m memory) {
		l := open(t, m)
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"="+m.url)
		cmd.Stderr = t.Output()
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		kill := func() { _ = cmd.Process.Signal(syscall.SIGKILL); _ = cmd.Wait() } // it may be gone
		t.Cleanup(kill)
		until(t, "the child is there", func() bool { return state(t, l, "melbourne").State == diag.VantageOnline })
		w := newPanel(t, l, &fake{name: "lab"}, "melbourne")
		said := make(chan *diag.Evidence)
		go func() { said <- ask(t, w, 19*time.Second) }()
		if !bufio.NewScanner(out).Scan() {
			t.Fatal("the child did not begin")
		}
		kill()
		killed := time.Now()
		e := <-said
		if got := seen(e); got != "lab:ok melbourne=offline" || !strings.HasPrefix(e.Vantages[0].Why, "no sign of life for") {
			t.Errorf("got %s (%q)", got, e.Vantages[0].Why)
		}
		if took := time.Since(killed); took > l.pace.silent+3*time.Second {
			t.Errorf("waited %v for a prober that was killed", took)
		}
		serve(t, l, StationOptions{Prober: &fake{name: "melbourne"}})
		if got := seen(ask(t, w, 10*time.Second)); got != "lab:ok melbourne:ok melbourne=online" {
			t.Errorf("with a new prober: %s", got)
		}
	})
}

// TestRedisCutAndBack: without Redis an answer comes from here alone, soon, and
// says what is missing; with it all goes on as before.
func TestRedisCutAndBack(t *testing.T) {
	t.Parallel()
	m := redisServer(t)
	l := open(t, m)
	serve(t, open(t, m), StationOptions{Prober: &fake{name: "melbourne"}})
	w := newPanel(t, l, &fake{name: "lab"}, "melbourne")
	if got := seen(ask(t, w, 10*time.Second)); got != "lab:ok melbourne:ok melbourne=online" {
		t.Fatalf("at first: %s", got)
	}
	m.stop()
	began := time.Now()
	e := ask(t, w, 19*time.Second)
	if got := seen(e); got != "lab:ok" || len(e.Gaps) != 1 || e.Gaps[0].Why != diag.GapUnavailable {
		t.Errorf("without Redis: %s, gaps %+v", got, e.Gaps)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v to find out that Redis is away", took)
	}
	if c := l.Check(t.Context(), []string{"melbourne"}); len(c) != 1 || c[0].Mark != diag.CheckUnknown || c[0].Fix == "" {
		t.Errorf("checks %+v", c)
	}
	m.start()
	until(t, "melbourne is back", func() bool {
		all, err := l.States(t.Context(), []string{"melbourne"})
		return err == nil && all[0].State == diag.VantageOnline
	})
	if got := seen(ask(t, w, 10*time.Second)); got != "lab:ok melbourne:ok melbourne=online" {
		t.Errorf("with Redis again: %s", got)
	}
}

// TestRedisCutInTheMiddle: an answer survives a Redis that is away while the
// probes run.
func TestRedisCutInTheMiddle(t *testing.T) {
	t.Parallel()
	m := redisServer(t)
	l := open(t, m)
	l.pace.away = 10 * time.Second
	gate, begun := make(chan struct{}), make(chan struct{})
	serve(t, open(t, m), StationOptions{Prober: &fake{name: "melbourne", read: func(context.Context, *diag.Evidence, diag.Source) (diag.Fact, error) {
		close(begun)
		<-gate
		return diag.Reaches{reach("melbourne", diag.OK)}, nil
	}}})
	said := make(chan *diag.Evidence)
	go func() { said <- ask(t, newPanel(t, l, &fake{name: "lab"}, "melbourne"), 19*time.Second) }()
	<-begun
	m.stop()
	close(gate)
	m.start()
	if got := seen(<-said); got != "lab:ok melbourne:ok melbourne=online" {
		t.Errorf("got %s", got)
	}
}

// TestForgedAnswers: nobody can speak for another place, or of what was not
// asked; the place is degraded then, because something is wrong with it.
func TestForgedAnswers(t *testing.T) {
	t.Parallel()
	elsewhere := reach("melbourne", diag.Refused)
	elsewhere.Target = netip.MustParseAddrPort("192.0.2.1:22")
	for name, text := range map[string]string{
		"another name":    (&reply{Format: format, Done: true, Reach: diag.Reaches{reach("lab", diag.Refused)}}).encode(diag.SourceSSH),
		"another address": (&reply{Format: format, Done: true, Pings: diag.Pings{{From: "melbourne"}}, Reach: diag.Reaches{elsewhere}}).encode(diag.SourceSSH),
		"another format":  `{"format": 2, "done": true}`,
		"no answer":       `<html>`,
		"too long":        `{"format": 1, "done": true, "by": "` + strings.Repeat("x", maxAnswer) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			l := open(t, memory{url: "redis://" + miniredis.RunT(t).Addr()})
			w := newPanel(t, l, &fake{name: "lab"}, "melbourne")
			if err := l.give(t.Context(), "melbourne", "p", beat{Format: format}); err != nil {
				t.Fatal(err)
			}
			said := make(chan *diag.Evidence)
			go func() { said <- ask(t, w, 10*time.Second) }()
			var j job
			until(t, "the job is there", func() bool {
				entry, _ := l.next("melbourne")
				_, body, _ := stamped(entry)
				return json.Unmarshal([]byte(body), &j) == nil
			})
			if err := l.answer(t.Context(), j.ID, text); err != nil {
				t.Fatal(err)
			}
			e := <-said
			if got := seen(e); got != "lab:ok melbourne=degraded" || len(e.Pings) > 0 {
				t.Errorf("got %s", got)
			}
		})
	}
}

// TestTooMuchToTell: an answer that would not be read is a gap.
func TestTooMuchToTell(t *testing.T) {
	t.Parallel()
	long := reach("melbourne", diag.OK)
	long.SSH = &diag.SSHFacts{Version: strings.Repeat("x", maxAnswer)}
	text := newAnswer("p", diag.SourceSSH, diag.Reaches{long}, nil).encode(diag.SourceSSH)
	if r := decodeReply(text); r.unread != nil || r.Gap == nil || len(r.Reach) > 0 {
		t.Errorf("got %+v", r)
	}
}

// TestLogs: the last lines are kept, without secrets, and not too many or long.
func TestLogs(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, m memory) {
		l := open(t, m)
		r := &Recorder{}
		log := slog.New(slog.NewTextHandler(r, nil))
		serve(t, l, StationOptions{Prober: &fake{name: "melbourne"}, Log: r})
		log.Info("connected", "url", "redis://user:hunter2@redis:6379")
		log.Info("long", "text", strings.Repeat("x", 5000))
		for i := range 250 {
			log.Info("line", "n", i)
			if i == 125 {
				until(t, "some are kept", func() bool { lines, _ := l.Logs(t.Context(), "melbourne"); return len(lines) > 0 })
			}
		}
		log.Info("password is", "password", "hunter2")
		var lines []string
		until(t, "the last line is kept", func() bool {
			lines, _ = l.Logs(t.Context(), "melbourne")
			return len(lines) > 0 && strings.Contains(lines[len(lines)-1], "password is")
		})
		if len(lines) != maxLines || !strings.Contains(lines[0], "n=151") {
			t.Errorf("%d lines, from %q", len(lines), lines[0])
		}
		if all := strings.Join(lines, "\n"); strings.Contains(all, "hunter2") {
			t.Errorf("a password is kept: %s", lines[len(lines)-1])
		}
		if ttl := l.db.TTL(t.Context(), l.keys.log("melbourne")).Val(); ttl <= 0 || ttl > logTTL {
			t.Errorf("lives %v", ttl)
		}
		if lines, err := l.Logs(t.Context(), "nowhere"); err != nil || len(lines) > 0 {
			t.Errorf("of nowhere: %q, %v", lines, err)
		}
	})
}

func TestRecorder(t *testing.T) {
	t.Parallel()
	r := &Recorder{}
	fmt.Fprintln(r, "url=redis://user:hunter2@redis:6379 "+strings.Repeat("x", 5000))
	lines := r.pending()
	if len(lines) != 1 || len(lines[0]) != maxLine || strings.Contains(lines[0], "hunter2") {
		t.Errorf("got %.80q", lines)
	}
	for i := range 150 {
		fmt.Fprintln(r, i)
	}
	r.restore(r.pending())
	if lines = r.pending(); len(lines) != maxLines || lines[0] != "50" || lines[99] != "149" {
		t.Errorf("%d lines from %q", len(lines), lines[0])
	}
}
