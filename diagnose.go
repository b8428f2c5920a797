package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/ssh"
	"golang.org/x/term"

	"sshhelp/commands"
	"sshhelp/diag"
)

func diagnoseCommand(io streams) *cobra.Command {
	var from, user, cloud, port, key, report string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "diagnose INSTANCE [from ADDRESS] [user ACCOUNT] [port PORT] [cloud NAME]",
		Short: "Tell why SSH to an instance fails",
		Long: `Finds the instance by name, UUID (or a unique beginning of it), address or DNS
name, asks the cloud and probes it from here, and says what is wrong.

Exit status: 0 nothing found wrong; 1 a cause was found, or SSH fails and nothing
tells why; 2 usage or configuration error, or no one instance of that name; 3
could not look.`,
		Example: "  sshhelp diagnose web-1\n  sshhelp diagnose 203.0.113.9 --from 198.51.100.7 --user ubuntu --json",
		Args:    atLeast(1, "Which instance? Write its name, ID, address or DNS name: sshhelp diagnose web-1"),
	}
	cmd.Flags().StringVar(&from, "from", "", "the `ADDRESS` that the person connects from (default: this machine)")
	cmd.Flags().StringVar(&user, "user", "", "the `ACCOUNT` (default: the image's)")
	cmd.Flags().StringVar(&port, "port", "", "the SSH `PORT` (default 22)")
	cmd.Flags().StringVar(&key, "key", "", "the `KEY` that the person uses: a .pub file, or a fingerprint")
	cmd.Flags().StringVar(&cloud, "cloud", "", "the cloud's `NAME` in clouds.yaml")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the whole diagnosis as JSON")
	cmd.Flags().StringVar(&report, "report", "", "also write a hand-over for support to this `FILE`: Markdown, or JSON if it ends in .json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		asked, err := commands.ParseArgs(args, from, user, port)
		if err != nil {
			return err
		}
		if !asked.From.IsValid() {
			asked.FromWhy = diag.FromHere
		}
		if cloud != "" {
			asked.Cloud = cloud
		}
		if key != "" {
			if asked.Key, err = givenKey(key); err != nil {
				return err
			}
		}
		return diagnose(cmd, io, asked, outputs{json: asJSON, report: report})
	}
	return cmd
}

// givenKey reads a fingerprint, or the first public key of a file.
func givenKey(text string) (*diag.GivenKey, error) {
	if key, err := commands.ParseKey(text); err == nil {
		return key, nil
	}
	keys, err := readPublicKeys(text)
	if err != nil {
		return nil, err
	}
	return &diag.GivenKey{Line: strings.TrimSpace(string(ssh.MarshalAuthorizedKey(keys[0])))}, nil
}

// outputs are the forms in which a diagnosis is wanted.
type outputs struct {
	json   bool
	report string // a file; "" for none
}

func diagnose(cmd *cobra.Command, io streams, asked diag.Asked, want outputs) error {
	cfg, err := loadConfig(cmd)
	if err != nil {
		return err
	}
	engine, err := terminalEngine(cfg, asked.Cloud, io.err)
	if err != nil {
		return err
	}
	watch := func(commands.Progress) {}
	if !want.json {
		watch = commands.Watcher(cmd.Context(), io.err)
	}
	found, err := engine.Find(cmd.Context(), asked, commands.Everything)
	if err != nil {
		return err
	}
	watch(commands.Progress{Source: diag.SourceServer, State: commands.Done, Took: found.Took})
	d := engine.Diagnose(cmd.Context(), found, watch)
	if err := cmd.Context().Err(); err != nil {
		return fmt.Errorf("diagnose %s: %w", asked.Query, err)
	}
	if err := writeReport(want.report, d); err != nil {
		return err
	}
	if want.json {
		err = commands.WriteJSON(io.out, d)
	} else {
		err = terminal(io.out).Write(d.Answer())
	}
	if err != nil {
		return err
	}
	return exit(d.ExitStatus())
}

// writeReport writes the hand-over to a file that only its owner can read, if
// one is wanted: a console log is nobody else's business.
func writeReport(path string, d *diag.Diagnosis) error {
	if path == "" {
		return nil
	}
	h := commands.NewHandover(d, "sshhelp "+version)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write the hand-over: %w", err)
	}
	if strings.HasSuffix(path, ".json") {
		err = commands.WriteJSON(file, h)
	} else {
		_, err = io.WriteString(file, h.Markdown())
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write the hand-over to %s: %w", path, err)
	}
	return nil
}

// terminal renders for the writer: with colour and to its width if it is a
// terminal and nobody asked for none (https://no-color.org).
func terminal(w io.Writer) commands.Text {
	t := commands.Text{Out: w}
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return t
	}
	t.Colour = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	if width, _, err := term.GetSize(int(f.Fd())); err == nil {
		t.Width = width
	}
	return t
}
