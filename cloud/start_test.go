package cloud_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sshhelp/cloud"
	"sshhelp/diag"
	"sshhelp/sim/openstack/twin"
	"sshhelp/sim/scenario"
)

// small is a cloud in which each thing is there once or twice.
const small = `
projects: [{name: demo}, {name: other}]
users:
  - {name: ann}
  - {name: rea, role: reader}
  - {name: adm, role: admin}
  - {name: oth, project: other}
application_credentials:
  - {name: ann-cred, user: ann}
  - name: ann-few
    user: ann
    access_rules:
      - {service: compute, method: GET, path: "/v2.1/servers"}
      - {service: compute, method: GET, path: "/v2.1/servers/**"}
images:
  - {name: Debian 12, properties: {os_distro: debian, os_admin_user: debian, os_type: linux, empty: ""}}
  - {name: gone, deleted: true}
key_pairs: [{name: key, user: ann}, {name: key2, user: oth}, {name: odd key & more, user: ann}]
networks:
  - {name: net, subnets: [{name: v4, cidr: 127.20.0.0/24}]}
  - {name: dual, subnets: [{name: d4, cidr: 127.21.0.0/24}, {name: d6, cidr: "fd00::/64"}]}
  - {name: alone, subnets: [{name: a4, cidr: 10.9.0.0/24, gateway: none}]}
  - {name: shared, shared: true, project: other, subnets: [{name: s4, cidr: 10.8.0.0/24}]}
  - {name: other-net, project: other, subnets: [{cidr: 127.21.9.0/24}]}
  - {name: ext, external: true, project: other, subnets: [{cidr: 127.30.0.0/24}]}
routers:
  - {name: router, gateway: ext, networks: [net, dual]}
  - {name: other-router, project: other, gateway: ext, networks: [shared]}
address_groups: [{name: office, addresses: [198.51.100.0/24, 192.0.2.7/32]}]
security_groups:
  - name: ssh
    rules:
      - {protocol: tcp, ports: 22, remote_ip_prefix: 198.51.100.0/24}
      - {protocol: tcp, ports: 22, remote_address_group: office}
  - {name: jump, rules: [{protocol: tcp, ports: 20-25, remote_group: bastions}, {protocol: tcp, ports: 80, remote_group: ssh}]}
  - {name: bastions, no_egress: true}
  - {name: foreign, project: other, rules: [{}]}
defaults: {key_name: key, network: net, security_groups: [ssh]}
servers:
  - {name: web-1, created: 1h, floating_ip: 127.30.0.10, ports: [{fixed_ips: [127.20.0.10]}], console: "one\ntwo\nthree\n", metadata: {role: web}}
  - {name: web-10, created: 2h, ports: [{fixed_ips: [127.20.0.100], status: DOWN, vif_type: binding_failed}]}
  - {name: db, status: SHUTOFF, image: gone}
  - {name: broken, status: ERROR, fault: {message: no host, details: trace}, host: "", ports: []}
  - {name: volume, image: "", volume_image_metadata: {image_name: Debian 12, os_distro: debian}}
  - {name: both, ports: [{network: dual, fixed_ips: [127.21.0.5, "fd00::5"]}, {network: net, fixed_ips: [127.20.0.5]}]}
  - {name: isolated, ports: [{network: alone}]}
  - {name: on-shared, ports: [{network: shared}]}
  - {name: behind-jump, security_groups: [jump]}
  - {name: jumphost, security_groups: [bastions], ports: [{fixed_ips: [127.20.0.77], allowed_address_pairs: [{ip_address: 127.20.0.99}]}]}
  - {name: open, ports: [{port_security: false, security_groups: []}]}
  - {name: locked, locked: true, key_name: odd key & more}
  - {name: nokey, key_name: ""}
  - {name: down, host_status: DOWN}
  - {name: gone, status: DELETED, id: 0e000000-0000-4000-8000-00000000dead}
  - {name: twins, id: ab000000-0000-4000-8000-000000000001}
  - {name: twins, id: ab000000-0000-4000-8000-000000000002}
  - {name: "a.*(b|c)[x]{2}^$+?\\d", ports: []}
  - {name: name with spaces, ports: []}
  - {name: サーバー1, ports: []}
  - {name: <!channel>, ports: []}
  - {name: "it's \"quoted\"; DROP", ports: []}
  - {name: UPPER.example.org, ports: []}
  - {name: 127.20.0.10, ports: []}
  - {name: theirs, project: other, user: oth, key_name: key2, ports: [{network: other-net, fixed_ips: [127.21.9.9]}], security_groups: [foreign]}
  - {name: web-1, project: other, user: oth, key_name: key2, ports: [], security_groups: []}
`

// start runs the small cloud until the test ends; change may alter it first.
func start(t *testing.T, change func(*scenario.Cloud)) *twin.Server {
	t.Helper()
	c, err := scenario.Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(c)
	}
	s, err := twin.New(c, twin.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// environ makes a Getenv of pairs; nothing else is set.
func environ(pairs ...string) func(string) string {
	return func(name string) string {
		for _, pair := range pairs {
			if value, ok := strings.CutPrefix(pair, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

// open opens the twin's cloud as one of its users. DNS knows nothing.
func open(t *testing.T, s *twin.Server, user string, change ...func(*cloud.Options)) *cloud.Cloud {
	t.Helper()
	path, err := s.WriteCloudsYAML(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o := cloud.Options{Name: user, Getenv: environ("OS_CLIENT_CONFIG_FILE=" + path), LookupNetIP: noDNS}
	for _, c := range change {
		c(&o)
	}
	c, err := cloud.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func noDNS(context.Context, string, string) ([]netip.Addr, error) {
	return nil, errors.New("no DNS in tests")
}

// find finds exactly one instance.
func find(t *testing.T, c *cloud.Cloud, query string) *diag.Instance {
	t.Helper()
	s, err := c.Find(t.Context(), query)
	if err != nil {
		t.Fatalf("find %q: %v", query, err)
	}
	if len(s.Matches) != 1 {
		t.Fatalf("find %q: %d matches, want 1: %+v", query, len(s.Matches), s)
	}
	return &s.Matches[0]
}

// known is evidence of an instance, as a source gets it.
func known(i *diag.Instance) *diag.Evidence {
	return &diag.Evidence{Asked: diag.Asked{Query: i.Name, Port: 22}, Instance: i}
}

// read reads a source of an instance that is found by its name.
func read[F diag.Fact](t *testing.T, c *cloud.Cloud, name string, source diag.Source) F {
	t.Helper()
	return readOf[F](t, c, known(find(t, c, name)), source)
}

func readOf[F diag.Fact](t *testing.T, c *cloud.Cloud, e *diag.Evidence, source diag.Source) F {
	t.Helper()
	fact, err := c.Read(t.Context(), e, source)
	if err != nil {
		t.Fatalf("read %s of %s: %v", source, e.Instance.Name, err)
	}
	f, ok := fact.(F)
	if !ok {
		t.Fatalf("read %s of %s: got %T", source, e.Instance.Name, fact)
	}
	return f
}

// gapOf reads a source that must end in a gap.
func gapOf(t *testing.T, ctx context.Context, c *cloud.Cloud, e *diag.Evidence, source diag.Source) *diag.Gap {
	t.Helper()
	fact, err := c.Read(ctx, e, source)
	var gap *diag.Gap
	if !errors.As(err, &gap) {
		t.Fatalf("read %s of %s: got %T, %v; want a gap", source, e.Instance.Name, fact, err)
	}
	if fact != nil || gap.Source != source || gap.Text == "" || strings.ContainsAny(gap.Text, "{}<>%") {
		t.Errorf("read %s of %s: fact %v, gap %+v", source, e.Instance.Name, fact, gap)
	}
	return gap
}

// calls counts what was asked, by a part of method, path and query.
func calls(s *twin.Server, part string) int {
	n := 0
	for _, c := range s.Calls() {
		if strings.Contains(c.Method+" "+c.Path+"?"+c.Query, part) {
			n++
		}
	}
	return n
}

// answering has paths that the twin does not know answered as a real Nova does.
func answering(answers map[string]string) func(*cloud.Options) {
	return func(o *cloud.Options) {
		o.RoundTripper = tripper(func(r *http.Request) (*http.Response, error) {
			for end, body := range answers {
				if strings.HasSuffix(r.URL.Path, end) {
					return &http.Response{
						StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
						Body: io.NopCloser(strings.NewReader(body)), Request: r,
					}, nil
				}
			}
			return http.DefaultTransport.RoundTrip(r)
		})
	}
}

// A tripper is an http.RoundTripper made of a function.
type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// within is a context that ends after d.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}
