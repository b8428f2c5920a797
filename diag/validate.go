package diag

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
)

var (
	wellFormedID  = regexp.MustCompile(`^[a-z]+/[a-z0-9]+(-[a-z0-9]+)*$`)
	endsInStop    = regexp.MustCompile(`[.?!]\)?$`)
	startsCapital = regexp.MustCompile(`^[A-Z{]`)
)

// Validate checks a list of causes as data and returns all that is wrong with
// it, joined: identities, words, hops, line patterns against their examples.
func Validate(causes []*Cause) error {
	var errs []error
	seen := map[string]bool{}
	for _, c := range causes {
		if seen[c.ID] {
			errs = append(errs, fmt.Errorf("cause %s: listed twice", c.ID))
		}
		seen[c.ID] = true
		for _, err := range c.mistakes() {
			errs = append(errs, fmt.Errorf("cause %s: %w", c.ID, err))
		}
	}
	return errors.Join(errs...)
}

// mistakes lists what is wrong with one cause.
func (c *Cause) mistakes() []error {
	var errs []error
	bad := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	bad(!wellFormedID.MatchString(c.ID), "ID is not of the form family/name")
	bad(!slices.Contains(families, c.Family()), "no such family %q", c.Family())
	bad(c.Title == "" || endsInStop.MatchString(c.Title), "Title must be a clause without a full stop")
	bad(c.Doc == "", "no Doc")
	bad(!endsInStop.MatchString(c.Text) || !startsCapital.MatchString(c.Text), "Text must be a sentence")
	bad(c.Maybe != "" && !endsInStop.MatchString(c.Maybe), "Maybe must be a sentence")
	bad(knownHop(c.Breaks) == c.Aside, "Breaks names no hop: %q", c.Breaks)
	bad(c.Check == nil && len(c.Lines) == 0, "neither Check nor Lines")
	bad(len(c.Fix.Steps) == 0, "no step to take")
	for _, s := range c.Fix.Steps {
		bad(!endsInStop.MatchString(s.Do) || !startsCapital.MatchString(s.Do), "step %q must be a sentence", s.Do)
	}
	for i := range c.Lines {
		errs = append(errs, c.Lines[i].mistakes()...)
	}
	return errs
}

func knownHop(name HopName) bool {
	return slices.ContainsFunc(hops, func(h hop) bool { return h.name == name })
}

// mistakes runs the line's pattern over its own example and near miss.
func (l *Line) mistakes() []error {
	re, err := regexp.Compile(l.Pattern)
	if err != nil {
		return []error{fmt.Errorf("pattern %q: %w", l.Pattern, err)}
	}
	var errs []error
	if !re.MatchString(l.Example) {
		errs = append(errs, fmt.Errorf("pattern %q does not match its example %q", l.Pattern, l.Example))
	}
	if l.NearMiss == "" || re.MatchString(l.NearMiss) {
		errs = append(errs, fmt.Errorf("pattern %q needs a near miss that it does not match", l.Pattern))
	}
	if !slices.Contains([]TextKind{ConsoleLog, ClientText, ServerLog}, l.In) {
		errs = append(errs, fmt.Errorf("pattern %q: In names no kind of text: %q", l.Pattern, l.In))
	}
	return errs
}
