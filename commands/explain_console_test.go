package commands

import (
	"strings"
	"testing"
	"time"

	"sshhelp/diag"
	"sshhelp/diag/causes"
)

func sayings(x *Explanation) string {
	var said strings.Builder
	for _, s := range x.Sections() {
		for _, i := range s.Items {
			said.WriteString(i.Text + "\n")
		}
	}
	return said.String()
}

// TestNoConsoleText: what is no console's text is said to be none, and an empty one
// may be a command that failed before it reached us.
func TestNoConsoleText(t *testing.T) {
	catalogue, err := diag.NewCatalogue(causes.All)
	if err != nil {
		t.Fatal(err)
	}
	image := strings.Repeat("\x7fELF\x02\x01\x01\x00\xfe\xff\x80\x90\n", 200)
	for _, test := range []struct{ text, kind, says string }{
		{"", "console", "Nothing came in."},
		{image, "", "neither a console log"},
		{"[    0.000000] Linux version 6.1.0\n" + image, "console", "not finished booting"},
		{"hello\n", "console", "Nothing in this text tells of a fault"},
	} {
		x := ExplainConsole(catalogue, test.text, time.Date(2026, 5, 20, 10, 0, 0, 0, time.UTC))
		if said := sayings(x); string(x.Kind) != test.kind || !strings.Contains(said, test.says) {
			t.Errorf("%.20q: kind %q, says %q, want %q", test.text, x.Kind, said, test.says)
		}
	}
}
