// Package probes looks at an instance from outside, as a person's machine
// would: its name in DNS, ICMP echo, the TCP port, and the SSH server behind
// it up to its host key. It never logs in, sends no user name and offers no
// key, so that looking costs the instance one connection and no failed login.
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
// and every address is dialled as the literal that was checked.
package probes
