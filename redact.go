package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"sshhelp/diag"
)

// maxRedactLine is how much of a line is redacted at once, in bytes: nobody
// writes longer ones, and memory is bounded by it.
const maxRedactLine = 1 << 20

func redactCommand(io streams) *cobra.Command {
	return &cobra.Command{
		Use: "redact [FILE|-]", Short: "Print a text without its passwords, tokens and private keys", Args: cobra.MaximumNArgs(1),
		Long: `Print a text as sshhelp would keep it: without passwords, tokens and private keys,
but with all that a diagnosis rests on: fingerprints, public keys, addresses, names.
Every line stays a line. Look through the result before you share it: no program
knows every secret. Reads standard input without FILE.`,
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := openText(io, args)
			if err != nil {
				return err
			}
			defer text.Close()
			return redact(io.out, text)
		},
	}
}

// redact copies a text line by line.
func redact(to io.Writer, from io.Reader) error {
	in, out := bufio.NewReaderSize(from, maxRedactLine), bufio.NewWriter(to)
	var r diag.Redactor
	for {
		line, err := in.ReadSlice('\n')
		text, end := strings.CutSuffix(string(line), "\n")
		if text != "" || end {
			out.WriteString(r.Line(text)) // Flush tells of what fails
		}
		if end {
			out.WriteByte('\n')
		}
		switch {
		case err == nil, errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			if err := out.Flush(); err != nil {
				return fmt.Errorf("write the text: %w", err)
			}
			return nil
		default:
			return fmt.Errorf("read the text: %w", err)
		}
	}
}
