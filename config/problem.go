package config

import (
	"fmt"
	"strings"
)

// A Problem is one mistake in the configuration.
type Problem struct {
	Path    string // the setting, such as access.channels[2], or the environment variable
	Line    int    // in the file, from 1; 0 when it is not in the file
	Message string // what is wrong and what to write instead
}

// String is the problem on one line.
func (p Problem) String() string {
	var b strings.Builder
	if p.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", p.Line)
	}
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// Errors are all mistakes of one configuration: the file's in the order of its
// lines, then the environment's.
type Errors struct {
	File     string // as given to Load; empty when there was none
	Problems []Problem
}

// Error lists the problems, one per line.
func (e *Errors) Error() string {
	name, count := "configuration", "1 mistake"
	if e.File != "" {
		name += " " + e.File
	}
	if n := len(e.Problems); n != 1 {
		count = fmt.Sprintf("%d mistakes", n)
	}
	lines := []string{name + ": " + count}
	for _, p := range e.Problems {
		lines = append(lines, "  "+p.String())
	}
	return strings.Join(lines, "\n")
}
