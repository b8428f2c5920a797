package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"go.yaml.in/yaml/v3"

	"sshhelp/sim/scenario"
	slack "sshhelp/sim/slack/twin"
)

//go:embed demo.yaml consoles
var builtIn embed.FS

const (
	sshPort = 2222
	account = "sshhelp-bot"   // the cloud's entry in clouds.yaml that the bot uses
	hands   = "sshhelp-hands" // and the one that acts
)

// A place is one scenario on addresses of this machine.
type place struct {
	cloud      *scenario.Cloud
	builtIn    bool
	cloudsYAML string
}

// firstNet is the network of the scenario's floating addresses, 127.30.0.0/24;
// the same scenario can stand in any of the lastNet-firstNet that follow.
const (
	firstNet = 30
	lastNet  = 60
)

// settle reads the scenario and starts its SSH servers: on the addresses that
// are written there or, if something else listens there (another demo, say),
// for the built-in cloud on others.
func (d *Demo) settle(ctx context.Context, file string) (*place, error) {
	if file != "" {
		cloud, err := scenario.Load(file)
		if err != nil {
			return nil, err
		}
		return &place{cloud: cloud}, d.doors.start(ctx, cloud)
	}
	var last error
	for n := firstNet; n < lastNet; n++ {
		cloud, err := builtInCloud(filepath.Join(d.dir, "scenario"), n)
		if err != nil {
			return nil, err
		}
		if last = d.doors.start(ctx, cloud); !errors.Is(last, syscall.EADDRINUSE) {
			return &place{cloud: cloud, builtIn: true}, last
		}
	}
	return nil, last
}

// builtInCloud writes the scenario into a folder, for its consoles are looked
// for beside it, and loads it from there.
func builtInCloud(dir string, net int) (*scenario.Cloud, error) {
	err := fs.WalkDir(builtIn, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return errors.Join(err, os.MkdirAll(filepath.Join(dir, path), 0o700))
		}
		data, err := builtIn.ReadFile(path)
		if err != nil {
			return err
		}
		text := strings.ReplaceAll(string(data), "127.30.0.", fmt.Sprintf("127.%d.0.", net))
		return os.WriteFile(filepath.Join(dir, path), []byte(text), 0o600)
	})
	if err != nil {
		return nil, fmt.Errorf("unpack the scenario: %w", err)
	}
	return scenario.Load(filepath.Join(dir, "demo.yaml"))
}

// probed lists the networks of floating addresses that are loopback, which the
// product does not probe unless it is allowed to.
func (p *place) probed() []string {
	var nets []string
	for _, n := range p.cloud.Networks {
		for _, s := range n.Subnets {
			if prefix, err := netip.ParsePrefix(s.CIDR); err == nil && n.External && prefix.Addr().IsLoopback() {
				nets = append(nets, s.CIDR)
			}
		}
	}
	return nets
}

// port is where SSH is in this cloud: as the listeners say, by majority of one.
func (p *place) port() int {
	for _, s := range p.cloud.Servers {
		for _, l := range s.SSHD {
			return l.Port
		}
	}
	return sshPort
}

// actions lets on-call act, where the cloud has a credential for it.
func (p *place) actions(t *slack.Twin) map[string]any {
	for _, c := range p.cloud.ApplicationCredentials {
		if c.Name == hands {
			return map[string]any{
				"enabled": true, "clouds": []string{hands}, "groups": []string{t.GroupID("oncall")}, "cooldown": "1m",
				"ask": "the on-call engineer", "audit_channel": t.ChannelID("on-call"),
			}
		}
	}
	return map[string]any{"enabled": false}
}

// entry is the name in clouds.yaml that the product is given.
func (p *place) entry() string {
	for _, c := range p.cloud.ApplicationCredentials {
		if c.Name == account {
			return account
		}
	}
	return p.cloud.Users[0].Name
}

// settings are what a person who installs the product would set.
type settings struct {
	config map[string]any
	env    []string
}

func (p *place) settings(t *slack.Twin) settings {
	return settings{
		config: map[string]any{
			"ssh":        map[string]any{"port": p.port()},
			"access":     map[string]any{"allow_everyone": true},
			"actions":    p.actions(t),
			"escalation": map[string]any{"channel": t.ChannelID("on-call")},
			// A machine's own SSH server answers on its loopback addresses too, so that
			// port 22 must be left out.
			"probes": map[string]any{"allow_networks": p.probed(), "vantage": "the demo", "other_ports": []int{p.port() + 1}},
			"limits": map[string]any{"per_user_per_minute": 120},
			"log":    map[string]any{"level": "info", "format": "text"},
		},
		env: []string{
			"SLACK_API_URL=" + t.APIURL(), "SLACK_BOT_TOKEN=" + t.BotToken(), "SLACK_APP_TOKEN=" + t.AppToken(),
			"OS_CLIENT_CONFIG_FILE=" + p.cloudsYAML, "OS_CLOUD=" + p.entry(),
		},
	}
}

// writeConfig writes the product's configuration file.
func (s settings) writeConfig(path string) error {
	data, err := yaml.Marshal(s.config)
	if err != nil {
		return fmt.Errorf("write the product's configuration: %w", err)
	}
	return os.WriteFile(path, data, 0o600)
}
