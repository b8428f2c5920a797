package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// read makes a case of one line of an index.
func read(t *testing.T, line string) *labelled {
	t.Helper()
	c := &labelled{}
	if err := json.Unmarshal([]byte(line), &c.label); err != nil {
		t.Fatal(err)
	}
	if err := c.alternatives(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestJudge(t *testing.T) {
	for _, test := range []struct {
		name, label string
		got         []string
		lead, exact bool
		right       int
		wrong, miss int
		sprung      int
	}{
		{"right", `{"causes":["a/b"]}`, []string{"a/b"}, true, true, 1, 0, 0, 0},
		{"silent", `{"causes":["a/b"]}`, nil, false, false, 0, 0, 1, 0},
		{"healthy and silent", `{"causes":[]}`, nil, false, true, 0, 0, 0, 0},
		{"false alarm and trap", `{"causes":[],"not":["a/b"]}`, []string{"a/b"}, false, false, 0, 1, 0, 1},
		{"accepted besides", `{"causes":["a/b"],"accept":["c/d"]}`, []string{"a/b", "c/d"}, true, true, 1, 0, 0, 0},
		{"accepted in front", `{"causes":["a/b"],"accept":["c/d"]}`, []string{"c/d", "a/b"}, false, true, 1, 0, 0, 0},
		{"as good a lead", `{"causes":["a/b"],"accept":["c/d"],"primary_any":["c/d"]}`, []string{"c/d", "a/b"}, true, true, 1, 0, 0, 0},
		{"another list", `{"causes":["a/b"],"alt":[["c/d"]]}`, []string{"c/d"}, true, true, 1, 0, 0, 0},
		{"counts as", `{"causes":["a/b"],"alt":{"a/b":["c/d"]},"class":"fault"}`, []string{"c/d"}, true, true, 1, 0, 0, 0},
		{"counts as, named twice", `{"causes":["a/b"],"alt":{"a/b":["c/d"]},"class":"fault"}`, []string{"a/b", "c/d"}, true, true, 1, 0, 0, 0},
		{"order matters for the lead only", `{"causes":["a/b","c/d"]}`, []string{"c/d", "a/b"}, false, true, 2, 0, 0, 0},
	} {
		v := judge(read(t, test.label), test.got)
		if v.lead != test.lead || v.exact != test.exact || len(v.right) != test.right || len(v.wrong) != test.wrong || len(v.missed) != test.miss || len(v.sprung) != test.sprung {
			t.Errorf("%s: %+v", test.name, v)
		}
	}
}

func TestSameFact(t *testing.T) {
	for _, test := range []struct {
		name, want, got string
		same            bool
	}{
		{"port", `22`, `22`, true},
		{"port", `22`, `2222`, false},
		{"finished", `true`, ``, false},
		{"hostkeys", `["a","b"]`, `["b","a"]`, true},
		{"hostkeys", `["a","b"]`, `["a"]`, false},
		{"hostkeys", `[]`, ``, true},
		{"client", `"OpenSSH_9.2p1 Debian-2"`, `"OpenSSH_9.2p1"`, true},
		{"client", `"OpenSSH_9.2p1"`, `""`, false},
		{"user", `"debian"`, `"deb"`, false},
	} {
		var got json.RawMessage
		if test.got != "" {
			got = json.RawMessage(test.got)
		}
		if same := sameFact(test.name, json.RawMessage(test.want), got); same != test.same {
			t.Errorf("%s: want %s, got %s: %v", test.name, test.want, test.got, same)
		}
	}
}

// TestRun scores a folder of its own: one text that is read rightly, one that
// is labelled so that it cannot be.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"index.jsonl": `{"file":"a.txt","causes":["boot/kernel-panic"],"facts":{"boots":1}}` + "\n\n" + `{"file":"b.txt","causes":["no/such"],"not":[]}` + "\n",
		"a.txt":       "[    0.000000] Linux version 6.1.0 (build@example.net)\n[    2.1] Kernel panic - not syncing: Fatal exception\n",
		"b.txt":       "web-1 login: \n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs bytes.Buffer
	if err := run([]string{"-v", "-ids", "-nova", dir, filepath.Join(dir, "absent")}, &out, &errs); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"right lead    50.0% (1 of 2)", "boots 1/1", `b.txt: want ["no/such"], got []`, "absent: not here"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, out.String())
		}
	}
	if err := run([]string{"-third", "x"}, &out, &errs); err == nil {
		t.Error("a third that is no number is taken")
	}
}

// TestThirds: the classes leave nothing out and count nothing twice.
func TestThirds(t *testing.T) {
	seen := map[int]int{}
	for _, name := range strings.Fields("a b c d e f g h i j k l m n o p q r s t u v w x y z") {
		seen[thirdOf(name)]++
	}
	if len(seen) != 3 || seen[0]+seen[1]+seen[2] != 26 {
		t.Errorf("classes %v", seen)
	}
}
