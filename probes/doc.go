// Package probes looks at an instance from outside, as a person's machine
// would: its name in DNS, ICMP echo, the TCP port, and the SSH server behind
// it: its algorithms, its host keys, and what it says of an account and of
// public keys. It never logs in: only the public half of a key is shown, and
// nothing is ever signed.
//
// A probe does not fail: what it could not learn is a [diag.Outcome] or a
// [diag.Gap]. One question runs through all of it, who ended the attempt: the
// other side, the network on the way, this machine, or our own deadline. Only
// the first two are evidence. The answer is found in one place, outcome.go, by
// the types of errors and the codes of ICMP messages, never by their text.
//
// The boundary: this package knows addresses, ports and packets. What they
// mean for an instance is for package diag and its causes to say; which
// instance an address belongs to is for the cloud. Because whoever can make a
// bot connect somewhere has a scanner, guard.go decides what may be probed,
// and every address is dialled as the literal that was checked. Because a
// server may ban whoever asks too much, ledger.go remembers what was done where.
//
// # Why the packets are driven here
//
// The client of x/crypto/ssh does authentication as one act and alone: it keeps
// the server's extensions to itself (server-sig-algs), wants the account before
// it connects, waits for each answer before the next question, sends a first
// packet of its own size, and never takes leave. We need the opposite of each:
// see the extensions, learn the account while the connection is open, put
// questions together, send a first packet as large as that of a person's client
// and then a small one, and leave a log that says who was there. So wire.go, kex.go and login.go
// drive the packets; keys, signatures and the form of messages remain the
// library's. Nothing that is sent deserves protection, which makes the code
// short: ephemeral keys of 256 bits, padding of zeros, a slow Poly1305.
//
// # Round trips
//
// The main connection takes six: TCP; the server's identification, which we wait
// for, because bytes sent to a server that hangs up would turn its last words
// into a reset; lists of algorithms; key exchange; the service and the methods;
// the keys. The others (further host keys, a second account) know the server's
// lists: they begin after the third and take two up to their host key. Where an
// instance has several addresses they begin after the fourth, when the machine is
// known by its host key, so that none is asked twice. So six are enough for all
// host keys and an account, and seven with a second account. A test counts them;
// what comes is acknowledged at once, lest servers wait (quickack_linux.go).
package probes
