package causes

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sshhelp/diag"
)

// TestDocsFresh keeps CAUSES.md what the catalogue says.
func TestDocsFresh(t *testing.T) {
	const path = "CAUSES.md"
	want := catalogueInMarkdown()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("CAUSES.md is not what the catalogue says; run go test ./diag/causes -update (-want +got):\n%s", diff)
	}
}

func catalogueInMarkdown() string {
	var b strings.Builder
	b.WriteString("# What sshhelp can find\n\n" +
		"Written from the catalogue by `go test ./diag/causes -update`. The name of a cause is a promise:\n" +
		"it never changes its meaning. Words in braces are filled in from the evidence.\n")
	family := ""
	for _, c := range All {
		if c.Family() != family {
			family = c.Family()
			fmt.Fprintf(&b, "\n## %s\n", family)
		}
		causeInMarkdown(&b, c)
	}
	return b.String()
}

func causeInMarkdown(b *strings.Builder, c *diag.Cause) {
	fmt.Fprintf(b, "\n### %s\n\n%s\n\n> %s\n", c.ID, c.Doc, c.Text)
	if c.Maybe != "" {
		fmt.Fprintf(b, ">\n> When it is not certain: %s\n", c.Maybe)
	}
	b.WriteString("\nWhat to do:\n\n")
	for i, s := range c.Fix.Steps {
		fmt.Fprintf(b, "%d. %s%s\n", i+1, s.Do, stepMarks(s))
		if s.Code != "" {
			fmt.Fprintf(b, "\n       %s\n\n", strings.ReplaceAll(s.Code, "\n", "\n       "))
		}
	}
	if c.Fix.Action != "" {
		fmt.Fprintf(b, "\nOn-call can be offered: %s.\n", c.Fix.Action)
	}
	if len(c.ExplainedBy) > 0 {
		var ids []string
		for _, by := range c.ExplainedBy {
			ids = append(ids, by.ID)
		}
		fmt.Fprintf(b, "\nFollows from: %s.\n", strings.Join(ids, ", "))
	}
}

func stepMarks(s diag.Step) string {
	marks := ""
	switch s.Who {
	case diag.Operator:
		marks += " *(the cloud's operators)*"
	case diag.Inside:
		marks += " *(on the instance's own console)*"
	}
	switch s.Risk {
	case diag.Restarts:
		marks += " *(restarts the instance)*"
	case diag.LosesData:
		marks += " *(loses data)*"
	}
	return marks
}
