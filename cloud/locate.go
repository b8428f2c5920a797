package cloud

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/config/clouds"
)

// A located cloud is what a login needs.
type located struct {
	name     string
	auth     gophercloud.AuthOptions
	endpoint gophercloud.EndpointOpts
	tls      *tls.Config
}

// locate finds the settings of a cloud: an entry of clouds.yaml, or what the
// environment says.
func locate(name string, getenv func(string) string) (*located, error) {
	if name == "" {
		name = getenv("OS_CLOUD")
	}
	if name != "" {
		return inFile(name, getenv)
	}
	if getenv("OS_AUTH_URL") == "" {
		return nil, errors.New("set OS_CLOUD to a cloud in clouds.yaml, or OS_AUTH_URL and the other OS_* variables; " + hint(getenv))
	}
	return inEnvironment(getenv)
}

func inFile(name string, getenv func(string) string) (*located, error) {
	file, secure := files(getenv)
	if !slices.Contains(namesIn(file), name) {
		return nil, fmt.Errorf("no cloud %q in clouds.yaml; %s", name, hint(getenv))
	}
	options := []clouds.ParseOption{clouds.WithCloudsYAML(bytes.NewReader(file))}
	if secure != nil {
		options = append(options, clouds.WithSecureYAML(bytes.NewReader(secure)))
	}
	return parse(name, getenv, options...)
}

// parse lets gophercloud read an entry, and fills in what openstackclient takes
// for granted and gophercloud does not.
func parse(name string, getenv func(string) string, options ...clouds.ParseOption) (*located, error) {
	options = append(options, clouds.WithCloudName(name),
		clouds.WithRegion(getenv("OS_REGION_NAME")), clouds.WithEndpointType(getenv("OS_INTERFACE")))
	auth, endpoint, settings, err := read(options...)
	if err != nil {
		return nil, fmt.Errorf("cloud %q: %w", name, err)
	}
	u, err := url.Parse(auth.IdentityEndpoint)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("cloud %q: auth_url must be the URL of Keystone, as https://cloud.example.org:5000/v3", name)
	}
	settle(&auth)
	return &located{name: name, auth: auth, endpoint: endpoint, tls: settings}, nil
}

// read is clouds.Parse, which panics on an entry that has no auth section.
func read(options ...clouds.ParseOption) (_ gophercloud.AuthOptions, _ gophercloud.EndpointOpts, _ *tls.Config, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("its entry has no auth section")
		}
	}()
	return clouds.Parse(options...)
}

// settle makes the options those of a login that Keystone accepts: an
// application credential carries its own project, and whoever names no domain
// means the one called default.
func settle(auth *gophercloud.AuthOptions) {
	if auth.ApplicationCredentialID != "" || auth.ApplicationCredentialName != "" {
		auth.Scope, auth.TenantID, auth.TenantName = nil, "", ""
	}
	if auth.Username != "" && auth.UserID == "" && auth.DomainID == "" && auth.DomainName == "" {
		auth.DomainID = "default"
	}
	if s := auth.Scope; s != nil && s.ProjectName != "" && s.DomainID == "" && s.DomainName == "" {
		s.DomainID = "default"
	}
}

// locations are where clouds.yaml may be, as openstackclient looks for it.
func locations(getenv func(string) string) []string {
	if path := getenv("OS_CLIENT_CONFIG_FILE"); path != "" {
		return []string{path}
	}
	config := getenv("XDG_CONFIG_HOME")
	if config == "" {
		config = filepath.Join(getenv("HOME"), ".config")
	}
	return []string{"clouds.yaml", filepath.Join(config, "openstack", "clouds.yaml"), "/etc/openstack/clouds.yaml"}
}

// files reads the first clouds.yaml that is there, and the secure.yaml beside
// it; nil for what is not.
func files(getenv func(string) string) (file, secure []byte) {
	for _, path := range locations(getenv) {
		if data, err := os.ReadFile(path); err == nil {
			secure, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "secure.yaml"))
			return data, secure
		}
	}
	return nil, nil
}

func names(getenv func(string) string) []string {
	file, _ := files(getenv)
	return namesIn(file)
}

// key finds what may be the key of a mapping, in block or flow style.
var key = regexp.MustCompile(`("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s"'{},#][^\n{},"']*?)\s*:(?:\s|$)`)

// namesIn lists the clouds of a clouds.yaml. gophercloud reads the file but
// lists no names, so every key in it is tried: what gophercloud then accepts as
// a cloud is one, by the very parser that will open it.
func namesIn(file []byte) []string {
	list := []string{}
	for _, m := range key.FindAllSubmatch(file, maxKeys) {
		name := strings.Trim(string(m[1]), `"'`)
		if name == "" || slices.Contains(list, name) {
			continue
		}
		_, _, _, err := read(clouds.WithCloudsYAML(bytes.NewReader(file)), clouds.WithCloudName(name))
		if err == nil || !strings.Contains(err.Error(), "not found in clouds.yaml") && !ofWholeFile(err) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// maxKeys bounds the work for a file that is no clouds.yaml.
const maxKeys = 2000

// ofWholeFile tells an error that is about the whole file from one that is about
// the entry, as a certificate that is not there.
func ofWholeFile(err error) bool {
	return strings.HasPrefix(err.Error(), "yaml:") || err.Error() == "EOF"
}
