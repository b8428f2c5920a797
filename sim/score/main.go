// Command score measures how well sshhelp reads texts whose causes are known.
//
// It takes folders of labelled texts, each with an index.jsonl that says which
// causes a careful engineer would name from the text alone, which ones a keyword
// search would name wrongly, and what the text states as facts. Every text goes
// through what "sshhelp console --json" and "sshhelp explain --json" run, and
// the answers are held against the labels. The folders are no part of this
// module; one that is not there is passed over, so that the same command works
// on any machine.
//
// The boundary is the label: this program knows nothing of causes but their
// IDs, so that it can also score what another reader says.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"sshhelp/diag"
	"sshhelp/diag/causes"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "score:", err)
		os.Exit(1)
	}
}

// options are what the command line chooses.
type options struct {
	third, not int // hash class to take alone, or to leave out; -1 for all
	nova       bool
	ids        bool
	verbose    bool
}

// run is the whole program but for the process.
func run(args []string, out, errs io.Writer) error {
	o := options{}
	flags := flag.NewFlagSet("score", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.IntVar(&o.third, "third", -1, "score only files whose SHA-256 of the name is `N` modulo 3")
	flags.IntVar(&o.not, "not", -1, "leave out files whose SHA-256 of the name is `N` modulo 3")
	flags.BoolVar(&o.nova, "nova", false, "give consoles the form in which Nova hands them out")
	flags.BoolVar(&o.ids, "ids", false, "print a table per cause")
	flags.BoolVar(&o.verbose, "v", false, "print every wrong case: what was wanted and what was got")
	if err := flags.Parse(args); err != nil {
		return err
	}
	catalogue, err := diag.NewCatalogue(causes.All)
	if err != nil {
		return fmt.Errorf("compile the causes: %w", err)
	}
	for _, dir := range flags.Args() {
		set, err := readSet(dir, o)
		if os.IsNotExist(err) {
			fmt.Fprintf(out, "%s: not here, passed over\n", dir)
			continue
		}
		if err != nil {
			return err
		}
		score := &tally{name: dir, verbose: o.verbose, ids: o.ids}
		for _, c := range set {
			score.add(c, c.answer(catalogue, o.nova))
		}
		score.print(out)
	}
	return nil
}
