package commands

import (
	"fmt"
	"io"
	"time"
)

// Watcher returns a function that prints progress, one line for each source
// that has ended, for a person who waits.
func Watcher(w io.Writer) func(Progress) {
	return func(p Progress) {
		switch {
		case p.State == Skipped && p.Text == "": // there was nothing to ask
		case p.State == Done:
			fmt.Fprintf(w, "%-16s ok, %s\n", p.Source.Title(), p.Took.Round(time.Millisecond))
		case p.State == Problem:
			fmt.Fprintf(w, "%-16s not seen: %s\n", p.Source.Title(), clean(p.Text))
		case p.State == Skipped:
			fmt.Fprintf(w, "%-16s skipped: %s\n", p.Source.Title(), clean(p.Text))
		}
	}
}
