package twin

import (
	"net/http"
	"regexp"
	"strings"

	"sshhelp/sim/scenario"
)

// authed serves what needs a token. The handler runs under the lock.
func (s *Server) authed(service string, handle func(*call) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.settle()
		c := &call{Request: r, base: base(r), caller: s.tokenOf(r.Header.Get(tokenHeader))}
		a := unauthorized(w, service)
		if c.caller != nil && c.caller.mayCall(service, r) {
			w.Header().Del("WWW-Authenticate")
			a = handle(c)
		}
		s.mu.Unlock()
		if held, ok := w.(*heldWriter); ok {
			held.action = c.action
		}
		if c.after != nil {
			c.after()
		}
		s.write(w, r, a)
	}
}

// unauthorized is what keystonemiddleware answers in front of every service,
// but for Glance, which says it in its own way.
func unauthorized(w http.ResponseWriter, service string) answer {
	w.Header().Set("WWW-Authenticate", `Keystone uri="http://keystone"`)
	if service == "image" {
		return page(http.StatusUnauthorized, "This server could not verify that you are authorized to access the document you requested.")
	}
	return keystoneError(http.StatusUnauthorized, needAuth)
}

// mayCall applies the access rules of an application credential. What they do
// not allow is answered 401, not 403, as by keystonemiddleware.
func (t *token) mayCall(service string, r *http.Request) bool {
	if t.credential == nil || len(t.credential.AccessRules) == 0 {
		return true
	}
	// Rules speak of the service's own paths, without the twin's prefix.
	_, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	for _, rule := range t.credential.AccessRules {
		if rule.Service == service && rule.Method == r.Method && ruleMatches(rule, "/"+path) {
			return true
		}
	}
	return false
}

// ruleMatches: * is one segment, ** is anything.
func ruleMatches(rule scenario.AccessRule, path string) bool {
	pattern := regexp.QuoteMeta(rule.Path)
	pattern = strings.ReplaceAll(pattern, `\*\*`, `.*`)
	pattern = strings.ReplaceAll(pattern, `\*`, `[^/]+`)
	matched, err := regexp.MatchString("^"+pattern+"$", path)
	return err == nil && matched
}
