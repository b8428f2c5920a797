package main

import (
	"context"
	"errors"
	"fmt"
	"os"
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
key. It asks no cloud, and goes wherever you tell it: these are your own packets.
One connection, no attempt to log in. Exit status 1 if SSH does not answer, 3
if it could not be looked at.`,
		Example: "  sshhelp probe 203.0.113.9\n  sshhelp probe [2001:db8::9]:2222 --json",
		Args:    exactly(1, "Write the host to look at: sshhelp probe 203.0.113.9"),
	}
	cmd.Flags().StringVar(&user, "user", "", "the `ACCOUNT` that is meant")
	cmd.Flags().StringVar(&key, "key", "", "a public key `FILE`: its fingerprint is shown")
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

// readPublicKeys reads a file of public keys in authorized_keys form; "" reads
// none. A private key is refused: nothing here needs it.
func readPublicKeys(path string) ([]diag.HostKey, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err // says which file and why
	}
	if _, err := ssh.ParseRawPrivateKey(data); err == nil {
		return nil, fmt.Errorf("%s is a private key: give its public half, %s.pub", path, path)
	}
	var keys []diag.HostKey
	for len(data) > 0 {
		k, _, _, rest, err := ssh.ParseAuthorizedKey(data)
		if err != nil {
			break
		}
		keys = append(keys, diag.HostKey{Type: k.Type(), SHA256: ssh.FingerprintSHA256(k), MD5: ssh.FingerprintLegacyMD5(k)})
		data = rest
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s holds no public key in the form that ssh-keygen writes to .pub files", path)
	}
	return keys, nil
}

// probe looks at the host and prints what was seen.
func probe(cmd *cobra.Command, io streams, asked diag.Asked, keys []diag.HostKey, asJSON bool) error {
	cfg, err := loadConfig(cmd)
	if err != nil {
		return err
	}
	if !asked.PortSaid {
		asked.Port = uint16(cfg.SSH.Port)
	}
	p := newProber(cfg, newLogger(cfg, discard{}), true)
	e, err := commands.Probe(cmd.Context(), p, asked, time.Now())
	if u := (*commands.UsageError)(nil); err != nil && !errors.As(err, &u) {
		return &exitError{exitNoCloud, err}
	}
	if err != nil {
		return err
	}
	return printProbe(cmd.Context(), io, e, keys, asJSON)
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
