package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"sshhelp/bot"
	"sshhelp/cloud"
	"sshhelp/config"
	"sshhelp/diag"
)

func checkCommand(io streams) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Test the installation: Slack, OpenStack, Redis, ping",
		Long:  "Tests what serve needs and says of each thing that it is ok or what to change.\nExit status 1 if something failed.",
		Args:  exactly(0, "It takes no arguments."),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the lines as JSON")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := loadConfig(cmd)
		if err != nil {
			return err
		}
		checks := selfTest(cmd.Context(), cfg)
		if err := cmd.Context().Err(); err != nil {
			return err // what was cut short failed by itself
		}
		return report(io, checks, asJSON)
	}
	return cmd
}

// selfTest asks every part for its own check.
func selfTest(ctx context.Context, cfg *config.Config) []diag.Check {
	logger := newLogger(cfg, discard{})
	var checks []diag.Check
	for _, w := range cfg.Warnings {
		checks = append(checks, diag.Check{What: "Configuration", Mark: diag.CheckLimited, Text: w})
	}
	checks = append(checks, bot.Check(ctx, botOptions(cfg, logger))...)
	checks = append(checks, checkActors(ctx, cfg, logger)...)
	return append(checks, outsideStatus(ctx, cfg, logger)...)
}

// outsideStatus asks the clouds and all probers how they are, side by side: a cloud
// that does not answer must not keep the others from it.
func outsideStatus(ctx context.Context, cfg *config.Config, logger *slog.Logger) []diag.Check {
	names := cfg.Clouds
	if len(names) == 0 {
		names = []string{""}
	}
	lists := make([][]diag.Check, len(names)+2)
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() { lists[i] = cloudStatus(ctx, name, logger) })
	}
	lists[len(names)] = []diag.Check{newProber(cfg, logger, false).Check(ctx)}
	wg.Go(func() { lists[len(names)+1] = vantageStatus(ctx, cfg, logger) })
	wg.Wait()
	return slices.Concat(lists...)
}

func cloudStatus(ctx context.Context, name string, logger *slog.Logger) []diag.Check {
	c, err := cloud.Open(cloud.Options{Name: name, Logger: logger})
	if err != nil {
		return []diag.Check{{What: strings.TrimSpace("OpenStack " + name), Mark: diag.CheckFailed, Text: err.Error()}}
	}
	return c.Check(ctx)
}

// discard swallows the log of the self-test, whose lines say it all.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func report(io streams, checks []diag.Check, asJSON bool) error {
	failed := exitFine
	for _, c := range checks {
		if c.Mark == diag.CheckFailed {
			failed = exitFound
		}
	}
	if asJSON {
		if err := writeJSON(io, map[string]any{"checks": checks}); err != nil {
			return err
		}
		return exit(failed)
	}
	for _, c := range checks {
		line := fmt.Sprintf("%-8s %s: %s", c.Mark, c.What, c.Text)
		if c.Fix != "" {
			line += "\n         to do: " + c.Fix
		}
		if _, err := fmt.Fprintln(io.out, line); err != nil {
			return fmt.Errorf("write the lines: %w", err)
		}
	}
	return exit(failed)
}
