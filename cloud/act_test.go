package cloud_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sshhelp/cloud"
	"sshhelp/diag"
	"sshhelp/sim/openstack/twin"
)

func actor(t *testing.T, s *twin.Server, user string, change ...func(*cloud.Options)) *cloud.Actor {
	t.Helper()
	path, err := s.WriteCloudsYAML(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o := cloud.Options{Name: user, Getenv: environ("OS_CLIENT_CONFIG_FILE=" + path), LookupNetIP: noDNS}
	for _, c := range change {
		c(&o)
	}
	a, err := cloud.OpenActor(o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func idOf(t *testing.T, s *twin.Server, name string) string {
	t.Helper()
	return find(t, open(t, s, "ann"), name).ID
}

// acts lists the actions that the twin was asked for, but for consoles.
func acts(s *twin.Server) []string {
	var list []string
	for _, c := range s.Calls() {
		if c.Method == http.MethodPost && strings.HasSuffix(c.Path, "/action") {
			list = append(list, c.Action)
		}
	}
	return list
}

func TestEveryActionIsTakenAsNovaKnowsIt(t *testing.T) {
	for action, from := range map[diag.Action]string{
		diag.Start: "SHUTOFF", diag.Unpause: "PAUSED", diag.Resume: "SUSPENDED", diag.Unshelve: "SHELVED_OFFLOADED",
		diag.Unrescue: "RESCUE", diag.HardReboot: "ERROR",
	} {
		t.Run(string(action), func(t *testing.T) {
			s := start(t, nil)
			id, a := idOf(t, s, "web-1"), actor(t, s, "ann-cred")
			if err := s.SetStatus("web-1", from); err != nil {
				t.Fatal(err)
			}
			if err := a.Act(t.Context(), id, action); err != nil {
				t.Fatalf("from %s: %v", from, err)
			}
			i, err := a.Look(t.Context(), id)
			if err != nil || i.Status != "ACTIVE" || i.ID != id || i.Name != "web-1" {
				t.Errorf("afterwards it is %+v, %v", i, err)
			}
			if n := len(acts(s)); n != 1 {
				t.Errorf("%d calls, want 1", n)
			}
		})
	}
}

// Whatever the answer is, the call is made once, and the error says what is
// known of it.
func TestOneCallWhateverTheAnswer(t *testing.T) {
	for how, want := range map[string]error{
		"400": diag.ErrRefused, "403": diag.ErrRefused, "404": diag.ErrGone, "409": diag.ErrConflict, "429": diag.ErrRefused, "501": diag.ErrRefused,
		"408": diag.ErrOutcome, "500": diag.ErrOutcome, "502": diag.ErrOutcome, "503": diag.ErrOutcome, "504": diag.ErrOutcome,
		twin.Hang: diag.ErrOutcome, twin.Reset: diag.ErrOutcome, twin.Lost: diag.ErrOutcome,
	} {
		t.Run(how, func(t *testing.T) {
			s := start(t, nil)
			id, a := idOf(t, s, "web-1"), actor(t, s, "ann")
			if _, err := a.Look(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			s.ForgetCalls()
			fail(t, s, "/compute/v2.1/servers/*/action", how)
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			err := a.Act(ctx, id, diag.HardReboot)
			if !errors.Is(err, want) || errors.Is(err, diag.ErrOutcome) != errors.Is(want, diag.ErrOutcome) {
				t.Errorf("%v, want %v", err, want)
			}
			s.Heal()
			if n := calls(s, "POST /compute"); how != twin.Hang && n != 1 {
				t.Errorf("%d calls, want 1", n)
			}
		})
	}
}

// An answer that is lost is not an act that was not done.
func TestLostAnswerWasDone(t *testing.T) {
	s := start(t, nil)
	id, a := idOf(t, s, "db"), actor(t, s, "ann")
	fail(t, s, "action", twin.Lost)
	if err := a.Act(t.Context(), id, diag.Start); !errors.Is(err, diag.ErrOutcome) {
		t.Fatal(err)
	}
	s.Heal()
	if i, err := a.Look(t.Context(), id); err != nil || i.Status != "ACTIVE" {
		t.Errorf("%+v, %v: the twin was to start it", i, err)
	}
}

// Where nothing was sent the error says so, and not that nobody knows.
func TestNothingWasSent(t *testing.T) {
	s := start(t, nil)
	id := idOf(t, s, "web-1")
	fail(t, s, "/identity/v3/auth/tokens", "503")
	if err := actor(t, s, "ann").Act(t.Context(), id, diag.Start); !errors.Is(err, diag.ErrUnreachable) || errors.Is(err, diag.ErrOutcome) {
		t.Errorf("no login: %v", err)
	}
	s.Heal()
	a := actor(t, s, "ann", func(o *cloud.Options) { o.RoundTripper = &http.Transport{DisableKeepAlives: true} })
	if _, err := a.Look(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := a.Act(t.Context(), id, diag.Start); !errors.Is(err, diag.ErrUnreachable) || errors.Is(err, diag.ErrOutcome) {
		t.Errorf("no connection: %v", err)
	}
}

func TestWhoMayNotAct(t *testing.T) {
	s := start(t, nil)
	for user, want := range map[string]error{"rea": diag.ErrRefused, "oth": diag.ErrGone, "ann-few": diag.ErrRefused} {
		if err := actor(t, s, user).Act(t.Context(), idOf(t, s, "web-1"), diag.HardReboot); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", user, err, want)
		}
	}
	if err := actor(t, s, "ann").Act(t.Context(), idOf(t, s, "locked"), diag.HardReboot); !errors.Is(err, diag.ErrConflict) {
		t.Errorf("a locked instance: %v", err)
	}
	if err := actor(t, s, "ann").Act(t.Context(), idOf(t, s, "web-1"), "delete"); !errors.Is(err, diag.ErrRefused) {
		t.Errorf("an action that does not exist: %v", err)
	}
}

func TestLookAndConsoleOfAnActor(t *testing.T) {
	s := start(t, nil)
	a := actor(t, s, "ann")
	if text, err := a.Console(t.Context(), idOf(t, s, "web-1")); err != nil || text != "one\ntwo\nthree\n" {
		t.Errorf("%q, %v", text, err)
	}
	var gap *diag.Gap
	if _, err := a.Console(t.Context(), idOf(t, s, "broken")); !errors.As(err, &gap) || gap.Why != diag.GapNotFound {
		t.Errorf("an instance on no host: %v", err)
	}
	for _, id := range []string{"0e000000-0000-4000-8000-00000000dead", "../flavors", "nobody"} {
		if i, err := a.Look(t.Context(), id); !errors.Is(err, diag.ErrGone) {
			t.Errorf("%s: %+v, %v", id, i, err)
		}
	}
	if !slices.Equal(acts(s), []string{"os-getConsoleOutput", "os-getConsoleOutput"}) {
		t.Errorf("asked for %v", acts(s))
	}
}
