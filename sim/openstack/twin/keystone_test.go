package twin_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"

	"sshhelp/sim/openstack/twin"
	"sshhelp/sim/scenario"
)

func TestLogin(t *testing.T) {
	s := start(t, twin.Options{})
	for _, c := range []struct {
		name, entry string
		change      func(*gophercloud.AuthOptions)
		want        int // 0: let in
	}{
		{"password", "ann", nil, 0},
		{"application credential", "ann-cred", nil, 0},
		{"credential by name", "ann-cred", func(o *gophercloud.AuthOptions) {
			o.ApplicationCredentialID, o.ApplicationCredentialName = "", "ann-cred"
			o.Username, o.DomainName = "ann", "Default"
		}, 0},
		{"discovery of the version", "ann", func(o *gophercloud.AuthOptions) { o.IdentityEndpoint = s.URL() + "/identity" }, 0},
		{"wrong password", "ann", func(o *gophercloud.AuthOptions) { o.Password = "x" }, http.StatusUnauthorized},
		{"unknown user", "ann", func(o *gophercloud.AuthOptions) { o.Username = "nobody" }, http.StatusUnauthorized},
		{"wrong secret", "ann-cred", func(o *gophercloud.AuthOptions) { o.ApplicationCredentialSecret = "x" }, http.StatusUnauthorized},
		{"another's project", "ann", func(o *gophercloud.AuthOptions) { o.TenantName, o.Scope = "other", nil }, http.StatusUnauthorized},
		{"administrator anywhere", "adm", func(o *gophercloud.AuthOptions) { o.TenantName, o.Scope = "other", nil }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := tryLogin(t, s, c.entry, c.change)
			if statusOf(err) != c.want || (err == nil) != (c.want == 0) {
				t.Errorf("got %v, want status %d", err, c.want)
			}
		})
	}
}

func TestClientLogsInAgainWhenTokensExpire(t *testing.T) {
	s := start(t, twin.Options{})
	c := compute(t, login(t, s, "ann"), "")
	s.ForgetCalls()
	s.ExpireTokens()
	if _, err := servers.Get(t.Context(), c, id("web-1")).Extract(); err != nil {
		t.Fatal(err)
	}
	if n := count(s, "POST", "/auth/tokens"); n != 1 {
		t.Errorf("%d logins, want 1", n)
	}
	if n := count(s, "GET", "/servers/"); n != 2 { // 401, then 200
		t.Errorf("%d tries, want 2", n)
	}
}

func TestTokensEnd(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	clock := make(chan time.Time, 1)
	clock <- now
	s := start(t, twin.Options{Now: func() time.Time { n := <-clock; clock <- n; return n }})
	s.SetTokenLife(time.Minute)
	p, err := tryLogin(t, s, "ann", func(o *gophercloud.AuthOptions) { o.AllowReauth = false })
	if err != nil {
		t.Fatal(err)
	}
	url := s.URL() + "/compute/v2.1/servers"
	if _, status := get(t, p, url, ""); status != 200 {
		t.Fatalf("status %d while the token is good", status)
	}
	<-clock
	clock <- now.Add(time.Minute)
	if _, status := get(t, p, url, ""); status != 401 {
		t.Errorf("status %d after a minute, want 401", status)
	}
}

func TestAccessRules(t *testing.T) {
	s := start(t, twin.Options{})
	p := login(t, s, "ann-few")
	s.ForgetCalls()
	if _, status := get(t, p, s.URL()+"/compute/v2.1/servers/"+id("web-1"), ""); status != 200 {
		t.Errorf("an allowed call: status %d", status)
	}
	// 401 and not 403, even after the client has logged in again.
	if _, status := get(t, p, s.URL()+"/compute/v2.1/flavors", ""); status != 401 {
		t.Errorf("a call outside the rules: status %d, want 401", status)
	}
	if n := count(s, "POST", "/auth/tokens"); n != 1 {
		t.Errorf("%d logins, want 1", n)
	}
}

func TestEveryServiceWantsAToken(t *testing.T) {
	s := start(t, twin.Options{})
	for _, path := range []string{
		"/compute/v2.1/servers", "/network/v2.0/ports", "/image/v2/images", "/volume/v3/p/volumes/x", "/identity/v3/auth/tokens",
	} {
		resp, err := http.Get(s.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 401 {
			t.Errorf("%s: status %d, want 401", path, resp.StatusCode)
		}
	}
}

func TestCloudsYAMLNamesEverybody(t *testing.T) {
	c, err := scenario.Lab()
	if err != nil {
		t.Fatal(err)
	}
	s := run(t, c, twin.Options{})
	for _, u := range c.Users {
		login(t, s, u.Name)
	}
	for _, a := range c.ApplicationCredentials {
		login(t, s, a.Name)
	}
}
