package causes

import (
	"regexp"
	"strings"

	"sshhelp/diag"
)

var bootFstab = &diag.Cause{
	ID:    "boot/fstab",
	Title: "a file system that /etc/fstab names cannot be mounted",
	Doc: `At boot, everything that /etc/fstab lists is mounted. If a disk or volume
that it names is not there (detached, renamed, mistyped) or will not mount, the
boot waits for it for some 90 seconds and then stops in emergency mode, unless the
entry has the option nofail. The network and the SSH server do not start then.`,
	Text:   "{name} cannot mount a file system that its /etc/fstab names{what}, so it stopped booting.",
	Maybe:  "{name} may not have been able to mount a file system that its /etc/fstab names{what}.",
	Breaks: diag.AtGuest,
	// The root file system's disk is waited for in the same words.
	ExplainedBy: []*diag.Cause{bootRootNotFound, bootFilesystem}, // a damaged file system will not mount
	Lines: []diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `Timed out waiting for device (?:\S+ - )?(.*?)\.?\s*$`,
		Example:  `[ TIME ] Timed out waiting for device dev-vdb.device - /dev/vdb.`,
		NearMiss: `[   12.1] systemd-udevd[212]: Timed out waiting for workers`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `Failed to mount (?:\S+\.mount - )?(/\S*?)\.?(?:\s|$)|Dependency failed for (?:\S+\.mount - )?(/\S*?)\.?(?:\s|$)`,
		Example:  `[FAILED] Failed to mount data.mount - /data.`,
		NearMiss: `[FAILED] Failed to mount Huge Pages File System.`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `Dependency failed for .*(?:Local File Systems|local-fs\.target)|Some local filesystems? failed to mount|Mounting /etc/fstab filesystems failed|General error mounting filesystems`,
		Example:  `[DEPEND] Dependency failed for local-fs.target - Local File Systems.`,
		NearMiss: `[  OK  ] Reached target local-fs.target - Local File Systems.`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `[Dd]isk drive for (\S+) is not ready yet or not present|An error occurred while mounting (\S+?)\.?(?:\s|$)|[Pp]ress S to skip mounting`,
		Example:  `The disk drive for /srv is not ready yet or not present.`,
		NearMiss: `init: mountall-net main process (401) killed by TERM signal`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `fsck\S*: (/dev/\S+) does not exist|while trying to open (/dev/\S+)|fsck\S*: Unable to resolve '([^']+)'|fsck\S*: Error \d+ while (?:stat|execut)\w+ (/dev/\S+)`,
		Example:  `fsck.ext4: No such file or directory while trying to open /dev/vdc1`,
		NearMiss: `fsck.ext4: Device or resource busy; the check is left out`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `mount: (?:\S+: )?(?:special device (\S+) does not exist|can't find (?:UUID|LABEL|PARTUUID)=(\S+?)\.?(?:\s|$)|unable to find (?:UUID|LABEL)=|(/dev/\S+): No such file or directory)`,
		Example:  `mount: /srv: special device /dev/vdb1 does not exist.`,
		NearMiss: `mount: /run/lock: mount point not mounted or bad option`,
	}},
	Check: checkFstab,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See which volumes are attached, and which you have.", Code: "openstack server show -c volumes_attached {id}\nopenstack volume list"},
		{Do: "If one was detached, attach it again and hard reboot the instance.", Code: "openstack server add volume {id} VOLUME\nopenstack server reboot --hard {id}", Risk: diag.Restarts},
		{Do: "Open its virtual console, log in as root if root has a password, correct or comment out the line of /etc/fstab, and reboot.", Code: "openstack console url show {id}", Who: diag.Inside},
		rescue("If root is locked there, boot it from a rescue image, mount its disk and correct /etc/fstab on that."),
		{Do: "For the future, give entries for volumes the option nofail in /etc/fstab, so that a boot goes on without them."},
	}},
}

// ownMounts are what the system mounts by itself, whatever /etc/fstab says.
var ownMounts = regexp.MustCompile(`^/(?:sys|proc|run|sysroot|sysusr|tmp|dev/(?:shm|pts|hugepages|mqueue))(?:/|$|\s|\.)|^/dev$`)

// ofRoot tells mounts of an initial ramdisk: of the root file system.
var ofRoot = regexp.MustCompile(`mount: /(?:new_?root|sysroot|root): |on real root`)

// checkFstab asks for both: something that was not mounted, and a boot that did
// not go on without it.
func checkFstab(p *diag.Pass) diag.Verdict {
	hit := standingOf(p, func(h *diag.Hit) bool { return namesMount(h) })
	if hit != nil && !holdsUp(p, hit) {
		v := stuck(p, hit, diag.Args{"what": group(hit, caught(hit))})
		v.State = min(v.State, diag.Possible)
		return v
	}
	return stuck(p, hit, diag.Args{"what": group(hit, caught(hit))})
}

// namesMount tells lines that name a file system or a disk of /etc/fstab.
func namesMount(h *diag.Hit) bool {
	what := ""
	if n := caught(h); n > 0 {
		what = h.Match[n]
	}
	return (what != "" && !ownMounts.MatchString(what) && !ofRoot.MatchString(h.Text) && !strings.Contains(h.Text, "root device") && !strings.Contains(h.Text, "root file system")) ||
		strings.Contains(h.Text, "to skip mounting") || strings.Contains(h.Text, "/etc/fstab filesystems failed")
}

// holdsUp reports whether the boot stops for it. What systemd waits for in vain
// stops it only where the local file systems as a whole depend on it.
func holdsUp(p *diag.Pass, hit *diag.Hit) bool {
	if !strings.Contains(hit.Text, "Timed out waiting") && !strings.Contains(hit.Text, "Failed to mount") && !strings.Contains(hit.Text, "Dependency failed") && !strings.HasPrefix(strings.TrimSpace(hit.Text), "mount:") {
		return true
	}
	return p.Console.Stopped != nil || firstHit(p, func(h *diag.Hit) bool {
		return strings.Contains(h.Text, "Local File Systems") || strings.Contains(h.Text, "local-fs.target") || strings.Contains(h.Text, "ocal filesystem")
	}) != nil
}

// caught is the number of the part that a pattern caught, 0 if none.
func caught(h *diag.Hit) int {
	if h == nil {
		return 0
	}
	for n := len(h.Match) - 1; n > 0; n-- {
		if h.Match[n] != "" {
			return n
		}
	}
	return 0
}
