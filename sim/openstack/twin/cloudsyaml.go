package twin

import (
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// WriteCloudsYAML writes a clouds.yaml into dir, with an entry for each user
// and each application credential, called like it, and returns its path. The
// file is readable by its owner only.
func (s *Server) WriteCloudsYAML(dir string) (string, error) {
	s.mu.Lock()
	clouds := obj{}
	entry := func(auth obj) obj {
		auth["auth_url"] = s.URL() + "/identity/v3"
		return obj{"auth": auth, "region_name": s.cloud.Region, "identity_api_version": 3}
	}
	for _, u := range s.cloud.Users {
		clouds[u.Name] = entry(obj{
			"username": u.Name, "password": u.Password, "project_name": u.Project,
			"user_domain_name": "Default", "project_domain_name": "Default",
		})
	}
	for _, a := range s.cloud.ApplicationCredentials {
		e := entry(obj{"application_credential_id": a.ID, "application_credential_secret": a.Secret})
		e["auth_type"] = "v3applicationcredential"
		clouds[a.Name] = e
	}
	s.mu.Unlock()
	data, err := yaml.Marshal(obj{"clouds": clouds})
	if err != nil {
		return "", fmt.Errorf("write clouds.yaml: %w", err)
	}
	path := filepath.Join(dir, "clouds.yaml")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return "", fmt.Errorf("write clouds.yaml: %w", err)
	}
	return path, nil
}
