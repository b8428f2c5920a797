package vantage

import (
	"context"
	"fmt"
	"time"

	"sshhelp/diag"
)

// checkMost is how long the states may take to be read.
const checkMost = 5 * time.Second

// Check says of each place how it is: one line each for the self-test, and for
// whoever asks how the bot is.
func (l *Line) Check(ctx context.Context, names []string) []diag.Check {
	ctx, cancel := context.WithTimeout(ctx, checkMost)
	defer cancel()
	standings, err := l.look(ctx, names...)
	var checks []diag.Check
	for i, name := range names {
		c := diag.Check{What: "Vantage point " + name, Mark: diag.CheckUnknown}
		if err != nil {
			c.Text, c.Fix = err.Error(), "Redis must be reachable from here (REDIS_URL)."
		} else {
			standings[i].describe(&c, time.Now())
		}
		checks = append(checks, c)
	}
	return checks
}

// describe fills in a line.
func (s *standing) describe(c *diag.Check, now time.Time) {
	c.Mark, c.Text = diag.CheckOK, string(s.State)
	if s.State != diag.VantageOnline {
		c.Mark = diag.CheckLimited
		c.Text += ": " + s.Why + "; diagnoses go without it"
		c.Fix = fmt.Sprintf("See that sshhelp prober --name %q runs there and reaches the same Redis.", s.Name)
	}
	if s.Version != "" {
		c.Text += ", version " + s.Version
	}
	if s.State != diag.VantageOffline {
		c.Text += fmt.Sprintf(", %d of %d slots busy", s.busy, s.slots)
	}
	if !s.LastAnswer.IsZero() {
		c.Text += ", last answer " + span(now.Sub(s.LastAnswer)) + " ago"
	}
	for _, one := range s.lives {
		if s.State == diag.VantageOnline && one.Check.Mark == diag.CheckLimited {
			c.Text += " (" + one.Check.Text + ")"
		}
	}
}
