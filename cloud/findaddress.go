package cloud

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"

	"sshhelp/diag"
)

// byAddresses finds the servers that have one of the addresses.
func (f *finder) byAddresses(ctx context.Context, addrs []netip.Addr) error {
	found, errs := make([][]server, len(addrs)), make([]error, len(addrs))
	tasks := make([]func(), len(addrs))
	for i := range addrs {
		tasks[i] = func() { found[i], errs[i] = f.byAddress(ctx, addrs[i]) }
	}
	together(tasks...)
	seen := map[string]bool{}
	for _, s := range slices.Concat(found...) {
		if !seen[s.ID] {
			seen[s.ID] = true
			f.found(s)
		}
	}
	if len(seen) > 0 {
		return nil
	}
	return errors.Join(errs...)
}

// byAddress asks Nova for those with such a fixed address and Neutron for the
// port, side by side. Nova alone would do for fixed addresses, but if Neutron is
// down it says that there are none, and it knows no floating ones.
func (f *finder) byAddress(ctx context.Context, ip netip.Addr) ([]server, error) {
	var fixed, other []server
	var errFixed, errOther error
	together(
		func() { fixed, errFixed = f.byFixed(ctx, ip) },
		func() { other, errOther = f.byPort(ctx, ip) },
	)
	if all := append(fixed, other...); len(all) > 0 {
		return all, nil
	}
	return nil, errors.Join(errOther, errFixed)
}

// byFixed asks Nova. Whether the filter is a regular expression or a part of
// the address depends on the cloud; an address as it is does for both, and what
// comes back is compared exactly.
func (f *finder) byFixed(ctx context.Context, ip netip.Addr) ([]server, error) {
	filter := "ip"
	if ip.Is6() {
		filter = "ip6"
	}
	all, err := f.servers(ctx, "servers/detail", url.Values{filter: {ip.String()}}, maxNear)
	return keep(all, func(s *server) bool {
		return slices.ContainsFunc(s.Addresses, func(a diag.Address) bool { return a.IP == ip })
	}), err
}

// byPort asks Neutron for the floating IP, or, as there are none of IPv6, for
// the port with that fixed address, and Nova for the server behind it.
func (f *finder) byPort(ctx context.Context, ip netip.Addr) ([]server, error) {
	ids, err := f.devicesAt(ctx, ip)
	if err != nil {
		return nil, err
	}
	var all []server
	for _, id := range ids {
		switch s, err := f.server(ctx, id); {
		case err == nil:
			all = append(all, *s)
		case statusOf(err) != http.StatusNotFound: // a router's or a load balancer's
			return nil, err
		}
	}
	return all, nil
}

func (f *finder) devicesAt(ctx context.Context, ip netip.Addr) ([]string, error) {
	if ip.Is6() {
		return f.devicesOf(ctx, url.Values{"fixed_ips": {"ip_address=" + ip.String()}})
	}
	q := call{op: "look for floating IP " + ip.String(), service: neutron, path: "floatingips", query: url.Values{"floating_ip_address": {ip.String()}}}
	fips, _, err := list[floatingIP](ctx, f.Cloud, q, "floatingips", maxMatches)
	if err != nil {
		return nil, err
	}
	var devices, ports []string
	for _, fip := range fips {
		switch {
		case fip.IP != ip.String() || fip.PortID == "":
		case fip.Port.DeviceID != "":
			devices = append(devices, fip.Port.DeviceID)
		default: // a Neutron that does not show the port along with it
			ports = append(ports, fip.PortID)
		}
	}
	if len(ports) == 0 {
		return devices, nil
	}
	more, err := f.devicesOf(ctx, url.Values{"id": ports})
	return append(devices, more...), err
}

func (f *finder) devicesOf(ctx context.Context, query url.Values) ([]string, error) {
	query["fields"] = []string{"id", "device_id"}
	ports, _, err := list[port](ctx, f.Cloud, call{op: "look for a port", service: neutron, path: "ports", query: query}, "ports", maxMatches)
	var ids []string
	for _, p := range ports {
		if p.DeviceID != "" {
			ids = append(ids, p.DeviceID)
		}
	}
	return ids, err
}
