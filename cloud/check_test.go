package cloud_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sshhelp/cloud"
	"sshhelp/diag"
	"sshhelp/sim/scenario"
)

// marks runs the self-test and returns its marks by what was tested. Each line
// that is not well must say something.
func marks(t *testing.T, c *cloud.Cloud) map[string]diag.CheckState {
	t.Helper()
	got := map[string]diag.CheckState{}
	for _, check := range c.Check(t.Context()) {
		what, ok := strings.CutPrefix(check.What, "OpenStack "+c.Name()+": ")
		if !ok || check.Text == "" || check.Mark == diag.CheckFailed && check.Fix == "" || strings.ContainsAny(check.Text, "{}") {
			t.Errorf("line %+v", check)
		}
		got[what] = check.Mark
	}
	return got
}

func TestCheck(t *testing.T) {
	const ok, limited, failed, unknown = diag.CheckOK, diag.CheckLimited, diag.CheckFailed, diag.CheckUnknown
	all := func(change ...any) map[string]diag.CheckState {
		want := map[string]diag.CheckState{
			"authentication": ok, "project": ok, "catalogue": ok, "microversion": ok, "instances": ok, "console log": ok,
			"host status": limited, "ports": ok, "security groups": ok, "floating IPs": ok,
		}
		for i := 0; i < len(change); i += 2 {
			want[change[i].(string)] = change[i+1].(diag.CheckState)
		}
		return want
	}
	s := start(t, nil)
	for user, want := range map[string]map[string]diag.CheckState{
		"ann":     all(),
		"rea":     all("console log", limited),
		"adm":     all("host status", ok),
		"ann-few": all("console log", limited, "ports", failed, "security groups", failed, "floating IPs", failed),
	} {
		if diff := cmp.Diff(want, marks(t, open(t, s, user))); diff != "" {
			t.Errorf("check as %s (-want +got):\n%s", user, diff)
		}
	}
	old := start(t, func(c *scenario.Cloud) { c.Microversion, c.Servers = "2.1", nil })
	want := all("microversion", limited, "console log", unknown, "host status", unknown)
	if diff := cmp.Diff(want, marks(t, open(t, old, "ann"))); diff != "" {
		t.Errorf("check of an old and empty cloud (-want +got):\n%s", diff)
	}
}

func TestCheckOfABrokenCloud(t *testing.T) {
	s := start(t, nil)
	c := open(t, s, "ann")
	fail(t, s, "/network/*/*", "503")
	fail(t, s, "/compute/*/*/*", "500")
	got := marks(t, c)
	for _, what := range []string{"instances", "ports", "security groups", "floating IPs"} {
		if got[what] != diag.CheckUnknown {
			t.Errorf("%s: %s, want %s", what, got[what], diag.CheckUnknown)
		}
	}
	s.Heal()
	fail(t, s, "/identity/v3/auth/tokens", "401")
	if diff := cmp.Diff(map[string]diag.CheckState{"authentication": diag.CheckFailed}, marks(t, open(t, s, "ann"))); diff != "" {
		t.Errorf("check with a wrong password (-want +got):\n%s", diff)
	}
}

func TestCheckWhereTheConsoleIsMissing(t *testing.T) {
	s := start(t, nil)
	c := open(t, s, "ann")
	fail(t, s, "/compute/v2.1/servers/*/action", "404")
	if got := marks(t, c)["console log"]; got != diag.CheckOK {
		t.Errorf("console log: %s, want %s: it may be read", got, diag.CheckOK)
	}
}
