package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slack-go/slack"
)

func TestPrintsWhatABotNeeds(t *testing.T) {
	file := filepath.Join(t.TempDir(), "workspace.yaml")
	if err := os.WriteFile(file, []byte("team: {name: Other}\ntokens: {bot: [xoxb-1], app: [xapp-1]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- run(ctx, []string{"--scenario", file, "-v", "--limits"}, w, io.Discard) }()
	lines := bufio.NewScanner(r)
	var got []string
	for len(got) < 3 && lines.Scan() {
		got = append(got, lines.Text())
	}
	if !strings.HasSuffix(got[0], "/api/") || got[1] != "SLACK_BOT_TOKEN=xoxb-1" || got[2] != "SLACK_APP_TOKEN=xapp-1" {
		t.Fatalf("%q", got)
	}
	if auth, err := slack.New("xoxb-1", slack.OptionAPIURL(got[0])).AuthTest(); err != nil || auth.Team != "Other" {
		t.Errorf("%+v %v", auth, err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestMistakesEndTheCommand(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(bad, []byte("teams: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--nosuch"}, {"--scenario", "/nonexistent.yaml"}, {"--scenario", bad}, {"--listen", "127.0.0.1:x"}} {
		if err := run(t.Context(), args, io.Discard, io.Discard); err == nil {
			t.Errorf("%q is accepted", args)
		}
	}
}
