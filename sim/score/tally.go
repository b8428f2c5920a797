package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// A tally sums up the cases of one folder.
type tally struct {
	name         string
	verbose, ids bool

	cases, faults, healthy int
	lead, exact, alarms    int
	count                  hits
	traps, sprung          int // IDs that are traps; those that were named
	trapped                int // cases in which one was
	facts                  map[string]*factCount
	byID                   map[string]*hits
	wrong                  []string
}

// hits are right, false and missing IDs.
type hits struct{ right, wrong, missed int }

type factCount struct{ right, all int }

// A verdict is how one answer compares with its label.
type verdict struct {
	right, wrong, missed []string
	lead, exact          bool
	sprung               []string
}

// add scores one answer.
func (t *tally) add(c *labelled, a answer) {
	v := judge(c, a.causes)
	t.cases++
	switch {
	case len(c.Causes) == 0:
		t.healthy++
		t.alarms += one(len(v.wrong) > 0)
	case c.Class == "" || c.Class == "fault":
		t.faults++
		t.lead += one(v.lead)
	}
	t.exact += one(v.exact)
	t.count.add(v)
	t.traps += len(c.Not)
	t.sprung += len(v.sprung)
	t.trapped += one(len(v.sprung) > 0)
	t.perID(v)
	bad := t.scoreFacts(c, a)
	if !v.exact || !v.lead && len(c.Causes) > 0 || len(v.sprung) > 0 || len(bad) > 0 {
		t.wrong = append(t.wrong, tell(c, a, v, bad))
	}
}

func (h *hits) add(v verdict) {
	h.right += len(v.right)
	h.wrong += len(v.wrong)
	h.missed += len(v.missed)
}

// judge holds named causes against the list of the label that is nearest.
func judge(c *labelled, got []string) verdict {
	var best verdict
	lead := false
	for i, list := range c.lists {
		v := compare(c, list, got)
		lead = lead || v.lead
		if i == 0 || len(v.wrong)+len(v.missed) < len(best.wrong)+len(best.missed) {
			best = v
		}
	}
	best.lead = lead
	for _, id := range got {
		if slices.Contains(c.Not, id) {
			best.sprung = append(best.sprung, id)
		}
	}
	return best
}

// compare holds named causes against one list of wanted ones.
func compare(c *labelled, want, got []string) verdict {
	var v verdict
	for _, id := range got {
		as := id
		if !slices.Contains(want, id) && c.same[id] != "" {
			as = c.same[id]
		}
		switch {
		case slices.Contains(v.right, as):
		case slices.Contains(want, as):
			v.right = append(v.right, as)
		case slices.Contains(c.Accept, id), slices.Contains(c.OK, id):
		default:
			v.wrong = append(v.wrong, id)
		}
	}
	for _, id := range want {
		if !slices.Contains(v.right, id) {
			v.missed = append(v.missed, id)
		}
	}
	v.exact = len(v.wrong)+len(v.missed) == 0
	v.lead = len(got) > 0 && len(want) > 0 && (got[0] == want[0] || c.same[got[0]] == want[0] ||
		slices.Contains(c.PrimaryAny, got[0]) || slices.Contains(c.PrimaryOK, got[0]))
	return v
}

func (t *tally) perID(v verdict) {
	if t.byID == nil {
		t.byID = map[string]*hits{}
	}
	of := func(id string) *hits {
		if t.byID[id] == nil {
			t.byID[id] = &hits{}
		}
		return t.byID[id]
	}
	for _, id := range v.right {
		of(id).right++
	}
	for _, id := range v.wrong {
		of(id).wrong++
	}
	for _, id := range v.missed {
		of(id).missed++
	}
}

// scoreFacts counts the facts of one case and returns the wrong ones.
func (t *tally) scoreFacts(c *labelled, a answer) (bad []string) {
	if t.facts == nil {
		t.facts = map[string]*factCount{}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Facts)) {
		n := t.facts[name]
		if n == nil {
			n = &factCount{}
			t.facts[name] = n
		}
		n.all++
		if sameFact(name, c.Facts[name], a.facts[name]) {
			n.right++
			continue
		}
		bad = append(bad, fmt.Sprintf("%s: want %s, got %s", name, c.Facts[name], orNothing(a.facts[name])))
	}
	return bad
}

func orNothing(raw json.RawMessage) string {
	if raw == nil {
		return "nothing"
	}
	return string(raw)
}

// sameFact compares lists as sets; the version of a client or a server may be
// given in full or by its beginning.
func sameFact(name string, want, got json.RawMessage) bool {
	var wantList, gotList []string
	if json.Unmarshal(want, &wantList) == nil {
		if json.Unmarshal(got, &gotList) != nil && got != nil {
			return false
		}
		slices.Sort(wantList)
		slices.Sort(gotList)
		return slices.Equal(slices.Compact(wantList), slices.Compact(gotList))
	}
	var wantText, gotText string
	if name == "client" || name == "server" {
		if json.Unmarshal(want, &wantText) == nil && json.Unmarshal(got, &gotText) == nil && gotText != "" {
			return strings.HasPrefix(wantText, gotText) || strings.HasPrefix(gotText, wantText)
		}
	}
	return bytes.Equal(bytes.TrimSpace(want), bytes.TrimSpace(got))
}

func tell(c *labelled, a answer, v verdict, bad []string) string {
	text := fmt.Sprintf("  %s: want %q, got %q", c.File, c.Causes, a.causes)
	if len(v.sprung) > 0 {
		text += fmt.Sprintf(", trap %q", v.sprung)
	}
	if len(v.wrong) > 0 {
		text += fmt.Sprintf(", false %q", v.wrong)
	}
	text += " (" + c.Why + ")"
	for _, fact := range bad {
		text += "\n    " + fact
	}
	return text
}

// print writes the figures of the folder.
func (t *tally) print(out io.Writer) {
	p, r, f := t.count.figures()
	fmt.Fprintf(out, "%s\n", t.name)
	fmt.Fprintf(out, "  cases         %d (fault %d, nothing to name %d)\n", t.cases, t.faults, t.healthy)
	fmt.Fprintf(out, "  right lead    %s\n", share(t.lead, t.faults))
	fmt.Fprintf(out, "  exact         %s\n", share(t.exact, t.cases))
	fmt.Fprintf(out, "  micro         P %.3f  R %.3f  F1 %.3f  (right %d, false %d, missed %d)\n", p, r, f, t.count.right, t.count.wrong, t.count.missed)
	fmt.Fprintf(out, "  false alarms  %s of the cases with nothing to name\n", share(t.alarms, t.healthy))
	fmt.Fprintf(out, "  traps sprung  %s, in %d cases\n", share(t.sprung, t.traps), t.trapped)
	t.printFacts(out)
	if t.ids {
		t.printIDs(out)
	}
	if t.verbose {
		for _, text := range t.wrong {
			fmt.Fprintln(out, text)
		}
	}
}

func (t *tally) printFacts(out io.Writer) {
	var sum factCount
	each := ""
	for _, name := range slices.Sorted(maps.Keys(t.facts)) {
		n := t.facts[name]
		sum.right, sum.all = sum.right+n.right, sum.all+n.all
		each += fmt.Sprintf("  %s %d/%d", name, n.right, n.all)
	}
	fmt.Fprintf(out, "  facts right   %s%s\n", share(sum.right, sum.all), each)
}

func (t *tally) printIDs(out io.Writer) {
	for _, id := range slices.Sorted(maps.Keys(t.byID)) {
		h := t.byID[id]
		_, _, f := h.figures()
		fmt.Fprintf(out, "  %-26s F1 %.3f  right %3d  false %3d  missed %3d\n", id, f, h.right, h.wrong, h.missed)
	}
}

// figures are precision, recall and their harmonic mean; 1 where there was
// nothing to get wrong.
func (h hits) figures() (precision, recall, f1 float64) {
	part := func(n, of int) float64 {
		if of == 0 {
			return 1
		}
		return float64(n) / float64(of)
	}
	return part(h.right, h.right+h.wrong), part(h.right, h.right+h.missed), part(2*h.right, 2*h.right+h.wrong+h.missed)
}

func share(n, of int) string {
	if of == 0 {
		return "- (0 of 0)"
	}
	return fmt.Sprintf("%.1f%% (%d of %d)", 100*float64(n)/float64(of), n, of)
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
