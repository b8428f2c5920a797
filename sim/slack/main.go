// Command slack serves a working twin of Slack for the demo and for trying things by hand: Web API, Socket Mode and
// the people, on one port. It is a thin shell around package twin, which holds everything and its description.
//
// Its first line of output is the URL to use as SLACK_API_URL; the lines after it name the tokens it takes.
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

	"sshhelp/sim/slack/twin"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "slack:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, out, errs io.Writer) error {
	flags := flag.NewFlagSet("slack", flag.ContinueOnError)
	flags.SetOutput(errs)
	listen := flags.String("listen", "127.0.0.1:0", "`host:port` to serve on")
	base := flags.String("base-url", "", "`URL` under which clients reach the twin, if it is not the address it listens on")
	file := flags.String("scenario", "", "YAML `file` with the workspace; the default is the embedded \"Demo\"")
	limits := flags.Bool("limits", false, "enforce Slack's rate limits")
	verbose := flags.Bool("v", false, "log what the twin notices")
	if err := flags.Parse(args); err != nil {
		return err
	}
	opts := twin.Options{Listen: *listen, BaseURL: *base, RealLimits: *limits}
	if *verbose {
		opts.Log = slog.New(slog.NewTextHandler(errs, nil))
	}
	if *file != "" {
		sc, err := load(*file)
		if err != nil {
			return err
		}
		opts.Scenario = sc
	}
	t, err := twin.New(opts)
	if err != nil {
		return err
	}
	defer t.Close()
	fmt.Fprintf(out, "%s\nSLACK_BOT_TOKEN=%s\nSLACK_APP_TOKEN=%s\n", t.APIURL(), t.BotToken(), t.AppToken())
	<-ctx.Done()
	return nil
}

func load(path string) (*twin.Scenario, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return twin.LoadScenario(f)
}
