package causes

import "sshhelp/diag"

var cloudinitNoDatasource = &diag.Cause{
	ID:    "cloudinit/no-datasource",
	Title: "cloud-init found nothing that tells it who the instance is",
	Doc: `cloud-init looks for the cloud's metadata: a config drive, or the metadata
service. If it finds neither, it falls back to a source of nothing: no key, no
user-data, no name and often no network configuration from the cloud.`,
	Text:        "{name} was not set up: its cloud-init found neither a config drive nor a metadata service, so it has no SSH key.",
	Maybe:       "The cloud-init of {name} may have found no metadata.",
	Breaks:      diag.AtKey,
	ExplainedBy: []*diag.Cause{bootNetwork, bootDiskFull, cloudinitMetadata, secgroupEgressBlocked},
	Lines: []diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `No instance datasource found|[Nn]o datasource found!|Did not find any data source, searched classes|Used fallback datasource|[Ff]ailed to (?:fetch your datasource|initialize), likely bad things|Datasource DataSourceNone\b`,
		Example:  `cc_final_message.py[WARNING]: Used fallback datasource`,
		NearMiss: `Cloud-init v. 22.4.2 finished at Wed, 20 May 2026 09:01:10 +0000. Datasource DataSourceOpenStackLocal [net,ver=2].  Up 69.22 seconds`,
	}},
	Check: checkNoDatasource,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See that its network has a router or a DHCP server, one of which brings the metadata service to it: among its ports, one must be owned by network:router_interface, network:dhcp or the like.", Code: "openstack server show {id} -c addresses\nopenstack port list --network NETWORK --long"},
		{Do: "Or make it anew with a config drive, which needs no network: give openstack server create the option --use-config-drive."},
		{Do: "If it is your own image, see that its cloud-init may look for OpenStack: datasource_list in /etc/cloud/cloud.cfg.d."},
	}},
}

// checkNoDatasource goes by what the last boot ended with: its first stages may
// look in vain.
func checkNoDatasource(p *diag.Pass) diag.Verdict {
	if c := p.Console; c != nil && configured(c) {
		return diag.Verdict{State: diag.RuledOut}
	}
	return planted(p, firstHit(p, func(*diag.Hit) bool { return true }))
}

// planted is the check of a fault that keeps the key from the account: a whole
// boot without it rules it out, a key that was authorised makes it doubtful.

func planted(p *diag.Pass, hit *diag.Hit) diag.Verdict {
	switch {
	case hit == nil && p.Console != nil && p.Console.WholeBoot && p.Console.Finished:
		return diag.Verdict{State: diag.RuledOut}
	case hit == nil:
		return diag.Verdict{}
	}
	v := diag.Verdict{State: diag.Confirmed, Because: []diag.Observation{diag.LogLine{N: hit.N, Text: hit.Text}.Observe()}}
	if keyPlanted(p.Evidence) {
		v.State = diag.Possible
	}
	return v
}
