package main

import (
	"errors"
	"fmt"
	goio "io"
	"strings"

	"github.com/spf13/cobra"

	"sshhelp/commands"
	"sshhelp/diag"
)

// maxSaid bounds what is read as one message, in bytes: Slack's own limit is
// 40,000 characters.
const maxSaid = 256 << 10

// parsed is how a line is understood, for programs.
type parsed struct {
	commands.Understood
	// Paste is the kind of output that the line is, outside the list because it
	// is no request.
	Paste string `json:"paste,omitempty"`
	Error string `json:"error,omitempty"`
}

func parseCommand(io streams) *cobra.Command {
	var thread, asJSON bool
	cmd := &cobra.Command{
		Use: "parse [--thread] [LINE|-]", Short: "Print how a line is understood that people write in Slack",
		Long: `Print how a command, or with --thread a reply in a thread of sshhelp's, is
understood: what is asked for, and with which values. Nothing is done, and nobody
is asked. A line that is talk between people asks for nothing: sshhelp stays silent.
Reads standard input for - or without LINE: all of it is one message.`,
		Example: "  sshhelp parse \"can't reach web-1 from 203.0.113.7\"\n  sshhelp parse --thread --json \"still not working\"",
	}
	cmd.Flags().BoolVar(&thread, "thread", false, "the line is a reply in a thread of sshhelp's, without a mention")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print intents as JSON")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		line, err := lineOf(io, args)
		if err != nil {
			return err
		}
		understand := commands.UnderstandOrder
		if thread {
			understand = commands.UnderstandReply
		}
		p := parsedOf(understand(commands.Plain(line)))
		if asJSON {
			return commands.WriteJSON(io.out, p)
		}
		_, err = fmt.Fprint(io.out, p.inWords())
		return err
	}
	return cmd
}

// lineOf is the line, or all of standard input.
func lineOf(io streams, args []string) (string, error) {
	if len(args) > 1 || len(args) == 1 && args[0] != "-" {
		return strings.Join(args, " "), nil
	}
	text, err := goio.ReadAll(goio.LimitReader(io.in, maxSaid))
	if err != nil {
		return "", fmt.Errorf("read the line: %w", err)
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}

func parsedOf(u commands.Understood) parsed {
	p := parsed{Understood: u, Paste: string(u.Paste)}
	if u.Paste == diag.KeyMaterial {
		p.Paste = "key-material"
	}
	if u.Err != nil {
		p.Error = u.Err.Error()
	}
	return p
}

// inWords is one line for each intent.
func (p parsed) inWords() string {
	var b strings.Builder
	for _, i := range p.Intents {
		fmt.Fprintln(&b, strings.TrimSpace(string(i.Kind)+" "+i.Value))
	}
	var wrong *commands.UsageError
	switch {
	case errors.As(p.Err, &wrong):
		fmt.Fprintln(&b, "not understood: "+p.Error)
	case p.Paste != "":
		fmt.Fprintln(&b, "pasted: "+p.Paste)
	case len(p.Intents) == 0:
		fmt.Fprintln(&b, "nothing for sshhelp: it stays silent")
	}
	return b.String()
}
