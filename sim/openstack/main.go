// Command openstack runs a working imitation of an OpenStack cloud (see the
// twin package) until it is interrupted. The first line that it prints is the
// path of a clouds.yaml, so that any client can be pointed at it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"sshhelp/sim/openstack/twin"
	"sshhelp/sim/scenario"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "openstack:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("openstack", flag.ContinueOnError)
	flags.SetOutput(stderr)
	listen := flags.String("listen", "127.0.0.1:0", "`address` to listen on; port 0 is a free one")
	file := flags.String("scenario", "", "YAML `file` that describes the cloud; a built-in one if empty")
	latency := flags.Duration("latency", 0, "how much longer each call takes")
	verbose := flags.Bool("v", false, "log each call")
	if err := flags.Parse(args); err != nil {
		return err
	}
	cloud, err := load(*file)
	if err != nil {
		return err
	}
	level := slog.LevelInfo
	if *verbose {
		level = slog.LevelDebug
	}
	logger := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))
	server, err := twin.New(cloud, twin.Options{Listen: *listen, Logger: logger, Latency: *latency})
	if err != nil {
		return err
	}
	defer server.Close()
	dir, err := os.MkdirTemp("", "openstack-")
	if err != nil {
		return fmt.Errorf("make a folder for clouds.yaml: %w", err)
	}
	defer os.RemoveAll(dir)
	path, err := server.WriteCloudsYAML(dir)
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, path)
	<-ctx.Done()
	return nil
}

func load(file string) (*scenario.Cloud, error) {
	if file == "" {
		return scenario.Lab()
	}
	return scenario.Load(file)
}
