package causes

import (
	"regexp"
	"strings"

	"sshhelp/diag"
)

var bootFilesystem = &diag.Cause{
	ID:    "boot/filesystem",
	Title: "its disk or a file system on it is damaged",
	Doc: `The kernel or the file system check found damage: of the file system's own
structures, or of the disk beneath, which cannot be read or written. The boot
stops for somebody to repair it, or the file system is made read-only, so that
nothing can be written and services fail one after the other.`,
	Text:   "A disk or file system of {name} is damaged, so it does not work as it should.",
	Maybe:  "A disk or file system of {name} may be damaged.",
	Breaks: diag.AtGuest,
	Lines: []diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `UNEXPECTED (?:SOFT UPDATE )?INCONSISTENCY|RUN fsck MANUALLY|requires a manual fsck|THE FOLLOWING FILE SYSTEM HAD AN UNEXPECTED|Serious errors were found while checking`,
		Example:  `/dev/vda1: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY.`,
		NearMiss: `/dev/vda1 has gone 361 days without being checked, check forced`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `fsck (?:failed|died|exited) with (?:exit )?(?:status|code|error code) (?:[4-7]|1[2-5])\b|Failed to start .*File System Check|Failed to start systemd-fsck`,
		Example:  `[FAILED] Failed to start File System Check on Root Device.`,
		NearMiss: `fsck exited with status code 1`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `EXT[234]-fs error \(device ([^l)]\S*)\)|EXT[234]-fs (?:error )?\(.*[Rr]emounting filesystem read-only|Aborting journal on device ([^l\s]\S*)|Detected aborted journal`,
		Example:  `[  412.7] EXT4-fs error (device vda1): ext4_journal_check_start:83: Detected aborted journal`,
		NearMiss: `[    5.0] EXT4-fs (vda1): re-mounted. Opts: errors=remount-ro`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `XFS \(([^l)][^)]*)\): .*(?:xfs_do_force_shutdown|Corruption|corruption detected|CRC error|[Ss]hutting down filesystem|Internal error|log mount/recovery failed|Filesystem has been shut down|Please u(?:n)?mount)`,
		Example:  `[    9.1] XFS (dm-0): Metadata corruption detected at xfs_agi_read_verify, xfs_agi block 0x2`,
		NearMiss: `[    9.1] XFS (vda4): Ending clean mount`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `(?i:BTRFS)[ :].*(?:open_ctree failed|forced readonly|parent transid verify failed|corrupt leaf|failed to read (?:chunk|tree) root)`,
		Example:  `[    4.2] BTRFS error (device vda2): open_ctree failed`,
		NearMiss: `[    4.2] BTRFS info (device vda2): using free space tree`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `(?:I/O|critical (?:medium|target)|lost async page write|lost page write) error,? dev ([a-z][\w-]*),|Buffer I/O error on (?:dev|device) ([a-z][\w-]*),|lost (?:async )?page write due to I/O error on ([a-z][\w-]*)|rejecting I/O to offline device|JBD2: Error -\d+ detected|group descriptors corrupted|Couldn't remount RDWR because|(?:^|\s)(?:-?bash|sh|login|init): .*: Input/output error|can't read superblock|unable to read superblock|Structure needs cleaning|SQUASHFS error: Unable to read|has encountered an uncorrectable I/O failure|g_vfs_done\(\):([a-z]\w*)\[\w+\(.*error = 5`,
		Example:  `[  301.5] blk_update_request: I/O error, dev vda, sector 2101256 op 0x1:(WRITE)`,
		NearMiss: `[    1.8] sr 1:0:0:0: [sr0] FAILED Result: hostbyte=DID_OK driverbyte=DRIVER_SENSE`,
	}},
	Check: checkFilesystem,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Keep the console log, and make a snapshot of its disk before anything is repaired.", Code: "openstack console log show {id} > console.log\nopenstack server image create --name before-repair {id}"},
		rescue("Boot it from a rescue image and check its disk there, unmounted (fsck -y for ext4, xfs_repair for XFS). Damaged files may be lost."),
		{Do: "If the kernel told of I/O errors, give the cloud's support the ID {id}, and ask about the storage beneath it."},
	}},
}

// noDisks are devices whose errors keep nobody out: floppy and CD-ROM drives
// that virtual machines have without a medium, loop devices, memory.
var noDisks = regexp.MustCompile(`^(?:fd\d|sr\d|scd\d|loop|ram\d|zram|nbd|cdrom)`)

// lastsOn are damages that the guest does not get over by itself, though it may
// go on booting.
var lastsOn = regexp.MustCompile(`[Rr]emounting filesystem read-only|[Ss]hutting down filesystem|forced readonly|Filesystem has been shut down|Detected aborted journal`)

func checkFilesystem(p *diag.Pass) diag.Verdict {
	hit := standingOf(p, realDisk)
	if hit == nil {
		hit = firstHit(p, func(h *diag.Hit) bool { return realDisk(h) && lastsOn.MatchString(h.Text) })
	}
	return stuck(p, hit, nil)
}

func realDisk(h *diag.Hit) bool {
	for _, device := range h.Match[1:] {
		if noDisks.MatchString(device) {
			return false
		}
	}
	return !strings.Contains(h.Text, "loop")
}
