package causes

import (
	"slices"
	"strconv"
	"strings"

	"sshhelp/diag"
)

var cloudinitMetadata = &diag.Cause{
	ID:    "cloudinit/metadata",
	Title: "the instance could not reach the metadata service",
	Doc: `At its first boot an instance asks the cloud's metadata service, at
169.254.169.254, who it is and whose public key to let in. If that does not
answer, the instance comes up without its account's key, host name and user-data,
and SSH refuses everybody.`,
	Text:        "{name} could not reach the cloud's metadata service while booting, so it did not get its SSH key.",
	Maybe:       "{name} had trouble reaching the cloud's metadata service, from which it gets its SSH key.",
	Breaks:      diag.AtKey,
	ExplainedBy: []*diag.Cause{bootNetwork, bootDiskFull, secgroupEgressBlocked},
	Lines:       metadataFailed,
	Check:       checkMetadata,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Reboot it: if the service was only slow, the next boot finds it, and cloud-init then sets up what it could not.", Code: "openstack server reboot {id}", Risk: diag.Restarts},
		{Do: "See that its network has a router or a DHCP server, one of which brings the metadata service to it: among its ports, one must be owned by network:router_interface, network:dhcp or the like.", Code: "openstack server show {id} -c addresses\nopenstack port list --network NETWORK --long"},
		{Do: "Where the network has neither, make the instance anew with a config drive, which needs no network: give openstack server create the option --use-config-drive."},
		{Do: "If other new instances on that network fail alike, give the cloud's support the ID {id}, and ask them to look at the metadata service. When that works again, reboot the instance: cloud-init then puts the key in place."},
	}},
}

// metadataFailed is how guests say that the metadata service did not answer.
var metadataFailed = []diag.Line{{
	In:       diag.ConsoleLog,
	Pattern:  `No active metadata service found|rror contacting metadata\b|Broken metadata address|Getting data from <class '\S*OpenStack\S*'> failed`,
	Example:  `[   94.580894] cloud-init[325]: 2026-05-20 16:22:40,139 - util.py[WARNING]: No active metadata service found`,
	NearMiss: `2026-05-20 16:22:40,139 - util.py[DEBUG]: Using metadata source: 'http://169.254.169.254'`,
}, {
	In:       diag.ConsoleLog,
	Pattern:  `[Gg]iving up on md after \d+ seconds|(?:Timed out, no response from urls:|Timed out waiting for addresses:|Giving up on (?:md|waiting for the metadata) from) .*(?:169\.254\.169\.254|fe80::a9fe:a9fe)`,
	Example:  `url_helper.py[ERROR]: Timed out, no response from urls: ['http://169.254.169.254/openstack']`,
	NearMiss: `url_helper.py[ERROR]: Timed out, no response from urls: ['http://192.0.2.7/seed/meta-data']`,
}, {
	In:       diag.ConsoleLog,
	Pattern:  `(?:Calling |\[\w+\]: )'?"?https?://(?:169\.254\.169\.254|\[(?:fe80::a9fe:a9fe|fd00:ec2::254)[^\]]*\])[^ ]* failed \[(\d+)/(-?\d+|unlimited)s?\]`,
	Example:  `url_helper.py[WARNING]: Calling 'http://169.254.169.254/2009-04-04/meta-data/instance-id' failed [87/120s]: bad status code [404]`,
	NearMiss: `url_helper.py[WARNING]: Calling 'http://192.0.2.7/phone-home' failed [1/10s]: bad status code [404]`,
}, {
	In:       diag.ConsoleLog,
	Pattern:  `failed (\d+)/(\d+): up [\d.]+|failed to read iid from metadata|failed to get http://169\.254\.169\.254`,
	Example:  `failed 20/20: up 47.35. request failed`,
	NearMiss: `successful after 2/20 tries: up 3.12. iid=i-0000001c`,
}, {
	In:       diag.ConsoleLog,
	Pattern:  `(?:afterburn|coreos-metadata|ignition)\S*: .*(?:error sending request for url \(http://169\.254\.169\.254|GET error: .*169\.254\.169\.254.*(?:unreachable|timeout|refused|deadline)|169\.254\.169\.254.*(?:unreachable|i/o timeout|deadline exceeded))`,
	Example:  `afterburn[1033]:     3: error sending request for url (http://169.254.169.254/latest/meta-data/public-keys)`,
	NearMiss: `afterburn[961]: Nov 04 17:44:01.730 INFO Fetching http://169.254.169.254/latest/meta-data/public-keys: Attempt #1`,
}, {
	In:       diag.ConsoleLog,
	Pattern:  `Ignition failed: .*(?:resource requires networking|deadline exceeded|i/o timeout|network is unreachable|no such host)`,
	Example:  `ignition[701]: Ignition failed: failed to fetch config: context deadline exceeded`,
	NearMiss: `ignition[825]: Ignition failed: unsupported config version`,
}, {
	In:       diag.ConsoleLog,
	Pattern:  `dial tcp 169\.254\.169\.254:80: (?:connect: (?:network is unreachable|no route to host|connection refused)|i/o timeout)`,
	Example:  `google_guest_agent[577]: ERROR main.go:233 Get "http://169.254.169.254/computeMetadata/v1/": dial tcp 169.254.169.254:80: connect: network is unreachable`,
	NearMiss: `chronyd[603]: Selected source 169.254.169.254 (metadata.google.internal)`,
}, {
	In:       diag.ConsoleLog,
	Pattern:  `no results found for mode=net`,
	Example:  `no results found for mode=net. up 47.36. searched: nocloud configdrive ec2`,
	NearMiss: `no results found for mode=local. up 1.92. searched: nocloud configdrive ec2`,
}}

func checkMetadata(p *diag.Pass) diag.Verdict {
	c := p.Console
	switch {
	case c == nil:
		return diag.Verdict{}
	case configured(c):
		return diag.Verdict{State: diag.RuledOut}
	case len(p.Hits) == 0 && c.WholeBoot && c.Up != nil && c.CloudInit != "":
		return diag.Verdict{State: diag.RuledOut}
	case len(p.Hits) == 0:
		return diag.Verdict{}
	}
	return triedInVain(p)
}

// triedInVain judges tries that failed. cloud-init asks in its local stage and
// again in its network stage, so that giving up the first time settles nothing
// while the boot goes on; and a boot that came to its end without giving up had
// an answer in the end.
func triedInVain(p *diag.Pass) diag.Verdict {
	c, last := p.Console, p.Hits[len(p.Hits)-1]
	v := diag.Verdict{State: diag.Possible, Because: p.Observe()}
	switch {
	case slices.ContainsFunc(p.Hits, giveUpForGood):
		v.State = diag.Confirmed
	case c.Up == nil && countHits(p, oneTry) >= manyAsks, countHits(p, func(h *diag.Hit) bool { return dials(h) && (c.Up == nil || c.Up.N < h.N) }) >= manyDials:
		v.State = diag.Confirmed
	case slices.ContainsFunc(p.Hits, giveUp):
		if again := c.CloudStage != nil && c.CloudStage.N > last.N && !c.Finished && c.Up == nil; !again {
			v.State = diag.Confirmed
		}
	case c.Up != nil:
		return diag.Verdict{State: diag.RuledOut}
	}
	return v
}

// configured reports whether the last boot ended with what the cloud says of the
// instance: tries that failed before are of no matter then.
func configured(c *diag.Console) bool {
	return c.Datasource != "" && c.Datasource != "DataSourceNone"
}

// giveUp tells the word that there was no answer, and the last try, from one of
// several tries.
func giveUp(h diag.Hit) bool {
	switch {
	case dials(&h):
		return false
	case !oneTry(&h):
		return true
	}
	try, _ := strconv.Atoi(h.Match[1])
	of, err := strconv.Atoi(h.Match[2])
	return err == nil && of >= 0 && try >= of // else it asks for as long as it takes
}

const (
	// manyAsks is from how many tries on a boot that has not come further is
	// taken to ask in vain.
	manyAsks = 5
	// manyDials is the same for agents, which ask again and again while the guest
	// runs.
	manyDials = 3
)

// oneTry tells one of several tries.
func oneTry(h *diag.Hit) bool { return len(h.Match) > 2 && h.Match[1] != "" }

// dials tells a try of an agent.
func dials(h *diag.Hit) bool { return strings.Contains(h.Text, "dial tcp ") }

// giveUpForGood tells those that nothing is tried after.
func giveUpForGood(h diag.Hit) bool {
	return strings.Contains(h.Text, "iving up on md") || strings.Contains(h.Text, "no results found for mode=net") ||
		strings.Contains(h.Text, "failed to read iid")
}
