package probes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"

	"sshhelp/diag"
)

// TestOutcomes: errors are classed by type, however they are wrapped, and the
// text never counts.
func TestOutcomes(t *testing.T) {
	for _, c := range []struct {
		err  error
		want diag.Outcome
		text string
	}{
		{nil, diag.OK, ""},
		{syscall.ECONNREFUSED, diag.Refused, "connection refused"},
		{syscall.ECONNRESET, diag.Reset, "connection reset by peer"},
		{syscall.EPIPE, diag.Reset, "broken pipe"},
		{syscall.EHOSTUNREACH, diag.Unreachable, "no route to host"},
		{syscall.ENETUNREACH, diag.Unreachable, "network is unreachable"},
		{syscall.ETIMEDOUT, diag.TimedOut, "connection timed out"},
		{syscall.EPERM, diag.NotPermitted, "operation not permitted"},
		{syscall.EACCES, diag.NotPermitted, "permission denied"},
		{syscall.EMFILE, diag.Failed, "too many open files"},
		{syscall.EADDRNOTAVAIL, diag.Failed, "cannot assign requested address"},
		{os.ErrDeadlineExceeded, diag.TimedOut, "no answer in time"},
		{context.DeadlineExceeded, diag.TimedOut, "no answer in time"},
		{io.EOF, diag.Closed, "the other side closed the connection"},
		{io.ErrUnexpectedEOF, diag.Closed, "the other side closed the connection"},
		{errNoRoute, diag.Failed, "this machine has no route to it"},
		{errNoEcho, diag.NotPermitted, "this machine permits no ICMP socket"},
		{mismatch("cipher"), diag.NoMatch, "no common algorithm for cipher"},
		{goodbye("go away"), diag.Closed, "the server said: go away"},
		{&icmpError{typ: 3, code: 13}, diag.Prohibited, "ICMP communication administratively prohibited (type 3, code 13)"},
		{&icmpError{typ: 3, code: 2}, diag.Prohibited, "ICMP protocol unreachable (type 3, code 2)"},
		{&icmpError{typ: 3, code: 4, mtu: 1280, by: there}, diag.Unreachable, "ICMP fragmentation needed (type 3, code 4) from 198.51.100.7: at most 1280 bytes pass"},
		{&icmpError{typ: 3, code: 8}, diag.Unreachable, "ICMP source host isolated (type 3, code 8)"},
		{&icmpError{typ: 3, code: 12}, diag.Unreachable, "ICMP host unreachable for this type of service (type 3, code 12)"},
		{&icmpError{typ: 3, code: 15}, diag.Prohibited, "ICMP precedence cutoff in effect (type 3, code 15)"},
		{&icmpError{typ: 3, code: 16}, diag.Unreachable, "ICMP destination unreachable (type 3, code 16)"},
		{&icmpError{own: true, mtu: 1450}, diag.Failed, "the packet is too large for this machine's own network (MTU 1450)"},
		{&icmpError{v6: true, typ: 2, mtu: 1280}, diag.Unreachable, "ICMP packet too big (type 2, code 0): at most 1280 bytes pass"},
		{&icmpError{v6: true, typ: 1, code: 7}, diag.Unreachable, "ICMP error in source routing header (type 1, code 7)"},
		{&icmpError{typ: 11}, diag.Unreachable, "ICMP time exceeded (type 11, code 0)"},
		{&icmpError{typ: 12}, diag.Failed, "ICMP error (type 12, code 0)"},
		{&icmpError{v6: true, typ: 1, code: 5}, diag.Prohibited, "ICMP source address failed policy (type 1, code 5)"},
		{&icmpError{v6: true, typ: 3}, diag.Unreachable, "ICMP time exceeded (type 3, code 0)"},
		{errors.New("connection refused"), diag.Failed, "connection refused"},
		{errors.New("i/o timeout\x1b"), diag.Failed, `i/o timeout\x1b`},
	} {
		for _, err := range []error{c.err, wrapped(c.err)} {
			if got := outcomeOf(t.Context(), err); got != c.want {
				t.Errorf("%v is %s, want %s", err, got, c.want)
			}
		}
		if got := explain(c.err); got != c.text {
			t.Errorf("%v reads %q, want %q", c.err, got, c.text)
		}
	}
}

func wrapped(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("dial: %w", &net.OpError{Op: "dial", Err: err})
}

// TestOurOwnEnd: once the whole context has ended, no error is evidence.
func TestOurOwnEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range []error{os.ErrDeadlineExceeded, io.EOF, syscall.ECONNREFUSED, &icmpError{typ: 3, code: 13}, &net.DNSError{IsNotFound: true}} {
		if got := outcomeOf(ctx, err); got != diag.Canceled {
			t.Errorf("%v is %s, want canceled", err, got)
		}
		if got := namesOutcome(ctx, err); got != diag.Canceled {
			t.Errorf("%v of a name is %s, want canceled", err, got)
		}
	}
	if got := outcomeOf(ctx, nil); got != diag.OK {
		t.Errorf("a success is %s", got)
	}
}
