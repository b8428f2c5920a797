package causes

import (
	"regexp"

	"sshhelp/diag"
)

var bootEmergencyMode = &diag.Cause{
	ID:    "boot/emergency-mode",
	Title: "the boot stopped in a maintenance shell",
	Doc: `When a guest cannot mount a file system, or is told to, it stops booting
and waits on its own console for somebody to repair it: emergency mode, rescue
mode, single-user mode, or the shell of the initial ramdisk. The network and the
SSH server are not started in any of them.`,
	Text:   "{name} stopped booting and waits in a maintenance shell{asked}, so its SSH server was not started.",
	Maybe:  "{name} had stopped in a maintenance shell{asked} when it ran last.",
	Breaks: diag.AtGuest,
	ExplainedBy: []*diag.Cause{
		bootRootNotFound, bootFilesystem, bootFstab, bootSELinux, bootDiskFull, cloudinitUserData,
	},
	Lines: []diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `You are in (?:emergency|rescue) mode|Welcome to (?:emergency|rescue) mode`,
		Example:  `You are in emergency mode. After logging in, type "journalctl -xb" to view`,
		NearMiss: `systemd[1]: Not entering emergency mode: nothing failed.`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `Reached target .*(?:Emergency Mode|Rescue Mode|emergency\.target|rescue\.target)|Started .*(?:Emergency Shell|Rescue Shell)`,
		Example:  `[  OK  ] Reached target emergency.target - Emergency Mode.`,
		NearMiss: `[  OK  ] Stopped Emergency Shell.`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `(?:Give|Enter) root password for (?:system )?maintenance|sulogin: root account is locked|[Pp]ress [Ee]nter for (?:system )?maintenance|A maintenance shell will now be started`,
		Example:  `Press Enter for maintenance`,
		NearMiss: `Entering maintenance window: updates at 03:00`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `Cannot open access to console, the root account is locked`,
		Example:  `Cannot open access to console, the root account is locked.`,
		NearMiss: `sshd[812]: User root not allowed because account is locked`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `Entering (?:emergency|rescue) mode\. Exit the shell|(?:dracut|switch_root):/#|^\s*\(initramfs\)|Dropping to a shell!|dropped (?:in)?to an? (?:recovery|emergency) shell|emergency recovery shell launched|^\[r(?:am|oot)fs /?\]#|exiting to /bin/sh|Enter full pathname of shell`,
		Example:  `Entering emergency mode. Exit the shell to continue.`,
		NearMiss: `Welcome to Rocky Linux 9.3 (Blue Onyx) dracut-057 (Initramfs)!`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `INIT: (?:Entering runlevel: (?:1|S)\b|Going single user)|Telling INIT to go to single user mode|Dropping you to a shell; the system will reboot`,
		Example:  `INIT: Going single user`,
		NearMiss: `INIT: Entering runlevel: 3`,
	}},
	Check: checkEmergencyMode,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Read on the console what failed before the shell came up.", Code: "openstack console log show {id}"},
		{Do: "Open its virtual console, log in as root if root has a password, repair what failed (mostly a line of /etc/fstab) and go on with Ctrl-D.", Code: "openstack console url show {id}", Who: diag.Inside},
		rescue("If root is locked there, boot it from a rescue image, mount its disk and repair it from there."),
		{Do: "A hard reboot helps only if what failed was passing, such as a volume that was not yet attached.", Code: "openstack server reboot --hard {id}", Risk: diag.Restarts},
	}},
}

func checkEmergencyMode(p *diag.Pass) diag.Verdict {
	v := stuck(p, standing(p), diag.Args{"asked": ""})
	if v.State != diag.Confirmed && v.State != diag.Possible {
		return v
	}
	if asked := askedForShell(p.Console); asked != nil {
		v.Args["asked"] = ", as its kernel's command line asks"
		v.Because = append(v.Because, asked.Observe())
	}
	return v
}

// shellOption is an option by which a boot is told to stop in a shell.
var shellOption = regexp.MustCompile(`[Cc]ommand line: .*(?:systemd\.unit=(?:rescue|emergency)\.target|\s(?:single|emergency|rescue|rd\.break|init=/bin/(?:ba)?sh|S|s|1)(?:\s|$))`)

// askedForShell is the line that shows that somebody wanted it so, nil if there
// is none.
func askedForShell(c *diag.Console) *diag.LogLine {
	for i := range c.Lines {
		if shellOption.MatchString(c.Lines[i].Text) {
			return &c.Lines[i]
		}
	}
	return nil
}
