package diag

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
)

// WriteLog writes a console log of at least some size: an instance that is
// restarted now and then and runs for long in between, as its serial port tells
// it. Half of the text is from boots. It is the same each time.
func WriteLog(to io.Writer, size int64) error {
	w := bufio.NewWriterSize(to, 1<<20)
	l := &logWriter{w: w, r: rand.New(rand.NewPCG(1, 2))}
	for l.n < size {
		l.boot()
		for stop := min(l.n+100<<10, size); l.n < stop; {
			l.now += 0.1 + 9*l.r.Float64()
			if l.r.IntN(200) == 0 {
				l.line(troubles[l.r.IntN(len(troubles))])
			}
			l.line(running[l.r.IntN(len(running))])
		}
	}
	return w.Flush()
}

// logOf is such a log, as a text.
func logOf(size int) string {
	var b strings.Builder
	if err := WriteLog(&b, int64(size)); err != nil {
		panic(err) // a Builder does not fail
	}
	return b.String()[:size]
}

type logWriter struct {
	w   *bufio.Writer
	r   *rand.Rand
	n   int64
	now float64 // seconds since the boot
}

// line fills a template: # is a number, @ some hexadecimal digits, ~ a name. One
// that begins with | gets the kernel's time in front.
func (l *logWriter) line(template string) {
	var b strings.Builder
	if rest, ok := strings.CutPrefix(template, "|"); ok {
		fmt.Fprintf(&b, "[%5d.%06d] ", int(l.now), int(l.now*1e6)%1_000_000)
		template = rest
	}
	for _, c := range template {
		switch c {
		case '#':
			fmt.Fprintf(&b, "%d", l.r.IntN(1000))
		case '@':
			fmt.Fprintf(&b, "%08x", l.r.Uint32())
		case '~':
			b.WriteString(logNames[l.r.IntN(len(logNames))])
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('\n')
	n, _ := l.w.WriteString(b.String()) // Flush tells of what fails
	l.n += int64(n)
}

// boot writes a healthy boot of some 1,300 lines.
func (l *logWriter) boot() {
	l.now = 0
	for _, line := range bootBegin {
		l.line(line)
	}
	for range 700 {
		l.now += 0.002
		l.line(bootKernel[l.r.IntN(len(bootKernel))])
	}
	for range 250 {
		l.now += 0.05
		l.line(bootUnits[l.r.IntN(len(bootUnits))])
	}
	for _, line := range bootEnd {
		l.now += 0.4
		l.line(line)
	}
	for range 200 {
		l.now += 0.05
		l.line(bootCloudInit[l.r.IntN(len(bootCloudInit))])
	}
	l.line("|cloud-init[470]: Cloud-init v. 22.4.2 finished at Wed, 20 May 2026 09:01:10 +0000. Datasource DataSourceOpenStackLocal [net,ver=2].  Up 69.22 seconds")
}

var logNames = []string{
	"cron", "dbus", "rsyslog", "docker", "containerd", "postgresql", "nginx", "systemd-resolved", "apt-daily", "logrotate", "man-db",
	"fstrim", "snapd", "multipathd", "polkit", "unattended-upgrades", "chrony", "prometheus-node-exporter", "user@1000", "ModemManager", "qemu-guest-agent",
}

var bootBegin = []string{
	"SeaBIOS (version 1.16.2-debian-1.16.2-1)", "iPXE (http://ipxe.org) 00:04.0 C000 PCI2.10 PnP PMM+3EFCF110+3EF0F110 C000", "",
	"Booting from Hard Disk...", "GRUB loading.", "Welcome to GRUB!", "",
	"|Linux version 6.1.0-21-cloud-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld 2.40) #1 SMP Debian 6.1.90-1",
	"|Command line: BOOT_IMAGE=/boot/vmlinuz-6.1.0-21-cloud-amd64 root=UUID=0b7f3e5d-1f6c-4b39-9a53-6c1b6d0f2a11 ro console=tty0 console=ttyS0,115200",
}

var bootKernel = []string{
	"|BIOS-e820: [mem 0x00000000@-0x00000000@] usable", "|ACPI: SSDT 0x00000000@ 000#0 (v01 BOCHS  BXPC     00000001 BXPC 00000001)",
	"|pci 0000:00:01.1: BAR 0 [io  0x01f0-0x01f7]: legacy IDE quirk", "|pci 0000:00:0#.0: [1af4:1000] type 00 class 0x020000",
	"|pci_bus 0000:00: resource # [mem 0x@-0x@ window]", "|acpiphp: Slot [#] registered", "|ACPI: PCI: Interrupt link LNKA configured for IRQ #",
	"|clocksource: refined-jiffies: mask: 0xffffffff max_cycles: 0x@, max_idle_ns: 19112604#", "|NET: Registered PF_INET6 protocol family",
	"|TCP established hash table entries: #32768 (order: 6, 262144 bytes, linear)", "|usb 1-1: New USB device strings: Mfr=1, Product=3, SerialNumber=10",
	"|virtio_blk virtio2: [vda] 41943040 512-byte logical blocks (21.5 GB/20.0 GiB)", "|Loaded X.509 cert 'Debian Secure Boot CA: @@@@@'",
	"|audit: type=2000 audit(1779267603.#:1): state=initialized audit_enabled=0 res=1", "|x86/fpu: xstate_offset[#]:  576, xstate_sizes[#]:  256",
	"|RAMDISK: [mem 0x@-0x@]", "|EXT4-fs (vda1): mounted filesystem with ordered data mode. Quota mode: none.", "|input: QEMU QEMU USB Tablet as /devices/pci0000:00/0000:00:01.2/usb1/1-1/input/input#",
	"|Freeing unused kernel image (initmem) memory: #K", "|random: crng init done", "|systemd[1]: Inserted module 'autofs4'", "|systemd[1]: Created slice system-~.slice - Slice /system/~.",
	"|systemd[1]: Listening on ~.socket - ~ Socket.", "|systemd[1]: Condition check resulted in ~.service being skipped.",
}

var bootUnits = []string{
	"[\x1b[0;32m  OK  \x1b[0m] Started \x1b[0;1;39m~.service\x1b[0m - ~ daemon.\r", "[\x1b[0;32m  OK  \x1b[0m] Finished \x1b[0;1;39m~.service\x1b[0m.\r",
	"         Starting \x1b[0;1;39m~.service\x1b[0m - ~ daemon...\r", "[\x1b[0;32m  OK  \x1b[0m] Reached target \x1b[0;1;39m~.target\x1b[0m.\r",
	"|~[#]: ready in # ms", "|~[#]: loaded configuration from /etc/~/~.conf",
	"[\x1b[0;32m  OK  \x1b[0m] Mounted \x1b[0;1;39mrun-~.mount\x1b[0m - /run/~.\r", "|EXT4-fs (vd@): re-mounted. Opts: errors=remount-ro", "|IPv6: ADDRCONF(NETDEV_CHANGE): ens3: link becomes ready",
}

var bootEnd = []string{
	"|cloud-init[324]: Cloud-init v. 22.4.2 running 'init' at Wed, 20 May 2026 09:00:30 +0000. Up 29.00 seconds.",
	"|cloud-init[324]: ci-info: ++++++++++++++++++++++++++++Net device info++++++++++++++++++++++++++++",
	"|cloud-init[324]: ci-info: |  ens3  | True |   10.0.0.#   | 255.255.255.0 | global | fa:16:3e:5c:1a:70 |",
	"|cloud-init[324]: ci-info: |   lo   | True |  127.0.0.1   |   255.0.0.0   |  host  |         .         |",
	"|cloud-init[324]: ci-info: |   0   |   0.0.0.0   | 10.0.0.1 |    0.0.0.0    |    ens3   |   UG  |",
	"[\x1b[0;32m  OK  \x1b[0m] Started \x1b[0;1;39mssh.service\x1b[0m - OpenBSD Secure Shell server.\r", "", "Debian GNU/Linux 12 web-1 ttyS0", "",
	"web-1 login: |cloud-init[439]: Cloud-init v. 22.4.2 running 'modules:config' at Wed, 20 May 2026 09:00:55 +0000. Up 54.31 seconds.",
	"ci-info: ++++++++Authorized keys from /home/debian/.ssh/authorized_keys for user debian++++++++",
	"ci-info: | ssh-ed25519 | 44:04:d8:91:cf:8f:b5:1d:e4:37:2c:18:55:4e:d8:4d:1b:df:27:7b:54:95:1c:c9:32:3b:78:40:43:53:4c:cd |    -    | me@laptop |",
	"<14>May 20 09:01:00 cloud-init: -----BEGIN SSH HOST KEY FINGERPRINTS-----", "<14>May 20 09:01:00 cloud-init: -----END SSH HOST KEY FINGERPRINTS-----",
}

var bootCloudInit = []string{
	"|cloud-init[439]: Get:# http://deb.debian.org/debian bookworm/main amd64 ~ amd64 1.#.#-1 [# kB]", "|cloud-init[439]: Selecting previously unselected package ~.",
	"|cloud-init[439]: Preparing to unpack .../#-~_1.#.#-1_amd64.deb ...", "|cloud-init[439]: Unpacking ~ (1.#.#-1) ...", "|cloud-init[439]: Setting up ~ (1.#.#-1) ...",
	"|cloud-init[439]: Created symlink /etc/systemd/system/multi-user.target.wants/~.service -> /lib/systemd/system/~.service.", "|cloud-init[439]: Processing triggers for ~ (2.#-4) ...",
}

// running are lines of an instance in service.
var running = []string{
	"|[UFW BLOCK] IN=ens3 OUT= MAC=fa:16:3e:5c:1a:70:fa:16:3e:@:08:00 SRC=203.0.113.# DST=10.0.0.# LEN=40 TOS=0x00 PREC=0x00 TTL=240 ID=#1 PROTO=TCP SPT=4#0 DPT=22 WINDOW=1024 RES=0x00 SYN URGP=0",
	"|docker0: port #(veth@) entered blocking state", "|docker0: port #(veth@) entered forwarding state", "|docker0: port #(veth@) entered disabled state", "|device veth@ entered promiscuous mode",
	"|IPv6: ADDRCONF(NETDEV_CHANGE): veth@: link becomes ready", "|eth0: renamed from veth@",
	"|audit: type=1400 audit(1779267603.#:#): apparmor=\"STATUS\" operation=\"profile_replace\" profile=\"unconfined\" name=\"~\" pid=#0 comm=\"apparmor_parser\"",
	"|audit: type=1326 audit(1779267603.#:#): auid=1000 uid=1000 gid=1000 ses=# pid=#1 comm=\"~\" exe=\"/usr/bin/~\" sig=0 arch=c000003e syscall=# compat=0 ip=0x7f@ code=0x50000",
	"|systemd[1]: Started ~.service - ~ daemon.", "|systemd[1]: ~.service: Deactivated successfully.", "|systemd[1]: ~.service: Consumed #.#s CPU time.", "|systemd[1]: Starting ~.service - ~ daemon...",
	"|TCP: request_sock_TCP: Possible SYN flooding on port 10.0.0.#:80. Sending cookies.", "|CPU: # PID: #0 Comm: ~ Not tainted 6.1.0-21-cloud-amd64 #1",
	"|perf: interrupt took too long (#1 > #0), lowering kernel.perf_event_max_sample_rate to #00", "|kauditd_printk_skb: # callbacks suppressed", "|~[#0]: GET /api/v1/~/# 200 0.0#s", "|~[#0]: worker # took job @ from queue ~",
}

// troubles are what such an instance tells now and then.
var troubles = []string{
	"|nf_conntrack: nf_conntrack: table full, dropping packet", "|INFO: task ~:#0 blocked for more than 120 seconds.",
	"|Out of memory: Killed process #0 (~) total-vm:#0000kB, anon-rss:#000kB, file-rss:0kB, shmem-rss:0kB, UID:1000",
	"|EXT4-fs error (device vda1): ext4_lookup:#: inode #1: comm ~: iget: checksum invalid", "|systemd[1]: Failed to start ~.service - ~ daemon.",
	"|print_req_error: I/O error, dev vda, sector #000", "|systemd[1]: ~.service: Failed with result 'exit-code'.",
}
