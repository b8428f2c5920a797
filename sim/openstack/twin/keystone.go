package twin

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"sshhelp/sim/scenario"
)

// A token is somebody's right to act in one project until it expires.
type token struct {
	id              string
	user            *scenario.User
	project         *scenario.Project
	credential      *scenario.ApplicationCredential // nil for a password
	issued, expires time.Time
}

func (t *token) admin() bool  { return t.user.Role == "admin" }
func (t *token) member() bool { return t.user.Role != "reader" }

// sees reports whether things of that project are shown to t.
func (t *token) sees(project string) bool { return t.admin() || t.project.Name == project }

// roles of a role, with those it implies, as Keystone lists them.
func (t *token) roles() []obj {
	names := map[string][]string{
		"admin": {"admin", "member", "reader"}, "member": {"member", "reader"}, "reader": {"reader"},
	}[t.user.Role]
	var list []obj
	for _, name := range names {
		list = append(list, obj{"id": scenario.ID("role", name), "name": name})
	}
	return list
}

// ExpireTokens ends all tokens at once, as a restart of Keystone with new keys
// would: the next call with one is answered 401.
func (s *Server) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// SetTokenLife sets for how long tokens that are issued from now on are good.
// It is an hour at first.
func (s *Server) SetTokenLife(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.life = d
}

func (s *Server) routeKeystone(mux *http.ServeMux) {
	mux.HandleFunc("GET /identity/{$}", s.open(func(c *call) answer {
		return answer{status: http.StatusMultipleChoices, body: obj{"versions": obj{"values": []obj{identityVersion(c)}}}}
	}))
	mux.HandleFunc("GET /identity", s.open(func(c *call) answer {
		return answer{status: http.StatusMultipleChoices, body: obj{"versions": obj{"values": []obj{identityVersion(c)}}}}
	}))
	discover := s.open(func(c *call) answer { return ok(obj{"version": identityVersion(c)}) })
	mux.HandleFunc("GET /identity/v3", discover)
	mux.HandleFunc("GET /identity/v3/{$}", discover)
	mux.HandleFunc("POST /identity/v3/auth/tokens", s.authenticate)
	mux.HandleFunc("GET /identity/v3/auth/tokens", s.showToken)
	mux.HandleFunc("/identity/", s.open(func(*call) answer {
		return page(http.StatusNotFound, "The requested URL was not found on the server.")
	}))
}

func identityVersion(c *call) obj {
	return obj{
		"id": "v3.14", "status": "stable", "updated": "2020-04-07T00:00:00Z",
		"links":       []obj{{"rel": "self", "href": c.base + "/identity/v3/"}},
		"media-types": []obj{{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}},
	}
}

func keystoneError(status int, message string) answer {
	return answer{status: status, body: obj{"error": obj{
		"code": status, "message": message, "title": http.StatusText(status),
	}}}
}

// open serves what needs no token.
func (s *Server) open(handle func(*call) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.write(w, r, handle(&call{Request: r, base: base(r)}))
	}
}

const (
	needAuth    = "The request you have made requires authentication."
	tokenHeader = "X-Auth-Token"
)

func (s *Server) authenticate(w http.ResponseWriter, r *http.Request) {
	var login loginRequest
	if err := json.NewDecoder(r.Body).Decode(&login); err != nil {
		s.write(w, r, keystoneError(http.StatusBadRequest, "Malformed request: "+err.Error()))
		return
	}
	s.mu.Lock()
	t, refused := s.login(login)
	var body obj
	if t != nil {
		s.tokens[t.id] = t
		body = s.tokenBody(t, base(r))
	}
	s.mu.Unlock()
	if t == nil {
		s.write(w, r, refused)
		return
	}
	w.Header().Set("X-Subject-Token", t.id)
	s.write(w, r, answer{status: http.StatusCreated, body: body})
}

func (s *Server) newToken(u *scenario.User, p *scenario.Project, a *scenario.ApplicationCredential) *token {
	now := s.opts.Now()
	return &token{
		id: "gAAAAA" + rand.Text() + rand.Text(), user: u, project: p, credential: a,
		issued: now, expires: now.Add(s.life),
	}
}

// tokenOf returns the token of a header, or nil if it is unknown or over.
func (s *Server) tokenOf(id string) *token {
	t := s.tokens[id]
	if t == nil || !s.opts.Now().Before(t.expires) {
		delete(s.tokens, id)
		return nil
	}
	return t
}

// showToken validates a token: one's own, as no other rights are modelled.
func (s *Server) showToken(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	caller, subject := s.tokenOf(r.Header.Get(tokenHeader)), s.tokenOf(r.Header.Get("X-Subject-Token"))
	a := keystoneError(http.StatusUnauthorized, needAuth)
	switch {
	case caller == nil || !caller.mayCall("identity", r):
	case subject == nil:
		a = keystoneError(http.StatusNotFound, "This is not a recognized Fernet token")
	case caller.user != subject.user && !caller.admin():
		a = keystoneError(http.StatusForbidden, "You are not authorized to perform the requested action: identity:validate_token.")
	default:
		w.Header().Set("X-Subject-Token", subject.id)
		a = ok(s.tokenBody(subject, base(r)))
	}
	s.mu.Unlock()
	s.write(w, r, a)
}

func (s *Server) tokenBody(t *token, base string) obj {
	domain := obj{"id": "default", "name": "Default"}
	body := obj{
		"methods":    []string{"password"},
		"user":       obj{"domain": domain, "id": t.user.ID, "name": t.user.Name, "password_expires_at": nil},
		"audit_ids":  []string{t.id[6:28]},
		"expires_at": micros(t.expires) + "Z", "issued_at": micros(t.issued) + "Z",
		"project":   obj{"domain": domain, "id": t.project.ID, "name": t.project.Name},
		"is_domain": false, "roles": t.roles(), "catalog": s.catalog(t, base),
	}
	if a := t.credential; a != nil {
		body["methods"] = []string{"application_credential"}
		credential := obj{"id": a.ID, "name": a.Name, "restricted": true}
		if len(a.AccessRules) > 0 {
			credential["access_rules"] = a.AccessRules
		}
		body["application_credential"] = credential
	}
	return obj{"token": body}
}

func (s *Server) catalog(t *token, base string) []obj {
	var list []obj
	for _, e := range []struct{ name, kind, path string }{
		{"keystone", "identity", "/identity"},
		{"nova", "compute", "/compute/v2.1"},
		{"neutron", "network", "/network"},
		{"glance", "image", "/image"},
		{"cinder", "block-storage", "/volume/v3/" + t.project.ID},
		{"cinderv3", "volumev3", "/volume/v3/" + t.project.ID},
	} {
		var endpoints []obj
		for _, face := range []string{"public", "internal", "admin"} {
			endpoints = append(endpoints, obj{
				"id": scenario.ID("endpoint", e.name, face), "interface": face,
				"region": s.cloud.Region, "region_id": s.cloud.Region, "url": base + e.path,
			})
		}
		list = append(list, obj{"id": scenario.ID("service", e.name), "name": e.name, "type": e.kind, "endpoints": endpoints})
	}
	return list
}

func noProject(user string) answer {
	return keystoneError(http.StatusUnauthorized, fmt.Sprintf("User %s has no access to project", user))
}
