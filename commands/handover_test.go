package commands

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sshhelp/diag"
)

// handover is of a shut-off instance whose every text is hostile.
func handover(t *testing.T, e *diag.Evidence) *Handover {
	t.Helper()
	catalogue, err := diag.NewCatalogue([]*diag.Cause{shut})
	if err != nil {
		t.Fatal(err)
	}
	h := NewHandover(catalogue.Diagnose(e), "sshhelp test")
	h.Reference = "r1"
	return h
}

func hostile() *diag.Evidence {
	i := web
	i.Status, i.Name = "SHUTOFF", "web`1`\n# <!channel> @all [x](http://evil)"
	i.Metadata = map[string]string{"admin_pass": "hunter2"}
	lines := make([]string, 250)
	for n := range lines {
		lines[n] = fmt.Sprintf("[%5d.000000] line %d", n, n)
	}
	lines[240] = "```"
	lines[241] = "password: hunter2"
	lines[242] = "\x1b[31mred ````` run"
	return &diag.Evidence{
		Now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), Asked: diag.Asked{Query: "web-1", Port: 22, From: netip.MustParseAddr("203.0.113.7")},
		Instance: &i, Console: diag.ReadConsole(strings.Join(lines, "\n")),
		Search: &diag.Search{Matches: []diag.Instance{{Name: "somebody-else"}}},
		Gaps:   []diag.Gap{{Source: diag.SourceImage, Text: "The image could <b>not</b> be read."}},
	}
}

// live is markup that somebody else wrote: a backslash takes its meaning.
var live = regexp.MustCompile(`(?:^|[^\\])(?:<!|\]\(|@all)|^# <`)

// TestHandoverKeepsToItself: no foreign text leaves its code span or block, and
// no secret goes along.
func TestHandoverKeepsToItself(t *testing.T) {
	h := handover(t, hostile())
	h.Tried = []Tried{{At: h.At, Who: "U1", What: "recheck `now`"}}
	h.Summary = "It said\n```\n# heading?"
	text := h.Markdown()
	data, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	for what, doc := range map[string]string{"Markdown": text, "JSON": string(data)} {
		for _, secret := range []string{"hunter2", "somebody-else"} {
			if strings.Contains(doc, secret) {
				t.Errorf("%s holds %q", what, secret)
			}
		}
	}
	inBlock, fence := false, ""
	for _, line := range strings.Split(text, "\n") {
		switch {
		case !inBlock && strings.HasPrefix(line, "```"):
			inBlock, fence = true, strings.TrimSuffix(line, "text")
		case inBlock && line == fence:
			inBlock = false
		case inBlock:
		case live.MatchString(strip(line)):
			t.Errorf("foreign text is live in %q", line)
		}
	}
	if inBlock {
		t.Error("a code block is never closed")
	}
	if strings.ContainsRune(text, '\x1b') {
		t.Error("a control character came through")
	}
}

// strip takes code spans out of a line.
func strip(line string) string {
	for {
		open := strings.IndexByte(line, '`')
		if open < 0 {
			return line
		}
		run := len(line[open:]) - len(strings.TrimLeft(line[open:], "`"))
		end := strings.Index(line[open+run:], strings.Repeat("`", run))
		if end < 0 {
			return line
		}
		line = line[:open] + line[open+run+end+run:]
	}
}

// TestHandoverIsComplete: what a hand-over must hold is there, and its JSON reads
// back as it was written.
func TestHandoverIsComplete(t *testing.T) {
	h := handover(t, hostile())
	if n := len(h.Console.Lines); n != maxConsoleTail {
		t.Errorf("%d console lines, want %d", n, maxConsoleTail)
	}
	if h.Console.First != 151 {
		t.Errorf("the tail begins at line %d, want 151", h.Console.First)
	}
	text := h.Markdown()
	for _, want := range []string{"is shut off", "instance/shutoff", "203.0.113.7", "What could not be seen", "line 249", "r1", "2026-11-21T09:00:00Z"} {
		if !strings.Contains(text, want) {
			t.Errorf("the Markdown lacks %q:\n%s", want, text)
		}
	}
	data, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	var back Handover
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(h.Causes, back.Causes); diff != "" || back.Version != HandoverVersion {
		t.Errorf("read back version %d, causes %s", back.Version, diff)
	}
}

// TestCodeSpans holds code against CommonMark's rule: a span is closed by a run
// of backticks as long as the one that opened it.
func TestCodeSpans(t *testing.T) {
	for text, want := range map[string]string{
		"":         "",
		"a":        "`a`",
		"a`b":      "``a`b``",
		"`":        "`` ` ``",
		"a``b`c":   "```a``b`c```",
		"a\nb\x07": "`a b`",
	} {
		if got := code(text); got != want {
			t.Errorf("code(%q) = %q, want %q", text, got, want)
		}
	}
}
