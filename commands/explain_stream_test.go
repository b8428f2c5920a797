package commands

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"sshhelp/diag"
	"sshhelp/diag/causes"
)

// TestExplainFrom: a text that is read piece by piece says the same as in one.
func TestExplainFrom(t *testing.T) {
	catalogue, err := diag.NewCatalogue(causes.All)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 5, 20, 10, 0, 0, 0, time.UTC)
	boot := "[    0.000000] Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org)\n"
	for name, text := range map[string]string{
		"panic":         boot + "[    1.913222] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n",
		"long console":  strings.Repeat(boot+strings.Repeat("[    1.000000] pci 0000:00:01.1: legacy IDE quirk\n", 99), 400) + "[    1.913222] Kernel panic - not syncing: x\n",
		"client":        "ssh: connect to host 203.0.113.9 port 22: Connection refused\n",
		"long client":   strings.Repeat("debug1: x\n", 200_000) + "ssh: connect to host 203.0.113.9 port 22: Connection refused\n",
		"nothing":       "",
		"nothing known": "hello\n",
	} {
		want := ExplainText(catalogue, text, now)
		got, err := ExplainTextFrom(catalogue, iotest.HalfReader(strings.NewReader(text)), now)
		if err != nil || got.Kind != want.Kind || !slices.Equal(got.Causes, want.Causes) {
			t.Errorf("%s: %v %v, %v; want %v %v", name, got.Kind, got.Causes, err, want.Kind, want.Causes)
		}
	}
	broken := errors.New("broken")
	for _, explain := range []func(*diag.Catalogue, io.Reader, time.Time) (*Explanation, error){ExplainTextFrom, ExplainConsoleFrom} {
		if _, err := explain(catalogue, io.MultiReader(strings.NewReader("x\n"), iotest.ErrReader(broken)), now); !errors.Is(err, broken) {
			t.Errorf("of a reader that breaks: %v", err)
		}
	}
}
