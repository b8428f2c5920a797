package twin

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// novaFaults name the error object by status, as nova/api/openstack/wsgi.py.
var novaFaults = map[int]string{
	400: "badRequest", 401: "unauthorized", 403: "forbidden", 404: "itemNotFound", 405: "badMethod",
	409: "conflictingRequest", 413: "overLimit", 415: "badMediaType", 429: "overLimit",
	501: "notImplemented", 503: "serviceUnavailable",
}

func novaError(status int, format string, args ...any) answer {
	name := novaFaults[status]
	if name == "" {
		name = "computeFault"
	}
	return answer{status: status, body: obj{name: obj{"code": status, "message": fmt.Sprintf(format, args...)}}}
}

func noServer(id string) answer {
	return novaError(http.StatusNotFound, "Instance %s could not be found.", id)
}

func novaForbidden(rule string) answer {
	return novaError(http.StatusForbidden, "Policy doesn't allow %s to be performed.", rule)
}

func (s *Server) routeNova(mux *http.ServeMux) {
	const root = "/compute/v2.1"
	for _, path := range []string{"GET /compute", "GET /compute/{$}"} {
		mux.HandleFunc(path, s.open(s.novaVersions))
	}
	for _, path := range []string{"GET " + root, "GET " + root + "/{$}"} {
		mux.HandleFunc(path, s.open(func(c *call) answer { return ok(obj{"version": s.novaVersion(c)}) }))
	}
	for path, handle := range map[string]func(*call) answer{
		"GET " + root + "/servers":                         s.listServers,
		"GET " + root + "/servers/detail":                  s.listServers,
		"GET " + root + "/servers/{id}":                    s.showServer,
		"POST " + root + "/servers/{id}/action":            s.act,
		"GET " + root + "/servers/{id}/os-interface":       s.listInterfaces,
		"GET " + root + "/servers/{id}/os-security-groups": s.listServerGroups,
		"GET " + root + "/os-keypairs":                     s.listKeyPairs,
		"GET " + root + "/os-keypairs/{name}":              s.showKeyPair,
		"GET " + root + "/flavors":                         s.listFlavors,
		"GET " + root + "/flavors/detail":                  s.listFlavors,
		"GET " + root + "/flavors/{id}":                    s.showFlavor,
	} {
		mux.HandleFunc(path, s.nova(handle))
	}
	mux.HandleFunc("/compute/", s.authed("compute", func(*call) answer {
		return page(http.StatusNotFound, "The resource could not be found.")
	}))
}

func (s *Server) novaVersions(c *call) answer {
	v21 := s.novaVersion(c)
	delete(v21, "media-types")
	v21["links"] = []obj{{"rel": "self", "href": c.base + "/compute/v2.1/"}}
	v20 := obj{
		"id": "v2.0", "status": "SUPPORTED", "version": "", "min_version": "", "updated": "2011-01-21T11:33:21Z",
		"links": []obj{{"rel": "self", "href": c.base + "/compute/v2/"}},
	}
	return ok(obj{"versions": []obj{v20, v21}})
}

func (s *Server) novaVersion(c *call) obj {
	return obj{
		"id": "v2.1", "status": "CURRENT", "version": s.cloud.Microversion, "min_version": "2.1",
		"updated": "2013-07-23T11:33:21Z",
		"links": []obj{
			{"rel": "self", "href": c.base + "/compute/v2.1/"},
			{"rel": "describedby", "type": "text/html", "href": "http://docs.openstack.org/"},
		},
		"media-types": []obj{{"base": "application/json", "type": "application/vnd.openstack.compute+json;version=2.1"}},
	}
}

// nova serves an authenticated call in the microversion it asks for.
func (s *Server) nova(handle func(*call) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		asked := askedVersion(r)
		version, refused := s.microversion(asked)
		if refused.status != http.StatusBadRequest {
			w.Header().Set("X-OpenStack-Nova-API-Version", asked)
			w.Header().Set("OpenStack-API-Version", "compute "+asked)
			w.Header().Set("Vary", "OpenStack-API-Version, X-OpenStack-Nova-API-Version")
		}
		s.authed("compute", func(c *call) answer {
			if refused.status != 0 {
				return refused
			}
			c.version = version
			return handle(c)
		})(w, r)
	}
}

// askedVersion reads both headers that Nova knows; the newer one wins.
func askedVersion(r *http.Request) string {
	for field := range strings.SplitSeq(r.Header.Get("OpenStack-API-Version"), ",") {
		if service, version, found := strings.Cut(strings.TrimSpace(field), " "); found && service == "compute" {
			return version
		}
	}
	if v := r.Header.Get("X-OpenStack-Nova-API-Version"); v != "" {
		return v
	}
	return "2.1"
}

// microversion returns the minor number of 2.x, or why it cannot be had.
func (s *Server) microversion(asked string) (int, answer) {
	newest := minor(s.cloud.Microversion)
	if asked == "latest" {
		return newest, answer{}
	}
	version := minor(asked)
	switch major, _, _ := strings.Cut(asked, "."); {
	case version < 0:
		return 0, novaError(http.StatusBadRequest,
			"API Version String %s is of invalid format. Must be of format MajorNum.MinorNum.", asked)
	case major != "2" || version < 1 || version > newest:
		return 0, novaError(http.StatusNotAcceptable,
			"Version %s is not supported by the API. Minimum is 2.1 and maximum is %s.", asked, s.cloud.Microversion)
	}
	return version, answer{}
}

// minor is the x of N.x, or -1.
func minor(version string) int {
	major, rest, _ := strings.Cut(version, ".")
	if _, err := strconv.Atoi(major); err != nil {
		return -1
	}
	if n, err := strconv.Atoi(rest); err == nil && n >= 0 {
		return n
	}
	return -1
}
