package bot

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"sshhelp/commands"
	"sshhelp/diag"
)

// wordsOf joins all texts of blocks in order.
func wordsOf(blocks []slack.Block) string {
	data, err := json.Marshal(blocks)
	if err != nil {
		panic(err)
	}
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		panic(err)
	}
	var b strings.Builder
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if s, ok := v["text"].(string); ok {
				b.WriteString(s + "\n")
			}
			walk(v["text"])
			walk(v["elements"])
		}
	}
	walk(tree)
	return b.String()
}

// diagnosisOf reasons about a shut-off instance of a name.
func diagnosisOf(name string, gaps ...diag.Gap) *diag.Diagnosis {
	i := diag.Instance{ID: "7d0c", Name: name, Status: "SHUTOFF"}
	return testCatalogue.Diagnose(&diag.Evidence{
		Now: time.Unix(1795277000, 0), Asked: diag.Asked{Query: name, Port: 22}, Gaps: gaps,
		Search: &diag.Search{Query: name, Matches: []diag.Instance{i}}, Instance: &i,
	})
}

// legal holds a message against Block Kit's limits.
func legal(t *testing.T, what string, m message) {
	t.Helper()
	if len(m.blocks) > maxBlocks {
		t.Errorf("%s: %d blocks", what, len(m.blocks))
	}
	data, err := json.Marshal(m.blocks)
	if err != nil {
		t.Fatal(err)
	}
	if n := utf8.RuneCount(data); n > maxJSON {
		t.Errorf("%s: %d characters of blocks", what, n)
	}
	if n := utf8.RuneCountInString(m.text); n > 4000 && !strings.Contains(m.text, "&") {
		t.Errorf("%s: %d characters of text", what, n)
	}
	for line := range strings.SplitSeq(wordsOf(m.blocks), "\n") {
		if utf8.RuneCountInString(line) > 3000 {
			t.Errorf("%s: a text of %d characters", what, utf8.RuneCountInString(line))
		}
	}
}

// TestLimits: however much there is to say, Slack takes it.
func TestLimits(t *testing.T) {
	var gaps []diag.Gap
	for i := range 300 {
		gaps = append(gaps, diag.Gap{Source: diag.SourceConsole, Why: diag.GapFailed, Text: fmt.Sprintf("%d %s", i, strings.Repeat("<&>", 300))})
	}
	for _, name := range []string{"web-1", "", strings.Repeat("x", 5000), strings.Repeat("<!channel>&", 400), strings.Repeat("日本", 2000), "a\u202eb\x1b[31m\nc"} {
		d := diagnosisOf(name, gaps...)
		for i := range 200 {
			d.Findings[0].Observations = append(d.Findings[0].Observations, diag.Observation{Source: diag.SourceConsole, Where: fmt.Sprint("line ", i), Text: strings.Repeat("é", 2000)})
			d.Timings[diag.Source(fmt.Sprint("source", i))] = float64(i)
			d.Findings = append(d.Findings, diag.Finding{ID: "x/y", Text: name})
		}
		r := &record{Ref: "ABCDEFGH", User: "U00000MIA", Last: resultOf(d)}
		legal(t, "root", rootMessage(d, r, time.Second))
		legal(t, "evidence", evidenceMessage(d, r))
		legal(t, "private", privateAnswer(d, inviteText("sshhelp")))
		legal(t, "board", newBoard(d.Instance, r).message())
		legal(t, "change", changeMessage(&result{}, r.Last))
		root := rootMessage(d, r, time.Second)
		if last := root.blocks[len(root.blocks)-1]; last.BlockType() != slack.MBTAction {
			t.Errorf("no button below a long answer")
		}
		for _, bad := range []string{"\u202e", "\x1b"} {
			if strings.Contains(wordsOf(root.blocks)+root.text, bad) {
				t.Errorf("%q is shown", bad)
			}
		}
	}
}

// listNumber is drawn by Slack itself.
var listNumber = regexp.MustCompile(`^\d+\.$`)

// TestSlackSaysWhatTheTerminalSays: every word of the terminal's answer stands in
// Slack, in the root message or the evidence.
func TestSlackSaysWhatTheTerminalSays(t *testing.T) {
	d := diagnosisOf("web-1", diag.Gap{Source: diag.SourceConsole, Why: diag.GapForbidden, Text: "The console could not be read."})
	var terminal strings.Builder
	if err := (commands.Text{Out: &terminal, Width: 10000}).Write(d.Answer()); err != nil {
		t.Fatal(err)
	}
	r := &record{Ref: "ABCDEFGH", User: "U00000MIA"}
	said := wordsOf(rootMessage(d, r, time.Second).blocks) + wordsOf(evidenceMessage(d, r).blocks)
	flat := strings.Join(strings.Fields(said), " ")
	for word := range strings.FieldsSeq(terminal.String()) {
		if word = strings.Trim(word, "-;"); !strings.Contains(flat, word) && !listNumber.MatchString(word) {
			t.Errorf("%q is on the terminal and not in Slack:\n%s\n---\n%s", word, terminal.String(), flat)
		}
	}
}

func TestStepsAreNumberedAndCopyable(t *testing.T) {
	d := diagnosisOf("it's; rm -rf /")
	data, err := json.Marshal(rootMessage(d, &record{Ref: "R", User: "U1"}, time.Second).blocks)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"style":"ordered"`, `"offset":1`, `"rich_text_preformatted"`, `openstack server start 7d0c\nopenstack server show 'it'\\''s; rm -rf /'`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("no %s in %s", want, data)
		}
	}
	long := sectionBlock(diag.Section{Kind: diag.DoSection, Title: "Do", Items: []diag.Item{{Text: "Run.", Code: strings.Repeat("x", maxCode+1)}}}, 1)
	if strings.Contains(wordsOf([]slack.Block{long}), "xxx") {
		t.Error("a command is shown cut off")
	}
}
