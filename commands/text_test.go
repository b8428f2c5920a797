package commands

import (
	"strings"
	"testing"

	"sshhelp/diag"
)

func TestTextIsPlain(t *testing.T) {
	sections := []diag.Section{
		{Kind: diag.VerdictSection, Items: []diag.Item{{Text: "evil\x1b[2J name is shut off."}}},
		{Kind: diag.PathSection, Title: "The way to it", Items: []diag.Item{
			{Text: "name", Mark: "ok"}, {Text: "instance", Mark: "broken"}, {Text: "guest up", Mark: "not reached"},
		}},
		{Kind: diag.DoSection, Title: "What to do", Items: []diag.Item{{Text: "Start it.", Code: "openstack server start 7d0c", Mark: "restarts the instance"}}},
		{Kind: diag.AssumedSection, Title: "Taken for granted", Items: []diag.Item{{Text: "port 22, the usual one", Code: "port 2222"}}},
	}
	var b strings.Builder
	if err := (Text{Out: &b}).Write(sections); err != nil {
		t.Fatal(err)
	}
	want := `evil?[2J name is shut off.

The way to it
  name ok → instance BROKEN → guest up not reached

What to do
  1. Start it. [restarts the instance]
       openstack server start 7d0c

Taken for granted
  - port 22, the usual one; if not: port 2222
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestTextWraps(t *testing.T) {
	var b strings.Builder
	long := strings.Repeat("word ", 40) + "end."
	err := Text{Out: &b, Width: 40, Colour: true}.Write([]diag.Section{
		{Kind: diag.SeenSection, Title: "Seen", Items: []diag.Item{{Text: long}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(b.String(), "\n") {
		if visible(line) > 40 {
			t.Errorf("%d columns: %q", visible(line), line)
		}
	}
	if !strings.HasSuffix(strings.TrimSpace(b.String()), "end.”") {
		t.Errorf("lost text:\n%s", b.String())
	}
}
