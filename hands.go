package main

import (
	"context"
	"log/slog"
	"os"
	"strings"

	"sshhelp/cloud"
	"sshhelp/commands"
	"sshhelp/config"
	"sshhelp/diag"
)

// newHands opens the credentials that may act; nil if actions are off or there
// is no credential for them. The one that reads is never taken in its place.
func newHands(cfg *config.Config, engine *commands.Engine, logger *slog.Logger) (
	commands.Actor, func(context.Context, diag.Asked, *diag.Instance) (yes, known bool), error,
) {
	if !cfg.Actions.Enabled {
		return nil, nil, nil
	}
	opened, err := openActors(cfg, logger)
	if err != nil {
		return nil, nil, err
	}
	if len(opened) == 0 {
		logger.Warn("actions are enabled, but there is no credential for them: name it under actions.clouds, or in ACTIONS_OS_CLOUD or ACTIONS_OS_AUTH_URL")
		return nil, nil, nil
	}
	hands := &commands.Hands{Port: engine.Port}
	if !cfg.Probes.Disabled {
		hands.Bell = newProber(cfg, logger, false)
	}
	for _, a := range opened {
		hands.Actors = append(hands.Actors, a)
	}
	return hands, hands.Answers, nil
}

func openActors(cfg *config.Config, logger *slog.Logger) ([]*cloud.Actor, error) {
	names := cfg.Actions.Clouds
	if len(names) == 0 {
		if actionEnv("OS_CLOUD") == "" && actionEnv("OS_AUTH_URL") == "" {
			return nil, nil
		}
		names = []string{""}
	}
	var opened []*cloud.Actor
	for _, name := range names {
		a, err := cloud.OpenActor(cloud.Options{Name: name, Logger: logger.With("for", "actions"), Getenv: actionEnv})
		if err != nil {
			return nil, err
		}
		opened = append(opened, a)
	}
	return opened, nil
}

// actionEnv is the environment of the credential that acts: OS_* of the other
// one is not seen. Only where clouds.yaml is may be common to both.
func actionEnv(name string) string {
	if !strings.HasPrefix(name, "OS_") {
		return os.Getenv(name)
	}
	v := os.Getenv("ACTIONS_" + name)
	if v == "" && name == "OS_CLIENT_CONFIG_FILE" {
		return os.Getenv(name)
	}
	return v
}

// checkActors is the self-test of the credentials that act. Whether they may act
// cannot be tried without acting; that they log in can.
func checkActors(ctx context.Context, cfg *config.Config, logger *slog.Logger) []diag.Check {
	if !cfg.Actions.Enabled {
		return nil
	}
	none := diag.Check{What: "Credential for actions", Mark: diag.CheckFailed}
	opened, err := openActors(cfg, logger)
	switch {
	case err != nil:
		none.Text, none.Fix = err.Error(), "Correct actions.clouds, or the ACTIONS_OS_* variables."
		return []diag.Check{none}
	case len(opened) == 0:
		none.Text = "there is none, so nothing is offered, and answers say whom to ask"
		none.Fix = "Name an entry of clouds.yaml under actions.clouds, or set ACTIONS_OS_CLOUD or ACTIONS_OS_AUTH_URL and its like; or switch actions off."
		return []diag.Check{none}
	}
	var list []diag.Check
	for _, a := range opened {
		list = append(list, a.Check(ctx)...)
	}
	return list
}
