package bot

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// A manifest is as much of an app's manifest as the code depends on.
type manifest struct {
	Features struct {
		Home struct {
			Tab bool `yaml:"home_tab_enabled"`
		} `yaml:"app_home"`
		Shortcuts []struct {
			Callback string `yaml:"callback_id"`
		} `yaml:"shortcuts"`
		Commands []struct {
			Command string `yaml:"command"`
		} `yaml:"slash_commands"`
	} `yaml:"features"`
	OAuth struct {
		Scopes struct {
			Bot []string `yaml:"bot"`
		} `yaml:"scopes"`
	} `yaml:"oauth_config"`
	Settings struct {
		Events struct {
			Bot []string `yaml:"bot_events"`
		} `yaml:"event_subscriptions"`
		Interactivity struct {
			On bool `yaml:"is_enabled"`
		} `yaml:"interactivity"`
		SocketMode bool `yaml:"socket_mode_enabled"`
	} `yaml:"settings"`
}

// history are scopes and events of the mode in which replies are read without a
// mention.
var history = []string{"im:history", "channels:history", "groups:history", "message.im", "message.channels", "message.groups"}

// TestManifests: each manifest grants what the code says that it needs, less what
// its name leaves out, and hears the events that the code serves.
func TestManifests(t *testing.T) {
	var all []string
	for _, s := range append(slices.Clone(scopes), groupScope) {
		all = append(all, s.name)
	}
	events := []string{"app_home_opened", "app_mention", "message.channels", "message.groups", "message.im"}
	for name, without := range map[string][]string{
		"full.yaml": nil, "mentions.yaml": history, "no-actions.yaml": {groupScope.name},
	} {
		data, err := os.ReadFile(filepath.Join("manifest", name))
		if err != nil {
			t.Fatal(err)
		}
		var m manifest
		if err := yaml.Unmarshal(data, &m); err != nil {
			t.Fatal(err)
		}
		missing := func(id string) bool { return slices.Contains(without, id) }
		same(t, name+": scopes", m.OAuth.Scopes.Bot, slices.DeleteFunc(slices.Clone(all), missing))
		same(t, name+": events", m.Settings.Events.Bot, slices.DeleteFunc(slices.Clone(events), missing))
		if !m.Settings.SocketMode || !m.Settings.Interactivity.On || !m.Features.Home.Tab || m.Features.Commands[0].Command != "/sshhelp" {
			t.Errorf("%s: a switch is off: %+v", name, m)
		}
		for _, s := range m.Features.Shortcuts {
			if shortcuts[s.Callback] == nil {
				t.Errorf("%s: nobody serves the shortcut %s", name, s.Callback)
			}
		}
	}
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// TestManifestTable: the table says of every scope what the self-test says.
func TestManifestTable(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("manifest", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(slices.Clone(scopes), groupScope) {
		if row := fmt.Sprintf("| `%s` | %s | %s |", s.name, s.reason, s.without); !strings.Contains(string(text), row+"\n") {
			t.Errorf("the table lacks %s", row)
		}
	}
}
