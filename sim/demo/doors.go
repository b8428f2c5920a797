package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"

	"sshhelp/sim/scenario"
	sshd "sshhelp/sim/sshd/twin"
)

// doors are the SSH servers of the cloud's instances.
type doors struct {
	log io.Writer

	mu   sync.Mutex
	open []*sshd.Server
}

// start starts all SSH servers of a cloud, or none.
func (d *doors) start(ctx context.Context, cloud *scenario.Cloud) error {
	all, err := sshd.FromCloud(cloud)
	if err != nil {
		return err
	}
	for _, o := range all {
		door, err := sshd.Start(ctx, o)
		if err != nil {
			d.close()
			return err
		}
		d.open = append(d.open, door)
	}
	return nil
}

// reviving are the actions after which an instance's own system starts anew or
// goes on.
var reviving = []string{"os-start", "reboot HARD", "unpause", "resume", "unshelve"}

// acted changes how the SSH servers of an instance behave, where the scenario
// says what comes after a reboot.
func (d *doors) acted(ctx context.Context, cloud *scenario.Cloud, server scenario.Server, action string) {
	if !slices.Contains(reviving, action) {
		return
	}
	if server.AfterReboot == nil {
		return
	}
	server.SSHD = server.AfterReboot.SSHD
	mended := *cloud
	mended.Servers = []scenario.Server{server}
	all, err := sshd.FromCloud(&mended)
	if err == nil {
		for _, o := range all {
			err = d.replace(ctx, o)
		}
	}
	if err != nil {
		fmt.Fprintf(d.log, "the SSH server of %s stays as it was: %v\n", server.Name, err)
	}
}

// replace starts a server in the place of the one that has its address.
func (d *doors) replace(ctx context.Context, o sshd.Options) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := slices.IndexFunc(d.open, func(s *sshd.Server) bool { return s.Addr().String() == o.Listen })
	if at < 0 {
		return fmt.Errorf("nothing listens on %s", o.Listen)
	}
	_ = d.open[at].Close() // it has no error to tell
	door, err := sshd.Start(ctx, o)
	if err != nil {
		d.open = slices.Delete(d.open, at, at+1)
		return err
	}
	d.open[at] = door
	return nil
}

func (d *doors) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, door := range d.open {
		_ = door.Close() // it has no error to tell
	}
	d.open = nil
}
