package commands

import (
	"context"
	"fmt"
	"io"
	"time"
)

// Watcher returns a function that prints progress, one line for each source
// that has ended, for a person who waits; nothing more once ctx has ended, as
// what comes then is only cut short. That a source is done does not mean that
// what it saw is fine, so that the line does not say ok.
func Watcher(ctx context.Context, w io.Writer) func(Progress) {
	return func(p Progress) {
		switch {
		case ctx.Err() != nil:
		case p.State == Skipped && p.Text == "": // there was nothing to ask
		case p.State == Done:
			fmt.Fprintf(w, "%-16s done, %s\n", p.Source.Title(), p.Took.Round(time.Millisecond))
		case p.State == Problem:
			fmt.Fprintf(w, "%-16s not seen: %s\n", p.Source.Title(), Clean(p.Text))
		case p.State == Skipped:
			fmt.Fprintf(w, "%-16s skipped: %s\n", p.Source.Title(), Clean(p.Text))
		}
	}
}
