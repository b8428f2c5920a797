package causes

import (
	"regexp"
	"strings"

	"sshhelp/diag"
)

var bootNetwork = &diag.Cause{
	ID:    "boot/network",
	Title: "its own network did not come up",
	Doc: `The guest runs, but has no usable address: no DHCP server answered, its
interface is down or not configured, or the service that brings the network up
failed. Nothing can reach it then, whatever the cloud's rules say, and it gets
neither its key nor its name from the metadata service.`,
	Text:        "{name} has booted without its network{what}, so nothing can reach it.",
	Maybe:       "The network of {name} may not have come up{what}.",
	Breaks:      diag.AtGuest,
	ExplainedBy: []*diag.Cause{bootDiskFull, bootFilesystem, bootFstab, bootRootNotFound},
	Lines: []diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `[Nn]o DHCPOFFERS received|(?:Failed to start|Dependency failed for) (?:\S+ - )?(?:Network (?:Service|Configuration|Manager)|network\.service)\.?\s*$|dhcpcd\S*: \w+: timed out|IP-Config: No response after|No working leases in persistent database|No lease, (?:failing|forking)|udhcpc: no lease|dhcp\S*: timed out|(?:dhcp|DHCP) for interface \S+ failed|Unable to obtain a (?:DHCP )?lease|NoDHCPLeaseError|[Ff]ailed to run (?:dhcpcd|dhclient|udhcpc)|IP-Config: (?:Auto-configuration of network failed|No network devices)|ipconfig: no devices to configure`,
		Example:  `[   78.1] dhclient[301]: No DHCPOFFERS received.`,
		NearMiss: `[   18.1] dhclient[301]: DHCPOFFER of 192.0.2.7 from 192.0.2.1`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `(?:Failed to start|Dependency failed for) .*(?:Raise network interfaces|Bring up/down networking|networking\.serv|wicked managed network|(?:- |start )Network (?:Service|Configuration)|network\.service|Network initialization|Configure network interfaces|(?:- |start )Network Manager\.?\s*$)`,
		Example:  `[FAILED] Failed to start Raise network interfaces.`,
		NearMiss: `[FAILED] Failed to start Network Time Synchronization.`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `Failed to start .*(?:Network Manager Wait Online|Wait for Network to be Config)|Timeout occurred while waiting for network connectivity`,
		Example:  `[FAILED] Failed to start Network Manager Wait Online.`,
		NearMiss: `[  OK  ] Finished Network Manager Wait Online.`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `Device \S+ has different MAC address than expected|Device \S+ does not seem to be present|Bringing up interface \S+: .*\[ *FAILED *\]|[Ff]ailed to bring up (?:eth|en|ens|eno|enp)\w+|gave up waiting for a network device|without full network configuration|Failed to bring up EphemeralIPNetwork|[Nn]etworking failed to start|Determining IP(?:v6)? information for \S+ *failed|no link present\.? +Check cable|no link \.* *giving up`,
		Example:  `Device eth0 does not seem to be present, delaying initialization.`,
		NearMiss: `Bringing up interface eth0:  [  OK  ]`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `(?:SIOCADDRT|RTNETLINK answers): Network is (?:unreachable|down)`,
		Example:  `SIOCADDRT: Network is unreachable`,
		NearMiss: `RTNETLINK answers: File exists`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `DHCPDISCOVER on (\S+) to 255\.255\.255\.255 port 67 interval \d+`,
		Example:  `DHCPDISCOVER on ens3 to 255.255.255.255 port 67 interval 8`,
		NearMiss: `dhclient[421]: XMT: Solicit on ens4, interval 8010ms.`,
	}},
	Check: checkBootNetwork,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Compare what the cloud gave it with what it has: the address and MAC of its port.", Code: "openstack port list --server {id}"},
		{Do: "Reboot it once: a DHCP server that was late answers the next time.", Code: "openstack server reboot {id}", Risk: diag.Restarts},
		{Do: "Open its virtual console, log in with an account that has a password, and look at its interfaces (ip addr) and their configuration.", Code: "openstack console url show {id}", Who: diag.Inside},
		{Do: "If other new instances on that network fail alike, give the cloud's support the ID {id}, and ask them to look at the network's DHCP agent."},
	}},
}

const (
	// manyTries is from how many requests without an answer on a DHCP client is
	// taken to ask in vain.
	manyTries = 5
	// manyRoutes is how often adding a route must fail; once is nothing.
	manyRoutes = 3
)

var (
	// hints settle nothing by themselves: of several interfaces one may be of no
	// use, and before the real init only a root file system on the network needs
	// one.
	hints     = regexp.MustCompile(`Wait Online|Wait for Network|wait-online|Timeout occurred while waiting|IP-Config: |ipconfig: `)
	asksDHCP  = regexp.MustCompile(`DHCPDISCOVER on`)
	addsRoute = regexp.MustCompile(`SIOCADDRT|RTNETLINK`)
)

func checkBootNetwork(p *diag.Pass) diag.Verdict {
	c := p.Console
	switch {
	case c == nil || p.SSHAnswers() != nil:
		return stuck(p, nil, nil)
	case answers(p.Evidence): // it came up since
		return diag.Verdict{State: diag.RuledOut}
	}
	hit, sure := networkDown(p)
	if hit == nil {
		return stuck(p, nil, nil)
	}
	v := stuck(p, hit, diag.Args{"what": ""})
	if !sure {
		v.State = min(v.State, diag.Possible)
	}
	// A metadata service that answers with an error was reached: the network was
	// up then, and was not configured because nothing said how.
	v.Minor = metadataAnswered(c)
	return v
}

// networkDown is the line that shows it best, and whether that settles it.
func networkDown(p *diag.Pass) (hit *diag.Hit, sure bool) {
	c := p.Console
	if lost := routesLost(p); lost != nil {
		return lost, true
	}
	switch configured, first := addressed(c); {
	case configured, first != nil && c.Lease != nil && c.Lease.N > first.N:
		return nil, false
	case first != nil:
		return &diag.Hit{Line: &bootNetworkRow, N: first.N, Text: first.Text}, true
	}
	after := func(h *diag.Hit) bool { return c.Lease == nil || c.Lease.N < h.N }
	if hit = firstHit(p, func(h *diag.Hit) bool {
		listed := strings.HasPrefix(strings.TrimSpace(h.Text), "- ") // by "cloud-init status", of what it got over
		return after(h) && !listed && !hints.MatchString(h.Text) && !asksDHCP.MatchString(h.Text) && !addsRoute.MatchString(h.Text)
	}); hit != nil {
		return hit, true
	}
	asks := func(h *diag.Hit) bool { return after(h) && asksDHCP.MatchString(h.Text) }
	if countHits(p, asks) >= manyTries {
		return firstHit(p, asks), true
	}
	return firstHit(p, func(h *diag.Hit) bool { return after(h) && hints.MatchString(h.Text) }), false
}

// bootNetworkRow stands for a row of cloud-init's table of interfaces.
var bootNetworkRow = diag.Line{In: diag.ConsoleLog}

// routesLost is the line that shows that routes cannot be added, over and over,
// after everything else.
func routesLost(p *diag.Pass) *diag.Hit {
	adds := func(h *diag.Hit) bool {
		return addsRoute.MatchString(h.Text) && (p.Console.Lease == nil || p.Console.Lease.N < h.N)
	}
	if countHits(p, adds) < manyRoutes {
		return nil
	}
	return standingOf(p, adds)
}

// addressed reports whether the guest's own table shows a usable address; if it
// shows interfaces without one, it returns the first row.
func addressed(c *diag.Console) (usable bool, first *diag.LogLine) {
	for i := range c.Interfaces {
		if c.Interfaces[i].Masked || len(c.Interfaces[i].Usable()) > 0 {
			return true, nil
		}
	}
	if len(c.Interfaces) == 0 || !c.InterfacesWhole {
		return false, nil
	}
	return false, &c.Interfaces[0].Line
}

// metadataAnswered reports whether the metadata service came back with an error.
func metadataAnswered(c *diag.Console) bool {
	for i := range c.Lines {
		if t := c.Lines[i].Text; strings.Contains(t, "//169.254.169.254") && strings.Contains(t, "bad status code [") {
			return true
		}
	}
	return false
}
