package twin

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"
)

// Options are what a [Server] is started with.
type Options struct {
	Listen    string // "127.0.0.1:0" if empty
	Behaviour string // "healthy" if empty; see [Behaviours]
	// HostKeys; one ed25519 key is made if there are none. Behaviours that are
	// about host keys of an old kind make their own.
	HostKeys []ssh.Signer
	// AuthorizedKeys let in the account, where the behaviour lets anybody in.
	AuthorizedKeys []ssh.PublicKey
	Account        string       // which it is; "": any
	Logger         *slog.Logger // nil discards
}

// A Server is one listener that behaves in one way.
type Server struct {
	options  Options
	addr     netip.AddrPort
	listener net.Listener // nil if the behaviour accepts nothing
	release  func()       // gives up what holds the address if there is no listener
	ctx      context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup
	accepted atomic.Int64
}

// Start starts a server. It ends with ctx or with [Server.Close], whichever
// comes first.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if o.Behaviour == "" {
		o.Behaviour = "healthy"
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	b, ok := behaviours[o.Behaviour]
	if !ok {
		return nil, fmt.Errorf("start %s: no such behaviour", o.Behaviour)
	}
	if err := o.keys(b); err != nil {
		return nil, err
	}
	s := &Server{options: o, release: func() {}}
	s.ctx, s.cancel = context.WithCancel(ctx)
	if err := s.open(b); err != nil {
		s.cancel()
		return nil, fmt.Errorf("start %s on %s: %w", o.Behaviour, o.Listen, err)
	}
	s.running.Go(func() {
		<-s.ctx.Done()
		s.shut()
	})
	return s, nil
}

// keys sees to it that there is a host key of the kind that is needed.
func (o *Options) keys(b behaviour) error {
	if b.hostKeys != nil {
		keys, err := b.hostKeys()
		if err != nil {
			return fmt.Errorf("make host keys for %s: %w", o.Behaviour, err)
		}
		o.HostKeys = keys
	}
	if len(o.HostKeys) > 0 {
		return nil
	}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return fmt.Errorf("make host key: %w", err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		return fmt.Errorf("make host key: %w", err)
	}
	o.HostKeys = []ssh.Signer{signer}
	return nil
}

// open takes the address, in the way of the behaviour.
func (s *Server) open(b behaviour) error {
	if b.hold != nil {
		addr, release, err := b.hold(s.options.Listen)
		s.addr, s.release = addr, release
		return err
	}
	l, err := net.Listen("tcp", s.options.Listen)
	if err != nil {
		return err
	}
	s.listener = l
	s.addr = l.Addr().(*net.TCPAddr).AddrPort()
	s.running.Go(func() { s.accept(b) })
	return nil
}

func (s *Server) accept(b behaviour) {
	for {
		conn, err := s.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			s.options.Logger.Warn("accept failed", "addr", s.addr, "err", err)
			return
		}
		s.accepted.Add(1)
		s.running.Go(func() { s.serve(b, conn.(*net.TCPConn)) })
	}
}

// maxConnection bounds one connection, so that a client that was forgotten
// holds nothing for ever. It is longer than any client waits.
const maxConnection = 2 * time.Minute

func (s *Server) serve(b behaviour, conn *net.TCPConn) {
	defer conn.Close()
	defer context.AfterFunc(s.ctx, func() { conn.Close() })()
	conn.SetDeadline(time.Now().Add(maxConnection))
	s.options.Logger.Info("connection", "addr", s.addr, "from", conn.RemoteAddr(), "behaviour", s.options.Behaviour)
	err := b.serve(s, conn)
	s.options.Logger.Info("connection ended", "addr", s.addr, "from", conn.RemoteAddr(), "err", err)
}

func (s *Server) shut() {
	if s.listener != nil {
		s.listener.Close()
	}
	s.release()
}

// Addr returns the address that the server listens on, or would.
func (s *Server) Addr() netip.AddrPort { return s.addr }

// Behaviour returns the name of what it does.
func (s *Server) Behaviour() string { return s.options.Behaviour }

// Connections returns how many connections were accepted so far.
func (s *Server) Connections() int { return int(s.accepted.Load()) }

// HostKeyFingerprints returns the fingerprints of its host keys, as
// "SHA256:...".
func (s *Server) HostKeyFingerprints() []string {
	var prints []string
	for _, k := range s.options.HostKeys {
		prints = append(prints, ssh.FingerprintSHA256(k.PublicKey()))
	}
	return prints
}

// Close ends the server and all its connections and waits for them.
func (s *Server) Close() error {
	s.cancel()
	s.running.Wait()
	return nil
}
