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

	"golang.org/x/crypto/ssh"

	"sshhelp/diag"
)

// outcomeOf classes what ended an attempt. The order matters: when the whole
// context has ended, every operation under it fails with an error of its own,
// often with a time-out, and none of them says anything about the other side.
func outcomeOf(ctx context.Context, err error) diag.Outcome {
	var icmp *icmpError
	var mismatch *ssh.AlgorithmNegotiationError
	switch {
	case err == nil:
		return diag.OK
	case ended(ctx):
		return diag.Canceled
	case errors.As(err, &icmp):
		return icmp.outcome()
	case errors.Is(err, errNoEcho):
		return diag.NotPermitted
	case errors.As(err, &mismatch):
		return diag.NoMatch
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

// explain puts an error into a few words, without the addresses that the
// result holds anyway.
func explain(err error) string {
	var icmp *icmpError
	var errno syscall.Errno
	var mismatch *ssh.AlgorithmNegotiationError
	var dns *net.DNSError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &icmp):
		return icmp.Error()
	case errors.Is(err, errNoEcho):
		return errNoEcho.Error()
	case errors.As(err, &errno):
		return errno.Error()
	case errors.As(err, &mismatch):
		return "no common algorithm for " + mismatch.What
	case errors.As(err, &dns):
		return visible([]byte(dns.Err))
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
	typ, code byte
	by        netip.Addr // not valid if unknown
}

// ICMP types (RFC 792, RFC 4443).
const (
	unreachable4  = 3
	timeExceeded4 = 11
	unreachable6  = 1
	timeExceeded6 = 3
)

// outcome classes the message. "Port unreachable" counts as prohibited: to a
// SYN for a closed port a host answers with a reset (RFC 9293, 3.5.2), and an
// echo request has no port, so that only a rule of a packet filter sends it.
func (e *icmpError) outcome() diag.Outcome {
	switch {
	case !e.v6 && e.typ == unreachable4:
		switch e.code {
		case 3, 9, 10, 13: // port; network, host, communication prohibited
			return diag.Prohibited
		}
		return diag.Unreachable
	case e.v6 && e.typ == unreachable6:
		switch e.code {
		case 1, 4, 5, 6: // prohibited; port; source address policy; reject route
			return diag.Prohibited
		}
		return diag.Unreachable
	case !e.v6 && e.typ == timeExceeded4, e.v6 && e.typ == timeExceeded6:
		return diag.Unreachable // a routing loop
	}
	return diag.Failed
}

// Error names the message and its sender: "ICMP communication administratively
// prohibited (type 3, code 13) from 192.0.2.1".
func (e *icmpError) Error() string {
	text := fmt.Sprintf("ICMP %s (type %d, code %d)", e.name(), e.typ, e.code)
	if e.by.IsValid() {
		text += " from " + e.by.String()
	}
	return text
}

func (e *icmpError) name() string {
	names, unreachable, exceeded := codes4, byte(unreachable4), byte(timeExceeded4)
	if e.v6 {
		names, unreachable, exceeded = codes6, unreachable6, timeExceeded6
	}
	switch {
	case e.typ == exceeded:
		return "time exceeded"
	case e.typ == unreachable && names[e.code] != "":
		return names[e.code]
	case e.typ == unreachable:
		return "destination unreachable"
	}
	return "error"
}

var (
	codes4 = map[byte]string{
		0: "network unreachable", 1: "host unreachable", 2: "protocol unreachable", 3: "port unreachable",
		6: "network unknown", 7: "host unknown", 9: "network administratively prohibited",
		10: "host administratively prohibited", 13: "communication administratively prohibited",
	}
	codes6 = map[byte]string{
		0: "no route", 1: "administratively prohibited", 2: "beyond scope of source address", 3: "address unreachable",
		4: "port unreachable", 5: "source address failed policy", 6: "reject route",
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
