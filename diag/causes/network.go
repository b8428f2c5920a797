package causes

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"sshhelp/diag"
)

// floating reports whether an address is a floating IP of the instance.
func floating(e *diag.Evidence, a netip.Addr) bool {
	if e.Instance != nil && slices.ContainsFunc(e.Instance.Addresses, func(own diag.Address) bool { return own.Floating && own.IP == a }) {
		return true
	}
	port := e.PortOf(a)
	return port != nil && slices.ContainsFunc(port.Floating, func(f diag.FloatingIP) bool { return f.IP == a })
}

// portLimit is how long a port may take to come up.
const portLimit = 10 * time.Minute

// portTrouble says what is wrong with a port, "" if nothing is seen.
func portTrouble(e *diag.Evidence, p *diag.Port) string {
	switch {
	case !p.AdminUp:
		return "it is switched off"
	case strings.EqualFold(p.Binding, "binding_failed"):
		return "it could not be set up on the compute host"
	case strings.EqualFold(p.Binding, "unbound") && active(e):
		return "it is not plugged in on any compute host"
	case p.Status == "DOWN":
		return "it is down"
	case p.Status == "ERROR":
		return "it is in the state ERROR"
	case p.Status == "BUILD" && e.Instance != nil && age(e) >= portLimit:
		return "it is still being set up"
	}
	return ""
}

// floatingTrouble returns the port's floating IP of that address if it is not
// up, or leads to an address that the port does not have, else nil.
func floatingTrouble(p *diag.Port, a netip.Addr) *diag.FloatingIP {
	f := floatingOf(p, a)
	switch {
	case f == nil:
		return nil
	case f.Status != "" && f.Status != "ACTIVE", f.Fixed.IsValid() && len(p.Fixed) > 0 && fixedOf(p, f.Fixed) == nil:
		return f
	}
	return nil
}

// floatingOf returns the port's floating IP of that address, nil if it has none.
func floatingOf(p *diag.Port, a netip.Addr) *diag.FloatingIP {
	for i := range p.Floating {
		if p.Floating[i].IP == a {
			return &p.Floating[i]
		}
	}
	return nil
}

// fixedOf returns the port's fixed address of that value, nil if it has none.
func fixedOf(p *diag.Port, a netip.Addr) *diag.FixedIP {
	for i := range p.Fixed {
		if p.Fixed[i].IP == a {
			return &p.Fixed[i]
		}
	}
	return nil
}

// behind returns the fixed address at which packets to an address of the port
// arrive: itself, or that which its floating IP leads to; nil if it is not known.
func behind(p *diag.Port, a netip.Addr) *diag.FixedIP {
	if f := floatingOf(p, a); f != nil {
		if !f.Fixed.IsValid() && len(p.Fixed) == 1 {
			return &p.Fixed[0]
		}
		a = f.Fixed
	}
	return fixedOf(p, a)
}

// A routerState is what is known of the routers of a port's subnets.
type routerState int

const (
	routersUnknown routerState = iota // not gathered
	noRouters                         // none at all, and none could be hidden: the network is cut off
	routersDead                       // none of them leads outside
	routersUsable
)

func routers(p *diag.Port) routerState {
	if p == nil || p.Routers == nil {
		return routersUnknown
	}
	return stateOf(p.Routers)
}

func stateOf(routers []diag.Router) routerState {
	switch {
	case len(routers) == 0:
		return noRouters
	case slices.ContainsFunc(routers, leadsOut):
		return routersUsable
	}
	return routersDead
}

// deciding are the routers that packets to an address come through: a floating IP
// is forwarded by its own alone.
func deciding(p *diag.Port, a netip.Addr) []diag.Router {
	if f := floatingOf(p, a); f != nil {
		for i := range p.Routers {
			if p.Routers[i].ID == f.RouterID {
				return p.Routers[i : i+1]
			}
		}
	}
	return p.Routers
}

func leadsOut(r diag.Router) bool {
	return r.Gateway != "" && r.AdminUp && (r.Status == "" || r.Status == "ACTIVE")
}

// otherWay quotes another address of the instance, on another port, at which
// nothing is wrong that the cloud knows of and the rules let the person in. It
// returns nil if there is none.
func otherWay(e *diag.Evidence) []diag.Observation {
	if e.Instance == nil {
		return nil
	}
	anyone := *e
	anyone.Asked.Address = netip.Addr{}
	used := e.PortOf(e.Target().Addr())
	for _, a := range anyone.Targets() {
		port := e.PortOf(a)
		if port == nil || port == used || !wayIsUp(e, a) {
			continue
		}
		if rules := e.Admission(a); rules.Person == diag.Yes {
			return []diag.Observation{portSays(port, "carries "+a.String()+", where port "+strconv.Itoa(int(e.Asked.Port))+" is let in")}
		}
	}
	return nil
}

func portSays(p *diag.Port, text string) diag.Observation {
	return diag.Observation{Source: diag.SourceNetwork, Where: "port " + p.ID, Text: text}
}
