package twin

import (
	"net"
	"net/netip"
	"slices"

	"golang.org/x/crypto/ssh"
)

// A behaviour is one way to treat clients.
type behaviour struct {
	doc string // one sentence
	// serve treats one connection; it is closed afterwards.
	serve func(*Server, *net.TCPConn) error
	// hold takes the address without accepting anything, in place of serve.
	hold func(listen string) (addr netip.AddrPort, release func(), err error)
	// hostKeys makes the keys that the behaviour needs; nil takes what is given.
	hostKeys func() ([]ssh.Signer, error)
}

// behaviours by name. TCP first, then the identification, the key exchange,
// and what comes when a person logs in.
var behaviours = map[string]behaviour{
	"refused": {doc: "Nothing listens on the port; the host answers with a reset.", hold: holdClosed},
	"drop":    {doc: "SYNs are dropped without an answer, as by a firewall.", hold: holdFull},
	"silent":  {doc: "The port opens, but nothing is ever said.", serve: listenOnly("")},
	"close":   {doc: "The connection is closed in good order before the identification.", serve: sayAndClose("")},
	"reset":   {doc: "The connection is reset before the identification.", serve: resetAfter("", false)},

	"slow-banner":   {doc: "The identification comes after three seconds; then all is well.", serve: slowBanner},
	"http":          {doc: "A web server listens on the port.", serve: web},
	"garbage":       {doc: "Something sends binary data.", serve: sayAndClose("\x15\x03\x01\x00\x02\x02\x28\x00\xff\xfe\x00")},
	"smtp":          {doc: "A mail server greets and waits.", serve: listenOnly("220 mail.example.org ESMTP\r\n")},
	"endless":       {doc: "Lines come without end, and never an identification.", serve: endless},
	"maxstartups":   {doc: "sshd has too many connections that have not logged in (MaxStartups).", serve: sayAndClose("Exceeded MaxStartups\r\n")},
	"not-allowed":   {doc: "sshd penalises the source address for a while (PerSourcePenalties).", serve: sayAndClose("Not allowed at this time\r\n")},
	"protocol-1":    {doc: "The server speaks SSH protocol 1 only.", serve: listenOnly("SSH-1.5-OpenSSH_1.2.27\n")},
	"protocol-1.99": {doc: "The server speaks protocols 1 and 2.", serve: login(identifiedAs("SSH-1.99-OpenSSH_3.9p1"))},
	"pre-banner":    {doc: "Some lines come before the identification; then all is well.", serve: preBanner},

	"close-kex":      {doc: "The connection is closed in good order after the identification.", serve: sayAndClose(banner + "\r\n")},
	"reset-kex":      {doc: "The connection is reset after the identification.", serve: resetAfter(banner+"\r\n", true)},
	"stall-kex":      {doc: "The key exchange never goes on, as with a path that loses large packets.", serve: listenOnly(banner + "\r\n")},
	"kexinit-lies":   {doc: "The first packet names a list longer than itself.", serve: listenOnly(banner + "\r\n" + lyingKexInit)},
	"no-match":       {doc: "No key exchange algorithm is in common with anybody.", serve: listenOnly(banner + "\r\n" + strangeKexInit)},
	"disconnect-kex": {doc: "The server says why and hangs up in place of a key exchange.", serve: sayAndClose(banner + "\r\n" + goodbye)},
	"old-algorithms": {doc: "Only algorithms that clients have given up: SHA-1 key exchange and host key, CBC ciphers.", serve: login(oldAlgorithms), hostKeys: sha1HostKey},

	"healthy":           {doc: "All is well; the keys given let any account in.", serve: login()},
	"no-key":            {doc: "No key is accepted, and nothing else either.", serve: login(acceptNone)},
	"rsa-sha1":          {doc: "Keys are accepted, but RSA keys only with SHA-1 signatures.", serve: login(sha1Signatures)},
	"password-only":     {doc: "Keys are not offered; a password is asked for (\"secret\" is right).", serve: login(passwordOnly)},
	"second-factor":     {doc: "After the key a code is asked for (\"123456\" is right).", serve: login(secondFactor)},
	"too-many-failures": {doc: "The server hangs up after two keys that do not fit.", serve: login(acceptNone, fewTries)},
	"root-banner":       {doc: "root is let in only to be told which account to use, as cloud images do.", serve: login()},
}

// Behaviours returns the names of all behaviours, sorted.
func Behaviours() []string {
	var names []string
	for name := range behaviours {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Describe says in one sentence what a behaviour does; "" if there is none of
// that name.
func Describe(name string) string { return behaviours[name].doc }
