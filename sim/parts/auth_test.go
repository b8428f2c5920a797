package parts_test

import (
	"os"

	"golang.org/x/crypto/ssh"

	"sshhelp/diag"
	"sshhelp/sim/parts"
	"sshhelp/sim/scenario"
)

func writeFile(name, text string) error { return os.WriteFile(name, []byte(text), 0o600) }

var rescueAccount = parts.Account{Name: "rescue"}

// client is what the person pastes: the real client's words with the launch key.
func client(m *made) []string { return m.ssh(append(m.withLaunchKey(), "-l", m.user)...) }

// logged is a login by the real client, and what the server logs of it.
func logged(text string) func(*made) []string {
	return func(m *made) []string {
		client(m)
		return m.logOf(text)
	}
}

func user(name string) func(*diag.Asked) {
	return func(a *diag.Asked) { a.User = name }
}

func authSamples() []sample {
	noKey := ""
	return []sample{
		{cause: "auth/no-keypair", made: "launched without a key pair; the account has no key", server: func(v *scenario.Server) { v.KeyName = &noKey }, inside: bare()},
		{cause: "auth/wrong-user", made: "the person says ubuntu on a Debian image", asked: user("ubuntu"), not: "needs the account's answer"},
		{cause: "auth/wrong-user", made: "the same, and the real client", asked: user("ubuntu"), told: func(m *made) []string {
			return m.ssh(append(m.withLaunchKey(), "-l", "ubuntu")...)
		}},
		{cause: "auth/wrong-user", made: "the server's log of it", told: func(m *made) []string {
			m.ssh(append(m.withLaunchKey(), "-l", "ubuntu")...)
			return m.logOf("Invalid user ubuntu")
		}},
		{cause: "auth/wrong-user", made: "root's key has a forced command, as cloud-init makes it; the real client", asked: user("root"), inside: (*made).forced, told: func(m *made) []string {
			return m.ssh(append(m.withLaunchKey(), "-l", "root")...)
		}},
		{cause: "auth/root-login", made: "PermitRootLogin no; the server's log", asked: user("root"), inside: func(m *made) { m.forced2() }, told: func(m *made) []string {
			m.ssh(append(m.withLaunchKey(), "-l", "root")...)
			return m.logOf("ROOT LOGIN REFUSED")
		}},
		{cause: "auth/password-login", made: "PuTTY's plink with a password; the server takes keys only", told: (*made).password},
		{cause: "auth/key-not-installed", made: "the account has another key", inside: (*made).otherKey},
		{cause: "auth/wrong-key", made: "the person names a key that is not the launch key; that one is accepted", possible: true, asked: func(a *diag.Asked) {
			a.Key = &diag.GivenKey{Fingerprint: "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"}
		}},
		{cause: "auth/wrong-key", made: "the real client offers another key", told: func(m *made) []string {
			return m.ssh("-l", m.user, "-o", "IdentitiesOnly=yes", "-i", m.newKey("-t", "ed25519"))
		}},
		{cause: "auth/too-many-keys", made: "the real client offers seven keys", told: func(m *made) []string {
			args := []string{"-l", m.user, "-o", "IdentitiesOnly=yes"}
			for range 7 {
				args = append(args, "-i", m.newKey("-t", "ed25519"))
			}
			return m.ssh(args...)
		}},
		{cause: "auth/server-permissions", made: "home writable by all; the server's log", inside: wrongMode("chmod 777 /home/debian"), told: logged("bad ownership or modes")},
		{cause: "auth/server-permissions", made: "authorized_keys writable by all; the server's log", inside: wrongMode("chmod 666 /home/debian/.ssh/authorized_keys"), told: logged("bad ownership or modes")},
		{cause: "auth/account-locked", made: "password locked, UsePAM no; the server's log", inside: func(m *made) {
			m.account(parts.Account{Hash: "!", Keys: m.lab.launchKey().PublicKey})
			m.sshd("UsePAM no")
		}, told: logged("locked")},
		{cause: "auth/account-locked", made: "the account has expired; the real client", inside: func(m *made) {
			m.account(parts.Account{Aging: "19000:0:99999:7::19001:", Keys: m.lab.launchKey().PublicKey})
			m.sshd()
		}, told: client},
		{cause: "auth/not-allowed", made: "AllowUsers names another; the server's log", inside: func(m *made) { m.image(); m.sshd("AllowUsers somebody") }, told: logged("not listed in AllowUsers")},
		{cause: "auth/not-allowed", made: "DenyUsers; the server's log", inside: func(m *made) { m.image(); m.sshd("DenyUsers debian") }, told: logged("listed in DenyUsers")},
		{cause: "auth/booting", made: "/etc/nologin; the real client", inside: func(m *made) {
			m.image()
			m.write("/etc/nologin", "System is booting up. Unprivileged users are not permitted to log in yet. Please come back later. For technical details, see pam_nologin(8).\n")
			m.sshd()
		}, told: client},
		{cause: "auth/second-factor", made: "AuthenticationMethods publickey,keyboard-interactive; the real client", inside: func(m *made) {
			m.image()
			m.sshd("KbdInteractiveAuthentication yes", "AuthenticationMethods publickey,keyboard-interactive")
		}, told: client},
		{cause: "auth/certificate", made: "a certificate that has expired; the server's log", inside: (*made).trustsCA, told: (*made).expired},
		{cause: "auth/no-home", made: "the login shell is missing; the server's log", inside: func(m *made) {
			m.account(parts.Account{Shell: "/bin/zsh-not-here", Keys: m.lab.launchKey().PublicKey})
			m.sshd()
		}, told: logged("does not exist")},
		{
			cause: "auth/dsa-key", made: "launched with a DSA key", possible: true, keyPairs: map[string]string{"old-dsa": dsaKey},
			server: func(v *scenario.Server) { name := "old-dsa"; v.KeyName = &name },
			inside: func(m *made) { m.account(parts.Account{Keys: dsaKey}); m.sshd() },
		},
		{cause: "auth/rsa-sha1", made: "OpenSSH takes RSA signatures with SHA-1 only; the real client has an RSA key, the server's log", inside: (*made).sha1, told: (*made).rsa},
		{cause: "auth/not-enabled", made: "the account has no authorized_keys; the server's log at DEBUG1", inside: func(m *made) { m.account(parts.Account{}); m.sshd("LogLevel DEBUG1") }, told: logged("Could not open")},
		{cause: "auth/key-refused", made: "Nova has the key pair no longer; the real client offers a key that the account has not", server: func(v *scenario.Server) { name := "withdrawn"; v.KeyName = &name }, inside: (*made).otherKey, told: client},
	}
}

// password is what PuTTY's client for terminals says of a login with a password.
func (m *made) password() []string {
	key, err := ssh.NewPublicKey(m.server.HostKey().Public())
	m.note(err)
	if m.err != nil {
		return nil
	}
	return m.client("timeout", "20", "plink", "-v", "-batch", "-ssh", "-hostkey", ssh.FingerprintSHA256(key), "-pw", "guess", m.user+"@"+m.Way.Target().String(), "true")
}

// bare is an account without keys.
func bare() func(*made) {
	return func(m *made) { m.account(parts.Account{}); m.sshd() }
}

func (m *made) otherKey() {
	m.account(parts.Account{Keys: m.public(m.newKey("-t", "ed25519"))})
	m.sshd()
}

func wrongMode(script string) func(*made) {
	return func(m *made) { m.image(); m.run(script); m.sshd() }
}

// forced makes root's authorized_keys as cloud-init does (disable_root).
func (m *made) forced() {
	m.image()
	m.rootKey(`no-port-forwarding,no-agent-forwarding,no-X11-forwarding,command="echo 'Please login as the user \"debian\" rather than the user \"root\".';echo;sleep 1;exit 142" `)
	m.sshd()
}

func (m *made) forced2() {
	m.image()
	m.rootKey("")
	m.sshd("PermitRootLogin no")
}

func (m *made) rootKey(options string) {
	if m.err == nil {
		m.note(m.Write("/root/.ssh/authorized_keys", options+m.lab.launchKey().PublicKey, 0o600))
	}
	m.run("chmod 700 /root /root/.ssh")
}

// trustsCA has the server trust an authority, whose key stays with the sample.
func (m *made) trustsCA() {
	m.account(parts.Account{})
	m.ca = m.newKey("-t", "ed25519")
	m.write("/etc/ssh/ca.pub", m.public(m.ca))
	m.sshd("TrustedUserCAKeys /etc/ssh/ca.pub")
}

func (m *made) expired() []string {
	key := m.newKey("-t", "ed25519")
	m.local("ssh-keygen", "-q", "-s", m.ca, "-I", "person", "-n", m.user, "-V", "20200101:20200102", key+".pub")
	m.ssh("-l", m.user, "-o", "IdentitiesOnly=yes", "-i", key, "-o", "CertificateFile="+key+"-cert.pub")
	return m.logOf("Certificate invalid: expired")
}

func (m *made) sha1() {
	m.key = m.newKey("-t", "rsa", "-b", "2048")
	m.account(parts.Account{Keys: m.public(m.key)})
	m.sshd("PubkeyAcceptedAlgorithms ssh-rsa")
}

func (m *made) rsa() []string {
	m.ssh("-l", m.user, "-o", "IdentitiesOnly=yes", "-i", m.key)
	return m.logOf("not in PubkeyAcceptedAlgorithms")
}

// dsaKey is the public half of a DSA key; nobody has the other.
const dsaKey = "ssh-dss AAAAB3NzaC1kc3MAAACBAOOp4SxZxevXVRFZIBBu/qrj3rBreAFUyubPdMISLKI0c9rixhR7Q+4/2ZMI+ybfN8y4O8wW7AnlP1RUopo0CPoOVKyKgpqzKYWBNwWEj/4HKiqCfEs6vqiCTs/9gGNG3xS3sRx8GmV5K1PSt/CY1468KRRlJGDnU5+eXSLhqNclAAAAFQDeE0Rwv8lnSBN1EZ9MJLJRmx92AQAAAIEAvXGz6caKqdZ5q3wabj2bDFg1RDTgH3kNwXaOQJ5PBRtosxxwWt69o6gUbXYpb61Cv6uGvF/ixGfk9xa9mMWu1Dli3iaamwCZrMH3ql55oLrrkL1/+CP3++tFeGwAUZD27OwZa2u69uPlO6XYhO4Nq54MgTx+dhZxWi0MRi5RbdcAAACARrd53uJD5uwkSYmsMoxDUtUDDMf1BAj6WZdEF3d2kr3n6L3LTlEF4kX/9vEhhU4TK0tLo+s/29V62mbFzjQjWIlsPWpVfenmslMJdwvMQkZYhYbgfLbSH9MZtWYRHv/bbNpdMchva4gLZoxe4RycwR0QoumNysaM+K9wdhFx/zY= old-dsa"
