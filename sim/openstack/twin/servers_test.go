package twin_test

import (
	"net/url"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"

	"sshhelp/sim/openstack/twin"
	"sshhelp/sim/scenario"
)

func TestServersAreListedInPages(t *testing.T) {
	c, err := scenario.Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	c.PageLimit = 2
	s := run(t, c, twin.Options{})
	pages, err := servers.List(compute(t, login(t, s, "ann"), ""), servers.ListOpts{}).AllPages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list, err := servers.ExtractServers(pages)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, v := range list {
		names = append(names, v.Name)
	}
	want := []string{"web-1", "web-10", "db", "broken", "volume", "six", "locked"} // newest first
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	if n := count(s, "GET", "/servers/detail"); n != 4 {
		t.Errorf("%d pages, want 4", n)
	}
}

// TestServerFilters holds what surprises clients: regular expressions, parts
// of addresses, filters that are passed over in silence.
func TestServerFilters(t *testing.T) {
	s := start(t, twin.Options{})
	all := []string{"web-1", "web-10", "db", "broken", "volume", "six", "locked"}
	for _, c := range []struct {
		query, user, version string
		status               int
		want                 []string
	}{
		{"name=web-1", "ann", "2.1", 200, []string{"web-1", "web-10"}},
		{"name=^web-1$", "ann", "2.1", 200, []string{"web-1"}},
		{"name=WEB", "ann", "2.1", 200, []string{"web-1", "web-10"}},
		{"name=(", "ann", "2.1", 400, nil},
		{"name=", "ann", "2.1", 400, nil},
		{"ip=127.20.0.10", "ann", "2.1", 200, []string{"web-1", "web-10", "db", "volume", "locked"}},
		{`ip=127\.20\.0\.100`, "ann", "2.1", 200, []string{"web-10"}},
		{"ip=^127.20.0.100$", "ann", "2.1", 200, nil},
		{"ip=127.30.0.10", "ann", "2.1", 200, nil}, // a floating IP
		{"ip6=fd00", "ann", "2.5", 200, []string{"six"}},
		{"ip6=fd00", "ann", "2.1", 200, all}, // members only from 2.5 on
		{"status=SHUTOFF", "ann", "2.1", 200, []string{"db"}},
		{"status=shutoff&status=error", "ann", "2.1", 200, []string{"db", "broken"}},
		{"status=nonsense", "ann", "2.1", 400, nil},
		{"status=deleted", "ann", "2.1", 403, nil},
		{"deleted=true", "ann", "2.1", 200, all},
		{"deleted=true", "adm", "2.1", 200, []string{"gone"}},
		{"status=DELETED", "adm", "2.1", 200, []string{"gone"}},
		{"all_tenants=1", "ann", "2.1", 403, nil},
		{"all_tenants=1&name=theirs", "adm", "2.1", 200, []string{"theirs"}},
		{"nonsense=1", "ann", "2.74", 200, all},
		{"nonsense=1", "ann", "2.75", 400, nil},
		{"marker=x", "ann", "2.1", 400, nil},
		{"limit=x", "ann", "2.1", 400, nil},
		{"limit=0", "ann", "2.1", 200, nil},
		{"vm_state=stopped", "ann", "2.82", 200, all},
		{"vm_state=stopped", "ann", "2.83", 200, []string{"db"}},
	} {
		t.Run(c.user+" "+c.version+" "+c.query, func(t *testing.T) {
			query, err := url.ParseQuery(c.query)
			if err != nil {
				t.Fatal(err)
			}
			body, status := get(t, login(t, s, c.user), s.URL()+"/compute/v2.1/servers?"+query.Encode(), c.version)
			if status != c.status {
				t.Fatalf("status %d, want %d: %v", status, c.status, body)
			}
			var names []string
			list, _ := body["servers"].([]any)
			for i := range list {
				names = append(names, dig(list, i, "name").(string))
			}
			if diff := cmp.Diff(c.want, names); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhoSeesWhichServer(t *testing.T) {
	s := start(t, twin.Options{})
	for _, c := range []struct {
		user, server string
		status       int
	}{
		{"ann", "web-1", 200},
		{"rea", "web-1", 200},
		{"adm", "theirs", 200},
		{"oth", "theirs", 200},
		{"ann", "theirs", 404},
		{"oth", "web-1", 404},
		{"ann", "gone", 404},
		{"adm", "gone", 404},
	} {
		if _, status := get(t, login(t, s, c.user), s.URL()+"/compute/v2.1/servers/"+id(c.server), ""); status != c.status {
			t.Errorf("%s asks for %s: status %d, want %d", c.user, c.server, status, c.status)
		}
	}
}

func TestServerByMicroversion(t *testing.T) {
	s := start(t, twin.Options{})
	type has map[string]bool
	for _, c := range []struct {
		user, server, version string
		want                  has
	}{
		{"ann", "web-1", "2.1", has{"locked": false, "host_status": false, "OS-EXT-SRV-ATTR:host": false, "fault": false}},
		{"ann", "web-1", "2.93", has{"locked": true, "host_status": false, "locked_reason": true}},
		{"adm", "web-1", "2.15", has{"locked": true, "host_status": false, "OS-EXT-SRV-ATTR:host": true}},
		{"adm", "web-1", "2.16", has{"host_status": true}},
		{"adm", "web-1", "latest", has{"host_status": true, "locked_reason": true}},
		{"ann", "broken", "2.1", has{"fault": true, "progress": false, "security_groups": false}},
		{"ann", "web-1", "2.8", has{"locked": false, "progress": true, "security_groups": true}},
	} {
		body, status := get(t, login(t, s, c.user), s.URL()+"/compute/v2.1/servers/"+id(c.server), c.version)
		for key, want := range c.want {
			if _, got := body["server"].(map[string]any)[key]; got != want || status != 200 {
				t.Errorf("%s %s in %s: %s is there: %v, want %v (status %d)", c.user, c.server, c.version, key, got, want, status)
			}
		}
	}
}

// TestFaultGoesWithTheError: the cloud remembers it, but shows it no longer.
func TestFaultGoesWithTheError(t *testing.T) {
	s := start(t, twin.Options{})
	if err := s.SetStatus("broken", "ACTIVE"); err != nil {
		t.Fatal(err)
	}
	body, _ := get(t, login(t, s, "adm"), s.URL()+"/compute/v2.1/servers/"+id("broken"), "")
	if fault := dig(body, "server", "fault"); fault != nil {
		t.Errorf("an active server has the fault %v", fault)
	}
}

func TestMicroversionsThatCannotBeHad(t *testing.T) {
	s := start(t, twin.Options{})
	p := login(t, s, "ann")
	for version, want := range map[string]int{
		"2.1": 200, "2.93": 200, "latest": 200, "2.94": 406, "3.1": 406, "2.0": 406, "nonsense": 400, "2": 400,
	} {
		if _, status := get(t, p, s.URL()+"/compute/v2.1/servers", version); status != want {
			t.Errorf("version %s: status %d, want %d", version, status, want)
		}
	}
}

func TestServerWords(t *testing.T) {
	s := start(t, twin.Options{})
	c := compute(t, login(t, s, "adm"), "2.93")
	for name, check := range map[string]func(*servers.Server) bool{
		"volume": func(v *servers.Server) bool { return len(v.Image) == 0 && len(v.AttachedVolumes) == 1 },
		"broken": func(v *servers.Server) bool {
			return v.Fault.Message == "no host" && v.Fault.Details == "trace" && v.PowerState.String() == "NOSTATE" && v.HypervisorHostname == ""
		},
		"db":     func(v *servers.Server) bool { return v.VmState == "stopped" && v.Image["id"] != nil },
		"locked": func(v *servers.Server) bool { return *v.Locked },
		"web-1": func(v *servers.Server) bool {
			list, _ := v.Addresses["net"].([]any)
			return len(list) == 2 && dig(list, 0, "OS-EXT-IPS:type") == "fixed" && dig(list, 1, "addr") == "127.30.0.10" &&
				v.KeyName == "key" && v.Flavor["original_name"] == "m1.small"
		},
	} {
		v, err := servers.Get(t.Context(), c, id(name)).Extract()
		if err != nil {
			t.Fatal(err)
		}
		if !check(v) {
			t.Errorf("%s is not as in the scenario: %+v", name, v)
		}
	}
}

// TestEveryServerOfTheLab reads each server as a client would and compares it
// with the scenario.
func TestEveryServerOfTheLab(t *testing.T) {
	cloud, err := scenario.Lab()
	if err != nil {
		t.Fatal(err)
	}
	s := run(t, cloud, twin.Options{})
	c := compute(t, login(t, s, "demo-admin"), "2.93")
	for i := range cloud.Servers {
		want := &cloud.Servers[i]
		got, err := servers.Get(t.Context(), c, want.ID).Extract()
		if want.Status == "DELETED" {
			if statusOf(err) != 404 {
				t.Errorf("%s: got %v, want 404", want.Name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", want.Name, err)
			continue
		}
		var groups []string
		for _, g := range got.SecurityGroups {
			groups = append(groups, g["name"].(string))
		}
		if got.Name != want.Name || got.Status != want.Status || got.KeyName != *want.KeyName ||
			len(want.Ports) > 0 && *want.Ports[0].PortSecurity && !slices.Equal(groups, want.SecurityGroups) {
			t.Errorf("%s: got %s %s key %q groups %v", want.Name, got.Name, got.Status, got.KeyName, groups)
		}
	}
}
