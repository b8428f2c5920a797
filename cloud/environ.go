package cloud

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"

	"github.com/gophercloud/gophercloud/v2/openstack/config/clouds"
)

// inEnvironment makes a cloud from OS_* variables. They are put into the form
// of a clouds.yaml (JSON is YAML too) and read as one, because gophercloud's own
// reader of the environment knows no separate domain of the user and the
// project, which every openrc file sets.
func inEnvironment(getenv func(string) string) (*located, error) {
	u, err := url.Parse(getenv("OS_AUTH_URL"))
	if err != nil || u.Hostname() == "" {
		return nil, fmt.Errorf("OS_AUTH_URL must be the URL of Keystone, as https://cloud.example.org:5000/v3")
	}
	name := u.Hostname()
	file, err := json.Marshal(clouds.Clouds{Clouds: map[string]clouds.Cloud{name: entry(getenv)}})
	if err != nil {
		return nil, fmt.Errorf("read the OS_* variables: %w", err)
	}
	found, err := parse(name, getenv, clouds.WithCloudsYAML(bytes.NewReader(file)))
	if err != nil {
		return nil, err
	}
	if a := found.auth; a.Password == "" && a.ApplicationCredentialSecret == "" && a.TokenID == "" {
		return nil, fmt.Errorf("OS_AUTH_URL is set but no secret: set OS_PASSWORD with OS_USERNAME and OS_PROJECT_NAME, or OS_APPLICATION_CREDENTIAL_SECRET with its ID, or OS_CLOUD")
	}
	return found, nil
}

// entry is the environment as an entry of clouds.yaml. The older names, with
// TENANT for a project, are read as well.
func entry(getenv func(string) string) clouds.Cloud {
	first := func(names ...string) string {
		for _, name := range names {
			if v := getenv(name); v != "" {
				return v
			}
		}
		return ""
	}
	c := clouds.Cloud{
		AuthInfo: &clouds.AuthInfo{
			AuthURL: getenv("OS_AUTH_URL"), Token: getenv("OS_TOKEN"),
			Username: getenv("OS_USERNAME"), UserID: first("OS_USER_ID", "OS_USERID"), Password: getenv("OS_PASSWORD"),
			ApplicationCredentialID:     getenv("OS_APPLICATION_CREDENTIAL_ID"),
			ApplicationCredentialName:   getenv("OS_APPLICATION_CREDENTIAL_NAME"),
			ApplicationCredentialSecret: getenv("OS_APPLICATION_CREDENTIAL_SECRET"),
			SystemScope:                 getenv("OS_SYSTEM_SCOPE"),
			ProjectName:                 first("OS_PROJECT_NAME", "OS_TENANT_NAME"),
			ProjectID:                   first("OS_PROJECT_ID", "OS_TENANT_ID"),
			UserDomainName:              getenv("OS_USER_DOMAIN_NAME"), UserDomainID: getenv("OS_USER_DOMAIN_ID"),
			ProjectDomainName: getenv("OS_PROJECT_DOMAIN_NAME"), ProjectDomainID: getenv("OS_PROJECT_DOMAIN_ID"),
			DomainName: getenv("OS_DOMAIN_NAME"), DomainID: getenv("OS_DOMAIN_ID"),
			TrustID: getenv("OS_TRUST_ID"),
		},
		EndpointType: getenv("OS_ENDPOINT_TYPE"),
		CACertFile:   getenv("OS_CACERT"), ClientCertFile: getenv("OS_CERT"), ClientKeyFile: getenv("OS_KEY"),
	}
	if insecure, err := strconv.ParseBool(getenv("OS_INSECURE")); err == nil {
		verify := !insecure
		c.Verify = &verify
	}
	return c
}
