package diag

import "fmt"

// manyPatterns are as many patterns as a catalogue may come to have: like those,
// each is led by words, and hardly any is ever met.
func manyPatterns(n int) []string {
	var all []string
	for _, subject := range patternSubjects {
		for _, verb := range patternVerbs {
			all = append(all, fmt.Sprintf(`(?:ERROR|error|warning): (?:the )?%s .*%s`, subject, verb))
		}
	}
	return all[:n]
}

// manyCauses have three such patterns each.
func manyCauses(patterns int) []*Cause {
	var all []*Cause
	for i, p := range manyPatterns(patterns) {
		if i%3 == 0 {
			all = append(all, &Cause{ID: fmt.Sprintf("boot/cause-%d", i/3)})
		}
		last := all[len(all)-1]
		last.Lines = append(last.Lines, Line{In: ConsoleLog, Pattern: p})
	}
	return all
}

var patternSubjects = []string{
	"metadata service", "root file system", "swap device", "network interface", "default route", "DHCP client", "host key", "authorized_keys",
	"sshd configuration", "PAM module", "user account", "home directory", "disk quota", "certificate authority", "boot loader", "kernel module",
	"initramfs image", "virtual console", "firewall rule", "name server", "time server", "package manager", "systemd unit", "cloud-init module",
	"data source", "security group", "instance identity", "block device", "volume group", "encrypted partition",
}

var patternVerbs = []string{
	`not found`, `could not be mounted`, `timed out after (\d+) seconds`, `is corrupt(?:ed)?`, `refused by (\S+)`, `exceeded its (?:soft|hard) limit`,
	`has an invalid (?:length|checksum)`, `is read-only`, `was removed`, `cannot be resolved`, `does not exist on (\S+)`, `has wrong permissions: (\d+)`,
	`failed (?:permanently|\d+ times)`, `overflowed`, `became unreachable`, `gave up waiting`, `is locked by (\d+)`, `denied (?:access|entry)`,
	`returned status (\d+)`, `expired on (\S+)`,
}
