package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/ssh"

	"sshhelp/commands"
	"sshhelp/diag"
	"sshhelp/diag/causes"
)

func probeCommand(io streams) *cobra.Command {
	var user, key string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "probe HOST[:PORT]",
		Short: "Show what an SSH server tells from outside",
		Long: `Probes any host from here: name, ping, port, identification, algorithms, host
keys, and with --user what the server says of an account: the ways to log in, and
whether it would take your public keys. It asks no cloud, and goes wherever you
tell it: these are your own packets, sent from your own address.

It never logs in and signs nothing. It costs the server one connection for each
of its host keys, at most five; with --user one request for the account and one
for each key, two for an RSA key that is refused. Servers count such requests as
failed attempts, and log an account that does not exist: five of those within
ten minutes get your address banned where fail2ban runs as it is installed.

Exit status 1 if SSH does not answer, 3 if it could not be looked at.`,
		Example: "  sshhelp probe 203.0.113.9\n  sshhelp probe 203.0.113.9 --user debian --key ~/.ssh/id_ed25519.pub\n" +
			"  sshhelp probe [2001:db8::9]:2222 --json",
		Args: exactly(1, "Write the host to look at: sshhelp probe 203.0.113.9"),
	}
	cmd.Flags().StringVar(&user, "user", "", "the `ACCOUNT` to ask the server about")
	cmd.Flags().StringVar(&key, "key", "", "a public key `FILE` (.pub): would the server take it for the account?")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print all facts as JSON")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		asked, err := commands.ParseArgs(args, "", user, "")
		if err != nil {
			return err
		}
		keys, err := readPublicKeys(key)
		if err != nil {
			return err
		}
		return probe(cmd, io, asked, keys, asJSON)
	}
	return cmd
}

// probe looks at the host and prints what was seen.
func probe(cmd *cobra.Command, io streams, asked diag.Asked, keys []ssh.PublicKey, asJSON bool) error {
	cfg, err := loadConfig(cmd)
	if err != nil {
		return err
	}
	if !asked.PortSaid {
		asked.Port = uint16(cfg.SSH.Port)
	}
	p := newProber(cfg, newLogger(cfg, discard{}), true)
	e, err := commands.Probe(cmd.Context(), p, asked, loginKeys(keys), time.Now())
	if u := (*commands.UsageError)(nil); err != nil && !errors.As(err, &u) {
		return &exitError{exitNoCloud, err}
	}
	if err != nil {
		return err
	}
	return printProbe(cmd.Context(), io, e, fingerprints(keys), asJSON)
}

func printProbe(ctx context.Context, io streams, e *diag.Evidence, keys []diag.HostKey, asJSON bool) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("probe %s: %w", e.Asked.Query, err)
	}
	catalogue, err := diag.NewCatalogue(causes.All)
	if err != nil {
		return fmt.Errorf("compile the causes: %w", err)
	}
	seen := commands.Probed{Evidence: e, Diagnosis: catalogue.Diagnose(e), Keys: keys}
	if asJSON {
		err = commands.WriteJSON(io.out, seen.JSON())
	} else {
		err = terminal(io.out).Write(seen.Sections())
	}
	if err != nil {
		return err
	}
	if seen.Diagnosis.Answers() == nil {
		return exit(exitFound)
	}
	return nil
}
