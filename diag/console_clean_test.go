package diag

import "testing"

func TestClean(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"plain", "[    1.230682] acpiphp: Slot [24] registered", "[    1.230682] acpiphp: Slot [24] registered"},
		{"colours", "[\x1b[0;32m  OK  \x1b[0m] Started \x1b[0;1;39mssh.service\x1b[0m.", "[  OK  ] Started ssh.service."},
		{"colours that Nova left", "[[0;32m  OK  [0m] Started [0;1;39mssh.service[0m - OpenBSD Secure Shell server.", "[  OK  ] Started ssh.service - OpenBSD Secure Shell server."},
		{"erased line that Nova left", "M[K[[0;1;31m TIME [0m] Timed out", "[ TIME ] Timed out"},
		{"bytes that Nova could not show", "cloud-init.servic\ufffd\ufffd\ufffd job (metadata)", "cloud-init.servic… job (metadata)"},
		{"bytes that are no text", "caf\xe9\xff bar", "caf… bar"},
		{"colour cut by a shortened name", "ssh.servic…0m - OpenBSD Secure Shell server.", "ssh.servic… - OpenBSD Secure Shell server."},
		{"colour whose end was cut off", "device [0;1;…f2b9e-0f67.", "device …f2b9e-0f67."},
		{"colour whose end was cut off, as Nova leaves it", "device [0;1;\ufffd\ufffd\ufffdf2b9e-0f67.", "device …f2b9e-0f67."},
		{"the same as Nova leaves it", "ssh.servic\ufffd\ufffd\ufffd0m - OpenBSD", "ssh.servic… - OpenBSD"},
		{"a name that goes on after the cut", "foo…0menu", "foo…enu"},
		{"cursor moves part words", "\x1b[2;24HGNU\x1b[3;1HGRUB", "GNU GRUB"},
		{"reset before the firmware", "c[?7l[2J[0mSeaBIOS (version 1.16.2)", "SeaBIOS (version 1.16.2)"},
		{"memory ranges", "BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable", "BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable"},
		{"vendor and device", "pci 0000:00:00.0: [8086:1237] type 00", "pci 0000:00:00.0: [8086:1237] type 00"},
		{"disk names", "virtio_blk virtio1: [vda] 4194304 512-byte blocks", "virtio_blk virtio1: [vda] 4194304 512-byte blocks"},
		{"a number of kilobytes", "cache [512K]", "cache [512K]"},
		{"a word that begins like a sequence", "[KASAN] [HPET] [main] [J1939]", "[KASAN] [HPET] [main] [J1939]"},
		{"process IDs", "[   12.000001] cloud-init[324]: hello", "[   12.000001] cloud-init[324]: hello"},
		{"charset", "\x1b(Bhello", "hello"},
		{"title", "\x1b]0;root@web-1\x07hello", "hello"},
		{"title ended by ST", "\x1b]3008;start=1\x1b\\hello", "hello"},
		{"title that Nova left", "]3008;start=a1;type=service\\hello", "hello"},
		{"title without an end", "\x1b]0;hello", "0;hello"},
		{"sequence without an end", "hello\x1b[0;3", "hello"},
		{"padding", "hello\x00\x00\x00", "hello"},
		{"tabs", "a\tb", "a b"},
		{"a lone escape", "a\x1b", "a"},
	} {
		if got := clean(test.in); got != test.want {
			t.Errorf("%s: clean(%q) = %q, want %q", test.name, test.in, got, test.want)
		}
	}
}
