package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"testing"
)

// waiting is an input in which nothing ever comes. It closes read when somebody
// waits for it.
type waiting struct{ read, end chan struct{} }

func (w waiting) Read([]byte) (int, error) {
	close(w.read)
	<-w.end
	return 0, io.EOF
}

// TestInterruptWhileReading: a program that waits for text can be interrupted.
func TestInterruptWhileReading(t *testing.T) {
	for _, command := range []string{"console", "explain"} {
		ctx, cancel := context.WithCancel(t.Context())
		w := waiting{make(chan struct{}), make(chan struct{})}
		go func() { <-w.read; cancel() }()
		var out, errOut bytes.Buffer
		status := run(ctx, []string{command, "--json"}, streams{&patient{ctx: ctx, in: w}, &out, &errOut})
		close(w.end)
		if status != exitNoCloud || out.Len() > 0 || !strings.Contains(errOut.String(), "interrupted before") {
			t.Errorf("%s: exit %d, printed %q, said %q", command, status, out.String(), errOut.String())
		}
	}
}

// TestInterruptWhileLooking: half an answer is none, and nobody reads of contexts.
func TestInterruptWhileLooking(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	accepted := make(chan struct{})
	go func() {
		defer close(accepted)
		if c, err := l.Accept(); err == nil {
			defer c.Close()
			cancel()
			<-ctx.Done()
		}
	}()
	t.Setenv("OS_CLOUD", "")
	t.Setenv("OS_AUTH_URL", "http://"+l.Addr().String()+"/v3")
	t.Setenv("OS_USERNAME", "ann")
	t.Setenv("OS_PASSWORD", "secret")
	t.Setenv("OS_PROJECT_NAME", "demo")
	var out, errOut bytes.Buffer
	status := run(ctx, []string{"diagnose", "web-1", "--json"}, streams{strings.NewReader(""), &out, &errOut})
	if want := "sshhelp: interrupted before there was an answer\n"; status != exitNoCloud || out.Len() > 0 || errOut.String() != want {
		t.Errorf("exit %d, printed %q, said %q", status, out.String(), errOut.String())
	}
	l.Close()
	<-accepted
}

// TestInputIsLeftAlone: what a command does not read is somebody else's.
func TestInputIsLeftAlone(t *testing.T) {
	in := strings.NewReader("for the next command")
	ctx := t.Context()
	var out, errOut bytes.Buffer
	if status := run(ctx, []string{"version"}, streams{&patient{ctx: ctx, in: in}, &out, &errOut}); status != 0 || in.Len() == 0 {
		t.Errorf("exit %d, %d bytes left", status, in.Len())
	}
}
