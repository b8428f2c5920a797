package parts_test

import (
	"net"
	"strings"

	"sshhelp/diag"
	"sshhelp/sim/parts"
	"sshhelp/sim/scenario"
)

func sshdSamples() []sample {
	return []sample{
		{cause: "sshd/refused", made: "no server listens", outside: true, inside: func(*made) {}},
		{cause: "sshd/refused", made: "nftables in the guest: reject with tcp reset", outside: true, inside: guestFirewall("tcp dport 22 reject with tcp reset")},
		{cause: "sshd/refused", made: "OpenSSH without host keys: it ends at once", inside: func(m *made) { m.image(); m.noHostKeys() }},
		{cause: "boot/sshd-failed", made: "the same, and its log", inside: func(m *made) { m.image(); m.noHostKeys() }, told: (*made).log},
		{cause: "sshd/other-port", made: "OpenSSH on 2222; 22 refuses", inside: func(m *made) { m.image(); m.sshd("Port 2222") }},
		{cause: "sshd/other-port", made: "OpenSSH on 22022, the router drops 22", inside: func(m *made) { m.image(); m.sshd("Port 22022"); m.edge("tcp dport 22 drop") }},
		{cause: "sshd/other-port", made: "OpenSSH on 4022, which the configuration lists", inside: func(m *made) { m.image(); m.sshd("Port 4022") }},
		{cause: "sshd/other-port", made: "Python's web server on 22, OpenSSH on 2222", inside: func(m *made) { m.image(); m.web(); m.sshd("Port 2222") }},
		{
			cause: "sshd/other-port", made: "OpenSSH on 2222, and rules and a router that let only that in", server: groups("ssh-2222"),
			inside: func(m *made) { m.image(); m.sshd("Port 2222"); m.edge("tcp dport != 2222 ct state new drop") },
		},
		{cause: "sshd/other-port", made: "OpenSSH on 22, and the person says port 2222", asked: func(a *diag.Asked) { a.Port, a.PortSaid = 2222, true }, server: groups("ssh", "ssh-2222")},
		{cause: "sshd/not-ssh", made: "Python's web server on 22", inside: (*made).web},
		{cause: "sshd/no-banner", made: "OpenSSH, frozen by SIGSTOP", inside: func(m *made) { m.image(); m.sshd(); m.freeze() }},
		{cause: "sshd/closes-early", made: "OpenSSH, hosts.deny (libwrap)", inside: func(m *made) { m.image(); m.write("/etc/hosts.deny", "sshd: ALL\n"); m.sshd() }},
		{cause: "sshd/closes-early", made: "the twin: resets after the identification", outside: true, inside: func(m *made) { m.twin("reset-kex") }},
		{cause: "sshd/protocol-1", made: "the twin: protocol 1 only", outside: true, inside: func(m *made) { m.twin("protocol-1") }},
		{cause: "sshd/old-algorithms", made: "OpenSSH with group1-sha1, 3des-cbc, hmac-md5", inside: (*made).old},
		{cause: "sshd/old-algorithms", made: "the same, and the real client", inside: (*made).old, told: func(m *made) []string { return m.ssh(m.withLaunchKey()...) }},
		{cause: "sshd/throttled", made: "OpenSSH, MaxStartups 1 and a connection that waits", inside: func(m *made) { m.image(); m.sshd("MaxStartups 1"); m.hold() }},
		{cause: "sshd/throttled", made: "OpenSSH, PerSourceMaxStartups 1 and a connection that waits", inside: func(m *made) { m.image(); m.sshd("PerSourceMaxStartups 1"); m.hold() }},
		{cause: "sshd/throttled", made: "the twin: Not allowed at this time (PerSourcePenalties, OpenSSH 9.8)", outside: true, inside: func(m *made) { m.twin("not-allowed") }},
		{cause: "sshd/banned", made: "fail2ban's own sshd jail has banned the real client by nftables; its log", inside: (*made).ban, told: (*made).bans},
	}
}

func (m *made) noHostKeys() {
	m.run("rm /etc/ssh/ssh_host_ed25519_key")
	m.write("/etc/ssh/sshd_config", "HostKey /etc/ssh/ssh_host_ed25519_key\n")
	m.start("no hostkeys available", "/usr/sbin/sshd", "-D", "-e")
}

func (m *made) web() { m.start("Serving HTTP", "/usr/bin/python3", "-u", "-m", "http.server", "22") }

func (m *made) old() {
	m.image()
	m.sshd("KexAlgorithms diffie-hellman-group1-sha1", "Ciphers 3des-cbc", "MACs hmac-md5")
}

// hold opens a connection that says nothing until the sample is closed.
func (m *made) hold() {
	if m.err != nil {
		return
	}
	conn, err := net.Dial("tcp", net.JoinHostPort(m.Way.Target().String(), "22"))
	if m.note(err); err == nil {
		m.t.Cleanup(func() { conn.Close() })
		buf := make([]byte, 4)
		_, err = conn.Read(buf) // its server process has begun
		m.note(err)
	}
}

// ban has fail2ban, with its packaged filter and action, watch the log and ban
// whoever fails five times.
func (m *made) ban() {
	m.image()
	m.sshd()
	m.write("/etc/fail2ban/jail.local", "[DEFAULT]\nbackend = polling\nbanaction = nftables-multiport\n[sshd]\nenabled = true\n")
	m.run("mkdir -p /run/fail2ban; touch /var/log/fail2ban.log")
	m.start("", "/usr/bin/fail2ban-server", "-f", "--logtarget", "STDOUT", "start")
	if m.err == nil {
		m.note(m.programs[1].Await(m.ctx, "Jail 'sshd' started"))
	}
	for range 5 { // a connection that is open when the ban comes would hang
		m.client("timeout", "3", "ssh", "-v", "-F", "none", "-o", "BatchMode=yes", "-o", "UserKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=no",
			"-o", "PubkeyAuthentication=no", "nobody-here@"+m.Way.Target().String())
	}
	if m.err == nil {
		m.note(m.programs[1].Await(m.ctx, "Ban "+parts.Here.String()))
	}
}

func (m *made) bans() []string { return []string{strings.Join(m.programs[1].Said(), "\n")} }

func hostkeySamples() []sample {
	strict := func(m *made) []string {
		return m.ssh(append(m.withLaunchKey(), "-o", "StrictHostKeyChecking=yes")...)
	}
	return []sample{
		{cause: "hostkey/unknown", made: "the real client, strict, knows no key", told: strict},
		{cause: "hostkey/changed", made: "the real client knows another key of that address; the console shows this one", told: (*made).knowsAnother},
		{cause: "hostkey/suspicious", made: "OpenSSH has another key than the console shows", inside: func(m *made) {
			m.image()
			m.run("rm /etc/ssh/ssh_host_ed25519_key; ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key")
			m.sshd()
		}, server: func(*scenario.Server) {}},
	}
}

// knowsAnother has a client try that remembers another key of the address.
func (m *made) knowsAnother() []string {
	other := m.public(m.newKey("-t", "ed25519"))
	known := m.newKey("-t", "ed25519") + ".known"
	m.note(writeFile(known, m.Way.Target().String()+" "+other))
	return m.ssh(append(m.withLaunchKey(), "-o", "StrictHostKeyChecking=yes", "-o", "UserKnownHostsFile="+known)...)
}
