package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sshhelp/commands"
	"sshhelp/diag"
)

// A label is one line of an index.jsonl. The two kinds of sets share most of
// it: a set of pastes gives each case a class, a set of consoles does not.
type label struct {
	File       string                     `json:"file"`
	Causes     []string                   `json:"causes"`
	Not        []string                   `json:"not"`
	Accept     []string                   `json:"accept"`
	OK         []string                   `json:"ok"`
	PrimaryAny []string                   `json:"primary_any"`
	PrimaryOK  []string                   `json:"primary_ok"`
	Alt        json.RawMessage            `json:"alt"`
	Class      string                     `json:"class"`
	Facts      map[string]json.RawMessage `json:"facts"`
	Why        string                     `json:"why"`
}

// A labelled is one text with what should be said of it.
type labelled struct {
	label
	text string
	// lists are the lists of causes of which any is right; the first is the
	// label's own.
	lists [][]string
	// same maps an ID to the wanted cause that it counts as.
	same map[string]string
}

// An answer is what was said of a text.
type answer struct {
	causes []string
	facts  map[string]json.RawMessage
}

// readSet reads the labelled texts of a folder that the options choose.
func readSet(dir string, o options) ([]*labelled, error) {
	index, err := os.ReadFile(filepath.Join(dir, "index.jsonl"))
	if err != nil {
		return nil, err
	}
	var set []*labelled
	for n, line := range strings.Split(string(index), "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		c := &labelled{}
		if err := json.Unmarshal([]byte(line), &c.label); err != nil {
			return nil, fmt.Errorf("read label %d of %s: %w", n+1, dir, err)
		}
		if class := thirdOf(c.File); o.third >= 0 && class != o.third || o.not >= 0 && class == o.not {
			continue
		}
		if err := c.alternatives(); err != nil {
			return nil, fmt.Errorf("read label %d of %s: %w", n+1, dir, err)
		}
		text, err := os.ReadFile(filepath.Join(dir, filepath.Base(c.File)))
		if err != nil {
			return nil, fmt.Errorf("read text %d of %s: %w", n+1, dir, err)
		}
		c.text = string(text)
		set = append(set, c)
	}
	return set, nil
}

// thirdOf puts a name into one of three classes, the same on every machine and
// of no regard to what the file holds.
func thirdOf(name string) int {
	sum := sha256.Sum256([]byte(name))
	return int(new(big.Int).Mod(new(big.Int).SetBytes(sum[:]), big.NewInt(3)).Int64())
}

// alternatives reads the two forms of alt: other lists, or other IDs per cause.
func (c *labelled) alternatives() error {
	c.lists, c.same = [][]string{c.Causes}, map[string]string{}
	if len(c.Alt) == 0 {
		return nil
	}
	if c.Alt[0] == '[' {
		var lists [][]string
		err := json.Unmarshal(c.Alt, &lists)
		c.lists = append(c.lists, lists...)
		return err
	}
	var ids map[string][]string
	err := json.Unmarshal(c.Alt, &ids)
	for cause, list := range ids {
		for _, id := range list {
			c.same[id] = cause
		}
	}
	return err
}

// paste tells a case of a set of pastes.
func (c *labelled) paste() bool { return c.Class != "" }

// answer runs the product on the text, as its command line does with --json.
func (c *labelled) answer(catalogue *diag.Catalogue, nova bool) answer {
	text, explain := c.text, commands.ExplainText
	if !c.paste() {
		explain = commands.ExplainConsole
		if nova {
			text = asNova(text)
		}
	}
	x := explain(catalogue, text, time.Now())
	a := answer{causes: x.Causes, facts: map[string]json.RawMessage{}}
	for name, value := range x.Facts {
		if raw, err := json.Marshal(value); err == nil {
			a.facts[name] = raw
		}
	}
	return a
}

// novaGives is how much of a log Nova hands out, in bytes (MAX_CONSOLE_BYTES).
const novaGives = 100 << 10

// asNova does to a text what Nova does to a console log: of the last 100 KiB,
// control characters are cut out and each byte above 127 is replaced.
func asNova(text string) string {
	text = text[max(0, len(text)-novaGives):]
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 0x80:
			b.WriteString("\ufffd")
		case c >= ' ' || c == '\n' || c == '\t':
			b.WriteByte(c)
		}
	}
	return b.String()
}
