// Command sshd runs SSH servers with something wrong with them (see the twin
// package) until it is interrupted. It prints the address of each, one to a
// line, when all of them listen.
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

	"sshhelp/sim/sshd/twin"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "sshd:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("sshd", flag.ContinueOnError)
	flags.SetOutput(stderr)
	listen := flags.String("listen", "127.0.0.1:0", "`address` to listen on; port 0 is a free one. Not for a file, which has its own")
	what := flags.String("scenario", "healthy", "`name` of a behaviour, \"lab\" for all of the built-in cloud, or a YAML file that describes a cloud")
	list := flags.Bool("list", false, "list the behaviours")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *list {
		for _, name := range twin.Behaviours() {
			fmt.Fprintf(stdout, "%-18s %s\n", name, twin.Describe(name))
		}
		return nil
	}
	logger := slog.New(slog.NewTextHandler(stderr, nil))
	wanted, err := servers(*what, *listen)
	if err != nil {
		return err
	}
	running, err := startAll(ctx, wanted, logger)
	defer closeAll(running)
	if err != nil {
		return err
	}
	for _, s := range running {
		fmt.Fprintln(stdout, s.Addr())
	}
	<-ctx.Done()
	return nil
}

// startAll starts servers until one fails, and returns those that run.
func startAll(ctx context.Context, wanted []twin.Options, logger *slog.Logger) ([]*twin.Server, error) {
	var running []*twin.Server
	for _, o := range wanted {
		o.Logger = logger
		s, err := twin.Start(ctx, o)
		if err != nil {
			return running, err
		}
		running = append(running, s)
	}
	return running, nil
}

func closeAll(running []*twin.Server) {
	for _, s := range running {
		s.Close()
	}
}
