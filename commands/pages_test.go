package commands

import (
	"slices"
	"strings"
	"testing"
)

// TestPages: every page that a rule names is there, is headed, and fits into one
// message.
func TestPages(t *testing.T) {
	for _, r := range rules {
		if r.kind == HowtoIntent && Page(r.value) == nil {
			t.Errorf("there is no page %q", r.value)
		}
	}
	files, err := pages.ReadDir("pages")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name, size := strings.TrimSuffix(f.Name(), ".md"), 0
		if !slices.ContainsFunc(rules, func(r rule) bool { return r.kind == HowtoIntent && r.value == name }) {
			t.Errorf("nobody can ask for page %q", name)
		}
		lines := Page(name)
		for _, l := range lines {
			size += len(l.Text) + 10
			if l.Kind == PageCode && strings.HasSuffix(l.Text, ".") {
				t.Errorf("%s: a command ends in a full stop: %q", name, l.Text)
			}
		}
		if lines[0].Kind != PageTitle || size > 2900 {
			t.Errorf("%s: begins with %q and is %d long", name, lines[0].Text, size)
		}
	}
	if Page("../pages/keys") != nil || Page("none") != nil {
		t.Error("a page that is not there was found")
	}
}
