package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"sshhelp/commands"
	"sshhelp/config"
	"sshhelp/diag"
	"sshhelp/probes/vantage"
)

func proberCommand(io streams) *cobra.Command {
	var name, redis string
	cmd := &cobra.Command{
		Use:   "prober",
		Short: "Probe for the others from this place",
		Long: `Looks at instances from here for the bot and for sshhelp diagnose elsewhere, until
it is told to stop. Those ask it who list its name under probes.vantages and share
its Redis. What may be probed is decided here: the instances' own addresses, with
probes.allow_networks of this place's configuration.

Environment: REDIS_URL, in place of --redis, keeps a password from other users of
this machine.`,
		Example: "  sshhelp prober --name melbourne --redis rediss://redis.example.org:6379",
		Args:    exactly(0, "It takes no arguments: write --name NAME and --redis URL."),
	}
	cmd.Flags().StringVar(&name, "name", "", "what this `PLACE` is called; by default probes.vantage or the host name")
	cmd.Flags().StringVar(&redis, "redis", "", "the `URL` of the Redis by which jobs come; by default REDIS_URL")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := loadConfig(cmd)
		if err != nil {
			return err
		}
		if name != "" {
			cfg.Probes.Vantage = name
		}
		if redis != "" {
			cfg.Redis.URL = config.Secret(redis)
		}
		return serveProbes(cmd.Context(), cfg, io.err)
	}
	return cmd
}

// jobsEach is how many jobs one diagnosis sends at once: DNS, ping and SSH.
const jobsEach = 3

// serveProbes does jobs until ctx ends and those under way are done.
func serveProbes(ctx context.Context, cfg *config.Config, log io.Writer) error {
	if cfg.Probes.Disabled {
		return errors.New("probes.disabled is true: there is nothing for a prober to do")
	}
	recorder := &vantage.Recorder{}
	logger := newLogger(cfg, io.MultiWriter(log, recorder))
	line, err := openLine(cfg, logger)
	if err != nil {
		return err
	}
	defer func() { _ = line.Close() }() // nothing is left to be said
	station, err := vantage.NewStation(line, vantage.StationOptions{
		Prober: newProber(cfg, logger, false), Version: version, Slots: jobsEach * cfg.Limits.Concurrent, Log: recorder,
	})
	if err != nil {
		return err
	}
	logger.Info("probing for others", "vantage", cfg.Probes.Vantage, "version", version)
	station.Run(ctx)
	logger.Info("stopped")
	return nil
}

// newWitness looks from here and, where other places are named, from them too.
// On a terminal these are asked only if a Redis is named: it may know of none.
func newWitness(cfg *config.Config, logger *slog.Logger, terminal bool) (commands.Witness, error) {
	local := newProber(cfg, logger, terminal)
	if len(cfg.Probes.Vantages) == 0 || terminal && cfg.Redis.URL == "" {
		return local, nil
	}
	line, err := openLine(cfg, logger) // for as long as the process lives
	if err != nil {
		return nil, err
	}
	return vantage.NewPanel(line, local, cfg.Probes.Vantages)
}

func openLine(cfg *config.Config, logger *slog.Logger) (*vantage.Line, error) {
	if cfg.Redis.URL == "" {
		return nil, errors.New("places talk to each other over a Redis that they share: set REDIS_URL, or --redis of sshhelp prober")
	}
	return vantage.Open(vantage.Options{RedisURL: cfg.Redis.URL.Reveal(), KeyPrefix: cfg.Redis.KeyPrefix, Logger: logger})
}

// vantageStatus says of each other place how it is.
func vantageStatus(ctx context.Context, cfg *config.Config, logger *slog.Logger) []diag.Check {
	if len(cfg.Probes.Vantages) == 0 {
		return nil
	}
	line, err := openLine(cfg, logger)
	if err != nil {
		return []diag.Check{{What: "Vantage points", Mark: diag.CheckFailed, Text: err.Error()}}
	}
	defer func() { _ = line.Close() }() // it was only read
	return line.Check(ctx, cfg.Probes.Vantages)
}

// vantageLogs reads the last lines that each other place has logged, for a case
// that is handed over; nil if there is no other place.
func vantageLogs(cfg *config.Config, logger *slog.Logger) func(context.Context) []commands.Excerpt {
	if len(cfg.Probes.Vantages) == 0 {
		return nil
	}
	return func(ctx context.Context) []commands.Excerpt {
		line, err := openLine(cfg, logger)
		if err != nil {
			return nil // newWitness has said so
		}
		defer func() { _ = line.Close() }() // it was only read
		ctx, cancel := context.WithTimeout(ctx, logsMost)
		defer cancel()
		var all []commands.Excerpt
		for _, name := range cfg.Probes.Vantages {
			lines, err := line.Logs(ctx, name)
			if err != nil {
				logger.Warn("cannot read the log of a vantage point", "vantage", name, "err", err)
				lines = []string{"It could not be read."}
			}
			if len(lines) > 0 {
				all = append(all, commands.Excerpt{What: "log of " + name, Lines: lines})
			}
		}
		return all
	}
}

// logsMost is how long a case waits for the logs of other places.
const logsMost = 3 * time.Second
