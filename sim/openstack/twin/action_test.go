package twin_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"

	"sshhelp/sim/openstack/twin"
)

func TestConsoleIsNotTheGuestsBytes(t *testing.T) {
	s := start(t, twin.Options{})
	c := compute(t, login(t, s, "ann"), "")
	for _, e := range []struct {
		name, text string
		opts       servers.ShowConsoleOutputOpts
		want       string
	}{
		{"plain", "one\ntwo\n", servers.ShowConsoleOutputOpts{}, "one\ntwo\n"},
		{"colours and carriage returns", "\x1b[0;32m  OK  \x1b[0m] x\r\n\ty\x00", servers.ShowConsoleOutputOpts{}, "[0;32m  OK  [0m] x\n\ty"},
		{"not ASCII", "a…é", servers.ShowConsoleOutputOpts{}, "a\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD"},
		{"last lines", "1\n2\n3\n4\n", servers.ShowConsoleOutputOpts{Length: 3}, "3\n4\n"},
		{"the last 100 KiB", "x" + strings.Repeat("y", 100*1024), servers.ShowConsoleOutputOpts{}, strings.Repeat("y", 100*1024)},
	} {
		t.Run(e.name, func(t *testing.T) {
			if err := s.SetConsole("web-1", e.text); err != nil {
				t.Fatal(err)
			}
			got, err := servers.ShowConsoleOutput(t.Context(), c, id("web-1"), e.opts).Extract()
			if err != nil {
				t.Fatal(err)
			}
			if got != e.want {
				t.Errorf("got %.60q (%d bytes), want %.60q (%d)", got, len(got), e.want, len(e.want))
			}
		})
	}
}

func TestConsoleThatCannotBeHad(t *testing.T) {
	s := start(t, twin.Options{})
	for _, status := range []int{404, 501, 500, 409} {
		if err := s.SetConsoleFault("web-1", status, 0); err != nil {
			t.Fatal(err)
		}
		_, err := servers.ShowConsoleOutput(t.Context(), compute(t, login(t, s, "ann"), ""), id("web-1"), servers.ShowConsoleOutputOpts{}).Extract()
		if statusOf(err) != status {
			t.Errorf("got %v, want %d", err, status)
		}
	}
	for user, want := range map[string]int{"rea": 403, "oth": 404} {
		_, err := servers.ShowConsoleOutput(t.Context(), compute(t, login(t, s, user), ""), id("web-1"), servers.ShowConsoleOutputOpts{}).Extract()
		if statusOf(err) != want {
			t.Errorf("%s: got %v, want %d", user, err, want)
		}
	}
	// No host, no log.
	_, err := servers.ShowConsoleOutput(t.Context(), compute(t, login(t, s, "ann"), ""), id("broken"), servers.ShowConsoleOutputOpts{}).Extract()
	if statusOf(err) != 409 {
		t.Errorf("broken: got %v, want 409", err)
	}
}

func TestSlowConsoleEndsWithTheClientsPatience(t *testing.T) {
	s := start(t, twin.Options{})
	if err := s.SetConsoleFault("web-1", 0, time.Hour); err != nil {
		t.Fatal(err)
	}
	c := compute(t, login(t, s, "ann"), "")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := servers.ShowConsoleOutput(ctx, c, id("web-1"), servers.ShowConsoleOutputOpts{}).Extract()
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline", err)
	}
}

func TestActionsNobodyKnows(t *testing.T) {
	s := start(t, twin.Options{})
	p := login(t, s, "ann")
	url := s.URL() + "/compute/v2.1/servers/" + id("web-1") + "/action"
	for name, body := range map[string]map[string]any{
		"unknown":       {"nonsense": nil},
		"two":           {"os-start": nil, "os-stop": nil},
		"none":          {},
		"wrong type":    {"reboot": map[string]any{"type": "MEDIUM"}},
		"console null":  {"os-getConsoleOutput": nil},
		"console extra": {"os-getConsoleOutput": map[string]any{"x": 1}},
		"length text":   {"os-getConsoleOutput": map[string]any{"length": "x"}},
	} {
		if _, status := ask(t, p, "POST", url, "", body); status != 400 {
			t.Errorf("%s: status %d, want 400", name, status)
		}
	}
}

func TestActionsChangeServers(t *testing.T) {
	type body = map[string]any
	reboot := func(kind string) body { return body{"reboot": body{"type": kind}} }
	start1 := body{"os-start": nil}
	for _, c := range []struct {
		name, user, server, before string
		do                         body
		status                     int
		after                      string
	}{
		{"start", "ann", "web-1", "SHUTOFF", start1, 202, "ACTIVE"},
		{"start what runs", "ann", "web-1", "ACTIVE", start1, 409, "ACTIVE"},
		{"start as a reader", "rea", "web-1", "SHUTOFF", start1, 403, "SHUTOFF"},
		{"start as a stranger", "oth", "web-1", "SHUTOFF", start1, 404, "SHUTOFF"},
		{"start what is locked", "ann", "locked", "SHUTOFF", start1, 409, "SHUTOFF"},
		{"start what is locked as administrator", "adm", "locked", "SHUTOFF", start1, 202, "ACTIVE"},
		{"unpause", "ann", "web-1", "PAUSED", body{"unpause": nil}, 202, "ACTIVE"},
		{"unpause what runs", "ann", "web-1", "ACTIVE", body{"unpause": nil}, 409, "ACTIVE"},
		{"resume", "ann", "web-1", "SUSPENDED", body{"resume": nil}, 202, "ACTIVE"},
		{"unshelve", "ann", "web-1", "SHELVED_OFFLOADED", body{"unshelve": nil}, 202, "ACTIVE"},
		{"stop", "ann", "web-1", "ACTIVE", body{"os-stop": nil}, 202, "SHUTOFF"},
		{"hard reboot", "ann", "web-1", "ERROR", reboot("HARD"), 202, "ACTIVE"},
		{"hard reboot of what is shelved", "ann", "web-1", "SHELVED", reboot("HARD"), 409, "SHELVED"},
		{"soft reboot of what is off", "ann", "web-1", "SHUTOFF", reboot("SOFT"), 409, "SHUTOFF"},
		{"hard reboot in a soft one", "ann", "web-1", "REBOOT", reboot("HARD"), 202, "ACTIVE"},
		{"start while migrating", "ann", "web-1", "MIGRATING", start1, 409, "MIGRATING"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, twin.Options{})
			if err := s.SetStatus(c.server, c.before); err != nil {
				t.Fatal(err)
			}
			url := s.URL() + "/compute/v2.1/servers/" + id(c.server)
			if answer, status := ask(t, login(t, s, c.user), "POST", url+"/action", "", c.do); status != c.status {
				t.Errorf("status %d, want %d: %v", status, c.status, answer)
			}
			server, _ := get(t, login(t, s, "adm"), url, "")
			if got := dig(server, "server", "status"); got != c.after {
				t.Errorf("the server is %v, want %s", got, c.after)
			}
		})
	}
}

// TestStatusChangesWhatHangsOnIt: a stopped guest takes its port down.
func TestStatusChangesWhatHangsOnIt(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := start(t, twin.Options{Now: func() time.Time { return now }})
	p := login(t, s, "ann")
	seen := func() []any {
		server, _ := get(t, p, s.URL()+"/compute/v2.1/servers/"+id("web-1"), "")
		ports, _ := get(t, p, s.URL()+"/network/v2.0/ports?device_id="+id("web-1"), "")
		v := dig(server, "server")
		return []any{dig(v, "OS-EXT-STS:vm_state"), dig(v, "OS-EXT-STS:power_state"), dig(v, "updated"), dig(ports, "ports", 0, "status")}
	}
	if diff := cmp.Diff([]any{"active", 1.0, "2025-12-31T23:00:00Z", "ACTIVE"}, seen()); diff != "" {
		t.Error(diff)
	}
	if err := s.SetStatus("web-1", "SHUTOFF"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]any{"stopped", 4.0, "2026-01-01T00:00:00Z", "DOWN"}, seen()); diff != "" {
		t.Error(diff)
	}
	if s.SetStatus("web-1", "NONSENSE") == nil || s.SetStatus("nobody", "ACTIVE") == nil {
		t.Error("an unknown status or server was taken")
	}
}
