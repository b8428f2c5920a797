package probes

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"sshhelp/diag"
)

// errNoEcho means that this machine gives us no socket for ICMP.
var errNoEcho = errors.New("this machine permits no ICMP socket")

// pingFix says what to change where pings are not possible.
const pingFix = "Set net.ipv4.ping_group_range to include the process's group (\"0 2147483647\" for all; on Kubernetes a safe sysctl of the pod), or grant CAP_NET_RAW."

func (p *Prober) readPings(ctx context.Context, known *diag.Evidence) (diag.Fact, error) {
	targets, gap := p.targets(known, diag.SourcePing)
	if len(targets) == 0 {
		return nil, asError(gap)
	}
	found := slices.Concat(each(targets, func(a netip.Addr) []diag.Ping { return p.pings(ctx, a) })...)
	for _, ping := range found {
		if ping.Outcome != diag.NotPermitted {
			return diag.Pings(found), asError(gap)
		}
	}
	return nil, &diag.Gap{Source: diag.SourcePing, Why: diag.GapUnsupported, Text: "No ping was sent: " + found[0].Err + "."}
}

// Ping sends at most two echo requests to one address and waits 3 s at most.
// An address that may not be probed, or a machine that permits no ICMP socket,
// is NotPermitted.
func (p *Prober) Ping(ctx context.Context, target netip.Addr) diag.Ping {
	if why := p.forbidden(target); why != "" {
		return diag.Ping{Target: target, From: p.Name(), Outcome: diag.NotPermitted, Err: why}
	}
	result, _ := p.ping(ctx, target, 0)
	return result
}

// ping sends packets of one size, 0 for the smallest. The error is what ended
// it.
func (p *Prober) ping(ctx context.Context, target netip.Addr, size int) (diag.Ping, error) {
	result := diag.Ping{Target: target, From: p.Name(), Size: size}
	conn, err := p.echo(target.Unmap())
	if err == nil {
		defer conn.Close()
		defer context.AfterFunc(ctx, func() { conn.Close() })()
		result.RTT, err = echo(conn, newEchoRequest(target.Unmap().Is6(), size))
	}
	result.Outcome, result.By, result.Err = outcomeOf(ctx, err), sender(err), explain(err)
	if icmp := (*icmpError)(nil); errors.As(err, &icmp) {
		result.MTU = icmp.mtu
	}
	p.Logger.Debug("pinged", "target", target, "size", size, "outcome", result.Outcome, "rtt", result.RTT)
	return result, err
}

// echo sends the requests and waits for the answer to any of them.
func echo(conn net.Conn, r *echoRequest) (time.Duration, error) {
	began := time.Now()
	ends := [...]time.Time{began.Add(pingEvery), began.Add(pingBudget)}
	var err error
	for seq, end := range ends {
		if _, err = conn.Write(r.message(seq, time.Now())); err != nil {
			return 0, err
		}
		conn.SetReadDeadline(end)
		var rtt time.Duration
		if rtt, err = r.await(conn); err == nil || !isTimeout(err) {
			return rtt, err
		}
	}
	return 0, err
}

// An echoRequest makes echo requests and knows their answers. The nonce tells
// ours from those of other programs, which a raw socket sees too; the kernel
// changes identifiers of unprivileged sockets.
type echoRequest struct {
	v6    bool
	nonce [16]byte
	data  []byte // begins with the nonce
	sent  []time.Time
}

// newEchoRequest makes requests whose IP packets have a size, or the smallest
// that can be if that is more.
func newEchoRequest(v6 bool, size int) *echoRequest {
	r := &echoRequest{v6: v6}
	rand.Read(r.nonce[:]) // never fails
	r.data = make([]byte, max(size-echoHeaders(v6), len(r.nonce)))
	copy(r.data, r.nonce[:])
	return r
}

// echoHeaders is the size of an echo request without data: the header of IP
// (RFC 791, RFC 8200) and that of ICMP.
func echoHeaders(v6 bool) int {
	if v6 {
		return 40 + 8
	}
	return 20 + 8
}

func (r *echoRequest) message(seq int, now time.Time) []byte {
	r.sent = append(r.sent, now)
	m := icmp.Message{Type: ipv4.ICMPTypeEcho, Body: &icmp.Echo{
		ID: int(binary.BigEndian.Uint16(r.nonce[:])), Seq: seq, Data: r.data,
	}}
	if r.v6 {
		m.Type = ipv6.ICMPTypeEchoRequest
	}
	b, err := m.Marshal(nil)
	if err != nil {
		return nil // cannot be: an echo request has a form
	}
	return b
}

// await reads until an answer comes, and returns the time since its request.
func (r *echoRequest) await(conn net.Conn) (time.Duration, error) {
	buf := make([]byte, 2048)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return 0, err
		}
		if seq, ok := r.answers(buf[:n]); ok {
			return time.Since(r.sent[seq]), nil
		}
	}
}

// answers reports whether a message is the answer to one of the requests, and
// to which.
func (r *echoRequest) answers(b []byte) (seq int, ok bool) {
	protocol, reply := 1, icmp.Type(ipv4.ICMPTypeEchoReply)
	if r.v6 {
		protocol, reply = 58, ipv6.ICMPTypeEchoReply
	}
	m, err := icmp.ParseMessage(protocol, b)
	if err != nil || m.Type != reply {
		return 0, false
	}
	body, ok := m.Body.(*icmp.Echo)
	if !ok || !bytes.HasPrefix(body.Data, r.nonce[:]) || len(body.Data) != len(r.data) || body.Seq >= len(r.sent) {
		return 0, false
	}
	return body.Seq, true
}
