package twin_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"sshhelp/sim/openstack/twin"
)

func TestFail(t *testing.T) {
	s := start(t, twin.Options{})
	p := login(t, s, "ann")
	servers, ports := s.URL()+"/compute/v2.1/servers", s.URL()+"/network/v2.0/ports"
	if err := s.Fail("GET", "/compute/v2.1/servers*", "503", 2); err != nil {
		t.Fatal(err)
	}
	if err := s.Fail("", "ports", "500", 0); err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, url := range []string{servers, servers, servers, ports, ports} {
		_, status := get(t, p, url, "")
		got = append(got, status)
	}
	for i, want := range []int{503, 503, 200, 500, 500} {
		if got[i] != want {
			t.Errorf("call %d: status %d, want %d", i, got[i], want)
		}
	}
	s.Heal()
	if _, status := get(t, p, ports, ""); status != 200 {
		t.Errorf("healed: status %d", status)
	}
	for _, bad := range []string{"", "200", "nonsense"} {
		if s.Fail("", "x", bad, 1) == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestFailWithoutAnAnswer(t *testing.T) {
	s := start(t, twin.Options{})
	if err := errors.Join(s.Fail("GET", "/identity/v3", twin.Reset, 1), s.Fail("GET", "/compute", twin.Hang, 1)); err != nil {
		t.Fatal(err)
	}
	// One try each: Go's client tries a GET again on a connection it has used before.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if resp, err := client.Get(s.URL() + "/identity/v3"); err == nil {
		resp.Body.Close()
		t.Error("reset: there was an answer")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", s.URL()+"/compute", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Do(req); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("hang: got %v, want the deadline", err)
	}
}

// TestCloseWakesWhatHangs: neither a hanging call nor a slow one keeps the
// twin from ending.
func TestCloseWakesWhatHangs(t *testing.T) {
	s := start(t, twin.Options{})
	s.SetLatency(time.Hour)
	var wg sync.WaitGroup
	wg.Go(func() {
		resp, err := http.Get(s.URL() + "/identity/v3")
		if err == nil {
			resp.Body.Close()
		}
	})
	s.Close()
	s.Close() // twice is as good as once
	wg.Wait()
}

// TestCallsTellChains: from the calls one can work out what waited for what.
func TestCallsTellChains(t *testing.T) {
	const latency = 250 * time.Millisecond
	s := start(t, twin.Options{Latency: latency})
	p := login(t, s, "ann")
	s.ForgetCalls()
	var wg sync.WaitGroup
	begin := time.Now()
	for range 5 {
		wg.Go(func() { get(t, p, s.URL()+"/compute/v2.1/servers/"+id("web-1")+"?x=1", "2.93") })
	}
	wg.Wait()
	calls := s.Calls()
	if len(calls) != 5 {
		t.Fatalf("%d calls, want 5", len(calls))
	}
	for _, c := range calls {
		if c.Method != "GET" || c.Path != "/compute/v2.1/servers/"+id("web-1") || c.Query != "x=1" || c.Status != 200 || c.Microversion != "2.93" {
			t.Errorf("got %+v", c)
		}
		if c.End.Sub(c.Start) < latency || c.Start.Before(begin) {
			t.Errorf("began %v after the test and took %v", c.Start.Sub(begin), c.End.Sub(c.Start))
		}
		if c.Start.After(calls[0].End) { // the list is by End
			t.Errorf("%v began after another had ended: they were made side by side", c.Start)
		}
	}
}

// TestKnobsWhileRunning is for the race detector.
func TestKnobsWhileRunning(t *testing.T) {
	s := start(t, twin.Options{})
	p := login(t, s, "ann")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 10 {
				get(t, p, s.URL()+"/compute/v2.1/servers/detail", "2.93")
				get(t, p, s.URL()+"/network/v2.0/ports", "")
			}
		})
	}
	for range 20 {
		s.SetLatency(time.Microsecond)
		if err := errors.Join(s.SetStatus("web-1", "SHUTOFF"), s.SetConsole("web-1", "x"), s.Fail("GET", "nothing", "500", 1)); err != nil {
			t.Error(err)
		}
		s.Calls()
		s.Heal()
	}
	wg.Wait()
}
