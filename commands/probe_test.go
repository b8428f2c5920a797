package commands

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"sshhelp/diag"
)

// TestNamesThatLeadNowhere: only a resolver that answered says that a name has
// no address, and only then is it a mistake in what was asked.
func TestNamesThatLeadNowhere(t *testing.T) {
	tests := []struct {
		names diag.Fact
		says  string
		usage bool
	}{
		{&diag.Names{Outcome: diag.NoSuchName}, "host.example leads to no address.", true},
		{&diag.Names{Outcome: diag.TimedOut, Err: "no answer in time"}, "DNS gave no answer (no answer in time)", false},
		{nil, "was not looked up", true},
	}
	for _, tt := range tests {
		w := &town{read: func(context.Context, diag.Source) (diag.Fact, error) { return tt.names, nil }}
		_, err := Probe(t.Context(), w, diag.Asked{Query: "host.example", Port: 22}, nil, time.Time{})
		var u *UsageError
		if err == nil || !strings.Contains(err.Error(), tt.says) || errors.As(err, &u) != tt.usage {
			t.Errorf("%+v: %v", tt.names, err)
		}
	}
}

// TestProgressAfterTheEnd: what ends because we ended is not told as done.
func TestProgressAfterTheEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var b strings.Builder
	watch := Watcher(ctx, &b)
	watch(Progress{Source: diag.SourceSSH, State: Done})
	cancel()
	watch(Progress{Source: diag.SourceSSH, State: Done})
	if got, want := b.String(), "SSH port         done, 0s\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
