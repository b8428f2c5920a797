package cloud

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"time"

	"sshhelp/diag"
)

// maxObjects bounds each list about one instance: its ports, their groups, the
// routers of its project.
const maxObjects = 1000

// routerPorts are what Neutron calls the ports by which routers, plain,
// distributed and redundant, sit on a subnet.
var routerPorts = []string{
	"network:router_interface", "network:router_interface_distributed", "network:ha_router_replicated_interface",
}

// A survey gathers what Neutron knows about the way to an instance. Each list
// is nil until it was read.
type survey struct {
	*Cloud
	known   *diag.Evidence
	started time.Time

	ports      []port
	groups     []group
	floating   []floatingIP
	interfaces []port // of routers, on the instance's networks
	routers    []router
	networks   []network
	subnets    []subnet

	gaps [6]*diag.Gap
}

// readNetwork asks for the ports, then for all that hangs on them side by side,
// then for the members of groups that rules admit and for floating IPs that went
// elsewhere. Only the ports must be read;
// what else fails is a gap in the fact.
func (c *Cloud) readNetwork(ctx context.Context, known *diag.Evidence) (diag.Fact, error) {
	s := &survey{Cloud: c, known: known, started: time.Now()}
	var err error
	s.ports, _, err = list[port](ctx, c, call{
		op: "read ports of " + known.Instance.ID, service: neutron, path: "ports",
		query: url.Values{"device_id": {known.Instance.ID}},
	}, "ports", maxObjects)
	if err != nil {
		return nil, err
	}
	s.sort()
	if len(s.ports) > 0 {
		together(
			func() { s.gaps[0] = s.readGroups(ctx) },
			func() { s.gaps[1] = s.readFloating(ctx) },
			func() { s.gaps[2] = s.readRouters(ctx) },
			func() { s.gaps[3] = s.readSubnets(ctx) },
		)
	}
	n := &diag.Network{Ports: []diag.Port{}}
	for i := range s.ports {
		n.Ports = append(n.Ports, s.port(&s.ports[i]))
	}
	together(
		func() { s.gaps[4] = s.members(ctx, n) },
		func() { n.Strayed, s.gaps[5] = s.strayed(ctx) },
	)
	for _, gap := range s.gaps {
		if gap != nil {
			n.Gaps = append(n.Gaps, *gap)
		}
	}
	return n, nil
}

// sort puts the ports into the order of the instance's addresses; Neutron's own
// is of no meaning.
func (s *survey) sort() {
	rank := func(p port) int {
		i := slices.IndexFunc(s.known.Instance.Addresses, func(a diag.Address) bool { return a.MAC == p.MAC })
		if i < 0 {
			return len(s.known.Instance.Addresses)
		}
		return i
	}
	slices.SortStableFunc(s.ports, func(a, b port) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.ID, b.ID))
	})
}

// lost makes the gap of one part.
func (s *survey) lost(what string, err error) *diag.Gap {
	if err == nil {
		return nil
	}
	return s.gap(diag.SourceNetwork, what, s.started, err)
}

// collect gathers one value of each port, once each.
func (s *survey) collect(values func(*port) []string) []string {
	var all []string
	for i := range s.ports {
		all = append(all, values(&s.ports[i])...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (s *survey) networkIDs() []string {
	return s.collect(func(p *port) []string { return []string{p.NetworkID} })
}

func (s *survey) readGroups(ctx context.Context) *diag.Gap {
	ids := s.collect(func(p *port) []string { return p.Groups })
	if len(ids) == 0 {
		return nil
	}
	var err error
	s.groups, _, err = list[group](ctx, s.Cloud, call{
		op: "read security groups", service: neutron, path: "security-groups", query: url.Values{"id": ids},
	}, "security_groups", maxObjects)
	return s.lost("the rules of the security groups", err)
}

func (s *survey) readFloating(ctx context.Context) *diag.Gap {
	all, _, err := list[floatingIP](ctx, s.Cloud, call{
		op: "read floating IPs", service: neutron, path: "floatingips",
		query: url.Values{"port_id": s.collect(func(p *port) []string { return []string{p.ID} })},
	}, "floatingips", maxObjects)
	if err == nil {
		s.floating = append([]floatingIP{}, all...)
	}
	return s.lost("the floating IPs", err)
}

// strayed looks up the floating IPs that Nova shows but that are on none of the
// instance's ports: Nova keeps a copy of the addresses, and it can be out of date.
// One that belongs to another project is not shown to us, and stays unknown.
func (s *survey) strayed(ctx context.Context) ([]diag.FloatingIP, *diag.Gap) {
	var lost []string
	for _, a := range s.known.Instance.Addresses {
		if a.Floating && !slices.ContainsFunc(s.floating, func(f floatingIP) bool { return f.IP == a.IP.String() }) {
			lost = append(lost, a.IP.String())
		}
	}
	if len(lost) == 0 || s.floating == nil {
		return nil, nil
	}
	all, _, err := list[floatingIP](ctx, s.Cloud, call{
		op: "read floating IPs that went elsewhere", service: neutron, path: "floatingips", query: url.Values{"floating_ip_address": lost},
	}, "floatingips", maxObjects)
	var found []diag.FloatingIP
	for i := range all {
		if d := all[i].diag(); d.IP.IsValid() {
			d.PortID, d.DeviceID = all[i].PortID, all[i].Port.DeviceID
			found = append(found, d)
		}
	}
	return found, s.lost("where floating IPs lead to", err)
}

// readRouters asks for the interfaces and, rather than waiting for the routers'
// IDs in them, for all routers of the project. A router of another one is read
// by its ID.
func (s *survey) readRouters(ctx context.Context) *diag.Gap {
	var interfaces []port
	var routers []router
	var errs [2]error
	together(func() {
		interfaces, _, errs[0] = list[port](ctx, s.Cloud, call{
			op: "read ports of routers", service: neutron, path: "ports",
			query: url.Values{"network_id": s.networkIDs(), "device_owner": routerPorts},
		}, "ports", maxObjects)
	}, func() {
		routers, _, errs[1] = s.listRouters(ctx, url.Values{"project_id": {s.known.Instance.Project}})
	})
	if err := cmp.Or(errs[0], errs[1]); err != nil {
		return s.lost("the routers", err)
	}
	var missing []string
	for _, p := range interfaces {
		if !slices.ContainsFunc(routers, func(r router) bool { return r.ID == p.DeviceID }) {
			missing = append(missing, p.DeviceID)
		}
	}
	if len(missing) > 0 {
		more, _, err := s.listRouters(ctx, url.Values{"id": missing})
		if err != nil {
			return s.lost("the routers", err)
		}
		routers = append(routers, more...)
	}
	s.interfaces, s.routers = append([]port{}, interfaces...), routers
	return nil
}

func (s *survey) listRouters(ctx context.Context, query url.Values) ([]router, bool, error) {
	return list[router](ctx, s.Cloud, call{op: "read routers", service: neutron, path: "routers", query: query}, "routers", maxObjects)
}

// readSubnets reads subnets and the networks they are in.
func (s *survey) readSubnets(ctx context.Context) *diag.Gap {
	var errs [2]error
	together(func() {
		s.subnets, _, errs[0] = list[subnet](ctx, s.Cloud, call{
			op: "read subnets", service: neutron, path: "subnets", query: url.Values{"network_id": s.networkIDs()},
		}, "subnets", maxObjects)
	}, func() {
		s.networks, _, errs[1] = list[network](ctx, s.Cloud, call{
			op: "read networks", service: neutron, path: "networks", query: url.Values{"id": s.networkIDs()},
		}, "networks", maxObjects)
	})
	return s.lost("the networks and subnets", cmp.Or(errs[0], errs[1]))
}
