package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"sshhelp/cloud"
	"sshhelp/commands"
	"sshhelp/config"
	"sshhelp/diag"
	"sshhelp/diag/causes"
	"sshhelp/probes"
)

// loadConfig reads the settings; --config is optional.
func loadConfig(cmd *cobra.Command) (*config.Config, error) {
	path, err := cmd.Flags().GetString("config")
	if err != nil {
		return nil, fmt.Errorf("--config: %w", err)
	}
	return config.Load(path, config.Environment(os.Environ()))
}

// terminalEngine is the engine of somebody who sits at this machine: the probes
// are their own, so they may go to any address, and the log keeps to warnings.
func terminalEngine(cfg *config.Config, cloudName string, log io.Writer) (*commands.Engine, error) {
	if cloudName != "" {
		cfg.Clouds = []string{cloudName}
	}
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: max(level(cfg), slog.LevelError)}))
	return newEngine(cfg, logger, true)
}

// newEngine opens the clouds and puts the engine together. Nothing is sent yet.
func newEngine(cfg *config.Config, logger *slog.Logger, terminal bool) (*commands.Engine, error) {
	clouds, err := openClouds(cfg, logger)
	if err != nil {
		return nil, err
	}
	catalogue, err := diag.NewCatalogue(causes.All)
	if err != nil {
		return nil, fmt.Errorf("compile the causes: %w", err)
	}
	options := commands.Options{
		Clouds: clouds, Catalogue: catalogue, Logger: logger, Total: cfg.Probes.Timeout,
		Port: uint16(cfg.SSH.Port), User: cfg.SSH.UserOf,
	}
	if !cfg.Probes.Disabled {
		if options.Prober, err = newWitness(cfg, logger, terminal); err != nil {
			return nil, err
		}
	}
	return commands.New(options), nil
}

func newProber(cfg *config.Config, logger *slog.Logger, terminal bool) *probes.Prober {
	others := make([]uint16, 0, len(cfg.Probes.OtherPorts)) // empty is none
	for _, port := range cfg.Probes.OtherPorts {
		others = append(others, uint16(port))
	}
	return probes.New(probes.Options{
		Name: cfg.Probes.Vantage, Allow: cfg.Probes.AllowNetworks, AllowAny: terminal, OtherPorts: others, Logger: logger,
	})
}

// openClouds opens the configured clouds; without any, the one that the
// OpenStack conventions name.
func openClouds(cfg *config.Config, logger *slog.Logger) ([]commands.Cloud, error) {
	names := cfg.Clouds
	if len(names) == 0 {
		names = []string{""}
	}
	var clouds []commands.Cloud
	for _, name := range names {
		c, err := cloud.Open(cloud.Options{Name: name, Logger: logger})
		if err != nil {
			return nil, err
		}
		clouds = append(clouds, c)
	}
	return clouds, nil
}

func level(cfg *config.Config) slog.Level {
	var l slog.Level
	if err := l.UnmarshalText([]byte(cfg.Log.Level)); err != nil {
		return slog.LevelInfo // config has refused every other word
	}
	return l
}

// newLogger is the log of the service.
func newLogger(cfg *config.Config, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: level(cfg)}
	if cfg.Log.Format == "text" {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}
