package causes

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sshhelp/diag"
)

func TestValid(t *testing.T) {
	if err := diag.Validate(All); err != nil {
		t.Error(err)
	}
}

func TestSorted(t *testing.T) {
	if !slices.IsSortedFunc(All, func(a, b *diag.Cause) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("All is not sorted by ID")
	}
}

// TestExplainersListed finds a cause that explains others without being asked
// itself.
func TestExplainersListed(t *testing.T) {
	for _, c := range All {
		for _, by := range c.ExplainedBy {
			if !slices.Contains(All, by) {
				t.Errorf("%s is explained by %s, which is not in All", c.ID, by.ID)
			}
		}
	}
}

// fileOf is the name of the file that declares a cause.
func fileOf(id string) string {
	return strings.NewReplacer("/", "_", "-", "_").Replace(id) + ".go"
}

func TestOneFileEach(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, e := range entries {
		name := e.Name()
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && strings.Contains(name, "_") {
			files = append(files, name)
		}
	}
	for _, c := range All {
		i := slices.Index(files, fileOf(c.ID))
		if i < 0 {
			t.Errorf("%s has no file %s", c.ID, fileOf(c.ID))
			continue
		}
		if text, err := os.ReadFile(files[i]); err != nil || !strings.Contains(string(text), `"`+c.ID+`"`) {
			t.Errorf("%s does not declare %s (%v)", files[i], c.ID, err)
		}
		files = slices.Delete(files, i, i+1)
	}
	for _, name := range files {
		t.Errorf("%s: no cause in All has this name", name)
	}
}

// TestEveryCauseHasCases: one case at least where the cause is found, and one
// near miss in its own folder where it is not.
func TestEveryCauseHasCases(t *testing.T) {
	found, missed := map[string]bool{}, map[string]bool{}
	known := map[string]bool{}
	for _, c := range All {
		known[c.ID] = true
	}
	for _, c := range readCases(t) {
		if !known[c.cause] {
			t.Errorf("%s: its folder names no cause", c.path)
		}
		want, _ := c.file("want")
		if strings.HasPrefix(want, c.cause+" ") || strings.Contains(want, "\n"+c.cause+" ") {
			found[c.cause] = true
		} else {
			missed[c.cause] = true
		}
	}
	for id := range known {
		if !found[id] {
			t.Errorf("%s: no case in its folder finds it", id)
		}
		if !missed[id] {
			t.Errorf("%s: no near miss in its folder", id)
		}
	}
}

var (
	brace = regexp.MustCompile(`\{[a-z0-9_]+\}`)
	// standIn is what stands in a command for something that is not known.
	standIn = regexp.MustCompile(`\b(USER|ADDRESS|INSTANCE)\b`)
)

// TestNoBracesLeft renders every finding of every case.
func TestNoBracesLeft(t *testing.T) {
	for _, c := range readCases(t) {
		d := c.diagnose(t)
		if m := brace.FindString(words(d)); m != "" {
			t.Errorf("%s: %s is left in the answer", c.path, m)
		}
		for _, f := range d.Findings {
			c.checkFilled(t, d, f)
		}
	}
}

func (c *storyCase) checkFilled(t *testing.T, d *diag.Diagnosis, f diag.Finding) {
	t.Helper()
	e := d.Evidence()
	known := map[string]bool{"USER": e.Account() != "", "ADDRESS": e.Target().IsValid(), "INSTANCE": e.Instance != nil}
	texts := []string{f.Text}
	for _, s := range f.Steps {
		texts = append(texts, s.Do, s.Code)
		if m := standIn.FindString(s.Code); known[m] {
			t.Errorf("%s: %s: %s is known, yet the command says %q", c.path, f.ID, m, s.Code)
		}
	}
	for _, text := range texts {
		if m := brace.FindString(text); m != "" {
			t.Errorf("%s: %s: %s is left in %q", c.path, f.ID, m, text)
		}
	}
}
