package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBadEnvironment(t *testing.T) {
	_, err := Load("", here(
		"SSHHELP_SSH_PORT=70000",
		"SSHHELP_ALLOW_CHANNELS=C01,general",
		"SSHHELP_SSH_USERS=ubuntu-*=ubuntu,debian",
		"SSHHELP_PROBES_ALLOW_NETWORKS=10.0.0.1",
		"SLACK_BOT_TOKEN=xapp-hunter2",
		"SLACK_APP_TOKEN=xoxb-hunter2",
		"REDIS_URL=redis//:hunter2@redis",
		"REDIS_URL_FILE=",
	))
	if err == nil {
		t.Fatal("loaded, want it refused")
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the message shows a secret:\n%v", err)
	}
	golden(t, "testdata/environment.golden", err.Error()+"\n")
}

func TestSecrets(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cfg, err := Load("", here(
		"SLACK_BOT_TOKEN=xoxb-by-environment\n",
		"SLACK_APP_TOKEN_FILE="+write("app", "xapp-by-file\n"),
		"REDIS_URL_FILE="+write("redis", "rediss://u:p@redis:6380/1\n"),
	))
	if err != nil {
		t.Fatal(err)
	}
	got := []string{cfg.Slack.BotToken.Reveal(), cfg.Slack.AppToken.Reveal(), cfg.Redis.URL.Reveal()}
	if diff := cmp.Diff([]string{"xoxb-by-environment", "xapp-by-file", "rediss://u:p@redis:6380/1"}, got); diff != "" {
		t.Errorf("secrets (-want +got):\n%s", diff)
	}
	if err := cfg.MissingTokens(); err != nil {
		t.Error(err)
	}

	for want, env := range map[string]string{
		"SLACK_BOT_TOKEN is set too": "SLACK_BOT_TOKEN_FILE=" + write("bot", "xoxb-1"),
		"no such file":               "SLACK_APP_TOKEN_FILE=" + filepath.Join(dir, "absent"),
		"is empty":                   "REDIS_URL_FILE=" + write("empty", "\n"),
	} {
		_, err := Load("", here("SLACK_BOT_TOKEN=xoxb-0", env))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", env, err, want)
		}
	}
}

func TestMissingTokens(t *testing.T) {
	err := Default().MissingTokens()
	missing, ok := errors.AsType[*Errors](err)
	if !ok || len(missing.Problems) != 2 {
		t.Errorf("got %v, want both tokens named", err)
	}
}

// However a Config is printed, its secrets are not.
func TestSecretsAreNeverPrinted(t *testing.T) {
	cfg := Default()
	cfg.Slack.BotToken, cfg.Redis.URL = "xoxb-hunter2", "redis://:hunter2@redis"
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("starting", "config", cfg, "token", cfg.Slack.BotToken)
	encoded, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(cfg), fmt.Sprintf("%+v %#v", *cfg, *cfg), log.String(), string(encoded)} {
		if strings.Contains(text, "hunter2") || !strings.Contains(text, "(set)") {
			t.Errorf("printed %s", text)
		}
	}
}

func TestWarnings(t *testing.T) {
	for _, test := range []struct{ env, want string }{
		{"SSHHELP_ALLOW_USERS=", "nobody may check"},
		{"SSHHELP_ALLOW_USERS=U01,U02", ""},
		{"SSHHELP_ALLOW_EVERYONE=true", ""},
		{"SSHHELP_ALLOW_EVERYONE=true SSHHELP_ALLOW_USERS=U01", "change nothing"},
		{"SSHHELP_ALLOW_USERS=U01 SLACK_API_URL=http://slack.internal/api/", "not https"},
		{"SSHHELP_ALLOW_USERS=U01 SLACK_API_URL=http://127.0.0.1:8000", ""},
		{"SSHHELP_ALLOW_USERS=U01 SLACK_API_URL=http://localhost:8000", ""},
		{"SSHHELP_ALLOW_USERS=U01 SSHHELP_SHH_PORT=22", "SSHHELP_SHH_PORT is not a setting and does nothing; did you mean SSHHELP_SSH_PORT?"},
		{"SSHHELP_ALLOW_USERS=U01 SSHHELP_PORT=tcp://10.0.0.1:8080 SSHHELP_SERVICE_HOST=10.0.0.1 SSHHELP_PORT_8080_TCP_PROTO=tcp", ""},
	} {
		cfg, err := Load("", here(strings.Fields(test.env)...))
		if err != nil {
			t.Errorf("%s: %v", test.env, err)
			continue
		}
		got := strings.Join(cfg.Warnings, "\n")
		if (test.want == "") != (got == "") || !strings.Contains(got, test.want) || len(cfg.Warnings) > 1 {
			t.Errorf("%s: warnings %q, want %q", test.env, got, test.want)
		}
	}
}

func TestVantageDefaultsToTheHostName(t *testing.T) {
	cfg, err := Load("", nil)
	if err != nil || cfg.Probes.Vantage == "" {
		t.Errorf("vantage %q, %v; want this host's name", cfg.Probes.Vantage, err)
	}
}

func TestNearest(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{"channel", "channels"},
		{"Channels", "channels"},
		{"allow-everyone", "allow_everyone"},
		{"chnanels", "channels"},
		{"uesrs", "users"},
		{"colour", ""},
		{"", ""},
		{strings.Repeat("users", 100), ""},
	} {
		if got := nearest(test.got, keys("access")); got != test.want {
			t.Errorf("nearest(%q) = %q, want %q", test.got, got, test.want)
		}
	}
}

// TestWebhookNeedsASecret: an address without a secret is a mistake, and neither
// is shown.
func TestWebhookNeedsASecret(t *testing.T) {
	const address = "SSHHELP_WEBHOOK_URL=https://tickets.example.org/hooks/t0ps3cret"
	for env, want := range map[string]string{
		address: "SSHHELP_WEBHOOK_SECRET: is not set",
		address + " SSHHELP_WEBHOOK_SECRET=short":            "at least 16 characters",
		"SSHHELP_WEBHOOK_URL=tickets.example.org/t0ps3cret":  "must be a URL such as https://",
		address + " SSHHELP_WEBHOOK_SECRET=0123456789abcdef": "",
	} {
		cfg, err := Load("", here(strings.Fields(env)...))
		switch {
		case want == "" && (err != nil || cfg.Escalation.WebhookSecret.Reveal() != "0123456789abcdef"):
			t.Errorf("%s: %v", env, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %q", env, err, want)
		case err != nil && strings.Contains(err.Error(), "t0ps3cret"):
			t.Errorf("the address is shown: %v", err)
		}
	}
}
