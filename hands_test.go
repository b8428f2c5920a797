package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"sshhelp/commands"
	"sshhelp/config"
)

// The credential that reads is never taken to act, whatever is missing.
func TestActionsHaveTheirOwnCredential(t *testing.T) {
	file := filepath.Join(t.TempDir(), "clouds.yaml")
	text := "clouds:\n  reader: {auth: {auth_url: 'http://127.0.0.1:1/v3', username: r, password: p, project_name: x}}\n" +
		"  actor: {auth: {auth_url: 'http://127.0.0.1:1/v3', username: a, password: p, project_name: x}}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("OS_CLIENT_CONFIG_FILE", file)
	t.Setenv("OS_CLOUD", "reader")
	t.Setenv("OS_AUTH_URL", "http://127.0.0.1:1/v3")
	for name, c := range map[string]struct {
		actions config.Actions
		env     string
		want    string // name of the credential that acts; "" for none
		wrong   bool
	}{
		"off":                  {config.Actions{Clouds: []string{"actor"}}, "", "", false},
		"on, but none given":   {config.Actions{Enabled: true}, "", "", false},
		"by the configuration": {config.Actions{Enabled: true, Clouds: []string{"actor"}}, "", "actor", false},
		"by the environment":   {config.Actions{Enabled: true}, "actor", "actor", false},
		"not in clouds.yaml":   {config.Actions{Enabled: true, Clouds: []string{"nobody"}}, "", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("ACTIONS_OS_CLOUD", c.env)
			cfg := config.Default()
			cfg.Actions = c.actions
			hands, _, err := newHands(cfg, commands.New(commands.Options{}), slog.New(slog.DiscardHandler))
			if (err != nil) != c.wrong || (hands != nil) != (c.want != "") {
				t.Fatalf("%v, %v", hands, err)
			}
			opened, err := openActors(cfg, slog.New(slog.DiscardHandler))
			if c.want != "" && (err != nil || len(opened) != 1 || opened[0].Name() != c.want) {
				t.Errorf("%v, %v", opened, err)
			}
		})
	}
}
