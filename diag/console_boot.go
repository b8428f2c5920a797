package diag

import (
	"regexp"
	"slices"
	"strings"
)

// A boot is told apart by what only its beginning prints; how far it came, by
// what each stage prints. Any of it may be missing (a quiet kernel, a console
// elsewhere, a log cut at the head) and may stand anywhere in a line, because
// the writers of one console interleave.

// A mark is a text that shows that a boot reached a stage.
type mark struct {
	text  string
	also  *regexp.Regexp // must match too; nil if the text is enough. The finder looks for what it requires
	stage Stage
	// begins tells whether the mark, seen when the boot has already come this
	// far, belongs to the next boot; nil if it never tells.
	begins func(reached Stage) bool
}

var (
	linuxVersion = regexp.MustCompile(`Linux version \d+\.\d+`)
	// GRUB, the initramfs of dracut and maintenance shells bid welcome as well.
	welcome    = regexp.MustCompile(`Welcome to ([^Ger]|G[^R]|e[^m]|r[^e])[^!]*([^!)]|[^e!]\)|[^s]e\))!`)
	online     = regexp.MustCompile(`Reached target .*([Nn]etwork-online|Network is Online|Network \(Online\))`)
	netReady   = regexp.MustCompile(`(Finished|Started) .*Wait for Network to be Config`)
	lease      = regexp.MustCompile(`bound to \d|[Ll]ease of \d|DHCPACK (?:of|from) \d|my address is \d|DHCPv4 address \d|leased \d[\d.]+ for`)
	lastTarget = regexp.MustCompile(`Reached target .*([Mm]ulti-[Uu]ser|[Gg]raphical)|Startup finished in `)
	finalStage = regexp.MustCompile(`\] (Finished|Started) .*(cloud-final|Cloud-init: Final Stage|Execute cloud user/final scripts)`)
)

// marks are in the order of the stages.
var marks = []mark{
	{"SeaBIOS (version", nil, StageFirmware, always},
	{"U-Boot 20", nil, StageFirmware, always},
	{"iPXE (http", nil, StageFirmware, pastFirmware},
	{"BdsDxe: loading Boot", nil, StageFirmware, pastFirmware},
	{"BdsDxe: starting Boot", nil, StageFirmware, pastFirmware},
	{"BdsDxe: failed to", nil, StageFirmware, pastFirmware},
	{"UEFI firmware", nil, StageFirmware, pastFirmware},
	{"Booting from Hard Disk", nil, StageFirmware, pastFirmware},
	{"Booting from DVD/CD", nil, StageFirmware, pastFirmware},
	{"GRUB loading", nil, StageLoader, pastLoader},
	{"Welcome to GRUB!", nil, StageLoader, pastLoader},
	{"GNU GRUB  version", nil, StageLoader, pastLoader},
	{"GNU GRUB version", nil, StageLoader, pastLoader},
	{"Booting `", nil, StageLoader, pastLoader},
	{"Loading initial ramdisk", nil, StageLoader, pastLoader},
	{"SYSLINUX 6", nil, StageLoader, pastLoader},
	{"FreeBSD EFI boot block", nil, StageLoader, pastLoader},
	{"FreeBSD/x86 bootstrap loader", nil, StageLoader, pastLoader},
	{">> OpenBSD/", nil, StageLoader, pastLoader},
	{">> NetBSD/", nil, StageLoader, pastLoader},
	{"EFI stub: ", nil, StageLoader, nil},
	{"Linux version ", linuxVersion, StageKernel, inKernel},
	{"] Command line: ", nil, StageKernel, pastKernel},
	{"The FreeBSD Project.", nil, StageKernel, inKernel},
	{"OpenBSD. All rights reserved", nil, StageKernel, inKernel},
	{"The NetBSD Foundation, Inc. All rights", nil, StageKernel, inKernel},
	{"Run /init as init process", nil, StageInitramfs, nil},
	{"Loading, please wait", nil, StageInitramfs, nil},
	{"Begin: Loading essential drivers", nil, StageInitramfs, nil},
	{"(Initramfs)!", nil, StageInitramfs, nil},
	{"dracut-", nil, StageInitramfs, nil},
	{"info: initramfs: up at", nil, StageInitramfs, nil},
	{"Welcome to ", welcome, StageInit, nil},
	{"INIT: version ", nil, StageInit, nil},
	{"OpenRC 0.", nil, StageInit, nil},
	{"is starting up Linux", nil, StageInit, nil},
	{"Mounting local filesystems:", nil, StageInit, nil},
	{"rc.sysinit: up at", nil, StageInit, nil},
	{"running 'init-local'", nil, StageInit, nil},
	{"Switch Root", nil, StageInit, nil},
	{"Switching root", nil, StageInit, nil},
	{"running 'init'", nil, StageNetwork, nil},
	{"Net device info", nil, StageNetwork, nil},
	{"Reached target ", online, StageNetwork, nil},
	{"Wait for Network to be Config", netReady, StageNetwork, nil},
	{"running 'modules:", nil, StageNetwork, nil},
}

// What begins another boot, by how far the one before it came.
func always(Stage) bool               { return true }
func pastFirmware(reached Stage) bool { return reached > StageFirmware }
func pastLoader(reached Stage) bool   { return reached > StageLoader }
func inKernel(reached Stage) bool     { return reached >= StageKernel }
func pastKernel(reached Stage) bool   { return reached > StageKernel }

// place finds out to which boot a line belongs and how far that has come.
func (r *consoleReader) place(line LogLine) {
	if r.ended && !strings.Contains(line.Text, "acpi_power_off") {
		r.ended = false
		r.begin()
	}
	last := -1
	for _, text := range r.found {
		tell := tellOf[text]
		if tell >= len(marks) {
			return
		}
		if tell == last {
			continue
		}
		last = tell
		m := &marks[tell]
		if !strings.Contains(line.Text, m.text) || m.also != nil && !m.also.MatchString(line.Text) {
			continue
		}
		if m.begins != nil && (r.c.Boots == 0 || m.begins(r.c.Stage) && !r.fresh) {
			r.begin()
		}
		r.c.reach(m.stage, line)
	}
}

// downMarks show that the guest shuts down or restarts.
var downMarks = regexp.MustCompile(`Reached target .*([Ss]ystem (Shutdown|Power Off|Reboot|Halt)|[Ss]hutdown\.target|reboot\.target|poweroff\.target|halt\.target)|Requesting system (reboot|poweroff|halt)`)

func readShutdown(r *consoleReader, line LogLine) {
	if downMarks.MatchString(line.Text) {
		r.c.Down, r.c.Up = &line, nil
	}
}

// readEnd is for what the kernel prints last: what follows is another boot, even
// if nothing else shows it.
func readEnd(r *consoleReader, line LogLine) {
	r.c.Down, r.c.Up, r.ended = &line, nil, true
}

// reach notes that the boot has come to a stage.
func (c *Console) reach(s Stage, line LogLine) {
	if c.reached[s] == 0 {
		c.reached[s] = line.N
	}
	if s <= c.Stage {
		return
	}
	c.Stage, c.StageAt = s, &line
	if c.Stopped != nil && c.WentOn(c.Stopped.N) {
		c.Stopped = nil
	}
}

// WentOn reports whether the last boot came further after a line of the log, so
// that what that line says did not stop it. A guest in emergency mode still
// brings up this and that; only the SSH service or the end of the boot shows
// that it left it. Before init every stage shows it.
// Where nothing shows how far it was, only a stage that comes before init, or
// is init, does so as well.
func (c *Console) WentOn(n int) bool {
	if c.Up != nil && c.Up.N > n {
		return true
	}
	before := StageNone
	for s, at := range c.reached {
		stage := Stage(s)
		switch {
		case at == 0:
		case at <= n:
			before = stage
		case stage >= StageSSHD, before == StageNone && stage <= StageInit, before != StageNone && before < StageInit:
			return true
		}
	}
	return false
}

// stops are what is printed when a boot cannot go on without a hand.
var stops = []string{
	"Kernel panic: ", "not syncing: ", "Kernel panic - not", "-- System halted", "Halting now", "Freezing execution",
	"You are in emergency mode", "You are in rescue mode", "Welcome to emergency mode", "Entering emergency mode", "Entering rescue mode",
	"Give root password for maintenance", "Press Enter for maintenance", "maintenance shell will now be started", "Cannot open access to console", "Dropping to a shell!", "(initramfs)", "dracut:/#", "switch_root:/#",
	"to a recovery shell", "into an emergency shell", "[ramfs /]#", "[rootfs ]#", "emergency recovery shell launched", "exiting to /bin/sh", "mountroot>", "KDB: enter: panic", "Enter full pathname of shell",
	"or M for manual recovery", "Dropping you to a shell",
	"No bootable device", "No bootable option or device", "grub rescue>", "grubdom>", "grub>", "Minimal BASH-like line editing", "RUN fsck MANUALLY", "Security Violation", "bad shim signature",
}

// readStop notes that the boot stopped. Case matters: "(Initramfs)" is what
// dracut calls itself, "(initramfs)" a shell's prompt.
func readStop(r *consoleReader, line LogLine) {
	if slices.ContainsFunc(stops, func(s string) bool { return strings.Contains(line.Text, s) }) {
		r.c.Stopped = &line
	}
}
