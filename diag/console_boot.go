package diag

import (
	"regexp"
	"strings"
)

// A boot is told apart by what only its beginning prints; how far it came, by
// what each stage prints. Any of it may be missing (a quiet kernel, a console
// elsewhere, a log cut at the head) and may stand anywhere in a line, because
// the writers of one console interleave.

// A mark is a text that shows that a boot reached a stage.
type mark struct {
	text  string
	also  *regexp.Regexp // must match too; nil if the text is enough
	stage Stage
	// begins tells whether the mark, seen when the boot has already come this
	// far, belongs to the next boot; nil if it never tells.
	begins func(reached Stage) bool
}

func always(Stage) bool               { return true }
func pastFirmware(reached Stage) bool { return reached > StageFirmware }
func pastLoader(reached Stage) bool   { return reached > StageLoader }
func inKernel(reached Stage) bool     { return reached >= StageKernel }
func pastKernel(reached Stage) bool   { return reached > StageKernel }

var (
	linuxVersion = regexp.MustCompile(`Linux version \d+\.\d+`)
	sshStarted   = regexp.MustCompile(`(Started|Listening on|Active) .*(Secure Shell|OpenSSH [Ss]erver [Dd]aemon|OpenSSH Daemon|ssh\.serv|sshd\.serv|ssh\.sock|sshd\.sock|SSH [Dd]aemon)`)
	sysvStarted  = regexp.MustCompile(`(?i)Starting (OpenSSH|dropbear|ssh)\S*.*(: OK|\[ *OK *\]|done)`)
	// GRUB and the initramfs of dracut bid welcome as well.
	welcome    = regexp.MustCompile(`Welcome to ([^G]|G[^R])[^!]*([^!)]|[^e!]\)|[^s]e\))!`)
	online     = regexp.MustCompile(`Reached target .*([Nn]etwork-online|Network is Online|Network \(Online\))`)
	netReady   = regexp.MustCompile(`(Finished|Started) .*Wait for Network to be Config`)
	lease      = regexp.MustCompile(`bound to \d|[Ll]ease of \d|DHCPACK of \d`)
	lastTarget = regexp.MustCompile(`Reached target .*([Mm]ulti-[Uu]ser|[Gg]raphical)|Startup finished in `)
	finalStage = regexp.MustCompile(`\] (Finished|Started) .*(cloud-final|Cloud-init: Final Stage|Execute cloud user/final scripts)`)
)

// marks are in the order of the stages.
var marks = []mark{
	{"SeaBIOS (version", nil, StageFirmware, always},
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
	{"EFI stub: ", nil, StageLoader, nil},
	{"Linux version ", linuxVersion, StageKernel, inKernel},
	{"] Command line: ", nil, StageKernel, pastKernel},
	{"Run /init as init process", nil, StageInitramfs, nil},
	{"Loading, please wait", nil, StageInitramfs, nil},
	{"Begin: Loading essential drivers", nil, StageInitramfs, nil},
	{"(Initramfs)!", nil, StageInitramfs, nil},
	{"dracut-", nil, StageInitramfs, nil},
	{"info: initramfs: up at", nil, StageInitramfs, nil},
	{"Welcome to ", welcome, StageInit, nil},
	{"INIT: version ", nil, StageInit, nil},
	{"rc.sysinit: up at", nil, StageInit, nil},
	{"running 'init-local'", nil, StageInit, nil},
	{"Switch Root", nil, StageInit, nil},
	{"Switching root", nil, StageInit, nil},
	{"running 'init'", nil, StageNetwork, nil},
	{"Net device info", nil, StageNetwork, nil},
	{"Reached target ", online, StageNetwork, nil},
	{"Wait for Network to be Config", netReady, StageNetwork, nil},
	{"ound to ", lease, StageNetwork, nil},
	{"ease of ", lease, StageNetwork, nil},
	{"DHCPACK of ", lease, StageNetwork, nil},
	{"Secure Shell", sshStarted, StageSSHD, nil},
	{"OpenSSH", sshStarted, StageSSHD, nil},
	{" ssh.s", sshStarted, StageSSHD, nil},
	{" sshd.s", sshStarted, StageSSHD, nil},
	{"Starting ", sysvStarted, StageSSHD, nil},
	{"Server listening on ", nil, StageSSHD, nil},
	{"running 'modules:", nil, StageNetwork, nil},
}

// downMarks show that the guest shuts down or restarts. What the last ones
// print nothing of the same boot follows.
var (
	downMarks = regexp.MustCompile(`Reached target .*([Ss]ystem (Shutdown|Power Off|Reboot|Halt)|[Ss]hutdown\.target|reboot\.target|poweroff\.target|halt\.target)|Requesting system (reboot|poweroff|halt)`)
	endMarks  = []string{"reboot: Restarting system", "reboot: Power down", "reboot: System halted", "Restarting system.", "reboot: machine restart"}
)

// place finds out to which boot a line belongs and how far that has come.
func (r *consoleReader) place(line LogLine) {
	if r.ended && !strings.Contains(line.Text, "acpi_power_off") {
		r.ended = false
		r.begin()
	}
	for i := range marks {
		m := &marks[i]
		if !strings.Contains(line.Text, m.text) || m.also != nil && !m.also.MatchString(line.Text) {
			continue
		}
		if m.begins != nil && (r.c.Boots == 0 || m.begins(r.c.Stage) && len(r.c.Lines) > 0) {
			r.begin()
		}
		r.c.reach(m.stage, line)
	}
	r.shutdown(line)
}

func (r *consoleReader) shutdown(line LogLine) {
	if !strings.Contains(line.Text, "eboot") && !strings.Contains(line.Text, "arget") && !strings.Contains(line.Text, "estarting") {
		return
	}
	if downMarks.MatchString(line.Text) {
		r.c.Down, r.c.Up = &line, nil
	}
	for _, end := range endMarks {
		if strings.Contains(line.Text, end) {
			r.c.Down, r.c.Up, r.ended = &line, nil, true
		}
	}
}

// reach notes that the boot has come to a stage. What had stopped it before did
// not stop it.
func (c *Console) reach(s Stage, line LogLine) {
	if s > c.Stage {
		c.Stage, c.StageAt, c.Stopped = s, &line, nil
	}
}

// stops are what is printed when a boot cannot go on without a hand.
var stops = []string{
	"Kernel panic - not syncing", "end Kernel panic", "-- System halted", "Halting now", "Freezing execution",
	"You are in emergency mode", "You are in rescue mode", "Entering emergency mode", "Give root password for maintenance",
	"Press Enter for maintenance", "Cannot open access to console", "Dropping to a shell!", "(initramfs)", "dracut:/#",
	"No bootable device", "grub rescue>", "grub>", "Minimal BASH-like line editing", "RUN fsck MANUALLY", "Security Violation", "bad shim signature",
}

// learnStop notes that the boot stopped.
func (c *Console) learnStop(line LogLine) {
	for _, s := range stops {
		if strings.Contains(line.Text, s) {
			c.Stopped = &line
			return
		}
	}
}
