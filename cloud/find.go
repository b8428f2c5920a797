package cloud

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"sshhelp/diag"
)

// Bounds of a search.
const (
	maxMatches = 20    // of servers that are read in detail
	maxListed  = 10000 // servers looked at for an ID that begins like the query
	maxNear    = 1000  // names compared with one that does not exist
	longest    = 255   // a name in Nova
)

var (
	fullID = regexp.MustCompile(`^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$`)
	someID = regexp.MustCompile(`^[0-9a-f]{6,8}(-[0-9a-f-]{0,27})?$`)
	domain = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)+\.?$`)
)

// Find looks an instance up by its ID or the beginning of one, its name, one of
// its addresses, fixed or floating, or a DNS name of such an address. Finding
// none or several is no error; not having been able to look everywhere, and
// having found nothing, is: it wraps [diag.ErrUnreachable],
// [diag.ErrCredentials] or [diag.ErrConfig].
func (c *Cloud) Find(ctx context.Context, query string) (*diag.Search, error) {
	if _, err := c.session.open(ctx, nil); err != nil {
		return nil, fmt.Errorf("find %q in cloud %s: %w", query, c.name, err)
	}
	f := &finder{Cloud: c, query: strings.TrimSpace(query)}
	f.search = diag.Search{Query: query, Where: []string{f.where()}, Matches: []diag.Instance{}}
	if err := f.find(ctx); err != nil {
		return nil, fmt.Errorf("find %q in cloud %s: %w", query, c.name, unable(err))
	}
	f.completeFault(ctx)
	return &f.search, nil
}

// A finder is one search.
type finder struct {
	*Cloud
	query  string
	search diag.Search
}

func (f *finder) where() string {
	switch who := f.who(); {
	case who.admin():
		return "cloud " + f.name + ", all projects"
	case who.Project.Name != "":
		return "cloud " + f.name + ", project " + who.Project.Name
	}
	return "cloud " + f.name
}

func (f *finder) find(ctx context.Context) error {
	if f.query == "" || len(f.query) > longest*4 {
		return nil
	}
	if id := strings.ToLower(f.query); fullID.MatchString(id) {
		return f.byID(ctx, dashed(id))
	}
	if ip, err := netip.ParseAddr(strings.Trim(f.query, "[]")); err == nil {
		return f.byAddresses(ctx, []netip.Addr{ip.WithZone("").Unmap()})
	}
	return f.byName(ctx)
}

// dashed writes an ID the way Nova does.
func dashed(id string) string {
	id = strings.ReplaceAll(id, "-", "")
	return strings.Join([]string{id[:8], id[8:12], id[12:16], id[16:20], id[20:]}, "-")
}

// found adds servers to the matches, at most maxMatches of all.
func (f *finder) found(servers ...server) {
	for i := range servers {
		if len(f.search.Matches) == maxMatches {
			f.search.More = true
			return
		}
		f.search.Matches = append(f.search.Matches, servers[i].instance(f.name))
	}
}

// completeFault reads the one instance that was found in ERROR by its ID, if the
// list that it was found in did not say why: Nova's lists lack the fault of those
// that never got a host (seen with Zed), which is the one that matters most.
func (f *finder) completeFault(ctx context.Context) {
	if len(f.search.Matches) != 1 {
		return
	}
	if i := &f.search.Matches[0]; i.Status == "ERROR" && i.Fault == nil && i.ID != f.query {
		if s, err := f.server(ctx, i.ID); err == nil {
			i.Fault = s.instance(f.name).Fault
		}
	}
}

// byID reads the server. One that is gone has left its actions behind; and a
// server may have an ID for a name.
func (f *finder) byID(ctx context.Context, id string) error {
	s, err := f.server(ctx, id)
	if err == nil {
		f.found(*s)
		return nil
	}
	if statusOf(err) != http.StatusNotFound {
		return err
	}
	var named []server
	var deleted *diag.Deleted
	var errName, errGone error
	together(
		func() { named, errName = f.named(ctx) },
		func() { deleted, errGone = f.deleted(ctx, id) },
	)
	f.found(named...)
	f.search.Deleted = deleted
	if len(named) > 0 || deleted != nil {
		return nil
	}
	return errors.Join(errName, errGone)
}

// byName looks for the exact name, and meanwhile for an ID that begins like it.
// DNS is asked only if there is neither: what instances are called here is
// nobody else's business.
func (f *finder) byName(ctx context.Context) error {
	var named, ids []server
	var errName, errIDs error
	other, cancel := context.WithCancel(ctx)
	defer cancel()
	together(
		func() {
			if named, errName = f.named(ctx); len(named) > 0 {
				cancel()
			}
		},
		func() { ids, errIDs = f.beginning(other) },
	)
	if len(named) > 0 {
		f.found(named...)
		return nil
	}
	if err := errors.Join(errName, errIDs); err != nil {
		return err
	}
	if len(ids) > 0 {
		return f.details(ctx, ids)
	}
	if resolved := f.resolve(ctx); len(resolved) > 0 {
		if err := f.byAddresses(ctx, resolved); err != nil || len(f.search.Matches) > 0 {
			return err
		}
	}
	f.near(ctx)
	return nil
}

// named returns the servers of exactly that name. Nova takes the filter as a
// regular expression, in the dialect of its database.
func (f *finder) named(ctx context.Context) ([]server, error) {
	pattern := "^" + regexp.QuoteMeta(f.query) + "$"
	all, err := f.servers(ctx, "servers/detail", url.Values{"name": {pattern}}, maxMatches+1)
	if statusOf(err) == http.StatusInternalServerError {
		all, err = f.pieces(ctx, pattern)
	}
	return keep(all, func(s *server) bool { return s.Name == f.query }), err
}

// beginning returns the servers whose ID begins like the query, if that can be.
func (f *finder) beginning(ctx context.Context) ([]server, error) {
	prefix := strings.ToLower(f.query)
	if !someID.MatchString(prefix) {
		return nil, nil
	}
	all, err := f.servers(ctx, "servers", nil, maxListed)
	return keep(all, func(s *server) bool { return strings.HasPrefix(s.ID, prefix) }), err
}

// details reads servers of which only the IDs are known.
func (f *finder) details(ctx context.Context, ids []server) error {
	f.search.More = len(ids) > maxMatches
	ids = ids[:min(len(ids), maxMatches)]
	whole, errs := make([]*server, len(ids)), make([]error, len(ids))
	tasks := make([]func(), len(ids))
	for i := range ids {
		tasks[i] = func() { whole[i], errs[i] = f.server(ctx, ids[i].ID) }
	}
	together(tasks...)
	for i, s := range whole {
		if statusOf(errs[i]) == http.StatusNotFound {
			errs[i] = nil // gone since it was listed
		}
		if s != nil {
			f.found(*s)
		}
	}
	return errors.Join(errs...)
}

// deleted tells when a server that is not there was deleted. Nova answers for
// actions of deleted servers since 2.21, until they are purged.
func (f *finder) deleted(ctx context.Context, id string) (*diag.Deleted, error) {
	if !f.atLeast(21) {
		return nil, nil
	}
	var body struct {
		Actions []struct {
			Action string `json:"action"`
			Start  stamp  `json:"start_time"`
		} `json:"instanceActions"`
	}
	err := f.ask(ctx, call{op: "read actions of " + id, service: nova, path: "servers/" + id + "/os-instance-actions"}, &body)
	if err != nil {
		// 404: there never was one. Others say nothing of the instance either.
		return nil, nil
	}
	gone := &diag.Deleted{ID: id}
	for _, action := range body.Actions {
		if action.Action == "delete" && action.Start.After(gone.At) {
			gone.At = action.Start.Time
		}
	}
	return gone, nil
}

// server reads one server.
func (c *Cloud) server(ctx context.Context, id string) (*server, error) {
	var body struct {
		Server *server `json:"server"`
	}
	err := c.ask(ctx, call{op: "read server " + id, service: nova, path: "servers/" + id}, &body)
	if err == nil && (body.Server == nil || body.Server.ID == "") {
		err = &failure{op: "read server " + id, cause: fmt.Errorf("%w: no server in it", errOdd)}
	}
	if statusOf(err) == http.StatusInternalServerError {
		return c.piecesOf(ctx, id)
	}
	return body.Server, err
}

// servers lists servers. An administrator is asked for those of all projects:
// without that Nova lists his own project's, and he sees the others by ID only.
func (c *Cloud) servers(ctx context.Context, path string, query url.Values, most int) ([]server, error) {
	q := call{op: "list servers", service: nova, path: path, query: url.Values{}}
	for k, v := range query {
		q.query[k] = v
	}
	everywhere := c.who().admin()
	if everywhere {
		q.query.Set("all_tenants", "1")
	}
	all, _, err := list[server](ctx, c, q, "servers", most)
	if everywhere && statusOf(err) == http.StatusForbidden { // an admin of less than all
		q.query.Del("all_tenants")
		all, _, err = list[server](ctx, c, q, "servers", most)
	}
	return all, err
}

// resolve asks DNS if the query can be a name there. Failing is no error of the
// cloud's: then the query is no DNS name, as far as we can see.
func (f *finder) resolve(ctx context.Context) []netip.Addr {
	if !domain.MatchString(f.query) || len(f.query) > 254 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, resolveMost)
	defer cancel()
	addrs, err := f.lookup(ctx, "ip", f.query)
	if err != nil {
		f.log.Debug("name not resolved", "err", err)
		return nil
	}
	for i := range addrs {
		addrs[i] = addrs[i].WithZone("").Unmap()
	}
	return addrs[:min(len(addrs), maxAddresses)]
}

// A resolver that is away must not cost the search: names in DNS are the last
// thing that a query can be.
const (
	resolveMost  = 3 * time.Second
	maxAddresses = 8
)

// keep returns the items that are wanted.
func keep[T any](all []T, wanted func(*T) bool) []T {
	var kept []T
	for i := range all {
		if wanted(&all[i]) {
			kept = append(kept, all[i])
		}
	}
	return kept
}

// together runs tasks side by side and waits for all of them.
func together(tasks ...func()) {
	var wg sync.WaitGroup
	for _, task := range tasks {
		wg.Go(task)
	}
	wg.Wait()
}
