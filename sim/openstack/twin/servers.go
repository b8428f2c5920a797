package twin

import (
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sshhelp/sim/scenario"
)

// serverFilters may be given by anybody (nova/api/openstack/compute/
// servers.py); from others, for members, Nova takes no notice before 2.75.
var serverFilters = []string{
	"name", "status", "image", "flavor", "ip", "ip6", "host", "deleted", "all_tenants",
	"project_id", "tenant_id", "user_id", "key_name", "vm_state", "task_state", "power_state", "changes-since",
	"limit", "marker", "sort_key", "sort_dir", "reservation_id", "tags", "locked", "uuid",
}

// listServers is both GET /servers and GET /servers/detail.
func (s *Server) listServers(c *call) answer {
	q := c.URL.Query()
	if a := s.refuseQuery(c, q); a.status != 0 {
		return a
	}
	found := s.selectServers(c, q)
	rest, a := afterMarker(found, q.Get("marker"))
	if a.status != 0 {
		return a
	}
	limit := s.cloud.PageLimit
	if n, err := strconv.Atoi(q.Get("limit")); err == nil {
		limit = min(n, limit)
	}
	view := s.serverShort
	if strings.HasSuffix(c.URL.Path, "/detail") {
		view = s.serverInList
	}
	list := []obj{}
	for _, v := range rest[:min(limit, len(rest))] {
		list = append(list, view(c, v))
	}
	body := obj{"servers": list}
	if len(list) == limit && limit > 0 { // also when nothing follows, as Nova does not look
		q.Set("marker", rest[limit-1].ID)
		q.Set("limit", strconv.Itoa(limit))
		body["servers_links"] = []obj{{"rel": "next", "href": c.base + c.URL.Path + "?" + q.Encode()}}
	}
	return ok(body)
}

// refuseQuery returns the error for a list that may not be asked for.
func (s *Server) refuseQuery(c *call, q url.Values) answer {
	for key, values := range q {
		switch {
		case c.version >= 75 && !slices.Contains(serverFilters, key) && !strings.HasPrefix(key, "_"):
			return novaError(http.StatusBadRequest, "'%s' does not match any of the regexes: '^_'", key)
		case key == "name" || key == "ip" || key == "ip6":
			if _, err := regexp.Compile(values[0]); err != nil || values[0] == "" {
				return novaError(http.StatusBadRequest, "Invalid input for query parameters %s. Value: %s. '%s' is not a 'regex'",
					key, values[0], values[0])
			}
		case key == "limit":
			if n, err := strconv.Atoi(values[0]); err != nil || n < 0 {
				return novaError(http.StatusBadRequest, "Invalid input for query parameters limit. Value: %s. '%s' does not match '^[0-9]*$'",
					values[0], values[0])
			}
		}
	}
	if isTrue(q.Get("all_tenants")) && !c.caller.admin() {
		return novaForbidden("os_compute_api:servers:detail:get_all_tenants")
	}
	if strings.EqualFold(q.Get("status"), "deleted") && !c.caller.admin() {
		return novaError(http.StatusForbidden, "Only administrators may list deleted instances")
	}
	for _, status := range q["status"] {
		if !scenario.IsStatus(strings.ToUpper(status)) {
			return novaError(http.StatusBadRequest, "Invalid status value")
		}
	}
	return answer{}
}

func isTrue(text string) bool {
	return slices.Contains([]string{"1", "t", "true", "on", "y", "yes"}, strings.ToLower(text))
}

// selectServers applies the filters; the newest server comes first.
func (s *Server) selectServers(c *call, q url.Values) []*scenario.Server {
	everywhere := isTrue(q.Get("all_tenants"))
	deleted := c.caller.admin() && (isTrue(q.Get("deleted")) || strings.EqualFold(q.Get("status"), "deleted"))
	var found []*scenario.Server
	for i := range s.cloud.Servers {
		v := &s.cloud.Servers[i]
		mine := everywhere || v.Project == c.caller.project.Name
		if mine && (v.Status == "DELETED") == deleted && s.matches(c, v, q) {
			found = append(found, v)
		}
	}
	slices.SortStableFunc(found, func(a, b *scenario.Server) int {
		return s.times[b.ID].created.Compare(s.times[a.ID].created)
	})
	return found
}

func (s *Server) matches(c *call, v *scenario.Server, q url.Values) bool {
	for key, values := range q {
		want := values[0]
		switch key {
		case "name": // a regular expression; MySQL takes no notice of case
			if matched, _ := regexp.MatchString("(?i)"+want, v.Name); !matched {
				return false
			}
		case "status":
			if !slices.ContainsFunc(values, func(w string) bool { return strings.EqualFold(w, v.Status) }) {
				return false
			}
		case "ip":
			if !hasFixed(v, want, netip.Addr.Is4) {
				return false
			}
		case "ip6": // for members from 2.5 on
			if (c.version >= 5 || c.caller.admin()) && !hasFixed(v, want, netip.Addr.Is6) {
				return false
			}
		case "image":
			if image := s.cloud.Image(*v.Image); image == nil || image.ID != want {
				return false
			}
		case "flavor":
			if s.cloud.Flavor(v.Flavor).ID != want {
				return false
			}
		default:
			if !s.matchesMore(c, v, key, want) {
				return false
			}
		}
	}
	return true
}

// matchesMore are the filters that members have from 2.83 on.
func (s *Server) matchesMore(c *call, v *scenario.Server, key, want string) bool {
	if c.version < 83 && !c.caller.admin() {
		return true
	}
	switch key {
	case "uuid":
		return !c.caller.admin() || v.ID == want
	case "key_name":
		return *v.KeyName == want
	case "vm_state":
		return v.VMState == want
	case "task_state":
		return v.TaskState == want
	case "power_state":
		return strconv.Itoa(*v.PowerState) == want
	case "user_id":
		return s.cloud.User(v.User).ID == want
	case "host":
		return !c.caller.admin() || *v.Host == want
	case "project_id", "tenant_id":
		return !c.caller.admin() || s.cloud.Project(v.Project).ID == want
	}
	return true
}

// hasFixed looks for a part of a fixed address. Nova's documentation speaks of
// a regular expression; with a Neutron that can filter by parts of addresses
// (any of these years) it hands the text on as a part instead, so that an
// anchored expression finds nothing. Backslashes go, as in MySQL's LIKE, so a
// quoted address does find. Floating IPs are never looked at.
func hasFixed(v *scenario.Server, part string, family func(netip.Addr) bool) bool {
	part = strings.ReplaceAll(part, `\`, "")
	return slices.ContainsFunc(v.FixedIPs(), func(a netip.Addr) bool {
		return family(a) && strings.Contains(a.String(), part)
	})
}

func afterMarker(list []*scenario.Server, marker string) ([]*scenario.Server, answer) {
	if marker == "" {
		return list, answer{}
	}
	i := slices.IndexFunc(list, func(v *scenario.Server) bool { return v.ID == marker })
	if i < 0 {
		return nil, novaError(http.StatusBadRequest, "marker [%s] not found", marker)
	}
	return list[i+1:], answer{}
}

// server returns the one in the path, or nil if the caller must not see it.
func (s *Server) server(c *call) *scenario.Server {
	v := s.find(c.PathValue("id"))
	if v == nil || v.ID != c.PathValue("id") || v.Status == "DELETED" || !c.caller.sees(v.Project) {
		return nil
	}
	return v
}

func (s *Server) showServer(c *call) answer {
	v := s.server(c)
	if v == nil {
		return noServer(c.PathValue("id"))
	}
	return ok(obj{"server": s.serverDetail(c, v)})
}
