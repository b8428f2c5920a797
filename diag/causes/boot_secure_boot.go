package causes

import "sshhelp/diag"

var bootSecureBoot = &diag.Cause{
	ID:    "boot/secure-boot",
	Title: "secure boot refuses to load its system",
	Doc: `With secure boot, the firmware loads nothing that is not signed by somebody
it trusts, and so do the boot loader and the kernel after it. An image without
signatures, a kernel of one's own, or a boot loader that was revoked is refused,
and the instance stops before anything of its system runs.`,
	Text:   "{name} refused to boot: what it was to load is not signed by anybody its firmware trusts.",
	Maybe:  "{name} refused to boot when it was last started, for want of a trusted signature.",
	Breaks: diag.AtGuest,
	Lines: []diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `(?i:(?:BdsDxe: failed to (?:load|start)|(?:failed to|could not|cannot) (?:load|start|execute) (?:the )?(?:\S+ )?(?:image|kernel|\\\S+)|error (?:loading|starting|executing|preparing|getting) ).*(?:access denied|security violation))`,
		Example:  `BdsDxe: failed to load Boot0002 "UEFI Misc Device" from PciRoot(0x0)/Pci(0x3,0x0): Access Denied`,
		NearMiss: `BdsDxe: failed to load Boot0001 "UEFI QEMU DVD-ROM QM00003 " from PciRoot(0x0): Not Found`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `(?i:security (?:policy )?violation\b)`,
		Example:  `Verification failed: (0x1A) Security Violation`,
		NearMiss: `[    3.1] audit: type=1400 security policy loaded, no violations`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `bad shim signature|[Bb]inary is blacklisted|shim_lock protocol not found|verification requested but nobody cares|Secure Boot forbids loading module|prohibited by secure boot policy|error: .*has invalid signature|Bootloader has not verified loaded image|SBAT self-check failed|Status: 0x1A\b`,
		Example:  `error: ../../grub-core/kern/efi/sb.c:182:bad shim signature.`,
		NearMiss: `[    0.0] secureboot: Secure boot enabled`,
	}},
	Check: func(p *diag.Pass) diag.Verdict { return stuck(p, standing(p), nil) },
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Launch it from an image whose boot loader and kernel are signed for secure boot."},
		{Do: "If the image is right but unsigned, have secure boot switched off for what is launched from it: the property os_secure_boot of the image (or os:secure_boot of the flavor).", Code: "openstack image unset --property os_secure_boot IMAGE", Who: diag.Operator},
		rescue("If it booted until an update, boot it from a rescue image and put back the boot loader and kernel of its distribution."),
	}},
}
