package diag

import (
	"math"
	"slices"
	"strings"
)

// The finder asks for the regular expression of a text wherever it meets the
// text, so it should look for what is rare: not "Failed to start ", which any log
// is full of, but "OpenSSH" behind it.

// usual is what logs are full of: pieces of what the programs of a boot and the
// services after it print all day. How often a text's parts stand here tells how
// many useless lines it would bring.
const usual = `
[    0.000000] Linux version 6.1.0-21-cloud-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP
[    0.000000] Command line: BOOT_IMAGE=/boot/vmlinuz-6.1.0-21-cloud-amd64 root=UUID=0b7f ro console=tty0 console=ttyS0,115200 earlyprintk
[    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
[    0.004000] ACPI: RSDP 0x00000000000F5A90 000014 (v00 BOCHS ) ACPI: RSDT reserved
[    0.181000] x86/fpu: Supporting XSAVE feature 0x001: 'x87 floating point registers'
[    0.310000] pci 0000:00:01.1: BAR 0 [io  0x01f0-0x01f7]: legacy IDE quirk
[    0.310000] pci_bus 0000:00: resource 4 [io  0x0000-0x0cf7 window] registered driver device
[    0.500000] NET: Registered PF_INET protocol family TCP established hash table entries: 4096 (order: 3, 32768 bytes, linear)
[    1.100000] virtio_net virtio0 ens3: renamed from eth0 virtio_blk virtio1: [vda] 41943040 512-byte logical blocks
[    1.200000] usb 1-1: new full-speed USB device number 2 using uhci_hcd input: QEMU USB Tablet as /devices/pci0000:00
[    1.900000] EXT4-fs (vda1): mounted filesystem with ordered data mode. Quota mode: none. Opts: (null). re-mounted. XFS (vda1): Ending clean mount
[    2.100000] systemd[1]: Inserted module 'autofs4' Detected virtualization kvm. Detected architecture x86-64. Set hostname to <web-1>.
[    2.300000] systemd[1]: Created slice system-getty.slice. Listening on Journal Socket. Started Dispatch Password Requests to Console Directory Watch.
[  OK  ] Started Journal Service. [  OK  ] Finished Load Kernel Modules. [  OK  ] Reached target Network. Starting Network Service... Mounting /boot/efi...
[  OK  ] Stopped target Timers. [  OK  ] Unmounted /boot. [  OK  ] Stopping Service... [FAILED] Failed to start Service. See 'systemctl status' for details.
[DEPEND] Dependency failed for /data. Started Session 1 of user root. Reached target Multi-User System. Starting cleanup of temporary directories.
[   12.000000] cloud-init[324]: Cloud-init v. 22.4.2 running 'init-local' at Wed, 20 May 2026 09:00:20 +0000. Up 19.24 seconds.
[   12.000000] cloud-init[324]: ci-info: | Route | Destination | Gateway | Genmask | Interface | Flags | ens3 | True | 10.0.0.5 | 255.255.255.0 | global | fa:16:3e |
[   12.000000] cloud-init[324]: 2026-05-20 09:00:20,123 - util.py[DEBUG]: Running command ['ip', 'addr', 'show'] with allowed return codes [0] (shell=False, capture=True)
[   12.000000] cloud-init[324]: 2026-05-20 09:00:20,123 - url_helper.py[WARNING]: Calling 'http://169.254.169.254/latest/meta-data/instance-id' failed [0/120s]: request error
[   12.000000] cloud-init[324]: Get:1 http://deb.debian.org/debian bookworm InRelease Unpacking package (1.2.3-4) over Setting up package Selecting previously unselected package
[   20.000000] audit: type=1400 audit(1716195600.123:45): apparmor="STATUS" operation="profile_load" profile="unconfined" name="docker-default" pid=812 comm="apparmor_parser"
[  100.000000] [UFW BLOCK] IN=ens3 OUT= MAC=fa:16:3e SRC=203.0.113.7 DST=10.0.0.5 LEN=40 TOS=0x00 PREC=0x00 TTL=240 ID=54321 PROTO=TCP SPT=40000 DPT=22 WINDOW=1024 RES=0x00 SYN URGP=0
[  100.000000] docker0: port 1(veth1a2b3c4) entered blocking state entered forwarding state entered disabled state device veth1a2b3c4 left promiscuous mode
[  100.000000] IPv6: ADDRCONF(NETDEV_CHANGE): ens3: link becomes ready nf_conntrack: table full, dropping packet
[  100.000000] python3[812]: File "/usr/lib/python3/dist-packages/cloudinit/sources/__init__.py", line 812, in get_data Traceback (most recent call last): error: warning: failed
`

// parts counts the parts of usual of two and of three bytes.
var parts = countParts(strings.ToLower(usual))

func countParts(text string) map[string]float64 {
	count := map[string]float64{}
	for i := range len(text) - 2 {
		count[text[i:i+2]]++
		count[text[i:i+3]]++
	}
	return count
}

// unseen is how often a part that does not stand in usual is taken to.
const unseen = 0.2

// surprise is how little a text is to be expected in a log, in bits: how rare its
// beginning is, and each further byte after the two before it.
func surprise(text string) float64 {
	if len(text) < 3 {
		return 2 * float64(len(text))
	}
	bits := math.Log2(float64(len(usual)) / (parts[text[:3]] + unseen))
	for i := 3; i < len(text); i++ {
		bits += max(0, math.Log2((parts[text[i-2:i]]+1)/(parts[text[i-2:i+1]]+unseen)))
	}
	return bits
}

// rarity is that of a list of texts: of its most frequent one, less for each more
// that there is. That of no list is 0, and so is that of a list of which a text
// is empty.
func rarity(texts []string) float64 {
	if len(texts) == 0 {
		return 0
	}
	least := math.Inf(1)
	for _, text := range texts {
		least = min(least, surprise(text))
	}
	return max(0, least-math.Log2(float64(len(texts))))
}

// rarest returns each text's rarest part of a length that the finder takes, nil
// if a text is empty.
func rarest(texts []string) []string {
	var all []string
	for _, text := range texts {
		if text == "" {
			return nil
		}
		best := text[:min(len(text), longLiteral)]
		for i := range len(text) - len(best) {
			if part := text[i+1 : i+1+len(best)]; surprise(part) > surprise(best) {
				best = part
			}
		}
		if !slices.Contains(all, best) {
			all = append(all, best)
		}
	}
	return all
}
