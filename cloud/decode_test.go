package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sshhelp/diag"
)

// A down cell gives servers with hardly a field (since 2.69), and clouds with
// plug-ins give fields of their own kind.
func TestOddServers(t *testing.T) {
	for _, tt := range []struct {
		body  string
		check func(*diag.Instance) bool
	}{
		{
			`{"id": "x", "status": "UNKNOWN", "tenant_id": "p", "created": "2026-01-02T03:04:05Z", "links": []}`,
			func(i *diag.Instance) bool {
				return i.Status == "UNKNOWN" && i.Created.Hour() == 3 && i.Addresses != nil
			},
		},
		{
			`{"id": "x", "name": 7, "status": "ACTIVE", "OS-EXT-STS:power_state": "running", "metadata": {"a": "b", "n": 1}, "addresses": []}`,
			func(i *diag.Instance) bool { return i.Name == "" && i.Status == "ACTIVE" && i.Metadata["a"] == "b" },
		},
		{
			`{"id": "x", "image": "", "fault": null, "key_name": null, "flavor": {"id": "3"}, "OS-EXT-STS:task_state": null}`,
			func(i *diag.Instance) bool { return i.ImageID == "" && i.Fault == nil && i.Flavor == "3" },
		},
		{
			`{"id": "x", "image": {"id": "img", "properties": {"os_distro": "debian"}}}`,
			func(i *diag.Instance) bool { return i.ImageID == "img" && i.ImageMeta["os_distro"] == "debian" },
		},
		{
			`{"id": "x", "created": "yesterday", "OS-SRV-USG:launched_at": "2026-01-02T03:04:05.000000"}`,
			func(i *diag.Instance) bool { return i.Created.IsZero() && i.Launched.Minute() == 4 },
		},
		{
			`{"id": "x", "addresses": {"z": [{"addr": "192.0.2.1", "version": 4}, {"addr": "nonsense"}, 7], "a": 3, "b": [{"addr": "::ffff:192.0.2.2"}]}}`,
			func(i *diag.Instance) bool {
				return len(i.Addresses) == 2 && i.Addresses[0].Network == "z" && i.Addresses[1].IP.Is4()
			},
		},
	} {
		var s server
		if err := decode([]byte(tt.body), &s); err != nil {
			t.Errorf("%s: %v", tt.body, err)
			continue
		}
		if i := s.instance("c"); !tt.check(&i) || i.ID != "x" || i.Cloud != "c" {
			t.Errorf("%s became %+v", tt.body, i)
		}
	}
}

func FuzzServer(f *testing.F) {
	for _, seed := range []string{
		`{}`, `null`, `[]`, `{"id":"x","addresses":{"n":[{"addr":"192.0.2.1","OS-EXT-IPS:type":"floating"}]}}`, `{"image":""}`,
		`{"image":{"id":1}}`, `{"created":"2026-01-02T03:04:05Z","fault":{"code":500}}`, `{"addresses":{"a":`, `{"addresses":{"a":[{}],"a":[]}}`,
		`{"OS-EXT-STS:power_state":99999999999999999999}`, `{"metadata":{"a":null}}`, `{"os-extended-volumes:volumes_attached":[{"id":null}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var s server
		if decode(data, &s) != nil {
			if json.Valid(data) {
				t.Errorf("valid JSON was refused: %q", data)
			}
			return
		}
		i := s.instance("c")
		if i.Addresses == nil {
			t.Error("Addresses is nil")
		}
		for _, a := range i.Addresses {
			if !a.IP.IsValid() || a.IP.Is4In6() {
				t.Errorf("address %v", a)
			}
		}
		if _, err := json.Marshal(i); err != nil {
			t.Errorf("the instance cannot be written: %v", err)
		}
	})
}

func FuzzNetwork(f *testing.F) {
	f.Add([]byte(`[{"id":"p","fixed_ips":[{"ip_address":"192.0.2.1"}],"allowed_address_pairs":[{"ip_address":"192.0.2.0/24"}]}]`),
		[]byte(`[{"id":"g","security_group_rules":[{"protocol":6,"port_range_min":null,"remote_ip_prefix":"10.0.0.1"}]}]`))
	f.Fuzz(func(t *testing.T, ports, groups []byte) {
		var p []port
		var g []group
		if decode(ports, &p) == nil {
			for i := range p {
				for _, pair := range p[i].diag().AllowedPairs {
					if !pair.IsValid() {
						t.Errorf("pair %v", pair)
					}
				}
			}
		}
		if decode(groups, &g) == nil {
			for i := range g {
				if d := g[i].diag(); (d.Rules == nil) != (g[i].Rules == nil) {
					t.Error("rules that were shown became nil, or the other way round")
				}
			}
		}
	})
}

func FuzzNearest(f *testing.F) {
	f.Add("web-1", "web-10\nweb1\nWEB_1\n")
	f.Add("", "\n\n")
	f.Add("サーバー", "サーバー1\nserver")
	f.Fuzz(func(t *testing.T, query, names string) {
		all := strings.Split(names, "\n")
		near := nearest(query, slices.Clone(all))
		if len(near) > 3 {
			t.Errorf("%d names", len(near))
		}
		for _, name := range near {
			if !slices.Contains(all, name) {
				t.Errorf("%q is not among the names", name)
			}
		}
		if a, b := fold(query), fold(all[0]); osa(a, b) != osa(b, a) || osa(a, a) != 0 {
			t.Errorf("distance of %q and %q is none", string(a), string(b))
		}
	})
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "abc", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abcd", "abd", 1}, {"ca", "abc", 3}, {"kitten", "sitting", 3}} {
		if got := osa([]rune(tt.a), []rune(tt.b)); got != tt.want {
			t.Errorf("distance of %q and %q is %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func FuzzNames(f *testing.F) {
	f.Add([]byte("clouds:\n  a: {auth: {auth_url: x}}\n"))
	f.Add([]byte(`{"clouds": {"b": null}}`))
	f.Add([]byte("clouds: [a: b]\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, name := range namesIn(file) {
			if name == "" {
				t.Error("an empty name")
			}
		}
	})
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-1": 0, "soon": 0,
		"Fri, 02 Jan 2026 03:04:35 GMT": 30 * time.Second, "Fri, 02 Jan 2026 03:00:00 GMT": 0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {value}}, now); got != want {
			t.Errorf("Retry-After %q is %v, want %v", value, got, want)
		}
	}
}

func TestLifeOfATokenIsCountedHere(t *testing.T) {
	for _, tt := range []struct {
		issued, expires string
		want            time.Duration
	}{
		// Keystone's clock is years off: only the difference counts.
		{"2001-01-01T00:00:00.000000Z", "2001-01-01T01:00:00.000000Z", 59 * time.Minute},
		{"2026-01-01T00:00:00Z", "2026-01-01T00:00:10Z", 9 * time.Second},
		{"", "", time.Hour},
	} {
		w := who{Issued: tt.issued, Expires: tt.expires}
		if got := w.life(); got != tt.want {
			t.Errorf("life of %+v is %v, want %v", tt, got, tt.want)
		}
	}
}

// A failure of the maker's is everybody's; that its own time ended is not.
func TestShared(t *testing.T) {
	var s shared[int]
	usable := func(*int) bool { return true }
	wrong := errors.New("wrong password")
	tries := 0
	produce := func(context.Context) (*int, error) { tries++; return nil, wrong }
	for want := 1; want <= 2; want++ { // a failure is not kept
		if _, err := s.get(t.Context(), usable, produce); !errors.Is(err, wrong) || tries != want {
			t.Errorf("got %v after %d tries, want %d", err, tries, want)
		}
	}
	n := 7
	made := func(context.Context) (*int, error) { return &n, nil }
	if v, err := s.get(t.Context(), usable, made); err != nil || v != &n {
		t.Errorf("got %v, %v", v, err)
	}
	if v, err := s.get(t.Context(), usable, produce); err != nil || v != &n {
		t.Errorf("got %v, %v; want the value that is there", v, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	stale := func(*int) bool { return false }
	if _, err := s.get(ctx, stale, func(ctx context.Context) (*int, error) { return nil, ctx.Err() }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the caller's own end", err)
	}
}
