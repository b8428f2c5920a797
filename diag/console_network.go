package diag

import (
	"net/netip"
	"strings"
)

// cloud-init prints the guest's interfaces and routes at the network stage of
// every boot, as tables that it draws itself (cloudinit/netinfo.py); CirrOS
// prints the same as "if-info:" and "ip-route:". Other writers cut rows in two
// and stand between them, so every row is taken by its own form, and not by the
// heading above it: that may be missing.

// An Interface is a network interface as the guest saw it.
type Interface struct {
	Name  string
	Up    bool
	MAC   string // lower case, with colons; "" if none was printed
	Addrs []netip.Addr
	// Masked: an address was printed that cannot be read, because somebody
	// blotted it out or another writer cut it.
	Masked bool
	Line   LogLine // the first row about it
}

// Usable returns the addresses by which others can reach the interface.
func (i *Interface) Usable() []netip.Addr {
	var usable []netip.Addr
	for _, a := range i.Addrs {
		if !a.IsLinkLocalUnicast() && !a.IsUnspecified() {
			usable = append(usable, a)
		}
	}
	return usable
}

// A Gateway is a default route of IPv4.
type Gateway struct {
	IP        netip.Addr
	Interface string
	Line      LogLine
}

const (
	// maxRows bounds what is kept of the tables.
	maxRows = 200
	// maxBroken is how many lines may stand in the middle of a row that another
	// writer cut in two.
	maxBroken = 3
)

// A tableReader follows the tables from line to line.
type tableReader struct {
	headed bool   // the heading of the table of interfaces was seen
	bare   int    // lines that may still come of a table whose rows have no prefix
	broken string // the first half of a row
	lines  int    // that may still come until its second half
	row    LogLine
}

// readTable takes a line of cloud-init's tables: a heading, or a row with its
// prefix.
func readTable(r *consoleReader, line LogLine) {
	_, text, prefixed := strings.Cut(line.Text, "ci-info:")
	if !prefixed {
		text, r.tables.bare = line.Text, maxRows
	}
	switch {
	case strings.Contains(text, "Net device info"):
		r.c.Interfaces, r.c.InterfacesWhole, r.tables.headed = nil, false, true
	case strings.Contains(text, "Route IPv4 info"), strings.Contains(text, "Route info"):
		r.c.Gateways, r.c.RoutesShown = nil, !strings.Contains(text, "failed")
		r.endInterfaces()
	}
	r.tableRow(text, line)
}

func (r *consoleReader) tableRow(text string, line LogLine) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "+-") {
		r.endInterfaces()
	}
	if !strings.HasPrefix(text, "|") {
		r.c.oldRow(text, line)
		return
	}
	r.tables.broken = ""
	if !r.c.row(text, line) {
		r.tables.broken, r.tables.row, r.tables.lines = text, line, maxBroken
	}
}

// endInterfaces is for what comes below the rows of the table of interfaces.
func (r *consoleReader) endInterfaces() {
	if len(r.c.Interfaces) > 0 && r.tables.headed {
		r.c.InterfacesWhole = true
	}
}

// within reports whether the next line may be part of a table although nothing
// in it says so.
func (t *tableReader) within() bool { return t.broken != "" || t.bare > 0 }

// followTable takes such a line: a row without a prefix, as in a file that cloud-init
// wrote, or the second half of a row that was cut.
func (r *consoleReader) followTable(line LogLine) {
	if !r.tables.within() || strings.Contains(line.Text, "ci-info:") {
		return
	}
	if r.tables.bare > 0 {
		if !strings.HasPrefix(line.Text, "+") && !strings.HasPrefix(line.Text, "|") {
			r.tables.bare = 0
			return
		}
		r.tables.bare--
		r.tableRow(line.Text, line)
		return
	}
	if r.tables.lines--; r.tables.lines == 0 {
		r.tables.broken = ""
		return
	}
	if text := strings.TrimSpace(line.Text); strings.HasSuffix(text, "|") && r.c.row(r.tables.broken+text, r.tables.row) {
		r.tables.broken = ""
	}
}

// row takes one row, and reports whether it is whole.
func (c *Console) row(text string, line LogLine) bool {
	last := strings.LastIndexByte(text, '|')
	if last <= 0 {
		return false
	}
	cells := strings.Split(text[1:last], "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	switch n := len(cells); {
	case isNumber(cells[0]):
		if n == 6 {
			c.route(cells[1], cells[2], cells[3], cells[4], line)
		}
		return n == 6 || n == 5 || n == 7
	case n >= 5 && n <= 6 && (cells[1] == "True" || cells[1] == "False"):
		c.device(strings.TrimSuffix(cells[0], ":"), cells[1] == "True", cells[2], cells[n-1], line)
		return true
	}
	return cells[0] == "Device" || cells[0] == "Route" || cells[0] == "Keytype" || len(cells) == 4
}

// oldRow takes a row of cloud-init 0.6, which drew no tables:
//
//	ci-info: eth0  : 1 10.0.0.5        255.255.255.0   fa:16:3e:00:00:05
//	ci-info: route-0: 0.0.0.0         10.0.0.1        0.0.0.0         eth0   UG
func (c *Console) oldRow(text string, line LogLine) {
	name, rest, _ := strings.Cut(text, ":")
	name = strings.TrimSpace(name)
	cells := strings.Fields(rest)
	switch {
	case strings.HasPrefix(name, "route-") && len(cells) == 5:
		c.InterfacesWhole = len(c.Interfaces) > 0
		c.route(cells[0], cells[1], cells[2], cells[3], line)
	case len(cells) == 4 && (cells[0] == "0" || cells[0] == "1"):
		c.device(name, cells[0] == "1", cells[1], cells[3], line)
	}
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// route keeps a default route. A route without a gateway leads to the link only.
func (c *Console) route(to, via, mask, dev string, line LogLine) {
	c.RoutesShown = true
	ip, err := netip.ParseAddr(via)
	if to != "0.0.0.0" || mask != "0.0.0.0" || err != nil || ip.IsUnspecified() || len(c.Gateways) >= maxRows {
		return
	}
	c.Gateways = append(c.Gateways, Gateway{IP: ip, Interface: dev, Line: line})
}

// device keeps a row about an interface; there is one per address.
func (c *Console) device(name string, up bool, address, mac string, line LogLine) {
	if name == "lo" || name == "lo0" || len(c.Interfaces) >= maxRows {
		return
	}
	at := -1
	for i := range c.Interfaces {
		if c.Interfaces[i].Name == name {
			at = i
		}
	}
	if at < 0 {
		at = len(c.Interfaces)
		c.Interfaces = append(c.Interfaces, Interface{Name: name, Line: line})
	}
	i := &c.Interfaces[at]
	i.Up = i.Up || up
	if strings.Count(mac, ":") == 5 {
		i.MAC = strings.ToLower(mac)
	}
	address, _, _ = strings.Cut(address, "/")
	ip, err := netip.ParseAddr(address)
	i.Masked = i.Masked || err != nil && strings.Trim(address, ". ") != ""
	if err == nil && len(i.Addrs) < maxRows {
		i.Addrs = append(i.Addrs, ip.WithZone(""))
	}
}

// readCirrOS takes what CirrOS prints of its network at the end of its boot:
//
//	if-info: eth0,up,10.0.0.3,24,fe80::f816:3eff:fe4b:1,64,
//	ip-route:default via 10.0.0.1 dev eth0
func readCirrOS(r *consoleReader, line LogLine) {
	if _, info, ok := strings.Cut(line.Text, "if-info:"); ok {
		cells := strings.Split(strings.TrimSpace(info), ",")
		for i := 2; i < len(cells); i += 2 {
			r.c.device(cells[0], cells[1] == "up", cells[i], "", line)
		}
	}
	if _, route, ok := strings.Cut(line.Text, "ip-route:"); ok {
		r.c.RoutesShown, r.c.InterfacesWhole = true, true
		if words := strings.Fields(route); len(words) >= 5 && words[0] == "default" && words[3] == "dev" {
			r.c.route("0.0.0.0", words[2], "0.0.0.0", words[4], line)
		}
	}
}
