package cloud_test

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sshhelp/cloud"
	"sshhelp/diag"
	"sshhelp/sim/scenario"
)

func TestFindByEveryKindOfQuery(t *testing.T) {
	s := start(t, nil)
	c := open(t, s, "ann")
	web := find(t, c, "web-1")
	for _, tt := range []struct{ query, want string }{
		{"web-10", "web-10"},
		{"  web-10 ", "web-10"},
		{web.ID, "web-1"},
		{strings.ToUpper(web.ID), "web-1"},
		{strings.ReplaceAll(web.ID, "-", ""), "web-1"},
		{web.ID[:8], "web-1"},
		{web.ID[:13], "web-1"},
		{web.ID[:30], "web-1"},
		{"127.30.0.10", "web-1"},
		{"127.20.0.100", "web-10"},
		{"fd00::5", "both"},
		{"fd00:0:0:0:0:0:0:5", "both"},
		{"[fd00::5]", "both"},
		{"::ffff:127.20.0.100", "web-10"},
		{`a.*(b|c)[x]{2}^$+?\d`, `a.*(b|c)[x]{2}^$+?\d`},
		{"name with spaces", "name with spaces"},
		{"サーバー1", "サーバー1"},
		{"<!channel>", "<!channel>"},
		{`it's "quoted"; DROP`, `it's "quoted"; DROP`},
		{"UPPER.example.org", "UPPER.example.org"},
	} {
		got, err := c.Find(t.Context(), tt.query)
		if err != nil {
			t.Errorf("find %q: %v", tt.query, err)
			continue
		}
		if len(got.Matches) != 1 || got.Matches[0].Name != tt.want || got.Query != tt.query {
			t.Errorf("find %q = %+v, want %s", tt.query, got, tt.want)
		}
	}
}

func TestFindNothing(t *testing.T) {
	c := open(t, start(t, nil), "ann")
	for _, query := range []string{
		"", "   ", "nonesuch", "127.20.0.1", "127.30.0.250", "fd00::6", "theirs", "127.21.9.9", "^web-1$", "web-.*", "127.20.0.",
		"00000000-0000-4000-8000-000000000000", "0000000", strings.Repeat("x", 5000), "%00\x00", "...", "-1",
	} {
		got, err := c.Find(t.Context(), query)
		if err != nil {
			t.Errorf("find %.40q: %v", query, err)
			continue
		}
		if len(got.Matches) != 0 || got.Matches == nil || got.Deleted != nil {
			t.Errorf("find %.40q = %+v, want none", query, got)
		}
		if diff := cmp.Diff([]string{"cloud ann, project demo"}, got.Where); diff != "" {
			t.Errorf("find %.40q: Where (-want +got):\n%s", query, diff)
		}
	}
}

func TestFindSeveral(t *testing.T) {
	s := start(t, nil)
	for _, query := range []string{"twins", "ab000000"} {
		got, err := open(t, s, "ann").Find(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Matches) != 2 || got.Matches[0].Status != "ACTIVE" || len(got.Matches[0].Addresses) == 0 || got.Matches[0].Project == "" {
			t.Errorf("find %q = %+v, want both twins with what tells them apart", query, got.Matches)
		}
	}
	if got := find(t, open(t, s, "ann"), "ab000000-0000-4000-8000-000000000002"); got.Name != "twins" {
		t.Errorf("by ID: %+v", got)
	}
	got, err := open(t, s, "adm").Find(t.Context(), "web-1")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Matches) != 2 || got.Matches[0].Project == got.Matches[1].Project || got.Where[0] != "cloud adm, all projects" {
		t.Errorf("an administrator finds %+v, want one of each project", got)
	}
}

func TestFindNear(t *testing.T) {
	c := open(t, start(t, nil), "ann")
	for query, want := range map[string][]string{
		"web1": {"web-1"}, "WEB_10": {"web-10", "web-1"}, "jump": {"jumphost", "behind-jump"}, "wbe-1": {"web-1"},
		"upper.example.org": {"UPPER.example.org"}, "サーバー": {"サーバー1"}, "zzz": nil,
	} {
		got, err := c.Find(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.Near); diff != "" {
			t.Errorf("near %q (-want +got):\n%s", query, diff)
		}
	}
}

func TestNamesOfOtherProjectsAreNotTold(t *testing.T) {
	got, err := open(t, start(t, nil), "adm").Find(t.Context(), "their")
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(got.Near, "theirs") {
		t.Errorf("near names %q tell of another project", got.Near)
	}
}

func TestFindDeleted(t *testing.T) {
	const id = "0e000000-0000-4000-8000-00000000dead"
	gone := answering(map[string]string{"/servers/" + id + "/os-instance-actions": `{"instanceActions": [
		{"action": "delete", "instance_uuid": "` + id + `", "start_time": "2026-11-21T15:29:25.000000", "message": null},
		{"action": "create", "instance_uuid": "` + id + `", "start_time": "2026-11-21T15:29:16.000000", "message": null}]}`})
	got, err := open(t, start(t, nil), "ann", gone).Find(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	want := &diag.Deleted{ID: id, At: time.Date(2026, 11, 21, 15, 29, 25, 0, time.UTC)}
	if diff := cmp.Diff(want, got.Deleted); diff != "" || len(got.Matches) != 0 {
		t.Errorf("find a deleted instance = %+v (-want +got):\n%s", got, diff)
	}
	old := start(t, func(c *scenario.Cloud) { c.Microversion = "2.1" })
	got, err = open(t, old, "ann", gone).Find(t.Context(), id)
	if err != nil || got.Deleted != nil || len(got.Matches) != 0 {
		t.Errorf("with Nova 2.1: %+v, %v; want nothing", got, err)
	}
}

func TestFindThroughPages(t *testing.T) {
	s := start(t, func(c *scenario.Cloud) { c.PageLimit = 2 })
	c := open(t, s, "ann")
	web := find(t, c, "web-1")
	if got := find(t, c, web.ID[:9]); got.Name != "web-1" {
		t.Errorf("by the beginning of the ID: %+v", got)
	}
	got, err := c.Find(t.Context(), "jumphos")
	if err != nil || !slices.Contains(got.Near, "jumphost") {
		t.Errorf("near: %+v, %v", got, err)
	}
	if n := calls(s, "marker="); n < 10 {
		t.Errorf("%d next pages were asked for, want them all", n)
	}
}

func TestFindByDNSName(t *testing.T) {
	s := start(t, nil)
	var asked []string
	dns := func(o *cloud.Options) {
		o.LookupNetIP = func(_ context.Context, _, host string) ([]netip.Addr, error) {
			asked = append(asked, host)
			switch host {
			case "www.example.org":
				return []netip.Addr{netip.MustParseAddr("::ffff:127.30.0.10"), netip.MustParseAddr("fd00::99")}, nil
			case "elsewhere.example.org":
				return []netip.Addr{netip.MustParseAddr("127.0.0.9")}, nil
			}
			return nil, errors.New("no such host")
		}
	}
	c := open(t, s, "ann", dns)
	if got := find(t, c, "www.example.org"); got.Name != "web-1" {
		t.Errorf("found %+v", got)
	}
	for _, query := range []string{"elsewhere.example.org", "none.example.org"} {
		if got, err := c.Find(t.Context(), query); err != nil || len(got.Matches) != 0 {
			t.Errorf("find %s: %+v, %v", query, got, err)
		}
	}
	want := slices.Clone(asked)
	find(t, c, "UPPER.example.org")
	for _, query := range []string{"nodot", "127.0.0.300 ", "a b.c", "-x.example.org", "<a.b>"} {
		if _, err := c.Find(t.Context(), query); err != nil {
			t.Error(err)
		}
	}
	want = append(want, "127.0.0.300")
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("asked of DNS, though an instance has the name or nothing can (-want +got):\n%s", diff)
	}
}

// With Neutron down Nova cannot show servers in detail, and lists none for an
// address: neither may be taken for an instance that does not exist.
func TestFindWithNeutronDown(t *testing.T) {
	s := start(t, nil)
	c := open(t, s, "ann", answering(map[string]string{
		"/ips": `{"addresses": {"net": [{"version": 4, "addr": "127.20.0.3"}]}}`,
	}))
	web := find(t, c, "db")
	fail(t, s, "/network/*/*", "503")
	fail(t, s, "/compute/v2.1/servers/detail", "500")
	fail(t, s, "/compute/v2.1/servers/"+web.ID, "500")
	for _, query := range []string{"db", web.ID} {
		got := find(t, c, query)
		if got.ID != web.ID || got.Name != "db" || got.Status != "SHUTOFF" || len(got.Addresses) != len(web.Addresses) {
			t.Errorf("find %s with Neutron down = %+v, want at least its status and addresses", query, got)
		}
	}
	for _, query := range []string{"127.30.0.10", "127.20.0.10", "fd00::5"} {
		if got, err := c.Find(t.Context(), query); !errors.Is(err, diag.ErrUnreachable) {
			t.Errorf("find %s with Neutron down: %+v, %v; want %v", query, got, err, diag.ErrUnreachable)
		}
	}
	s.Heal()
	fail(t, s, "/network/*/*", "503") // and Nova, asked for an address, says that there is none
	for _, query := range []string{"127.30.0.99", "fd00::99"} {
		if got, err := c.Find(t.Context(), query); !errors.Is(err, diag.ErrUnreachable) {
			t.Errorf("find %s with Neutron down: %+v, %v; want %v", query, got, err, diag.ErrUnreachable)
		}
	}
}

func TestFindWithNovaDown(t *testing.T) {
	for _, how := range []string{"500", "502", "503", "reset"} {
		s := start(t, nil)
		c := open(t, s, "ann")
		fail(t, s, "/compute/*", how)
		fail(t, s, "/compute/v2.1/*", how)
		fail(t, s, "/compute/v2.1/*/*", how)
		fail(t, s, "/compute/v2.1/*/*/*", how)
		for _, query := range []string{"web-1", "ab000000", "ab000000-0000-4000-8000-000000000002", "127.20.0.10"} {
			got, err := c.Find(t.Context(), query)
			if !errors.Is(err, diag.ErrUnreachable) {
				t.Errorf("Nova %s: find %s: %+v, %v; want %v", how, query, got, err, diag.ErrUnreachable)
			}
			if err != nil && (strings.Contains(err.Error(), "http://") || strings.Contains(err.Error(), "{")) {
				t.Errorf("the error holds what the API said: %v", err)
			}
		}
	}
}

func fail(t *testing.T, s interface {
	Fail(method, pattern, how string, count int) error
}, pattern, how string,
) {
	t.Helper()
	if err := s.Fail("", pattern, how, 0); err != nil {
		t.Fatal(err)
	}
}

// The chain of a search is short: log in, version, find.
func TestFindAsksLittle(t *testing.T) {
	s := start(t, nil)
	c := open(t, s, "ann")
	find(t, c, "web-1")
	if n := len(s.Calls()); n != 3 {
		t.Errorf("the first search took %d calls, want 3: %+v", n, s.Calls())
	}
	s.ForgetCalls()
	find(t, c, "web-10")
	if n := len(s.Calls()); n != 1 {
		t.Errorf("the next one took %d calls, want 1: %+v", n, s.Calls())
	}
	s.ForgetCalls()
	find(t, c, "127.30.0.10")
	if n := len(s.Calls()); n != 3 {
		t.Errorf("by a floating IP it took %d calls, want 3: %+v", n, s.Calls())
	}
}

func TestFaultThatTheListLacks(t *testing.T) {
	s := start(t, nil)
	id := find(t, open(t, s, "ann"), "broken").ID
	c := open(t, s, "ann", answering(map[string]string{
		"/servers/detail": `{"servers": [{"id": "` + id + `", "name": "broken", "status": "ERROR"}]}`,
	}))
	if i := find(t, c, "broken"); i.Fault == nil || i.Fault.Message != "no host" {
		t.Errorf("found %+v, want the fault that only the server itself shows", i)
	}
}
