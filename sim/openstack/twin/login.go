package twin

import (
	"net/http"

	"sshhelp/sim/scenario"
)

// A nameOrID is how Keystone lets things be named.
type nameOrID struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	Domain *nameOrID `json:"domain"`
}

func (n *nameOrID) is(id, name string) bool {
	return n != nil && (n.ID == id || n.ID == "" && n.Name == name)
}

// A loginRequest is the body of POST /v3/auth/tokens.
type loginRequest struct {
	Auth struct {
		Identity struct {
			Methods  []string `json:"methods"`
			Password struct {
				User struct {
					nameOrID
					Password string `json:"password"`
				} `json:"user"`
			} `json:"password"`
			Token struct {
				ID string `json:"id"`
			} `json:"token"`
			ApplicationCredential struct {
				nameOrID
				Secret string    `json:"secret"`
				User   *nameOrID `json:"user"`
			} `json:"application_credential"`
		} `json:"identity"`
		Scope *struct {
			Project *nameOrID `json:"project"`
		} `json:"scope"`
	} `json:"auth"`
}

// login makes a token, or says why not.
func (s *Server) login(in loginRequest) (*token, answer) {
	if len(in.Auth.Identity.Methods) != 1 {
		return nil, keystoneError(http.StatusBadRequest, "exactly one authentication method is wanted")
	}
	switch method := in.Auth.Identity.Methods[0]; method {
	case "password":
		return s.loginPassword(in)
	case "application_credential":
		return s.loginCredential(in)
	case "token":
		return s.loginToken(in)
	default:
		return nil, keystoneError(http.StatusUnauthorized, "Attempted to authenticate with an unsupported method: "+method)
	}
}

func (s *Server) loginPassword(in loginRequest) (*token, answer) {
	who := in.Auth.Identity.Password.User
	for i := range s.cloud.Users {
		if u := &s.cloud.Users[i]; who.is(u.ID, u.Name) && u.Password == who.Password {
			return s.scoped(in, u)
		}
	}
	return nil, keystoneError(http.StatusUnauthorized, needAuth)
}

func (s *Server) loginToken(in loginRequest) (*token, answer) {
	old := s.tokenOf(in.Auth.Identity.Token.ID)
	if old == nil {
		return nil, keystoneError(http.StatusUnauthorized, needAuth)
	}
	return s.scoped(in, old.user)
}

// scoped gives a user a token for the project asked for. Each user has one
// project; without a scope that is meant, as its default project.
func (s *Server) scoped(in loginRequest, u *scenario.User) (*token, answer) {
	p := s.cloud.Project(u.Project)
	if in.Auth.Scope != nil && in.Auth.Scope.Project != nil {
		wanted := in.Auth.Scope.Project
		if u.Role == "admin" { // an administrator is one in every project
			for i := range s.cloud.Projects {
				if q := &s.cloud.Projects[i]; wanted.is(q.ID, q.Name) {
					p = q
				}
			}
		}
		if !wanted.is(p.ID, p.Name) {
			return nil, noProject(u.ID)
		}
	}
	return s.newToken(u, p, nil), answer{}
}

func (s *Server) loginCredential(in loginRequest) (*token, answer) {
	who := in.Auth.Identity.ApplicationCredential
	for i := range s.cloud.ApplicationCredentials {
		a := &s.cloud.ApplicationCredentials[i]
		u := s.cloud.User(a.User)
		named := who.ID == a.ID || who.ID == "" && who.Name == a.Name && who.User.is(u.ID, u.Name)
		if named && who.Secret == a.Secret {
			if in.Auth.Scope != nil { // the credential's scope is its own
				return nil, keystoneError(http.StatusUnauthorized, "Application credentials cannot request a scope.")
			}
			return s.newToken(u, s.cloud.Project(u.Project), a), answer{}
		}
	}
	return nil, keystoneError(http.StatusUnauthorized, needAuth)
}
