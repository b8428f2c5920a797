package causes

import (
	"regexp"

	"sshhelp/diag"
)

var bootDiskFull = &diag.Cause{
	ID:    "boot/disk-full",
	Title: "its disk is full",
	Doc: `Nothing can be written to a full file system any more. Services that write
when they start fail, cloud-init cannot put the key in place, and a login may be
refused because its record cannot be kept.`,
	Text:   "The disk of {name} is full, so its services cannot work.",
	Maybe:  "The disk of {name} may be full.",
	Breaks: diag.AtGuest,
	Lines: []diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `No space left on device|\bENOSPC\b|Disk quota exceeded|[Ff]ile ?system (?:is )?full|[Nn]o space left on disk|write failed, filesystem is full|Delayed block allocation failed .* error 28`,
		Example:  `[   61.2] cloud-init[512]: OSError: [Errno 28] No space left on device`,
		NearMiss: `systemd-journald[212]: Journal size is 8.0M, max 99.7M, 91.7M free`,
	}},
	Check: func(p *diag.Pass) diag.Verdict {
		return lasting(p, firstHit(p, func(h *diag.Hit) bool { return !otherSpace.MatchString(h.Text) }), nil)
	},
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Open its virtual console, log in with an account that has a password, and delete what is not needed: old logs, packages, caches.", Code: "openstack console url show {id}", Who: diag.Inside},
		rescue("If nobody can log in, boot it from a rescue image, mount its disk and delete there."),
		{Do: "If it needs more, resize it to a flavor with a larger disk, and confirm the new size once it works; or enlarge the volume that it boots from.", Code: "openstack server resize --flavor FLAVOR {id}\nopenstack server resize confirm {id}", Risk: diag.Restarts},
	}},
}

// otherSpace tells other things that run out in the same words: watches, control
// groups, file systems in memory, the boot partition.
var otherSpace = regexp.MustCompile(`(?i)inotify|fanotify|\bwatch(?:es)?\b|cgroup|/sys/|/proc/|/dev/shm|tmpfs|(?:^|[\s'"=:])/run/|(?:^|[\s'"=:])/boot/|semaphore|semget|shmget|hugepage|ext4.*reserved|iptables|ipset|nftables|\bbpf\b|perf_event|loop device`)
