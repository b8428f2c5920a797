package cloud

import (
	"context"
	"net/url"
)

// Nova asks Neutron for the security groups of every server that it shows in
// detail: with Neutron down, a server cannot be read although Nova knows it.
// Its parts still can: the list of names, the filter by status, and the
// addresses, which Nova keeps a copy of.

// statuses are those that a diagnosis turns on.
var statuses = []string{
	"ACTIVE", "SHUTOFF", "ERROR", "BUILD", "PAUSED", "SUSPENDED", "RESCUE", "SHELVED", "SHELVED_OFFLOADED",
	"REBOOT", "HARD_REBOOT", "VERIFY_RESIZE", "RESIZE", "REBUILD", "SOFT_DELETED",
}

// pieces puts together the servers whose names match.
func (f *finder) pieces(ctx context.Context, pattern string) ([]server, error) {
	all, err := f.servers(ctx, "servers", url.Values{"name": {pattern}}, maxMatches+1)
	if err != nil {
		return nil, err
	}
	all = keep(all, func(s *server) bool { return s.Name == f.query })
	for i := range all {
		if whole, err := f.server(ctx, all[i].ID); err == nil {
			all[i] = *whole
		}
	}
	return all, nil
}

// piecesOf puts one server together. Its ID and addresses must be there; its
// status stays empty where Nova does not tell.
func (c *Cloud) piecesOf(ctx context.Context, id string) (*server, error) {
	s := &server{ID: id}
	var body struct {
		Addresses addresses `json:"addresses"`
	}
	err := c.ask(ctx, call{op: "read addresses of " + id, service: nova, path: "servers/" + id + "/ips"}, &body)
	if err != nil {
		return nil, err
	}
	s.Addresses = body.Addresses
	found := make([]*server, len(statuses))
	tasks := make([]func(), len(statuses))
	for i, status := range statuses {
		tasks[i] = func() { found[i] = c.withStatus(ctx, id, status) }
	}
	together(tasks...)
	for i, one := range found {
		if one != nil {
			s.Name, s.Status = one.Name, statuses[i]
		}
	}
	return s, nil
}

// withStatus returns the server's entry in the list of those with a status; nil
// if it is not in it.
func (c *Cloud) withStatus(ctx context.Context, id, status string) *server {
	all, err := c.servers(ctx, "servers", url.Values{"status": {status}}, maxNear)
	if err != nil {
		return nil
	}
	for i := range all {
		if all[i].ID == id {
			return &all[i]
		}
	}
	return nil
}
