package causes

import (
	"strings"

	"sshhelp/diag"
)

var bootNoBootableDisk = &diag.Cause{
	ID:    "boot/no-bootable-disk",
	Title: "there is nothing to boot from",
	Doc: `The firmware found no disk with a boot loader, or the boot loader did not
find its files, the kernel or the initial ramdisk. The image may not be bootable,
its disk may not be attached, may stand behind another one, or was overwritten.
No kernel runs, so nothing answers.`,
	Text:        "{name} found nothing to boot from, so no system runs on it.",
	Maybe:       "{name} may have found nothing to boot from.",
	Breaks:      diag.AtGuest,
	Generic:     true,
	ExplainedBy: []*diag.Cause{bootSecureBoot},
	Lines: []diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `No bootable (?:device|medium)|[Rr]eboot and [Ss]elect proper [Bb]oot device|Failed to open \\EFI\\\S+ - Not Found|^Geom Error$|PXE-M0F: Exiting|Nothing to boot: |Boot failed: (?:not a bootable disk|[Cc]ould not read)|[Nn]on-[Ss]ystem disk|Missing operating system|Operating [Ss]ystem not found|Invalid partition table\b`,
		Example:  `Boot failed: not a bootable disk`,
		NearMiss: `[    1.2] scsi 0:0:0:0: Direct-Access QEMU boot disk`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `BdsDxe: No bootable option or device was found|^\s*Shell> |UEFI Interactive Shell v\d`,
		Example:  `BdsDxe: No bootable option or device was found.`,
		NearMiss: `BdsDxe: starting Boot0002 "UEFI Misc Device" from PciRoot(0x0)/Pci(0x3,0x0)`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `BdsDxe: failed to (?:load|start) Boot`,
		Example:  `BdsDxe: failed to load Boot0001 "UEFI QEMU HARDDISK QM00001 " from PciRoot(0x0)/Pci(0x1,0x1): Not Found`,
		NearMiss: `BdsDxe: loading Boot0002 "UEFI Misc Device" from PciRoot(0x0)/Pci(0x3,0x0)`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `grub rescue>|^\s*grub(?:dom)?>|Minimal BASH-like line editing is supported|Entering rescue mode\.\.\.`,
		Example:  `grub rescue> `,
		NearMiss: `grub2-mkconfig: found Linux image /boot/vmlinuz`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `error: (?:\S+:\d+:)?\s?(?:no such (?:device|partition|disk)|unknown filesystem|disk .* not found|file .* not found|symbol .* not found|attempt to read or write outside|invalid (?:magic|arch|file)|no server is specified|you need to load the kernel first|premature end of file|couldn't (?:find|open)|out of memory|not a directory|can't find command|failure reading sector)`,
		Example:  `error: ../../grub-core/fs/fshelp.c:257:file ` + "`/boot/vmlinuz-6.1.0-21' not found.",
		NearMiss: `error: no suitable video mode found.`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `^\s*Error (?:\d{1,2}): (?:File not found|Cannot mount selected partition|Selected (?:disk does not exist|item cannot)|No such partition|Unknown boot failure|Invalid or unsupported executable|Inconsistent filesystem|Unrecognized device|Filesystem (?:type unknown|compatib)|Disk (?:read|geometry) error|Bad (?:file|filename|or corrupt)|Error while parsing|Attempt to access block|Must load|Linux kernel must be loaded|Device string unrecognizable|Kernel must be loaded)`,
		Example:  `Error 17: Cannot mount selected partition`,
		NearMiss: `Error 17: the job could not be queued`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `Failed to load ldlinux\.c32|No DEFAULT or UI configuration directive found|Could not find kernel image|ERROR: No configuration file found|No loader found\. Configuration files in|can't (?:load|find) 'kernel'|No /boot/(?:kernel/kernel|loader)|Can't find /boot/loader`,
		Example:  `Could not find kernel image: vmlinuz`,
		NearMiss: `SYSLINUX 6.04 EDD Copyright (C) 1994-2015 H. Peter Anvin et al`,
	}},
	Check: checkNoBootableDisk,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See what it was to boot from: its image, or a volume, which must be attached and bootable.", Code: "openstack server show -c image -c volumes_attached {id}"},
		rescue("If its disk is whole, boot it from a rescue image and install the boot loader anew on that disk."),
		{Do: "If it never booted, its image is to blame: it may be of another format or firmware (BIOS or UEFI) than its properties say. Launch from another image."},
	}},
}

// checkNoBootableDisk takes the firmware's passing over one entry as a hint only:
// it tries the next.
func checkNoBootableDisk(p *diag.Pass) diag.Verdict {
	sure := standingOf(p, func(h *diag.Hit) bool { return !strings.Contains(h.Text, "BdsDxe: failed to") && !harmlessLoader(h) })
	if sure != nil {
		return stuck(p, sure, nil)
	}
	if hint := standingOf(p, func(h *diag.Hit) bool { return !harmlessLoader(h) }); hint != nil {
		v := stuck(p, hint, nil)
		v.State = min(v.State, diag.Possible)
		return v
	}
	return stuck(p, nil, nil)
}

// harmlessLoader tells errors that GRUB prints on its way to a kernel: of its
// fonts, its environment, its menu's looks.
func harmlessLoader(h *diag.Hit) bool {
	for _, of := range []string{".mod' not found", "unicode.pf2", "grubenv", "theme", "locale", "fonts/", "gfxterm"} {
		if strings.Contains(h.Text, of) && !strings.Contains(h.Text, "normal.mod") {
			return true
		}
	}
	return false
}
