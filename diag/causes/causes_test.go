package causes

import (
	"bytes"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"sshhelp/diag"
)

var update = flag.Bool("update", false, "rewrite what the cases want, and CAUSES.md")

// A storyCase is one archive: its comment tells the story in a sentence, its
// files are the evidence, and "want" lists the findings in order. A "says" file
// lists words that the answer must hold.
type storyCase struct {
	path    string // "testdata/instance/shutoff/found.txtar"
	cause   string // the ID that its folder stands for
	archive *txtar.Archive
	text    string // the whole file
}

func (c *storyCase) file(name string) (text string, found bool) {
	for _, f := range c.archive.Files {
		if f.Name == name {
			return string(f.Data), true
		}
	}
	return "", false
}

// knownFiles are the files that an archive may hold.
var knownFiles = []string{"case.json", "console.log", "paste.txt", "want", "says"}

func readCases(t *testing.T) []*storyCase {
	t.Helper()
	var cases []*storyCase
	err := filepath.WalkDir("testdata", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		cases = append(cases, readCase(t, filepath.ToSlash(path)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

func readCase(t *testing.T, path string) *storyCase {
	t.Helper()
	parts := strings.Split(path, "/")
	if len(parts) != 4 || !strings.HasSuffix(path, ".txtar") {
		t.Fatalf("%s: want testdata/family/cause/case.txtar", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c := &storyCase{path: path, cause: parts[1] + "/" + parts[2], archive: txtar.Parse(text), text: string(text)}
	if len(bytes.TrimSpace(c.archive.Comment)) == 0 {
		t.Errorf("%s: no story above the files", path)
	}
	for _, f := range c.archive.Files {
		if !slices.Contains(knownFiles, f.Name) {
			t.Errorf("%s: unknown file %q", path, f.Name)
		}
	}
	return c
}

// Texts that were read. Several tests judge each case many times, and nothing that
// judges changes what was read.
var consoles, pastes sync.Map

func readOnce[T any](seen *sync.Map, text string, read func(string) *T) *T {
	if known, ok := seen.Load(text); ok {
		return known.(*T)
	}
	first := read(text)
	seen.Store(text, first)
	return first
}

// evidence builds what the case tells.
func (c *storyCase) evidence(t *testing.T) *diag.Evidence {
	t.Helper()
	e := &diag.Evidence{Asked: diag.Asked{Port: 22}}
	if text, ok := c.file("case.json"); ok {
		d := json.NewDecoder(strings.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(e); err != nil {
			t.Fatalf("%s: case.json: %v", c.path, err)
		}
	}
	if text, ok := c.file("console.log"); ok {
		e.Console = readOnce(&consoles, text, diag.ReadConsole)
	}
	if text, ok := c.file("paste.txt"); ok {
		catalogue, err := compiled()
		if err != nil {
			t.Fatal(err)
		}
		e.Add(readOnce(&pastes, text, catalogue.ReadPaste))
	}
	return e
}

// compiled is the catalogue, made once for all cases.
var compiled = sync.OnceValues(func() (*diag.Catalogue, error) { return diag.NewCatalogue(All) })

func (c *storyCase) diagnose(t *testing.T) *diag.Diagnosis {
	t.Helper()
	catalogue, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	return catalogue.Diagnose(c.evidence(t))
}

// findings puts a diagnosis into the form of a want file.
func findings(d *diag.Diagnosis) string {
	var lines strings.Builder
	for _, f := range d.Findings {
		lines.WriteString(f.ID + " " + f.State.String())
		if f.Under != "" {
			lines.WriteString(" under " + f.Under)
		}
		lines.WriteString("\n")
	}
	return lines.String()
}

func TestCases(t *testing.T) {
	for _, c := range readCases(t) {
		t.Run(strings.TrimPrefix(c.path, "testdata/"), func(t *testing.T) {
			d := c.diagnose(t)
			got := findings(d)
			if *update {
				c.rewrite(t, got)
				return
			}
			want, _ := c.file("want")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s\nfindings (-want +got):\n%s", c.archive.Comment, diff)
			}
			c.checkWords(t, d)
		})
	}
}

func (c *storyCase) rewrite(t *testing.T, want string) {
	t.Helper()
	files := slices.DeleteFunc(c.archive.Files, func(f txtar.File) bool { return f.Name == "want" })
	c.archive.Files = append(files, txtar.File{Name: "want", Data: []byte(want)})
	if err := os.WriteFile(c.path, txtar.Format(c.archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// checkWords looks for each line of the case's "says" in the answer.
func (c *storyCase) checkWords(t *testing.T, d *diag.Diagnosis) {
	t.Helper()
	says, _ := c.file("says")
	answer := words(d)
	for _, line := range strings.Split(strings.TrimSpace(says), "\n") {
		if !strings.Contains(answer, line) {
			t.Errorf("the answer does not say %q:\n%s", line, answer)
		}
	}
}

// words is all that an answer says.
func words(d *diag.Diagnosis) string {
	var all strings.Builder
	for _, s := range d.Answer() {
		all.WriteString(s.Title + "\n")
		for _, i := range s.Items {
			all.WriteString(strings.Join([]string{i.Text, i.Code, i.From, i.Mark}, "\n") + "\n")
		}
	}
	return all.String()
}
