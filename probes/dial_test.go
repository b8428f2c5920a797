package probes_test

import (
	"context"
	"net"
	"sync"
	"syscall"
	"testing"
)

type dialer = func(ctx context.Context, network, addr string) (net.Conn, error)

// noDial fails the test if it is called.
func noDial(t *testing.T) dialer {
	return func(_ context.Context, _, addr string) (net.Conn, error) {
		t.Errorf("%s was dialled", addr)
		return nil, syscall.ECONNREFUSED
	}
}

// recordDial notes what was dialled and refuses it.
func recordDial(dialled *[]string) dialer {
	var mu sync.Mutex
	return func(_ context.Context, _, addr string) (net.Conn, error) {
		mu.Lock()
		defer mu.Unlock()
		*dialled = append(*dialled, addr)
		return nil, syscall.ECONNREFUSED
	}
}

// dialSilence never connects.
func dialSilence(ctx context.Context, _, _ string) (net.Conn, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// dialServer connects to a function that treats the connection, which is
// closed when it returns.
func dialServer(serve func(net.Conn)) dialer {
	return func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			defer server.Close()
			serve(server)
		}()
		return client, nil
	}
}
