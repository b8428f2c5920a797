package causes

import (
	"strings"

	"sshhelp/diag"
)

var bootSELinux = &diag.Cause{
	ID:    "boot/selinux",
	Title: "SELinux holds up the boot",
	Doc: `SELinux needs its policy before anything else may run, and labels on every
file. If the policy cannot be loaded, the boot stops; if the labels are to be made
anew, the boot takes many minutes for it, and the instance then restarts by
itself.`,
	Text:   "SELinux holds up the boot of {name}: {what}.",
	Maybe:  "SELinux held up the boot of {name} when it ran last: {what}.",
	Breaks: diag.AtGuest,
	Lines: []diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `(?:Failed|Unable) to load SELinux [Pp]olicy|SELinux: +Could not (?:load|open) policy file|Failed to load (?:SELinux )?policy, freezing`,
		Example:  `Unable to load SELinux Policy. Machine is in enforcing mode. Halting now.`,
		NearMiss: `[    3.1] SELinux: policy capability network_peer_controls=1`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `SELinux \S+ policy relabel is required|Relabeling could take a very long time|start job is running for .*(?:Relabel all file|selinux-autorelabel)|fixfiles: [Rr]elabel`,
		Example:  `*** Warning -- SELinux targeted policy relabel is required.`,
		NearMiss: `[DEPEND] Dependency failed for selinux-autorelabel-mark.service - Mark the need to relabel after reboot.`,
	}},
	Check: func(p *diag.Pass) diag.Verdict {
		hit := standing(p)
		what := "its policy cannot be loaded"
		if hit != nil && strings.Contains(hit.Text, "elabel") {
			what = "it is labelling every file anew, which takes many minutes"
		}
		return stuck(p, hit, diag.Args{"what": what})
	},
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "If it is labelling its files, wait: it restarts by itself when done.", Code: "openstack console log show --lines 20 {id}"},
		rescue("If its policy cannot be loaded, boot it from a rescue image, mount its disk, and set SELINUX=permissive in /etc/selinux/config."),
		{Do: "Once it boots, install the package of the policy anew, have the files labelled (touch /.autorelabel and reboot), and set SELINUX=enforcing again."},
	}},
}
