package causes

import (
	"strings"

	"sshhelp/diag"
)

var bootKernelPanic = &diag.Cause{
	ID:    "boot/kernel-panic",
	Title: "the kernel crashed",
	Doc: `A kernel that panics has met something that it cannot go on from: no
root file system, a first process that died, broken memory, a bug. It says so on
the console and stops. From then on nothing runs on the instance, although the
cloud goes on calling it ACTIVE, because the virtual machine as such is running.`,
	Text:        "The kernel of {name} crashed{reason}, so nothing runs on it that could answer.",
	Maybe:       "The kernel of {name} crashed when it ran last{reason}.",
	Breaks:      diag.AtGuest,
	ExplainedBy: []*diag.Cause{bootRootNotFound, bootFilesystem, bootSELinux, bootHung, bootOutOfMemory},
	Lines: []diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `Kernel panic(?: - not syncing)?: ?(.*)`,
		Example:  `[    1.934561] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)`,
		NearMiss: `[    0.000000] Command line: BOOT_IMAGE=/vmlinuz root=LABEL=x panic=10 panic_on_oops=1`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `not syncing: (Attempted to kill init!.*|Fatal exception.*|VFS: Unable to mount root.*)`,
		Example:  `[    2.1] Kernel panic[    2.1] systemd: hello - not syncing: Attempted to kill init! exitcode=0x00007f00`,
		NearMiss: `systemd[1]: Not syncing clock: VFS: mounted root`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `-- System halted`,
		Example:  `XZ-compressed data is corrupt  -- System halted`,
		NearMiss: `[ 8123.551223] reboot: System halted`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `^panic: (\S.*)|^Fatal trap \d+: (.*)|KDB: enter: panic|^\s*db> `,
		Example:  `Fatal trap 12: page fault while in kernel mode`,
		NearMiss: `KDB: debugger backends: ddb`,
	}},
	Check: checkKernelPanic,
	Fix: diag.Remedy{
		Action: diag.HardReboot,
		Steps: []diag.Step{
			{Do: "Keep the console log: it is what tells why, and a reboot begins it anew.", Code: "openstack console log show {id} > console.log"},
			{Do: "Hard reboot it once. What programs had not yet written to disk is lost.", Code: "openstack server reboot --hard {id}", Risk: diag.Restarts},
			rescue("If it crashes again at the same place, its kernel or its disk is broken. Boot it from a rescue image, mount its disk, and choose an older kernel or build the initial ramdisk anew."),
			{Do: "If nothing was changed on it before, give the cloud's support the ID {id}, and ask whether something is wrong with its host."},
		},
	},
}

func checkKernelPanic(p *diag.Pass) diag.Verdict {
	hit := standing(p)
	return stuck(p, hit, diag.Args{"reason": panicReason(hit)})
}

// panicReason puts the kernel's own words in brackets, "" if it gave none.
func panicReason(hit *diag.Hit) string {
	if hit == nil || len(hit.Match) < 2 {
		return ""
	}
	reason := strings.Trim(strings.ReplaceAll(hit.Match[1], "]---", ""), " -]")
	if reason == "" {
		return ""
	}
	return " (\"" + shorten(reason, 100) + "\")"
}

// shorten cuts a text to at most n runes.
func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
