package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"sshhelp/bot"
	"sshhelp/commands"
	"sshhelp/config"
	"sshhelp/diag"
)

func serveCommand(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the Slack bot",
		Long: `Runs the Slack bot over Socket Mode until it is told to stop.

Environment: SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_API_URL, REDIS_URL (unset:
an embedded Redis for one replica), OS_CLOUD, OS_CLIENT_CONFIG_FILE or OS_*.`,
		Args: exactly(0, "It takes no arguments: settings come by --config and environment."),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(cmd)
			if err != nil {
				return err
			}
			return serve(cmd.Context(), cfg, newLogger(cfg, io.err))
		},
	}
}

// serve runs bot and health endpoint until ctx ends or one of them fails.
func serve(ctx context.Context, cfg *config.Config, logger *slog.Logger) error {
	if err := cfg.MissingTokens(); err != nil {
		return err
	}
	for _, warning := range cfg.Warnings {
		logger.Warn("configuration", "warning", warning)
	}
	engine, err := newEngine(cfg, logger, false)
	if err != nil {
		return err
	}
	options := botOptions(cfg, logger)
	options.Engine = engine
	if options.Actions.Hands, options.Actions.Answers, err = newHands(cfg, engine, logger); err != nil {
		return err
	}
	options.Escalation.Logs = vantageLogs(cfg, logger)
	options.Status = func(ctx context.Context) []diag.Check { return outsideStatus(ctx, cfg, logger) }
	b, err := bot.New(options)
	if err != nil {
		return fmt.Errorf("start the bot: %w", err)
	}
	engine.Memory = b.Memory() // before Run, with which the first diagnosis begins
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	var healthErr error
	wg.Go(func() {
		defer cancel()
		healthErr = serveHealth(ctx, cfg.HTTP.Listen, b, logger)
	})
	botErr := b.Run(ctx)
	cancel()
	wg.Wait()
	return errors.Join(botErr, healthErr)
}

func botOptions(cfg *config.Config, logger *slog.Logger) bot.Options {
	return bot.Options{
		BotToken: cfg.Slack.BotToken.Reveal(), AppToken: cfg.Slack.AppToken.Reveal(),
		APIURL: cfg.Slack.APIURL, Connections: cfg.Slack.Connections,
		RedisURL: cfg.Redis.URL.Reveal(), KeyPrefix: cfg.Redis.KeyPrefix, StateTTL: cfg.Redis.StateTTL,
		Access: bot.Access{
			Everyone: cfg.Access.Everyone, Teams: cfg.Access.Teams,
			Channels: cfg.Access.Channels, Users: cfg.Access.Users, Scopes: scopes(cfg.Access.Scopes),
		},
		Actions: bot.Actions{
			Enabled: cfg.Actions.Enabled, Users: cfg.Actions.Users, Groups: cfg.Actions.Groups, AskWhom: cfg.Actions.Ask,
			SecondPerson: cfg.Actions.SecondPerson, SecondWithin: cfg.Actions.SecondWithin,
			OfferTTL: cfg.Actions.OfferTTL, Cooldown: cfg.Actions.Cooldown, Watch: cfg.Actions.Watch,
			PerPersonPerHour: cfg.Actions.PerPersonPerHour, PerHour: cfg.Actions.PerHour, AuditChannel: cfg.Actions.AuditChannel,
		},
		Escalation: bot.Escalation{
			Channel: cfg.Escalation.Channel, WebhookURL: cfg.Escalation.WebhookURL.Reveal(), WebhookSecret: cfg.Escalation.WebhookSecret.Reveal(),
		},
		MaxChecks: cfg.Limits.Concurrent, PerUserPerMinute: cfg.Limits.PerUserPerMinute,
		Version: version, Logger: logger,
	}
}

// serveHealth answers /healthz (the process can work) and /readyz (a socket is
// up and Redis answers) until ctx ends. Without an address it only waits.
func serveHealth(ctx context.Context, listen string, b *bot.Bot, logger *slog.Logger) error {
	if listen == "" {
		<-ctx.Done()
		return nil
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("health endpoint: %w", err)
	}
	logger.Info("health endpoint", "address", listener.Addr().String())
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", state(b.Healthy))
	mux.HandleFunc("GET /readyz", state(b.Ready))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("health endpoint: %w", err)
	}
	return nil
}

func state(ask func() error) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if err := ask(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	}
}

// scopes turns what the configuration grants into what the engine is held to.
func scopes(list []config.Scope) map[string]commands.Scope {
	all := make(map[string]commands.Scope, len(list))
	for _, s := range list {
		for _, g := range s.Grants {
			all[s.ID] = append(all[s.ID], commands.Grant{Cloud: g.Cloud, Project: g.Project})
		}
	}
	return all
}
