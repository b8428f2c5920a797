package probes

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
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
	found := each(targets, func(a netip.Addr) diag.Ping { return p.Ping(ctx, a) })
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
	result := diag.Ping{Target: target, From: p.Name()}
	if why := p.forbidden(target); why != "" {
		result.Outcome, result.Err = diag.NotPermitted, why
		return result
	}
	conn, err := p.echo(target.Unmap())
	if err == nil {
		defer conn.Close()
		defer context.AfterFunc(ctx, func() { conn.Close() })()
		result.RTT, err = echo(conn, newEchoRequest(target.Unmap().Is6()))
	}
	result.Outcome, result.By, result.Err = outcomeOf(ctx, err), sender(err), explain(err)
	p.Logger.Debug("pinged", "target", target, "outcome", result.Outcome, "rtt", result.RTT)
	return result
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
	sent  []time.Time
}

func newEchoRequest(v6 bool) *echoRequest {
	r := &echoRequest{v6: v6}
	rand.Read(r.nonce[:]) // never fails
	return r
}

func (r *echoRequest) message(seq int, now time.Time) []byte {
	r.sent = append(r.sent, now)
	m := icmp.Message{Type: ipv4.ICMPTypeEcho, Body: &icmp.Echo{
		ID: int(binary.BigEndian.Uint16(r.nonce[:])), Seq: seq, Data: r.nonce[:],
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
	buf := make([]byte, 1500)
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
	if !ok || string(body.Data) != string(r.nonce[:]) || body.Seq >= len(r.sent) {
		return 0, false
	}
	return body.Seq, true
}
