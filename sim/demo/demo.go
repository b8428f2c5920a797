package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	openstack "sshhelp/sim/openstack/twin"
	"sshhelp/sim/scenario"
	slack "sshhelp/sim/slack/twin"
)

// Options are what a [Demo] is started with.
type Options struct {
	Listen   string    // of the page; a free port if it is in use
	Scenario string    // a file; the built-in cloud if empty
	Verbose  bool      // the product's log goes to Log as it is written
	Log      io.Writer // what a person should know besides the first line
}

// A Demo is the twins, the product and the page, all running.
type Demo struct {
	cloud   *openstack.Server
	slack   *slack.Twin
	doors   doors
	product *product
	page    *page
	tries   []Group
	dir     string // for clouds.yaml, the configuration and the binary
}

// Start starts everything and waits until the product can be talked to. What
// had been started is ended again if something fails.
func Start(ctx context.Context, o Options) (*Demo, error) {
	d := &Demo{doors: doors{log: o.Log}}
	if err := d.start(ctx, o); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func (d *Demo) start(ctx context.Context, o Options) (err error) {
	if d.dir, err = os.MkdirTemp("", "sshhelp-demo-"); err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	built := buildInBackground(ctx, filepath.Join(d.dir, "sshhelp"))
	place, err := d.startTwins(ctx, o.Scenario)
	if err != nil {
		return errors.Join(err, (<-built).err)
	}
	if err := d.startPage(o, place); err != nil {
		return errors.Join(err, (<-built).err)
	}
	b := <-built
	if b.err != nil {
		return b.err
	}
	d.product, err = startProduct(b.path, d.dir, place.settings(d.slack), o)
	if err != nil {
		return err
	}
	return d.product.ready(ctx)
}

// actionTime is how long a reboot takes in the demo: long enough to be seen.
const actionTime = 4 * time.Second

// startTwins starts cloud, servers and chat.
func (d *Demo) startTwins(ctx context.Context, file string) (*place, error) {
	p, err := d.settle(ctx, file)
	if err != nil {
		return nil, err
	}
	acted := func(s scenario.Server, action string) { d.doors.acted(ctx, p.cloud, s, action) }
	if d.cloud, err = openstack.New(p.cloud, openstack.Options{OnAction: acted}); err != nil {
		return nil, fmt.Errorf("start the cloud: %w", err)
	}
	d.cloud.SetActionTime(actionTime)
	if p.cloudsYAML, err = d.cloud.WriteCloudsYAML(d.dir); err != nil {
		return nil, err
	}
	if d.slack, err = slack.New(slack.Options{Scenario: workspace()}); err != nil {
		return nil, fmt.Errorf("start the chat: %w", err)
	}
	return p, smallTalk(d.slack)
}

func (d *Demo) startPage(o Options, p *place) (err error) {
	if d.tries, err = triesOf(p); err != nil {
		return err
	}
	d.page, err = servePage(o, d.slack.URL(), d.tries)
	return err
}

// workspace is the usual one with a channel for who is on call.
func workspace() *slack.Scenario {
	s := slack.DefaultScenario()
	s.Channels = append(s.Channels, slack.ChannelSpec{Name: "on-call", Bot: true, Members: []string{"jo", "mia"}})
	return s
}

// smallTalk is what people said in the channel without the bot before the
// visitor came.
func smallTalk(t *slack.Twin) error {
	for _, line := range [][2]string{
		{"sam", "Morning! I can't get into *web-1* any more: `ssh: connect to host … port 2222: Connection timed out`"},
		{"mia", "Ask in #ssh-help: type `/sshhelp web-1` there and read the thread. It takes a few seconds."},
		{"sam", "Nice. I'll try that before I open a ticket :+1:"},
	} {
		if _, err := t.As(line[0]).Say("#random", "", line[1]); err != nil {
			return fmt.Errorf("say something in #random: %w", err)
		}
	}
	return nil
}

// URL is where the page is.
func (d *Demo) URL() string { return d.page.url }

// First is the first thing to try.
func (d *Demo) First() string {
	for _, g := range d.tries {
		for _, t := range g.Tries {
			return t.Type
		}
	}
	return "help"
}

// Wait returns when ctx ends, or with an error when the product or the page
// does before.
func (d *Demo) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-d.product.ended:
		return d.product.obituary()
	case err := <-d.page.failed:
		return err
	}
}

// Close ends everything, the product first, and leaves nothing behind.
func (d *Demo) Close() {
	if d.product != nil {
		d.product.stop()
	}
	if d.page != nil {
		d.page.close()
	}
	d.doors.close()
	if d.slack != nil {
		d.slack.Close()
	}
	if d.cloud != nil {
		d.cloud.Close()
	}
	if d.dir != "" {
		_ = os.RemoveAll(d.dir) // a folder in the temporary one; nothing to be done about it
	}
}
