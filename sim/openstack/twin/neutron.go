package twin

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A collection is one kind of thing that Neutron lists.
type collection struct {
	plural, kind string // "ports", "Port"
	key          string // of one, "port"
	// items are all that there are, with every attribute.
	items func() []obj
	// shown decides who may see one; nil: its project.
	shown func(c *call, item obj) bool
	// lost says what an unknown marker does: an error, or (as it came about
	// in Neutron) no items or all of them.
	lost lostMarker
	// hidden are the attributes that an item does not show to the caller.
	hidden func(c *call, item obj) []string
}

type lostMarker int

const (
	lostIsError lostMarker = iota
	lostIsEnd
	lostIsStart
)

func (s *Server) collections() []collection {
	return []collection{
		{plural: "ports", kind: "Port", key: "port", items: s.ports, hidden: hidePort},
		{plural: "floatingips", kind: "FloatingIP", key: "floatingip", items: s.floatingIPs, lost: lostIsEnd},
		{plural: "routers", kind: "Router", key: "router", items: s.routers, lost: lostIsEnd, hidden: hideRouter},
		{plural: "networks", kind: "Network", key: "network", items: s.networks, shown: showNetwork, hidden: hideNetwork},
		{plural: "subnets", kind: "Subnet", key: "subnet", items: s.subnets, lost: lostIsStart, shown: s.showSubnet},
		{plural: "security-groups", kind: "SecurityGroup", key: "security_group", items: s.securityGroups, lost: lostIsStart},
		{plural: "security-group-rules", kind: "SecurityGroupRule", key: "security_group_rule", items: s.securityGroupRules, lost: lostIsStart},
		{plural: "address-groups", kind: "AddressGroup", key: "address_group", items: s.addressGroups, lost: lostIsStart},
	}
}

func (s *Server) routeNeutron(mux *http.ServeMux) {
	for _, path := range []string{"GET /network", "GET /network/{$}"} {
		mux.HandleFunc(path, s.open(func(c *call) answer {
			return ok(obj{"versions": []obj{{
				"id": "v2.0", "status": "CURRENT",
				"links": []obj{{"rel": "self", "href": c.base + "/network/v2.0/"}},
			}}})
		}))
	}
	for _, k := range s.collections() {
		path := "GET /network/v2.0/" + k.plural
		list := s.authed("network", func(c *call) answer { return s.list(c, k) })
		mux.HandleFunc(path, list)
		mux.HandleFunc(path+".json", list)
		mux.HandleFunc(path+"/{id}", s.authed("network", func(c *call) answer { return s.show(c, k) }))
	}
	mux.HandleFunc("GET /network/v2.0/extensions", s.authed("network", listExtensions))
	mux.HandleFunc("/network/", s.authed("network", func(*call) answer {
		return neutronError(http.StatusNotFound, "HTTPNotFound", "The resource could not be found.")
	}))
}

func neutronError(status int, kind, message string) answer {
	return answer{status: status, body: obj{"NeutronError": obj{"type": kind, "message": message, "detail": ""}}}
}

func (k collection) visible(c *call) []obj {
	var list []obj
	for _, item := range k.items() {
		mine := item["project_id"] == c.caller.project.ID
		if c.caller.admin() || mine || k.shown != nil && k.shown(c, item) {
			list = append(list, item)
		}
	}
	return list
}

func (k collection) notFound(id string) answer {
	return neutronError(http.StatusNotFound, k.kind+"NotFound", fmt.Sprintf("%s %s could not be found.", k.kind, id))
}

func (s *Server) show(c *call, k collection) answer {
	id := c.PathValue("id")
	for _, item := range k.visible(c) {
		if item["id"] == id {
			return ok(obj{k.key: k.cut(c, item)})
		}
	}
	return k.notFound(id)
}

func (s *Server) list(c *call, k collection) answer {
	q := c.URL.Query()
	if a := refuseFilter(q); a.status != 0 {
		return a
	}
	list := slices.DeleteFunc(k.visible(c), func(item obj) bool { return !matchesAll(item, q) })
	sortItems(list, q)
	limit, err := strconv.Atoi(q.Get("limit"))
	if q.Get("limit") != "" && (err != nil || limit < 0) {
		return neutronError(http.StatusBadRequest, "BadRequest",
			fmt.Sprintf("Bad limit request: Limit must be an integer 0 or greater and not '%s'.", q.Get("limit")))
	}
	paged, found := pageOf(list, q, limit, k.lost)
	if !found {
		return k.notFound(q.Get("marker"))
	}
	cut := []obj{}
	for _, item := range paged {
		cut = append(cut, k.cut(c, item))
	}
	name := strings.ReplaceAll(k.plural, "-", "_")
	body := obj{name: cut}
	if limit > 0 {
		body[name+"_links"] = pageLinks(c, q, paged, limit)
	}
	return ok(body)
}

// cut leaves out what the caller may not see or did not ask for.
func (k collection) cut(c *call, item obj) obj {
	var hidden []string
	if k.hidden != nil && !c.caller.admin() {
		hidden = k.hidden(c, item)
	}
	fields := c.URL.Query()["fields"]
	out := obj{}
	for key, value := range item {
		if !slices.Contains(hidden, key) && (len(fields) == 0 || slices.Contains(fields, key)) {
			out[key] = value
		}
	}
	return out
}

// notFilters are what a query may hold besides filters.
var notFilters = []string{"fields", "limit", "marker", "page_reverse", "sort_key", "sort_dir"}

// refuseFilter: Neutron wants a boolean where the attribute is one.
func refuseFilter(q url.Values) answer {
	for _, key := range []string{"admin_state_up", "shared", "router:external", "port_security_enabled", "enable_dhcp"} {
		for _, value := range q[key] {
			if _, err := strconv.ParseBool(value); err != nil {
				return neutronError(http.StatusBadRequest, "InvalidInput",
					fmt.Sprintf("Invalid input for operation: '%s' cannot be converted to boolean.", value))
			}
		}
	}
	return answer{}
}

// matchesAll applies the filters: each key one of its values. Filters work on
// hidden attributes too, and those that Neutron does not know are passed over.
func matchesAll(item obj, q url.Values) bool {
	for key, values := range q {
		have, known := item[key]
		if slices.Contains(notFilters, key) || !known {
			continue
		}
		if !slices.ContainsFunc(values, func(want string) bool { return matchesOne(have, want) }) {
			return false
		}
	}
	return true
}

func matchesOne(have any, want string) bool {
	switch have := have.(type) {
	case nil:
		return want == "" || want == "null"
	case bool:
		return isTrue(want) == have
	case []string:
		return slices.Contains(have, want)
	case []obj: // fixed_ips=ip_address=10.0.0.1
		key, value, _ := strings.Cut(want, "=")
		key, isPart := strings.CutSuffix(key, "_substr")
		return slices.ContainsFunc(have, func(o obj) bool {
			text := fmt.Sprint(o[key])
			return text == value || isPart && strings.Contains(text, value)
		})
	}
	return fmt.Sprint(have) == want
}

// sortItems sorts by the keys asked for, then by ID, as Neutron does in order
// to page.
func sortItems(list []obj, q url.Values) {
	dirs := q["sort_dir"]
	slices.SortStableFunc(list, func(a, b obj) int {
		for i, key := range q["sort_key"] {
			if n := strings.Compare(fmt.Sprint(a[key]), fmt.Sprint(b[key])); n != 0 {
				if i < len(dirs) && dirs[i] == "desc" {
					return -n
				}
				return n
			}
		}
		return strings.Compare(fmt.Sprint(a["id"]), fmt.Sprint(b["id"]))
	})
}

// pageOf returns the page of a sorted list, and whether the marker was found.
func pageOf(list []obj, q url.Values, limit int, lost lostMarker) ([]obj, bool) {
	reverse := isTrue(q.Get("page_reverse"))
	if marker := q.Get("marker"); marker != "" {
		i := slices.IndexFunc(list, func(o obj) bool { return o["id"] == marker })
		switch {
		case i < 0 && lost == lostIsError:
			return nil, false
		case i < 0 && lost == lostIsEnd:
			list = nil
		case i < 0:
		case reverse:
			list = list[:i]
		default:
			list = list[i+1:]
		}
	}
	switch {
	case limit == 0 || limit >= len(list):
		return list, true
	case reverse:
		return list[len(list)-limit:], true
	}
	return list[:limit], true
}

// pageLinks are Neutron's: the way forward when the page is full, although
// nothing may follow, and the way back always.
func pageLinks(c *call, q url.Values, paged []obj, limit int) []obj {
	links := []obj{}
	reverse := isTrue(q.Get("page_reverse"))
	href := func(rel string, at int, back bool) {
		next := url.Values{}
		for key, values := range q {
			next[key] = values
		}
		delete(next, "page_reverse")
		if len(paged) > 0 {
			next.Set("marker", fmt.Sprint(paged[at]["id"]))
		}
		if back {
			next.Set("page_reverse", "True")
		}
		links = append(links, obj{"rel": rel, "href": c.base + c.URL.Path + "?" + next.Encode()})
	}
	if len(paged) >= limit || reverse {
		href("next", len(paged)-1, false)
	}
	if len(paged) >= limit || !reverse {
		href("previous", 0, true)
	}
	return links
}

// listExtensions names those that a client might look for.
func listExtensions(*call) answer {
	list := []obj{}
	for _, alias := range []string{
		"address-group", "allowed-address-pairs", "binding", "external-net", "fip-port-details",
		"ip-substring-filtering", "pagination", "port-security", "project-id", "router", "security-group", "sorting",
	} {
		list = append(list, obj{"alias": alias, "name": alias, "description": "", "updated": "2020-07-15T10:00:00-00:00", "links": []obj{}})
	}
	return ok(obj{"extensions": list})
}
