package diag

import "testing"

// TestService: what the different init systems print of the SSH service.
func TestService(t *testing.T) {
	const up, down, silent = "up", "down", ""
	for text, want := range map[string]string{
		"[  OK  ] Started OpenBSD Secure Shell server.":                                          up,
		"[  OK  ] Started ssh.service - OpenBSD Secure Shell server.":                            up,
		"[  OK  ] Started ssh.servic…0m - OpenBSD Secure Shell server.":                          up,
		"[  OK  ] Started OpenSSH server daemon.":                                                up,
		"[  OK  ] Started OpenSSH Daemon.":                                                       up,
		"[  OK  ] Listening on ssh.socket - OpenBSD Secure Shell server socket.":                 up,
		"[  OK  ] Listening on sshd.socket.":                                                     up,
		" * Starting OpenSSH server       [ OK ]":                                                up,
		" * Starting sshd ... [ ok ]":                                                            up,
		"Starting dropbear sshd: OK":                                                             up,
		"Starting sshd: [  OK  ]":                                                                up,
		"sshd[812]: Server listening on 0.0.0.0 port 22.":                                        up,
		"[FAILED] Failed to start OpenBSD Secure Shell server.":                                  down,
		"[FAILED] Failed to start sshd.service - OpenSSH server daemon.":                         down,
		"[FAILED] Failed to start OpenSSH Daemon.":                                               down,
		"[FAILED] Failed to listen on ssh.socket - OpenBSD Secure Shell server socket.":          down,
		"[DEPEND] Dependency failed for OpenBSD Secure Shell server.":                            down,
		"Oct 7 22:29:05 web-1 systemd[1]: sshd.service: Failed with result 'exit-code'.":         down,
		"Oct 7 22:29:05 web-1 systemd[1]: ssh.service: Start request repeated too quickly.":      down,
		" * Starting OpenSSH server       [fail]":                                                down,
		"Starting sshd: [FAILED]":                                                                down,
		"Starting dropbear sshd: FAIL":                                                           down,
		" * ERROR: sshd failed to start":                                                         down,
		"/etc/rc: WARNING: failed to start sshd":                                                 down,
		"sshd: no hostkeys available -- exiting.":                                                down,
		"         Starting OpenBSD Secure Shell server...":                                       silent,
		"[  OK  ] Stopped OpenBSD Secure Shell server.":                                          silent,
		"systemd[1]: ssh.service: Failed with result 'signal'.":                                  silent,
		"[  OK  ] Finished OpenSSH Server Key Generation.":                                       silent,
		"[  OK  ] Started OpenSSH ed25519 Server Key Generation.":                                silent,
		"[FAILED] Failed to start OpenSSH Server Key Generation.":                                silent,
		"[  OK  ] Started OpenSSH per-connection server daemon (192.0.2.9:40112).":               silent,
		"[  OK  ] Started LSB: start and stop the shadow service.":                               silent,
		"systemd[1]: Created slice Slice /system/sshd-keygen.":                                   silent,
		"dhclient[301]: Server listening on Socket/ens3":                                         silent,
		"[  OK  ] Reached target sshd-keygen.target.":                                            silent,
		"[FAILED] Failed to start dnsmasq.service - dnsmasq - A lightweight DHCP and DNS server": silent,
	} {
		got := silent
		if s := ReadConsole(text).SSHD; s != nil {
			if got = down; s.Running {
				got = up
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestServiceLastState: the last word counts.
func TestServiceLastState(t *testing.T) {
	c := ReadConsole("[FAILED] Failed to start OpenSSH server daemon.\n[  OK  ] Started OpenSSH server daemon.\n")
	if c.SSHD == nil || !c.SSHD.Running || c.SSHD.Line.N != 2 || c.Stage != StageSSHD {
		t.Errorf("service %+v, stage %v", c.SSHD, c.Stage)
	}
}
