package twin_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/config/clouds"

	"sshhelp/sim/openstack/twin"
	"sshhelp/sim/scenario"
)

// small is a cloud in which each thing is there once or twice.
const small = `
users:
  - {name: ann}
  - {name: rea, role: reader}
  - {name: adm, role: admin}
  - {name: oth, project: other}
projects: [{name: demo}, {name: other}]
application_credentials:
  - {name: ann-cred, user: ann}
  - name: ann-few
    user: ann
    access_rules: [{service: compute, method: GET, path: "/v2.1/servers/**"}]
images:
  - {name: Debian 12, properties: {os_distro: debian, os_admin_user: debian}}
  - {name: gone, deleted: true}
key_pairs:
  - {name: key, user: ann}
  - {name: old, user: ann, deleted: true}
  - {name: key2, user: oth}
networks:
  - {name: net, subnets: [{cidr: 127.20.0.0/24}]}
  - {name: net6, subnets: [{cidr: "fd00::/64"}]}
  - {name: other-net, project: other, subnets: [{cidr: 127.21.0.0/24}]}
  - {name: ext, external: true, project: other, subnets: [{cidr: 127.30.0.0/24}]}
routers: [{name: router, gateway: ext, networks: [net]}]
address_groups: [{name: office, addresses: [198.51.100.0/24]}]
security_groups:
  - {name: ssh, rules: [{protocol: tcp, ports: 22, remote_ip_prefix: 198.51.100.0/24}, {protocol: tcp, ports: 22, remote_address_group: office}]}
defaults: {key_name: key, security_groups: [ssh]}
servers:
  - {name: web-1, created: 1h, floating_ip: 127.30.0.10, ports: [{fixed_ips: [127.20.0.10]}], console: "one\ntwo\nthree\n"}
  - {name: web-10, created: 2h, ports: [{fixed_ips: [127.20.0.100], status: DOWN, vif_type: binding_failed}]}
  - {name: db, created: 3h, status: SHUTOFF, image: gone}
  - {name: broken, created: 4h, status: ERROR, fault: {message: no host, details: trace}, host: "", ports: []}
  - {name: volume, created: 5h, image: "", volume_image_metadata: {image_name: Debian 12}}
  - {name: six, created: 6h, ports: [{network: net6}]}
  - {name: locked, created: 7h, locked: true}
  - {name: gone, created: 8h, status: DELETED}
  - {name: theirs, project: other, user: oth, key_name: key2, ports: [{network: other-net}], security_groups: []}
`

// start runs the small cloud until the test ends.
func start(t *testing.T, opts twin.Options) *twin.Server {
	t.Helper()
	c, err := scenario.Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	return run(t, c, opts)
}

func run(t *testing.T, c *scenario.Cloud, opts twin.Options) *twin.Server {
	t.Helper()
	s, err := twin.New(c, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// login authenticates with gophercloud by an entry of the clouds.yaml that the
// twin writes, as a client would.
func login(t *testing.T, s *twin.Server, entry string) *gophercloud.ProviderClient {
	t.Helper()
	p, err := tryLogin(t, s, entry, nil)
	if err != nil {
		t.Fatalf("log in as %s: %v", entry, err)
	}
	return p
}

func tryLogin(t *testing.T, s *twin.Server, entry string, change func(*gophercloud.AuthOptions)) (*gophercloud.ProviderClient, error) {
	t.Helper()
	path, err := s.WriteCloudsYAML(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	auth, _, _, err := clouds.Parse(clouds.WithLocations(path), clouds.WithCloudName(entry))
	if err != nil {
		t.Fatal(err)
	}
	auth.AllowReauth = true
	if change != nil {
		change(&auth)
	}
	return openstack.AuthenticatedClient(t.Context(), auth)
}

func compute(t *testing.T, p *gophercloud.ProviderClient, microversion string) *gophercloud.ServiceClient {
	t.Helper()
	c, err := openstack.NewComputeV2(p, gophercloud.EndpointOpts{Region: "RegionOne"})
	if err != nil {
		t.Fatal(err)
	}
	c.Microversion = microversion
	return c
}

func network(t *testing.T, p *gophercloud.ProviderClient) *gophercloud.ServiceClient {
	t.Helper()
	c, err := openstack.NewNetworkV2(p, gophercloud.EndpointOpts{Region: "RegionOne"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// get asks for a URL with a token of that client and returns what came back,
// decoded, and the status.
func get(t *testing.T, p *gophercloud.ProviderClient, url, microversion string) (map[string]any, int) {
	t.Helper()
	return ask(t, p, http.MethodGet, url, microversion, nil)
}

func ask(t *testing.T, p *gophercloud.ProviderClient, method, url, microversion string, body any) (map[string]any, int) {
	t.Helper()
	opts := &gophercloud.RequestOpts{JSONBody: body, KeepResponseBody: true, OkCodes: []int{200, 202, 300}}
	if microversion != "" {
		opts.MoreHeaders = map[string]string{"X-OpenStack-Nova-API-Version": microversion}
	}
	resp, err := p.Request(t.Context(), method, url, opts)
	if err != nil {
		return decode(t, bodyOf(err)), statusOf(err)
	}
	defer resp.Body.Close()
	return decodeFrom(t, resp.Body), resp.StatusCode
}

// ids are the IDs of the small cloud's servers by name.
func id(name string) string {
	project := "demo"
	if name == "theirs" {
		project = "other"
	}
	return scenario.ID("server", project, name, "1")
}

// count is how often a call was made.
func count(s *twin.Server, method, pathPart string) int {
	n := 0
	for _, c := range s.Calls() {
		if c.Method == method && strings.Contains(c.Path, pathPart) {
			n++
		}
	}
	return n
}
