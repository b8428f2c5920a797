package twin_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"

	"sshhelp/sim/openstack/twin"
	"sshhelp/sim/scenario"
)

// TestRebootTakesItsTime follows one from the call to its end.
func TestRebootTakesItsTime(t *testing.T) {
	clock := make(chan time.Time, 1)
	clock <- time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c, err := scenario.Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	c.Server("web-1").AfterReboot = &scenario.AfterReboot{Console: &scenario.Console{Text: "anew for @NAME@\n"}}
	var told []string
	s := run(t, c, twin.Options{
		Now:      func() time.Time { n := <-clock; clock <- n; return n },
		OnAction: func(v scenario.Server, action string) { told = append(told, v.Name+" "+action+" "+v.Status) },
	})
	s.SetActionTime(time.Minute)
	client := compute(t, login(t, s, "ann"), "")
	s.ForgetCalls()
	state := func() [3]string {
		v, err := servers.Get(t.Context(), client, id("web-1")).Extract()
		if err != nil {
			t.Fatal(err)
		}
		text, err := servers.ShowConsoleOutput(t.Context(), client, id("web-1"), servers.ShowConsoleOutputOpts{}).Extract()
		if err != nil {
			t.Fatal(err)
		}
		return [3]string{v.Status, v.TaskState, text}
	}
	reboot := servers.RebootOpts{Type: servers.HardReboot}
	if err := servers.Reboot(t.Context(), client, id("web-1"), reboot).ExtractErr(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([3]string{"HARD_REBOOT", "rebooting_hard", "one\ntwo\nthree\n"}, state()); diff != "" {
		t.Error(diff)
	}
	soft := servers.RebootOpts{Type: servers.SoftReboot}
	if err := servers.Reboot(t.Context(), client, id("web-1"), soft).ExtractErr(); statusOf(err) != 409 {
		t.Errorf("a soft reboot during a hard one: %v, want 409", err)
	}
	clock <- (<-clock).Add(time.Minute)
	if diff := cmp.Diff([3]string{"ACTIVE", "", "anew for web-1\n"}, state()); diff != "" {
		t.Error(diff)
	}
	clock <- (<-clock).Add(time.Hour)
	if v, err := servers.Get(t.Context(), client, id("web-1")).Extract(); err != nil || v.Updated.Minute() != 1 || v.Updated.Hour() != 0 {
		t.Errorf("updated at %v (%v), want when the reboot ended", v.Updated, err)
	}
	if diff := cmp.Diff([]string{"web-1 reboot HARD HARD_REBOOT"}, told); diff != "" {
		t.Error(diff)
	}
	var actions []string
	for _, c := range s.Calls() {
		if c.Action != "" {
			actions = append(actions, c.Action)
		}
	}
	if diff := cmp.Diff([]string{"reboot HARD", "os-getConsoleOutput", "reboot SOFT", "os-getConsoleOutput"}, actions); diff != "" {
		t.Error(diff)
	}
}

// TestChangeEndsAnAction: what a test sets is not undone by an old reboot.
func TestChangeEndsAnAction(t *testing.T) {
	s := start(t, twin.Options{})
	s.SetActionTime(time.Hour)
	p := login(t, s, "ann")
	url := s.URL() + "/compute/v2.1/servers/" + id("db")
	if _, status := ask(t, p, "POST", url+"/action", "", map[string]any{"os-start": nil}); status != 202 {
		t.Fatalf("status %d", status)
	}
	if server, _ := get(t, p, url, ""); dig(server, "server", "OS-EXT-STS:task_state") != "powering-on" {
		t.Errorf("got %v", server)
	}
	if err := s.SetStatus("db", "ERROR"); err != nil {
		t.Fatal(err)
	}
	s.SetActionTime(0)
	if server, _ := get(t, p, url, ""); dig(server, "server", "status") != "ERROR" {
		t.Errorf("got %v", server)
	}
}
