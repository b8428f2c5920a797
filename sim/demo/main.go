// Command demo lets one try sshhelp with nothing but Go: it starts the twins of
// OpenStack, of Slack and of SSH servers from one scenario, builds the product
// and runs it against them as its users do, and serves a page that looks and
// works like the chat. The first line of its output is the page's address.
//
// It owns the scenario of the demo (demo.yaml, and tries.yaml with what is true
// of it) and the page (folder page). The boundary is the process: the product
// runs unchanged, as a program of its own, and learns from its configuration
// alone where it is; the page talks to the users' side of the Slack twin only,
// and knows nothing of the bot but what the twin shows.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run is the whole program but for the process: it ends with ctx, or with an
// error when something of the demo does.
func run(ctx context.Context, args []string, out, errs io.Writer) error {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(errs)
	o := Options{Log: errs}
	flags.StringVar(&o.Listen, "listen", "127.0.0.1:8025", "`host:port` of the page; a free port is taken if that one is in use")
	flags.StringVar(&o.Scenario, "scenario", "", "YAML `file` that describes another cloud, in the format of sim/scenario")
	flags.BoolVar(&o.Verbose, "verbose", false, "show the product's log")
	if err := flags.Parse(args); err != nil {
		return err
	}
	d, err := Start(ctx, o)
	if err != nil {
		if ctx.Err() != nil {
			return nil // ended while it started
		}
		return err
	}
	defer d.Close()
	fmt.Fprintf(out, "Open %s and type: /sshhelp %s\n", d.URL(), d.First())
	fmt.Fprintln(out, "Ctrl-C ends the demo.")
	return d.Wait(ctx)
}
