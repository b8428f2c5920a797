package main

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	slack "sshhelp/sim/slack/twin"
)

// TestTries holds everything that the page says of its instances against the
// product: the cause that is given away there leads the evidence in the thread.
func TestTries(t *testing.T) {
	t.Parallel()
	d := start(t)
	tries := make(chan Try)
	var askers sync.WaitGroup
	// One at a time in each person's direct messages, so that it is plain which
	// answer belongs to which question.
	for _, name := range []string{"mia", "jo", "sam"} {
		askers.Go(func() {
			for try := range tries {
				a := asker{t: t, twin: d.slack, name: name, try: try}
				a.check()
			}
		})
	}
	causes := map[string]bool{}
	for _, g := range d.tries {
		for _, try := range g.Tries {
			tries <- try
			causes[try.Cause] = true
		}
	}
	close(tries)
	askers.Wait()
	if len(causes) < 15 {
		t.Errorf("the demo shows %d causes, want more", len(causes))
	}
	if bad := d.slack.Violations(); len(bad) > 0 {
		t.Errorf("somebody would have been pinged: %v", bad)
	}
	if got := d.slack.Messages("#ssh-help"); len(got) > 0 {
		t.Errorf("the channel was written to: %v", got)
	}
}

// An asker is one person who tries one thing.
type asker struct {
	t    *testing.T
	twin *slack.Twin
	name string
	try  Try
}

// finding is the first line of the evidence: the cause that leads, and how sure.
var finding = regexp.MustCompile(`(?m)^Findings\n(\S+) \[(confirmed|possible)`)

func (a *asker) check() {
	ctx, cancel := context.WithTimeout(a.t.Context(), stepMost)
	defer cancel()
	// The answer may overtake the ack, so that the ack's time is no mark.
	now := time.Now().UnixMicro()
	since := fmt.Sprintf("%d.%06d", now/1e6, now%1e6)
	r, err := a.twin.As(a.name).Command(ctx, "@bot", "/sshhelp "+a.try.Type)
	if err != nil {
		a.t.Errorf("%s: %v", a.try.Type, err)
		return
	}
	if a.try.Several || a.try.Unknown {
		a.private(ctx, since)
		return
	}
	m, err := a.twin.WaitMessage(ctx, func(m slack.Message) bool {
		return m.Channel == r.Message.Channel && m.TS > since && m.IsReply() && strings.HasPrefix(m.Text, "Evidence")
	})
	if err != nil {
		a.t.Errorf("%s: no evidence: %v", a.try.Type, err)
		return
	}
	a.compare(words(m.Blocks))
}

func (a *asker) compare(evidence string) {
	got := finding.FindStringSubmatch(evidence)
	if a.try.Cause == "" {
		if got != nil {
			a.t.Errorf("%s: found %s, want nothing wrong", a.try.Type, got[1])
		}
		return
	}
	state := map[bool]string{true: "possible", false: "confirmed"}[a.try.Possible]
	if got == nil || got[1] != a.try.Cause || got[2] != state {
		a.t.Errorf("%s: got %v, want %s %s\n%s", a.try.Type, got, state, a.try.Cause, evidence)
	}
}

// private waits for the answer that only the asker sees.
func (a *asker) private(ctx context.Context, since string) {
	m, err := a.twin.WaitMessage(ctx, func(m slack.Message) bool {
		return m.EphemeralTo == a.twin.UserID(a.name) && m.TS > since && len(m.Blocks) > 0
	})
	if err != nil {
		a.t.Errorf("%s: no private answer: %v", a.try.Type, err)
		return
	}
	want := map[bool]string{true: "2 instances fit", false: "No instance"}[a.try.Several]
	if !strings.Contains(m.Text, want) {
		a.t.Errorf("%s: %q does not say %q", a.try.Type, m.Text, want)
	}
}

// words is the text of blocks, a line to a section.
func words(blocks json.RawMessage) string {
	var tree any
	if err := json.Unmarshal(blocks, &tree); err != nil {
		return err.Error()
	}
	var b strings.Builder
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if text, ok := v["text"].(string); ok {
				b.WriteString(text)
			}
			walk(v["elements"])
			if v["type"] == "rich_text_section" {
				b.WriteString("\n")
			}
		}
	}
	walk(tree)
	return b.String()
}

// TestEveryInstanceIsToTry: none is left out of the list.
func TestEveryInstanceIsToTry(t *testing.T) {
	cloud, err := builtInCloud(t.TempDir(), firstNet)
	if err != nil {
		t.Fatal(err)
	}
	groups, err := triesOf(&place{cloud: cloud, builtIn: true})
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, g := range groups {
		for _, try := range g.Tries {
			listed = append(listed, try.Type)
		}
	}
	for _, s := range cloud.Servers {
		if !slices.Contains(listed, s.Name) {
			t.Errorf("%s is not in tries.yaml", s.Name)
		}
	}
}
