package twin_test

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/floatingips"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/routers"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/addressgroups"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/groups"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"

	"sshhelp/sim/openstack/twin"
)

// TestFromAddressToServer is the way a client finds who has a floating IP, and
// on to the rules and the router.
func TestFromAddressToServer(t *testing.T) {
	s := start(t, twin.Options{})
	c := network(t, login(t, s, "ann"))
	pages, err := floatingips.List(c, floatingips.ListOpts{FloatingIP: "127.30.0.10"}).AllPages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fips, err := floatingips.ExtractFloatingIPs(pages)
	if err != nil || len(fips) != 1 || fips[0].Status != "ACTIVE" || fips[0].FixedIP != "127.20.0.10" {
		t.Fatalf("floating IP: %+v %v", fips, err)
	}
	port, err := ports.Get(t.Context(), c, fips[0].PortID).Extract()
	if err != nil || port.DeviceID != id("web-1") || len(port.SecurityGroups) != 1 {
		t.Fatalf("port: %+v %v", port, err)
	}
	group, err := groups.Get(t.Context(), c, port.SecurityGroups[0]).Extract()
	if err != nil || len(group.Rules) != 4 { // two of its own, two of egress
		t.Fatalf("group: %+v %v", group, err)
	}
	ag, err := addressgroups.Get(t.Context(), c, group.Rules[1].RemoteAddressGroupID).Extract()
	if err != nil || ag.Addresses[0] != "198.51.100.0/24" {
		t.Errorf("address group: %+v %v", ag, err)
	}
	router, err := routers.Get(t.Context(), c, fips[0].RouterID).Extract()
	if err != nil || router.GatewayInfo.NetworkID == "" || router.Status != "ACTIVE" {
		t.Errorf("router: %+v %v", router, err)
	}
}

func TestListsComeInPages(t *testing.T) {
	s := start(t, twin.Options{})
	c := network(t, login(t, s, "ann"))
	pages, err := ports.List(c, ports.ListOpts{Limit: 2}).AllPages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list, err := ports.ExtractPorts(pages)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, p := range list {
		seen[p.ID] = true
	}
	if len(list) != 7 || len(seen) != 7 { // six servers and the router
		t.Errorf("got %d ports, %d different, want 7", len(list), len(seen))
	}
	if n := count(s, "GET", "/ports"); n != 4 {
		t.Errorf("%d pages, want 4", n)
	}
}

func TestNeutronFilters(t *testing.T) {
	s := start(t, twin.Options{})
	all := []any{"127.20.0.1", "127.20.0.10", "127.20.0.100", "127.20.0.101", "127.20.0.102", "127.20.0.103", "fd00::64"}
	for _, c := range []struct {
		query, user string
		want        []any
	}{
		{"device_id=" + id("web-1"), "ann", all[1:2]},
		{"device_id=" + id("web-1") + "&device_id=" + id("web-10"), "ann", all[1:3]},
		{"device_id=" + id("theirs"), "ann", nil},
		{"fixed_ips=ip_address=127.20.0.10", "ann", all[1:2]},
		{"fixed_ips=ip_address_substr=127.20.0.10", "ann", all[1:6]},
		{"device_owner=network:router_interface", "ann", all[:1]},
		{"device_owner=network:router_gateway", "ann", nil}, // it is nobody's
		{"device_owner=network:router_gateway", "adm", []any{"127.30.0.254"}},
		{"device_owner=network:floatingip", "adm", []any{"127.30.0.10"}},
		{"binding:vif_type=binding_failed", "ann", all[2:3]}, // hidden, and yet filtered by
		{"status=DOWN&device_id=" + id("web-10"), "ann", all[2:3]},
		{"admin_state_up=True", "ann", all},
		{"nonsense=1", "ann", all},
	} {
		t.Run(c.user+" "+c.query, func(t *testing.T) {
			body, status := get(t, login(t, s, c.user), s.URL()+"/network/v2.0/ports?"+escape(t, c.query), "")
			if status != 200 {
				t.Fatalf("status %d: %v", status, body)
			}
			got := map[any]bool{}
			list, _ := body["ports"].([]any)
			for i := range list {
				got[dig(list, i, "fixed_ips", 0, "ip_address")] = true
			}
			want := map[any]bool{}
			for _, a := range c.want {
				want[a] = true
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func escape(t *testing.T, query string) string {
	t.Helper()
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return q.Encode()
}

func TestWhatNeutronHides(t *testing.T) {
	s := start(t, twin.Options{})
	for _, c := range []struct {
		user, path, list, key string
		want                  any
	}{
		{"ann", "ports?device_id=" + id("web-10"), "ports", "binding:vif_type", nil},
		{"adm", "ports?device_id=" + id("web-10"), "ports", "binding:vif_type", "binding_failed"},
		{"ann", "ports?device_id=" + id("web-10"), "ports", "status", "DOWN"},
		{"ann", "networks?name=ext", "networks", "router:external", nil},
		{"ann", "networks?name=net", "networks", "router:external", false},
		{"adm", "networks?name=ext", "networks", "router:external", true},
		{"ann", "networks?router:external=true", "networks", "name", "ext"},
		{"ann", "networks?name=other-net", "networks", "name", nil},
		{"ann", "subnets?cidr=127.30.0.0/24", "subnets", "cidr", nil},
		{"ann", "security-groups?name=ssh&fields=name", "security_groups", "id", nil},
		{"rea", "security-groups?name=ssh&fields=name", "security_groups", "name", "ssh"},
		{"oth", "security-groups?name=ssh", "security_groups", "name", nil},
		{"oth", "floatingips", "floatingips", "id", nil},
	} {
		body, _ := get(t, login(t, s, c.user), s.URL()+"/network/v2.0/"+c.path, "")
		if got := dig(body, c.list, 0, c.key); got != c.want {
			t.Errorf("%s %s: %s is %v, want %v", c.user, c.path, c.key, got, c.want)
		}
	}
}

func TestWhatNeutronRefuses(t *testing.T) {
	s := start(t, twin.Options{})
	p := login(t, s, "ann")
	for path, want := range map[string]int{
		"ports/x": 404, "nonsense": 404, "ports?limit=x": 400, "ports?limit=-1": 400, "ports?admin_state_up=maybe": 400,
		"ports?limit=1&marker=x": 404, "routers?limit=1&marker=x": 200, "subnets?limit=1&marker=x": 200,
	} {
		if _, status := get(t, p, s.URL()+"/network/v2.0/"+path, ""); status != want {
			t.Errorf("%s: status %d, want %d", path, status, want)
		}
	}
}
