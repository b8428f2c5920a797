package probes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"sshhelp/diag"
)

// outcomeOf classes what ended an attempt. The order matters: when the whole
// context has ended, every operation under it fails with an error of its own,
// often with a time-out, and none of them says anything about the other side.
func outcomeOf(ctx context.Context, err error) diag.Outcome {
	var icmp *icmpError
	var none mismatch
	var bye goodbye
	switch {
	case err == nil:
		return diag.OK
	case ended(ctx):
		return diag.Canceled
	case errors.As(err, &icmp):
		return icmp.outcome()
	case errors.Is(err, errNoEcho):
		return diag.NotPermitted
	case errors.As(err, &none):
		return diag.NoMatch
	case errors.As(err, &bye):
		return diag.Closed
	case isTimeout(err):
		return diag.TimedOut
	case isClosed(err):
		return diag.Closed
	}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return outcomeOfErrno(errno)
	}
	return diag.Failed
}

// ended reports whether our own time is over. A context may learn of its
// deadline a moment after a connection that had the same.
func ended(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && !time.Now().Before(deadline)
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

func isClosed(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrClosedPipe)
}

// outcomeOfErrno classes errors of the operating system that no ICMP message
// stands behind, as far as that could be seen.
func outcomeOfErrno(errno syscall.Errno) diag.Outcome {
	switch errno {
	case syscall.ECONNREFUSED:
		return diag.Refused
	case syscall.ECONNRESET, syscall.EPIPE:
		return diag.Reset
	case syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EHOSTDOWN:
		return diag.Unreachable
	case syscall.EPERM, syscall.EACCES: // a packet filter or a sandbox of this machine
		return diag.NotPermitted
	}
	return diag.Failed
}

// errNoRoute means that this machine itself has no way to the address: it says
// nothing about the instance.
var errNoRoute = errors.New("this machine has no route to it")

// isNoRoute reports whether the network could not be reached.
func isNoRoute(err error) bool { return errors.Is(err, syscall.ENETUNREACH) }

// namesOutcome classes the end of a look-up. NXDOMAIN and a name without an
// address are the same to the resolver (and to a person).
func namesOutcome(ctx context.Context, err error) diag.Outcome {
	var dns *net.DNSError
	if !ended(ctx) && errors.As(err, &dns) {
		switch {
		case dns.IsNotFound:
			return diag.NoSuchName
		case dns.IsTimeout:
			return diag.TimedOut
		}
	}
	return outcomeOf(ctx, err)
}

// isNotFound reports whether a resolver answered that there is nothing.
func isNotFound(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

// explainDNS tells a name server that fails from one that cannot be asked.
func explainDNS(err *net.DNSError) string {
	switch {
	case err.IsNotFound:
		return "no such host"
	case err.IsTimeout:
		return "the name server did not answer in time"
	case err.Err != "server misbehaving": // package net's words for all other answers
	case err.IsTemporary:
		return "the name server failed (SERVFAIL)"
	default:
		return "the name server gives no answer to this question (REFUSED or the like)"
	}
	return visible([]byte(err.Err))
}

// explain puts an error into a few words, without the addresses that the
// result holds anyway.
func explain(err error) string {
	var icmp *icmpError
	var errno syscall.Errno
	var dns *net.DNSError
	var none mismatch
	var bye goodbye
	switch {
	case err == nil:
		return ""
	case errors.As(err, &none):
		return none.Error()
	case errors.As(err, &bye):
		return bye.Error()
	case errors.As(err, &icmp):
		return icmp.Error()
	case errors.Is(err, errNoEcho):
		return errNoEcho.Error()
	case errors.As(err, &errno):
		return errno.Error()
	case errors.As(err, &dns):
		return explainDNS(dns)
	case isClosed(err):
		return "the other side closed the connection"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	}
	return visible([]byte(err.Error()))
}

// An icmpError is an ICMP message that ended an attempt. Unlike the error code
// that the system makes of it, it tells the exact code, and who sent it.
type icmpError struct {
	v6        bool
	own       bool // made by this machine: a packet is too big for its own interface
	typ, code byte
	by        netip.Addr // not valid if unknown
	mtu       int        // of a packet that is too big, where it is told
}

// ICMP types (RFC 792, RFC 4443).
const (
	unreachable4  = 3
	timeExceeded4 = 11
	unreachable6  = 1
	tooBig6       = 2
	timeExceeded6 = 3

	fragmentationNeeded4 = 4 // a code of unreachable4
)

// outcome classes the message. "Port unreachable" and "protocol unreachable"
// count as prohibited: to a SYN for a closed port a host answers with a reset
// (RFC 9293, 3.5.2), every host speaks TCP and ICMP, and an echo request has no
// port, so that only a rule of a packet filter sends them. A packet that is too
// big comes to nobody.
func (e *icmpError) outcome() diag.Outcome {
	switch {
	case e.own:
		return diag.Failed
	case !e.v6 && e.typ == unreachable4:
		switch e.code {
		case 2, 3, 9, 10, 13, 14, 15: // protocol, port; network, host, communication prohibited; precedence
			return diag.Prohibited
		}
		return diag.Unreachable
	case e.v6 && e.typ == unreachable6:
		switch e.code {
		case 1, 4, 5, 6: // prohibited; port; source address policy; reject route
			return diag.Prohibited
		}
		return diag.Unreachable
	case !e.v6 && e.typ == timeExceeded4, e.v6 && e.typ == timeExceeded6: // a routing loop
		return diag.Unreachable
	case e.v6 && e.typ == tooBig6:
		return diag.Unreachable
	}
	return diag.Failed
}

// tooBig reports whether the message says that a packet was too large.
func (e *icmpError) tooBig() bool {
	return e.own || e.v6 && e.typ == tooBig6 || !e.v6 && e.typ == unreachable4 && e.code == fragmentationNeeded4
}

// Error names the message and its sender: "ICMP communication administratively
// prohibited (type 3, code 13) from 192.0.2.1".
func (e *icmpError) Error() string {
	if e.own {
		return fmt.Sprintf("the packet is too large for this machine's own network (MTU %d)", e.mtu)
	}
	text := fmt.Sprintf("ICMP %s (type %d, code %d)", e.name(), e.typ, e.code)
	if e.by.IsValid() {
		text += " from " + e.by.String()
	}
	if e.mtu > 0 {
		text += fmt.Sprintf(": at most %d bytes pass", e.mtu)
	}
	return text
}

func (e *icmpError) name() string {
	names, unreachable, exceeded := codes4, byte(unreachable4), byte(timeExceeded4)
	if e.v6 {
		names, unreachable, exceeded = codes6, unreachable6, timeExceeded6
	}
	switch {
	case e.v6 && e.typ == tooBig6:
		return "packet too big"
	case e.typ == exceeded:
		return "time exceeded"
	case e.typ == unreachable && names[e.code] != "":
		return names[e.code]
	case e.typ == unreachable:
		return "destination unreachable"
	}
	return "error"
}

// Codes of "destination unreachable" (IANA's registries of ICMP and ICMPv6
// parameters; RFC 792, 1122, 1812, 4443, 6550, 8883).
var (
	codes4 = map[byte]string{
		0: "network unreachable", 1: "host unreachable", 2: "protocol unreachable", 3: "port unreachable",
		4: "fragmentation needed", 5: "source route failed", 6: "network unknown", 7: "host unknown", 8: "source host isolated",
		9: "network administratively prohibited", 10: "host administratively prohibited",
		11: "network unreachable for this type of service", 12: "host unreachable for this type of service",
		13: "communication administratively prohibited", 14: "host precedence violation", 15: "precedence cutoff in effect",
	}
	codes6 = map[byte]string{
		0: "no route", 1: "administratively prohibited", 2: "beyond scope of source address", 3: "address unreachable",
		4: "port unreachable", 5: "source address failed policy", 6: "reject route",
		7: "error in source routing header", 8: "headers too long",
	}
)

// sender returns who sent the ICMP message behind an error, where known.
func sender(err error) netip.Addr {
	var icmp *icmpError
	if errors.As(err, &icmp) {
		return icmp.by
	}
	return netip.Addr{}
}
