package causes

import (
	"strings"

	"sshhelp/diag"
)

var bootRootNotFound = &diag.Cause{
	ID:    "boot/root-not-found",
	Title: "the disk with its system is not found or cannot be mounted",
	Doc: `The kernel runs, but does not find the disk that holds the rest of the
system, or cannot mount it: it is named wrongly on the kernel's command line, its
driver is missing from the initial ramdisk, or it is not attached. The boot then
ends in a shell of the initial ramdisk or in a kernel panic.`,
	Text:        "{name} does not find the disk that holds its system{device}, so it cannot boot.",
	Maybe:       "{name} may not find the disk that holds its system{device}.",
	Breaks:      diag.AtGuest,
	ExplainedBy: []*diag.Cause{bootFilesystem},
	Lines: []diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `VFS: (?:Unable to mount root fs|Cannot open root device "?([^" ]+))|Please append a correct "root=" boot option`,
		Example:  `[    1.9] VFS: Cannot open root device "LABEL=cloudimg-rootfs" or unknown-block(0,0): error -6`,
		NearMiss: `[    2.1] VFS: Mounted root (ext4 filesystem) readonly on device 252:1.`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `(?:Gave|Giving) up waiting for root (?:file system )?device|ALERT! +(\S+) does not exist|Failed to mount (\S+) as root file system|Target filesystem doesn't have requested /sbin/init|No init found\. Try passing init= bootarg`,
		Example:  `ALERT!  UUID=0b7f19b1-46a4-4b4b-8f5a-5c5d7f4a8d11 does not exist.  Dropping to a shell!`,
		NearMiss: `Gave up waiting for suspend/resume device`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `dracut-initqueue.*starting timeout scripts`,
		Example:  `[  132.8] dracut-initqueue[374]: Warning: dracut-initqueue timeout - starting timeout scripts`,
		NearMiss: `[    3.1] systemd[1]: Starting dracut initqueue hook...`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `Warning: Could not boot\.|[Ww]arning: "?(/dev/\S+?)"? does not exist|dracut.*FATAL: |No root device "?([^" ]+)"? found|dracut.* Boot has failed\. To debug|dracut: Refusing to continue|Dependency failed for .*(?:/sysroot|sysroot\.mount|Initrd Root|initrd-root)|[Ff]ailed to mount (?:/sysroot|sysroot\.mount)|Failed to start .*Switch Root|Timed out waiting for device .*root`,
		Example:  `[  190.3] dracut-initqueue[374]: Warning: /dev/mapper/rhel-root does not exist`,
		NearMiss: `[    3.1] dracut-pre-pivot[644]: Device sda9 not found`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `Root device '?([^' ]+)'? doesn't exist|Unable to (?:determine major/minor number of|find) root device|Failed to mount '?\S+ on real root|Failed to mount the real root device|Root device mounted successfully, but \S+ does not exist`,
		Example:  `ERROR: Unable to find root device '/dev/vda2'.`,
		NearMiss: `:: running early hook [udev]`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `Mounting root\S*: *(?:\[ !! \]|failed)|initramfs emergency recovery shell launched|mount: mounting (\S+) on /(?:sysroot|newroot|new_root|root|rootfs) failed|not found -- exiting to /bin/sh|switchroot: mount failed|could not find filesystem '/dev/root'|could not mount root filesystem|XENBUS: Timeout connecting to device: device/vbd`,
		Example:  `mount: mounting /dev/vda3 on /sysroot failed: No such file or directory`,
		NearMiss: ` * Mounting root: ok.`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  rootAwaited,
		Example:  `[    2.221922] Waiting for root device PARTUUID=614e0000-02...`,
		NearMiss: `Gave up waiting for suspend/resume device`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `mount: /(?:new_?root|sysroot|root): can't find (\S*[^\s.])|ERROR: device '[^']+' not found\. Skipping fsck|Want me to fall back to \S+\?|^\s*mountroot>|Mounting from (\S+) failed with error|mountroot: unable to \(re-\)mount root`,
		Example:  `Mounting from ufs:/dev/gpt/rootfs failed with error 19.`,
		NearMiss: `Trying to mount root from ufs:/dev/gpt/rootfs [rw]...`,
	}},
	Check: checkRootNotFound,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See that the disk or volume it boots from is attached.", Code: "openstack server show -c image -c volumes_attached {id}"},
		rescue("Boot it from a rescue image, mount its disk, and see that root= in its boot loader's configuration and /etc/fstab name the disk as blkid does."),
		{Do: "If the name is right, a driver is missing: build the initial ramdisk anew there (update-initramfs -u, dracut -f --no-hostonly)."},
		{Do: "If it never booted, the image may need another kind of disk: whoever owns the image sets that by its property hw_disk_bus."},
	}},
}

// rootAwaited is what the kernel says once with the option rootwait, and then waits
// for ever. Where more than a few lines follow, it came.
const (
	rootAwaited = `[Ww]aiting for root device(?: (\S*[^\s.]))?`
	fewLines    = 8
)

// manyTimeouts is from how many time-outs on dracut's waiting is taken to be in
// vain: a slow disk causes a few, one half a second after the other.
const manyTimeouts = 5

func checkRootNotFound(p *diag.Pass) diag.Verdict {
	waiting := func(h *diag.Hit) bool { return strings.Contains(h.Text, "starting timeout scripts") }
	came := func(h *diag.Hit) bool {
		return h.Line.Pattern == rootAwaited && p.Console.Lines[len(p.Console.Lines)-1].N > h.N+fewLines
	}
	if hit := standingOf(p, func(h *diag.Hit) bool { return !waiting(h) && !came(h) }); hit != nil {
		return stuck(p, hit, diag.Args{"device": missing(p)})
	}
	hit := standingOf(p, waiting)
	v := stuck(p, hit, diag.Args{"device": ""})
	if hit != nil && countHits(p, waiting) < manyTimeouts {
		v.State = min(v.State, diag.Possible)
	}
	return v
}

// missing names the device, if any of the standing lines does.
func missing(p *diag.Pass) string {
	for i := range p.Hits {
		h := &p.Hits[i]
		for n := 1; n < len(h.Match); n++ {
			if h.Match[n] != "" && !p.Console.WentOn(h.N) {
				return group(h, n)
			}
		}
	}
	return ""
}
