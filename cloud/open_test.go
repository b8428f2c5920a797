package cloud_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sshhelp/cloud"
	"sshhelp/diag"
)

// write writes files into a new directory and returns it.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestOpenSaysWhatToSet(t *testing.T) {
	dir := write(t, map[string]string{
		"clouds.yaml": "clouds:\n  north: {auth: {auth_url: http://127.0.0.1:1/v3, username: u, password: hush}}\n" +
			"  'south pole':\n    auth: {auth_url: http://127.0.0.1:1/v3}\n  bare: {region_name: x}\n  empty:\n" +
			"  noca: {auth: {auth_url: http://127.0.0.1:1}, cacert: /nonexistent.pem}\n  odd: {auth: {auth_url: nonsense}}\n",
		"broken.yaml": "clouds: [unclosed",
		"other.yaml":  "- a\n- b: c\n",
	})
	file := "OS_CLIENT_CONFIG_FILE=" + filepath.Join(dir, "clouds.yaml")
	nowhere := "HOME=" + t.TempDir()
	for _, tt := range []struct {
		name string
		env  []string
		want []string
	}{
		{"", []string{file}, []string{"OS_CLOUD", "OS_AUTH_URL", "bare, empty, noca, north, odd, south pole"}},
		{"west", []string{file}, []string{`no cloud "west"`, "north"}},
		{"", []string{file, "OS_CLOUD=west"}, []string{`no cloud "west"`, "south pole"}},
		{"auth", []string{file}, []string{`no cloud "auth"`}},
		{"bare", []string{file}, []string{"no auth section"}},
		{"empty", []string{file}, []string{"no auth section"}},
		{"noca", []string{file}, []string{"CA cert"}},
		{"odd", []string{file}, []string{"auth_url"}},
		{"north", []string{"OS_CLIENT_CONFIG_FILE=" + filepath.Join(dir, "broken.yaml")}, []string{"no cloud"}},
		{"a", []string{"OS_CLIENT_CONFIG_FILE=" + filepath.Join(dir, "other.yaml")}, []string{"no cloud"}},
		{"north", []string{nowhere}, []string{"clouds.yaml", "/etc/openstack"}},
		{"", []string{nowhere}, []string{"OS_CLOUD", "no clouds.yaml"}},
		{"", []string{nowhere, "OS_AUTH_URL=cloud"}, []string{"OS_AUTH_URL must be the URL"}},
		{"", []string{nowhere, "OS_AUTH_URL=http://127.0.0.1:5000/v3", "OS_USERNAME=u"}, []string{"OS_PASSWORD"}},
	} {
		_, err := cloud.Open(cloud.Options{Name: tt.name, Getenv: environ(tt.env...)})
		if !errors.Is(err, diag.ErrConfig) {
			t.Errorf("open %q with %v: %v, want %v", tt.name, tt.env, err, diag.ErrConfig)
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("open %q with %v: %q does not say %q", tt.name, tt.env, err, want)
			}
		}
		if strings.Contains(err.Error(), "hush") {
			t.Errorf("the error holds a secret: %v", err)
		}
	}
}

func TestNames(t *testing.T) {
	dir := write(t, map[string]string{"clouds.yaml": `
# clouds: {commented: {}}
clouds:
  "quoted name": {auth: {auth_url: "http://127.0.0.1/"}}
  plain:   # remark
    auth:
      auth_url: http://127.0.0.1/
      project_name: "clouds: not-a-cloud"
  サーバー: {auth: {auth_url: http://127.0.0.1/}, regions: [{name: eu, values: {}}]}
`})
	t.Setenv("OS_CLIENT_CONFIG_FILE", filepath.Join(dir, "clouds.yaml"))
	if got, want := cloud.Names(), []string{"plain", "quoted name", "サーバー"}; !slices.Equal(got, want) {
		t.Errorf("names %q, want %q", got, want)
	}
	t.Setenv("OS_CLIENT_CONFIG_FILE", filepath.Join(dir, "none.yaml"))
	if got := cloud.Names(); len(got) != 0 {
		t.Errorf("names %q of no file", got)
	}
}

// Where clouds.yaml and its secrets may be, and who wins.
func TestOpenFindsItsSettings(t *testing.T) {
	s := start(t, nil)
	url := s.URL() + "/identity/v3"
	plain := "clouds: {here: {auth: {auth_url: " + url + ", username: ann, project_name: demo}}}"
	secret := "clouds: {here: {auth: {password: secret-ann}}}"
	home := write(t, map[string]string{".config/openstack/clouds.yaml": plain, ".config/openstack/secure.yaml": secret})
	xdg := write(t, map[string]string{"openstack/clouds.yaml": plain, "openstack/secure.yaml": secret})
	loose := []string{"HOME=" + t.TempDir(), "OS_AUTH_URL=" + s.URL() + "/identity"}
	for name, env := range map[string][]string{
		"in the home directory": {"HOME=" + home, "OS_CLOUD=here"},
		"in XDG_CONFIG_HOME":    {"HOME=/nonexistent", "XDG_CONFIG_HOME=" + xdg, "OS_CLOUD=here"},
		"from the environment": append(loose, "OS_USERNAME=ann", "OS_PASSWORD=secret-ann", "OS_PROJECT_NAME=demo",
			"OS_USER_DOMAIN_NAME=Default", "OS_PROJECT_DOMAIN_ID=default", "OS_INSECURE=true"),
		"without domains": append(loose, "OS_USERNAME=ann", "OS_PASSWORD=secret-ann", "OS_TENANT_NAME=demo", "OS_REGION_NAME=RegionOne"),
	} {
		c, err := cloud.Open(cloud.Options{Getenv: environ(env...), LookupNetIP: noDNS})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if i := find(t, c, "web-1"); i.Cloud != c.Name() || c.Name() != "here" && c.Name() != "127.0.0.1" {
			t.Errorf("%s: found in cloud %q, named %q", name, i.Cloud, c.Name())
		}
	}
}

func TestOpenWithApplicationCredential(t *testing.T) {
	s := start(t, nil)
	find(t, open(t, s, "ann-cred"), "web-1")
	// A project beside it, as openrc files leave it, must not be sent along.
	file, err := s.WriteCloudsYAML(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(data), "application_credential_id:", "project_name: demo\n            application_credential_id:", 1)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := cloud.Open(cloud.Options{Name: "ann-cred", Getenv: environ("OS_CLIENT_CONFIG_FILE=" + file)})
	if err != nil {
		t.Fatal(err)
	}
	find(t, c, "web-1")
}

func TestOtherRegionHasNoServices(t *testing.T) {
	s := start(t, nil)
	file, err := s.WriteCloudsYAML(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c, err := cloud.Open(cloud.Options{Name: "ann", Getenv: environ("OS_CLIENT_CONFIG_FILE="+file, "OS_REGION_NAME=Elsewhere")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Find(t.Context(), "web-1"); !errors.Is(err, diag.ErrConfig) {
		t.Errorf("find in a region that is not there: %v, want %v", err, diag.ErrConfig)
	}
	for _, check := range c.Check(t.Context()) {
		if strings.Contains(check.What, "catalogue") && check.Mark != diag.CheckFailed {
			t.Errorf("%+v", check)
		}
	}
}
