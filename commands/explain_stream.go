package commands

import (
	"fmt"
	"io"
	"strings"
	"time"

	"sshhelp/diag"
)

const (
	// buffer is how much of a log is read at once, in bytes.
	buffer = 256 << 10
	// beginning is how much of a text tells its kind, in bytes.
	beginning = 1 << 20
	// maxPaste bounds what is read of a text that is no console log: far more
	// than anybody pastes.
	maxPaste = 16 << 20
)

// ExplainConsoleFrom is [ExplainConsole] for a log of any length: it is read
// piece by piece, and what is kept of it is bounded.
func ExplainConsoleFrom(catalogue *diag.Catalogue, in io.Reader, now time.Time) (*Explanation, error) {
	log := catalogue.NewConsoleReader()
	if _, err := io.CopyBuffer(log, struct{ io.Reader }{in}, make([]byte, buffer)); err != nil {
		return nil, fmt.Errorf("read the console log: %w", err)
	}
	return explainRead(catalogue, log.Console(), now), nil
}

// ExplainTextFrom is [ExplainText] for a text of any length. Of what is no
// console log it reads the first 16 MiB.
func ExplainTextFrom(catalogue *diag.Catalogue, in io.Reader, now time.Time) (*Explanation, error) {
	head, err := io.ReadAll(io.LimitReader(in, beginning))
	if err != nil {
		return nil, fmt.Errorf("read the text: %w", err)
	}
	if catalogue.Recognise(string(head)) == diag.ConsoleLog {
		return ExplainConsoleFrom(catalogue, io.MultiReader(strings.NewReader(string(head)), in), now)
	}
	rest, err := io.ReadAll(io.LimitReader(in, maxPaste-beginning))
	if err != nil {
		return nil, fmt.Errorf("read the text: %w", err)
	}
	return ExplainText(catalogue, string(append(head, rest...)), now), nil
}
