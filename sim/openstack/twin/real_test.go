package twin_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gophercloud/gophercloud/v2"

	"sshhelp/sim/openstack/twin"
)

// TestAnswersHaveTheShapeOfRealOnes compares keys and types with answers that
// were recorded from a real cloud of the Zed release (testdata/real).
func TestAnswersHaveTheShapeOfRealOnes(t *testing.T) {
	s := start(t, twin.Options{})
	who := map[string]*gophercloud.ProviderClient{}
	for _, name := range []string{"ann", "adm"} {
		who[name] = login(t, s, name)
	}
	compute, network := s.URL()+"/compute/v2.1", s.URL()+"/network/v2.0"
	for _, c := range []struct{ file, user, url, microversion string }{
		{"server-member-2.1", "ann", compute + "/servers/" + id("web-1"), "2.1"},
		{"server-member-2.93", "ann", compute + "/servers/" + id("web-1"), "2.93"},
		{"server-admin-2.1", "adm", compute + "/servers/" + id("web-1"), "2.1"},
		{"server-admin-2.93", "adm", compute + "/servers/" + id("web-1"), "2.93"},
		{"error-member-2.93", "ann", compute + "/servers/" + id("broken"), "2.93"},
		{"error-admin-2.93", "adm", compute + "/servers/" + id("broken"), "2.93"},
		{"list-member-2.93", "ann", compute + "/servers/detail?name=^web-1$&limit=1", "2.93"},
		{"list-short-2.1", "ann", compute + "/servers?name=^web-1$&limit=1", "2.1"},
		{"missing-server", "ann", compute + "/servers/00000000-0000-0000-0000-000000000000", ""},
		{"keypair-2.93", "ann", compute + "/os-keypairs/key", "2.93"},
		{"keypair-2.1", "ann", compute + "/os-keypairs/key", "2.1"},
		{"flavors-2.93", "ann", compute + "/flavors/detail", "2.93"},
		{"flavors-2.1", "ann", compute + "/flavors/detail", "2.1"},
		{"interfaces-2.93", "ann", compute + "/servers/" + id("web-1") + "/os-interface", "2.93"},
		{"server-groups-2.93", "ann", compute + "/servers/" + id("web-1") + "/os-security-groups", "2.93"},
		{"nova-versions", "ann", s.URL() + "/compute/", ""},
		{"nova-version", "ann", compute, ""},
		{"ports-member", "ann", network + "/ports?device_id=" + id("web-1"), ""},
		{"ports-admin", "adm", network + "/ports?device_id=" + id("web-1"), ""},
		{"ports-page", "ann", network + "/ports?limit=1&fields=id", ""},
		{"floatingips", "ann", network + "/floatingips?floating_ip_address=127.30.0.10", ""},
		{"routers-member", "ann", network + "/routers?name=router", ""},
		{"routers-admin", "adm", network + "/routers?name=router", ""},
		{"networks-member", "ann", network + "/networks?name=net", ""},
		{"networks-admin", "adm", network + "/networks?name=net", ""},
		{"network-external-member", "ann", network + "/networks?router:external=True", ""},
		{"subnets", "ann", network + "/subnets?cidr=127.20.0.0/24", ""},
		{"security-groups", "ann", network + "/security-groups?name=ssh", ""},
		{"security-group-rules", "ann", network + "/security-group-rules?remote_ip_prefix=198.51.100.0/24", ""},
		{"address-groups", "ann", network + "/address-groups", ""},
		{"missing-port", "ann", network + "/ports/00000000-0000-0000-0000-000000000000", ""},
		{"image", "ann", s.URL() + "/image/v2/images?name=Debian+12", ""},
	} {
		t.Run(c.file, func(t *testing.T) {
			got, _ := get(t, who[c.user], c.url, c.microversion)
			if c.file == "image" {
				got, _ = dig(got, "images", 0).(map[string]any)
			}
			compareShapes(t, c.file, got)
		})
	}
}

func TestTokenHasTheShapeOfARealOne(t *testing.T) {
	s := start(t, twin.Options{})
	p := login(t, s, "ann")
	resp, err := p.Request(t.Context(), "GET", s.URL()+"/identity/v3/auth/tokens", &gophercloud.RequestOpts{
		MoreHeaders: map[string]string{"X-Subject-Token": p.Token()}, KeepResponseBody: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	compareShapes(t, "token", decodeFrom(t, resp.Body))
}

// mayDiffer are parts that a cloud may or may not have.
var mayDiffer = []string{
	".ports[].binding:vif_details.", // differs with the network driver
	".owner_specified.",             // put there by the client that uploaded it
	".os_",                          // an image's properties
	".server.addresses.*[].",        // the recorded one has IPv6 too
}

func compareShapes(t *testing.T, file string, got map[string]any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "real", file+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var want any
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	real, ours := map[string]string{}, map[string]string{}
	shape(want, "", real)
	shape(got, "", ours)
	for _, path := range slices.Sorted(maps.Keys(real)) {
		if kind, there := ours[path]; !there && !allowed(path) {
			t.Errorf("%s is missing", path)
		} else if there && kind != real[path] && kind != "null" && real[path] != "null" {
			t.Errorf("%s is %s, want %s", path, kind, real[path])
		}
	}
	for _, path := range slices.Sorted(maps.Keys(ours)) {
		if _, there := real[path]; !there && !allowed(path) {
			t.Errorf("%s is not in the real answer", path)
		}
	}
}

func allowed(path string) bool {
	return slices.ContainsFunc(mayDiffer, func(part string) bool { return strings.HasPrefix(path, part) })
}

// shape notes the path and type of everything in v. The keys of addresses are
// names, so they are one.
func shape(v any, path string, into map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if strings.HasSuffix(path, ".addresses") {
				key = "*"
			}
			shape(value, path+"."+key, into)
		}
	case []any:
		into[path] = "list"
		for _, item := range v {
			shape(item, path+"[]", into)
		}
	case nil:
		if into[path] == "" {
			into[path] = "null"
		}
	default:
		into[path] = fmt.Sprintf("%T", v)
	}
}
