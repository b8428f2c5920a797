package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sshhelp/commands"
	"sshhelp/diag"
	"sshhelp/diag/causes"
)

// TestReport: the hand-over is for its owner's eyes only, in the form that its
// name asks for.
func TestReport(t *testing.T) {
	catalogue, err := diag.NewCatalogue(causes.All)
	if err != nil {
		t.Fatal(err)
	}
	d := catalogue.Diagnose(&diag.Evidence{Asked: diag.Asked{Query: "web-1", Port: 22}, Instance: &diag.Instance{ID: "1", Name: "web-1", Status: "SHUTOFF"}})
	dir := t.TempDir()
	for _, name := range []string{"web-1.md", "web-1.json"} {
		path := filepath.Join(dir, name)
		if err := writeReport(path, d); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %o", name, mode)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "web-1.md"))
	if err != nil || !strings.HasPrefix(string(text), "# SSH to `web-1`\n") {
		t.Errorf("%q, %v", text, err)
	}
	var h commands.Handover
	data, err := os.ReadFile(filepath.Join(dir, "web-1.json"))
	if err == nil {
		err = json.Unmarshal(data, &h)
	}
	if err != nil || len(h.Causes) == 0 || h.Causes[0] != "instance/shutoff" {
		t.Errorf("causes %v, %v", h.Causes, err)
	}
	if err := writeReport(filepath.Join(dir, "none", "x.md"), d); err == nil || !strings.Contains(err.Error(), "hand-over") {
		t.Errorf("a folder that is not there: %v", err)
	}
}
