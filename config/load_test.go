package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden messages")

// here is an environment that keeps the host's name out of a test.
func here(more ...string) map[string]string {
	return Environment(append([]string{"SSHHELP_PROBES_VANTAGE=test"}, more...))
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(found) == 0 {
		t.Fatalf("no %s: %v", pattern, err)
	}
	return found
}

func TestGoodFiles(t *testing.T) {
	for _, name := range files(t, "good-*.yaml") {
		if _, err := Load(name, here()); err != nil {
			t.Error(err)
		}
	}
}

// Each bad file is named after its mistake; the messages beside it are what an
// operator reads, and are reviewed as such.
func TestBadFiles(t *testing.T) {
	for _, name := range files(t, "bad-*.yaml") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			cfg, err := Load(name, here())
			if cfg != nil || err == nil {
				t.Fatalf("loaded, want it refused")
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the message shows a secret:\n%v", err)
			}
			golden(t, strings.TrimSuffix(name, ".yaml")+".golden", err.Error()+"\n")
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
}

func TestUnreadableFiles(t *testing.T) {
	large := filepath.Join(t.TempDir(), "large.yaml")
	if err := os.WriteFile(large, []byte(strings.Repeat("# \n", largestFile/3+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"testdata/absent.yaml": "no such file",
		"testdata":             "is a directory",
		large:                  "is larger than 1048576 bytes",
	} {
		_, err := Load(name, here())
		problems, ok := errors.AsType[*Errors](err)
		if !ok || len(problems.Problems) != 1 || !strings.Contains(err.Error(), want) {
			t.Errorf("Load(%s) = %v, want one problem about %q", name, err, want)
		}
	}
}

// The file and the environment together: every mistake of both is reported.
func TestMistakesOfBothAtOnce(t *testing.T) {
	_, err := Load("testdata/bad-tab.yaml", here("SSHHELP_SSH_PORT=0", "SLACK_BOT_TOKEN=xapp-1"))
	problems, ok := errors.AsType[*Errors](err)
	if !ok || len(problems.Problems) != 3 {
		t.Fatalf("got %v, want three problems", err)
	}
}

func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"good-*.yaml", "bad-*.yaml"} {
		names, err := filepath.Glob(filepath.Join("testdata", pattern))
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Add([]byte("a: &a\n  b: *a\n"))
	f.Add([]byte("&a access: *a\n"))
	f.Add([]byte("--- {}\n...\n%YAML 1.1\n---\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l := &loader{cfg: Default()}
		l.text(data)
		for _, p := range l.problems {
			if p.Message == "" || p.Line < 0 {
				t.Errorf("problem %+v says nothing", p)
			}
		}
		c := l.cfg
		if c.SSH.Port < 1 || c.SSH.Port > 65535 || c.Probes.Timeout <= 0 || c.Limits.Concurrent < 1 {
			t.Errorf("let through %+v", c)
		}
	})
}
