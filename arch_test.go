package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// allowed is the import table: package (or tree, with /...) to what of this
// module and of other modules it may import. The standard library is free, but
// for testing. A package that is not listed fails the test.
var allowed = map[string][]string{
	"sshhelp": {
		"sshhelp/bot", "sshhelp/cloud", "sshhelp/commands", "sshhelp/config", "sshhelp/diag", "sshhelp/diag/causes",
		"sshhelp/probes", "sshhelp/probes/vantage", "github.com/spf13/cobra", "golang.org/x/crypto/ssh", "golang.org/x/term",
	},
	"sshhelp/bot": {
		"sshhelp/commands", "sshhelp/diag", "github.com/slack-go/slack/...", "github.com/redis/go-redis/v9/...",
		"github.com/alicebob/miniredis/v2", "golang.org/x/time/rate",
	},
	"sshhelp/cloud":       {"sshhelp/diag", "github.com/gophercloud/gophercloud/v2/..."},
	"sshhelp/commands":    {"sshhelp/diag"},
	"sshhelp/config":      {"go.yaml.in/yaml/v3", "github.com/caarlos0/env/v11"},
	"sshhelp/diag":        {},
	"sshhelp/diag/causes": {"sshhelp/diag"},
	"sshhelp/probes":      {"sshhelp/diag", "golang.org/x/crypto/ssh", "golang.org/x/crypto/chacha20", "golang.org/x/sys/unix", "golang.org/x/net/..."},
	// Neither who asks nor who probes knows how probes travel.
	"sshhelp/probes/vantage": {"sshhelp/diag", "github.com/redis/go-redis/v9/..."},
	"sshhelp/sim/...":        {"..."},
}

// TestImports holds the table, so that gophercloud, slack-go and Redis types
// stay where they belong, and no product package reaches a simulator.
func TestImports(t *testing.T) {
	for _, line := range goList(t, "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...") {
		pkg, imports, _ := strings.Cut(line, " ")
		may, ok := rule(pkg)
		if !ok {
			t.Errorf("package %s is not in the import table", pkg)
			continue
		}
		for _, imported := range strings.Fields(imports) {
			if !slices.ContainsFunc(may, func(p string) bool { return matches(p, imported) }) && !standard(imported) {
				t.Errorf("%s may not import %s", pkg, imported)
			}
			if imported == "testing" && !strings.HasPrefix(pkg, "sshhelp/sim/") {
				t.Errorf("%s imports testing outside its tests", pkg)
			}
		}
	}
}

// TestProductHasNoSimulators: what users run contains nothing of sim.
func TestProductHasNoSimulators(t *testing.T) {
	for _, dep := range goList(t, "-deps", ".") {
		if strings.HasPrefix(dep, "sshhelp/sim") {
			t.Errorf("the product contains %s", dep)
		}
	}
}

// TestPackageComments: each package says once what it owns.
func TestPackageComments(t *testing.T) {
	for _, line := range goList(t, "-f", `{{.Dir}} {{if .Doc}}documented{{end}}`, "./...") {
		if dir, doc, _ := strings.Cut(line, " "); doc == "" {
			t.Errorf("no package comment in %s", filepath.Base(dir))
		}
	}
}

// TestFileLength holds the bound on files of the product.
func TestFileLength(t *testing.T) {
	const most = 450
	err := filepath.WalkDir(".", func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if n := strings.Count(string(text), "\n"); n > most {
			t.Errorf("%s has %d lines, more than %d", path, n, most)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func rule(pkg string) ([]string, bool) {
	for pattern, may := range allowed {
		if matches(pattern, pkg) {
			return may, true
		}
	}
	return nil, false
}

func matches(pattern, pkg string) bool {
	tree, isTree := strings.CutSuffix(pattern, "...")
	if !isTree {
		return pattern == pkg
	}
	return strings.HasPrefix(pkg+"/", tree)
}

func standard(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return !strings.Contains(first, ".") && first != "sshhelp"
}

func goList(t *testing.T, args ...string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"list"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go list %q: %v", args, err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
