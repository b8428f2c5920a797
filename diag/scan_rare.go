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
[  OK  ] Reached target Local File Systems. [  OK  ] Reached target Basic System. [  OK  ] Reached target Sockets. [  OK  ] Started Daily Cleanup. [  OK  ] Started Login Service.
[  OK  ] Reached target Timer Units. [  OK  ] Reached target Host and Network Name Lookups. [  OK  ] Finished Apply Settings. Starting Load Kernel Module... Starting User Manager...
[  OK  ] Stopped target Timers. [  OK  ] Unmounted /boot. [  OK  ] Stopping Service... [FAILED] Failed to start Service. See 'systemctl status' for details.
[DEPEND] Dependency failed for /data. Started Session 1 of user root. Reached target Swap. Starting cleanup of temporary directories.
[   12.000000] cloud-init[324]: Cloud-init v. 22.4.2 running 'init-local' at Wed, 20 May 2026 09:00:20 +0000. Up 19.24 seconds.
[   12.000000] cloud-init[324]: ci-info: | Route | Destination | Gateway | Genmask | Interface | Flags | ens3 | True | 10.0.0.5 | 255.255.255.0 | global | fa:16:3e |
[   12.000000] cloud-init[324]: 2026-05-20 09:00:20,123 - util.py[DEBUG]: Running command ['ip', 'addr', 'show'] with allowed return codes [0] (shell=False, capture=True)
[   12.000000] cloud-init[324]: 2026-05-20 09:00:20,123 - url_helper.py[WARNING]: Calling 'http://169.254.169.254/latest/meta-data/instance-id' failed [0/120s]: request error
[   12.000000] cloud-init[324]: Get:1 http://deb.debian.org/debian bookworm InRelease Unpacking package (1.2.3-4) over Setting up package Selecting previously unselected package
[   20.000000] audit: type=1400 audit(1716195600.123:45): apparmor="STATUS" operation="profile_load" profile="unconfined" name="docker-default" pid=812 comm="apparmor_parser"
[  100.000000] [UFW BLOCK] IN=ens3 OUT= MAC=fa:16:3e SRC=203.0.113.7 DST=10.0.0.5 LEN=40 TOS=0x00 PREC=0x00 TTL=240 ID=54321 PROTO=TCP SPT=40000 DPT=22 WINDOW=1024 RES=0x00 SYN URGP=0
[  100.000000] docker0: port 1(veth1a2b3c4) entered blocking state entered forwarding state entered disabled state device veth1a2b3c4 left promiscuous mode
[  100.000000] IPv6: ADDRCONF(NETDEV_CHANGE): ens3: link becomes ready nf_conntrack: table full, dropping packet
[  OK  ] Started cron.service - Regular background program processing daemon. Starting ssh.service - OpenBSD Secure Shell server... rsyslog daemon; dbus daemon
[  100.000000] cron[812]: session opened for user root(uid=0) by (uid=0); session closed for user root; connection from 203.0.113.7 port 40000 closed by server
[  100.000000] server: client connected, connection to host refused, no such file or directory, permission denied, invalid argument
[  100.000000] python3[812]: File "/usr/lib/python3/dist-packages/cloudinit/sources/__init__.py", line 812, in get_data Traceback (most recent call last): error: warning: failed
`

// parts counts the parts of usual of two, three and six bytes.
var parts = countParts(strings.ToLower(usual))

func countParts(text string) map[string]int {
	count := make(map[string]int, 2*len(text))
	for i := range len(text) - 5 {
		count[text[i:i+2]]++
		count[text[i:i+3]]++
		count[text[i:i+6]]++
	}
	return count
}

const (
	unseen    = 0.2 // how often a part of three bytes that does not stand in usual is taken to
	unseenTwo = 6   // bits for a byte after two that do not
	goingOn   = 0.3 // bits for one more byte of what stands there
)

// logOfCount are the logarithms of how often a part stands in usual.
var logOfCount = func() []float64 {
	logs := make([]float64, len(usual)+1)
	for n := range logs {
		logs[n] = math.Log2(float64(n) + unseen)
	}
	return logs
}()

// A weighing is how little each byte of a text is to be expected in a log, in
// bits: by itself with the two before it, where a text begins with them, and
// after the two before it.
type weighing struct{ first, next []float64 }

func weigh3(text string) weighing {
	w := weighing{make([]float64, len(text)), make([]float64, len(text))}
	for i := 2; i < len(text); i++ {
		three := logOfCount[parts[text[i-2:i+1]]]
		w.first[i] = logOfCount[len(logOfCount)-1] - three
		w.next[i] = unseenTwo
		if i >= 5 && parts[text[i-5:i+1]] > 0 {
			w.next[i] = goingOn
		} else if two := parts[text[i-2:i]]; two > 0 {
			w.next[i] = max(0, logOfCount[two]-three)
		}
	}
	return w
}

// rarestPart returns the part of a text, of at most longLiteral bytes, that is
// to be expected least, and how many bits that is worth.
func rarestPart(text string) (part string, bits float64) {
	if len(text) < 3 {
		return text, 2 * float64(len(text))
	}
	w := weigh3(text)
	for begin := range max(1, len(text)-longLiteral+1) {
		end := min(begin+longLiteral, len(text))
		sum := w.first[begin+2]
		for _, next := range w.next[begin+3 : end] {
			sum += next
		}
		if sum > bits {
			part, bits = text[begin:end], sum
		}
	}
	return part, bits
}

// A shortlist is texts for the finder and how rare they are in bits: as rare as
// the most frequent one, less for each more that there is.
type shortlist struct {
	texts []string
	bits  float64
}

// rarest returns each text's rarest part, none if a text is empty.
func rarest(texts []string) shortlist {
	list := shortlist{bits: math.Inf(1)}
	for _, text := range texts {
		if text == "" {
			return shortlist{}
		}
		part, bits := rarestPart(text)
		if list.bits = min(list.bits, bits); !slices.Contains(list.texts, part) {
			list.texts = append(list.texts, part)
		}
	}
	return list.weigh()
}

// weigh takes off what the number of texts costs.
func (l shortlist) weigh() shortlist {
	if len(l.texts) == 0 {
		return shortlist{}
	}
	l.bits = max(0, l.bits-math.Log2(float64(len(l.texts))))
	return l
}

// or returns the rarer of two lists.
func (l shortlist) or(other shortlist) shortlist {
	if other.bits > l.bits {
		return other
	}
	return l
}
