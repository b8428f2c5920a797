package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"sshhelp/commands"
	"sshhelp/diag"
	"sshhelp/diag/causes"
)

func consoleCommand(io streams) *cobra.Command {
	return textCommand(io, commands.ExplainConsoleFrom, "console [FILE|-]", "Read a console log and say what went wrong")
}

func explainCommand(io streams) *cobra.Command {
	return textCommand(io, commands.ExplainTextFrom, "explain [FILE|-]", "Explain the output of an SSH client or server, or a console log")
}

type explainer func(*diag.Catalogue, io.Reader, time.Time) (*commands.Explanation, error)

func textCommand(io streams, explain explainer, use, short string) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cobra.MaximumNArgs(1),
		Long: short + ".\nReads standard input without FILE. Exit status 1 if a cause was found.",
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print causes and facts as JSON")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		text, err := openText(io, args)
		if err != nil {
			return err
		}
		defer text.Close()
		catalogue, err := diag.NewCatalogue(causes.All)
		if err != nil {
			return fmt.Errorf("compile the causes: %w", err)
		}
		x, err := explain(catalogue, text, time.Now())
		if err != nil {
			return err
		}
		return printExplanation(io, x, asJSON)
	}
	return cmd
}

func printExplanation(io streams, x *commands.Explanation, asJSON bool) error {
	var err error
	if asJSON {
		err = commands.WriteJSON(io.out, x)
	} else {
		err = terminal(io.out).Write(x.Sections())
	}
	if err != nil {
		return err
	}
	if len(x.Causes)+len(x.Possible) > 0 {
		return exit(exitFound)
	}
	return nil
}

// openText opens the file, or standard input for "-" or none.
func openText(s streams, args []string) (io.ReadCloser, error) {
	if len(args) == 0 || args[0] == "-" {
		return io.NopCloser(s.in), nil
	}
	return os.Open(args[0]) // its error says which file and why
}

func writeJSON(io streams, v any) error { return commands.WriteJSON(io.out, v) }
