package diag

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Throw-away keys; the fingerprints are those that ssh-keygen -l gives.
const (
	edKey    = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFwy6ohZr/t+mTK60XYKDZw16kXc90sbomn4HRZXZg20"
	ecKey    = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBNdNhZP6/s2SGYHBX0xdIUcq6kVl0PggPnIfxnERuthEfsz2DndQlcnCaE1x88Tlm8Mhs9p9uMw0+EKDPopL3zY="
	edSHA256 = "SHA256:RATYkc+PtR3kNywYVU7YTRvfJ3tUlRzJMjt4QENTTM0"
	edMD5    = "b0:a7:78:dc:64:15:fd:aa:1d:a0:71:9a:cf:c4:50:2f"
	ecSHA256 = "SHA256:vYJPC8sRl7iTD91vlaARJr8hPsllJS253LtrpPqOXDo"
	ecMD5    = "57:96:7a:d9:cf:ca:f6:de:c2:51:51:f0:40:05:cc:39"
	newPrint = "SHA256:djNdwkwga3YdC//9zSJdTAEsma/jhXUSZ9zNi6vV5Co"
)

func TestHostKeys(t *testing.T) {
	ed, ec := HostKey{Type: "ssh-ed25519", SHA256: edSHA256}, HostKey{Type: "ecdsa-sha2-nistp256", SHA256: ecSHA256}
	for _, test := range []struct {
		name, text string
		want       []HostKey
	}{
		{"ssh-keygen's own words", `[  139.2] cloud-init[362]: Generating public/private ed25519 key pair.
[  139.2] cloud-init[362]: Your identification has been saved in /etc/ssh/ssh_host_ed25519_key
[  139.2] cloud-init[362]: Your public key has been saved in /etc/ssh/ssh_host_ed25519_key.pub
[  139.2] audit: type=1400 something in between
[  139.2] cloud-init[362]: The key fingerprint is:
[  139.2] cloud-init[362]: ` + edSHA256 + ` root@web-1
[  139.2] cloud-init[362]: The key's randomart image is:`, []HostKey{ed}},
		{"a person's key is not the host's", `Generating public/private ed25519 key pair.
Your identification has been saved in /home/alma/.ssh/id_ed25519
The key fingerprint is:
` + edSHA256 + ` root@web-1`, nil},
		{"old ssh-keygen", `Generating public/private ecdsa key pair.
Your identification has been saved in /etc/ssh/ssh_host_ecdsa_key.
The key fingerprint is:
` + ecMD5 + ` root@web-1`, []HostKey{{Type: "ecdsa-sha2-nistp256", MD5: ecMD5}}},
		{"cloud-init's block of fingerprints", `<14>May 20 16:21:07 cloud-init: -----BEGIN SSH HOST KEY FINGERPRINTS-----
<14>May 20 16:21:08 cloud-init: 256 ` + ecSHA256 + ` root@web-1 (ECDSA)
[  139.2] kernel: in between
<14>May 20 16:21:08 cloud-init: 256 ` + edSHA256 + ` root@web-1 (ED25519)
<14>May 20 16:21:09 cloud-init: -----END SSH HOST KEY FINGERPRINTS-----
256 ` + newPrint + ` after the end (ED25519)`, []HostKey{ec, ed}},
		{"the same with an older prefix and MD5", `ec2: -----BEGIN SSH HOST KEY FINGERPRINTS-----
ec2: 256 ` + ecMD5 + `  root@web-1 (ECDSA)
ec2: -----END SSH HOST KEY FINGERPRINTS-----`, []HostKey{{Type: "ecdsa-sha2-nistp256", MD5: ecMD5}}},
		{
			"cloud-init's block of keys", "-----BEGIN SSH HOST KEY KEYS-----\n" + ecKey + " root@web-1\n" + edKey + "\n-----END SSH HOST KEY KEYS-----",
			[]HostKey{{Type: "ecdsa-sha2-nistp256", SHA256: ecSHA256, MD5: ecMD5}, {Type: "ssh-ed25519", SHA256: edSHA256, MD5: edMD5}},
		},
		{"a key that was cut", "-----BEGIN SSH HOST KEY KEYS-----\n" + edKey[:40] + "\n-----END SSH HOST KEY KEYS-----", nil},
		{
			"CirrOS", "=== sshd host keys ===\n-----BEGIN SSH HOST KEY KEYS-----\n" + edKey + " root@cirros\n-----END SSH HOST KEY KEYS-----",
			[]HostKey{{Type: "ssh-ed25519", SHA256: edSHA256, MD5: edMD5}},
		},
		{"above the prompt", "SSH host key: " + edSHA256 + " (ED25519)\nens3: 192.0.2.7\nweb-1 login: ", []HostKey{ed}},
		{
			"both forms of one key", "SSH host key: " + edSHA256 + " (ED25519)\n-----BEGIN SSH HOST KEY KEYS-----\n" + edKey + "\n-----END SSH HOST KEY KEYS-----\nSSH host key: " + edSHA256 + " (ED25519)",
			[]HostKey{{Type: "ssh-ed25519", SHA256: edSHA256, MD5: edMD5}},
		},
		{"made anew: the last word counts", "SSH host key: " + newPrint + " (ED25519)\nSSH host key: " + edSHA256 + " (ED25519)", []HostKey{ed}},
		{"from the boot before", "SSH host key: " + edSHA256 + " (ED25519)\n[    0.000000] Linux version 6.1.0 (x)\n", []HostKey{ed}},
		{"an authorised key is no host key", edKey + " me@laptop", nil},
	} {
		if diff := cmp.Diff(test.want, ReadConsole(test.text).HostKeys); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}
