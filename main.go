// Sshhelp tells a person why they cannot SSH to their OpenStack instance: in a
// Slack thread (serve) or on a terminal (diagnose).
//
// The reader's way through the code: serve.go or diagnose.go here wire the
// packages; bot receives a command; commands finds the instance and gathers the
// evidence from cloud and probes, side by side; diag with its causes reasons
// from it. This package alone knows all of them, and alone reads the
// configuration: each package has its own Options.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"sshhelp/commands"
	"sshhelp/diag"
)

// The exit statuses, a contract for other tools.
const (
	exitFine    = 0 // nothing found wrong
	exitFound   = 1 // a cause was found
	exitUsage   = 2 // usage or configuration error, or no one instance of that name
	exitNoCloud = 3 // could not look
)

// version is set by the linker (-X main.version=...).
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // who interrupts twice does not want to wait
	os.Exit(run(ctx, os.Args[1:], streams{&patient{ctx: ctx, in: os.Stdin}, os.Stdout, os.Stderr}))
}

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// An exitError ends the program with a status; its text, if any, has not been
// printed yet.
type exitError struct {
	status int
	err    error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// exit ends a command with a status and nothing more to say.
func exit(status int) error {
	if status == exitFine {
		return nil
	}
	return &exitError{status: status}
}

// run is the whole program but for the process.
func run(ctx context.Context, args []string, io streams) int {
	root := newRoot(io)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitFine
	}
	var status *exitError
	if errors.As(err, &status) && status.err == nil {
		return status.status
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = &exitError{exitNoCloud, errors.New("interrupted before there was an answer")}
	}
	for _, one := range each(err) {
		fmt.Fprintln(io.err, "sshhelp: "+sentence(one))
	}
	return statusOf(err)
}

// each returns the errors of several clouds; an error that is one stays one.
func each(err error) []error {
	lookedInVain := errors.Is(err, diag.ErrUnreachable) || errors.Is(err, diag.ErrCredentials)
	if several, ok := err.(interface{ Unwrap() []error }); ok && lookedInVain {
		return several.Unwrap()
	}
	return []error{err}
}

// sentence is what a person reads of an error.
func sentence(err error) string {
	if errors.Is(err, diag.ErrUnreachable) || errors.Is(err, diag.ErrCredentials) {
		return err.Error() + "\n  hint: " + commands.Explain(err)
	}
	return err.Error()
}

func statusOf(err error) int {
	var status *exitError
	switch {
	case errors.As(err, &status):
		return status.status
	case errors.Is(err, diag.ErrUnreachable), errors.Is(err, diag.ErrCredentials),
		errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return exitNoCloud
	}
	return exitUsage // cobra's own errors are all of this kind
}

func newRoot(io streams) *cobra.Command {
	root := &cobra.Command{
		Use:           "sshhelp",
		Short:         "Tells why you cannot SSH to your OpenStack instance",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(io.in)
	root.SetOut(io.out)
	root.SetErr(io.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
	})
	root.PersistentFlags().String("config", "", "configuration `FILE` (YAML); all of it can be set by the environment too")
	root.AddCommand(
		serveCommand(io), proberCommand(io), diagnoseCommand(io), probeCommand(io), consoleCommand(io),
		explainCommand(io), redactCommand(io), parseCommand(io), checkCommand(io), versionCommand(io),
	)
	return root
}
