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

// maxText bounds what is read of a text: far more than any console log that
// Nova gives (100 KiB) or anybody pastes.
const maxText = 64 << 20

func consoleCommand(io streams) *cobra.Command {
	return textCommand(io, commands.ExplainConsole, "console [FILE|-]", "Read a console log and say what went wrong")
}

func explainCommand(io streams) *cobra.Command {
	return textCommand(io, commands.ExplainText, "explain [FILE|-]", "Explain the output of an SSH client or server, or a console log")
}

type explainer func(*diag.Catalogue, string, time.Time) *commands.Explanation

func textCommand(io streams, explain explainer, use, short string) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cobra.MaximumNArgs(1),
		Long: short + ".\nReads standard input without FILE. Exit status 1 if a cause was found.",
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print causes and facts as JSON")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		text, err := readText(io, args)
		if err != nil {
			return err
		}
		catalogue, err := diag.NewCatalogue(causes.All)
		if err != nil {
			return fmt.Errorf("compile the causes: %w", err)
		}
		return printExplanation(io, explain(catalogue, text, time.Now()), asJSON)
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

// readText reads the file, or standard input for "-" or none.
func readText(s streams, args []string) (string, error) {
	in := s.in
	if len(args) > 0 && args[0] != "-" {
		f, err := os.Open(args[0])
		if err != nil {
			return "", err // says which file and why
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxText))
	if err != nil {
		return "", fmt.Errorf("read the text: %w", err)
	}
	return string(text), nil
}

func writeJSON(io streams, v any) error { return commands.WriteJSON(io.out, v) }
