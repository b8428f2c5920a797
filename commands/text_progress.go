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
		switch p.State {
		case Done:
			fmt.Fprintf(w, "%-16s ok, %s\n", p.Source.Title(), p.Took.Round(time.Millisecond))
		case Problem:
			fmt.Fprintf(w, "%-16s not seen: %s\n", p.Source.Title(), clean(p.Text))
		case Skipped:
			fmt.Fprintf(w, "%-16s skipped: %s\n", p.Source.Title(), clean(p.Text))
		}
	}
}
