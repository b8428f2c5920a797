package diag

import (
	"fmt"
	"slices"
	"strings"
)

// The rules of the answer, for every renderer: one verdict sentence first, plain
// words, no blame; then the path; then what was seen, each line quoting where;
// then steps, gentlest first, commands in full and ready to copy, with what they
// cost; then what was assumed and how to correct it, and what could not be seen.
// A private key is never asked for. Renderers choose looks and add no words.

// A SectionKind is the role of a part of an answer.
type SectionKind string

const (
	VerdictSection SectionKind = "verdict"
	PathSection    SectionKind = "path"
	SeenSection    SectionKind = "seen"
	DoSection      SectionKind = "do"
	AlsoSection    SectionKind = "also"
	AskSection     SectionKind = "ask"
	AssumedSection SectionKind = "assumed"
	GapsSection    SectionKind = "gaps"
	AboutSection   SectionKind = "about"
)

// A Section is one part of an answer. Its words may hold foreign text: a
// renderer must escape all of it.
type Section struct {
	Kind  SectionKind
	Title string // "" for the verdict
	Items []Item
}

// An Item is one entry of a section.
type Item struct {
	Text string
	Code string // a command to copy
	From string // where it was seen
	Mark string // a hop's state, a step's cost or doer
}

// maxSeen is how many observations the answer quotes; the rest is evidence.
const maxSeen = 3

// maxQuote is how many characters of an observation the answer quotes: a fault
// of the cloud's can be a page long.
const maxQuote = 300

func clip(text string) string {
	if runes := []rune(text); len(runes) > maxQuote {
		return string(runes[:maxQuote]) + "…"
	}
	return text
}

// maxEach is how many steps are given for each of several suspects.
const maxEach = 2

// Answer puts the diagnosis into words. Empty sections are left out.
func (d *Diagnosis) Answer() []Section {
	all := []Section{
		{Kind: VerdictSection, Items: []Item{{Text: d.Verdict}}},
		{Kind: PathSection, Title: "The way to it", Items: d.pathItems()},
		{Kind: SeenSection, Title: "What was seen", Items: d.seenItems()},
		{Kind: DoSection, Title: "What to do", Items: d.doItems()},
		{Kind: AlsoSection, Title: "Also", Items: d.alsoItems()},
		{Kind: AskSection, Title: "One question", Items: d.askItems()},
		{Kind: AssumedSection, Title: "Taken for granted", Items: d.assumedItems()},
		{Kind: GapsSection, Title: "Not seen", Items: d.gapItems()},
		{Kind: AboutSection, Title: "Instance", Items: d.aboutItems()},
	}
	kept := all[:0]
	for _, s := range all {
		if len(s.Items) > 0 {
			kept = append(kept, s)
		}
	}
	return kept
}

func (d *Diagnosis) pathItems() []Item {
	if d.Instance == nil {
		return nil
	}
	var items []Item
	for _, h := range d.Path {
		items = append(items, Item{Text: string(h.Name), Mark: string(h.State)})
	}
	return items
}

// seenItems quotes what the lead rests on; without a lead, what the path does.
func (d *Diagnosis) seenItems() []Item {
	var items []Item
	add := func(seen []Observation) {
		for _, o := range seen {
			item := Item{Text: clip(o.Text), From: o.Where}
			if len(items) < maxSeen && !slices.Contains(items, item) {
				items = append(items, item)
			}
		}
	}
	if lead := d.Lead(); lead != nil {
		add(lead.Observations)
	}
	for _, f := range d.Findings {
		if d.Lead() != nil && f.Under == d.Lead().ID {
			add(f.Observations)
		}
	}
	if d.Lead() == nil {
		for i := len(d.Path) - 1; i >= 0; i-- {
			add(d.Path[i].Because)
		}
	}
	return items
}

// doItems lists the lead's steps; of several suspects, the first steps of each.
func (d *Diagnosis) doItems() []Item {
	leads := d.leading()
	if len(leads) == 0 {
		return nil
	}
	each := len(leads[0].Steps)
	if leads[0].State == Possible && len(leads) > 1 {
		each = maxEach
	} else {
		leads = leads[:1]
	}
	var items []Item
	for _, f := range leads {
		for _, s := range f.Steps[:min(each, len(f.Steps))] {
			items = append(items, Item{Text: s.Do, Code: s.Code, Mark: s.mark()})
		}
	}
	return items
}

// mark says who can take the step, if not the asker, and what it costs.
func (a Advice) mark() string {
	var marks []string
	switch a.Who {
	case Operator:
		marks = append(marks, "for the cloud's operators")
	case Inside:
		marks = append(marks, "on the instance's own console")
	}
	switch a.Risk {
	case Restarts:
		marks = append(marks, "restarts the instance")
	case LosesData:
		marks = append(marks, "loses data")
	}
	return strings.Join(marks, ", ")
}

// alsoItems lists the findings behind the lead.
func (d *Diagnosis) alsoItems() []Item {
	var items []Item
	for i, f := range d.Findings {
		switch {
		case i == 0 && d.Lead() != nil:
		case f.Under != "":
			items = append(items, Item{Text: f.Text, Mark: "follows from " + f.Under})
		case f.State == Possible && d.Findings[0].State == Possible:
			// The verdict lists the suspects.
		default:
			items = append(items, Item{Text: f.Text, Mark: f.State.String()})
		}
	}
	return items
}

func (d *Diagnosis) askItems() []Item {
	if d.Ask == "" {
		return nil
	}
	return []Item{{Text: d.Ask}}
}

func (d *Diagnosis) assumedItems() []Item {
	var items []Item
	for _, a := range d.Assumptions {
		items = append(items, Item{Text: a.What + " " + a.Value + ", " + a.Why, Code: a.Correct})
	}
	return items
}

// gapItems lists what was not seen; sources with the same reason share a line.
func (d *Diagnosis) gapItems() []Item {
	var items []Item
	for _, g := range d.Gaps {
		same := slices.IndexFunc(items, func(i Item) bool { return i.Text == g.Text })
		if same >= 0 {
			items[same].From += ", " + g.Source.Title()
			continue
		}
		items = append(items, Item{Text: g.Text, From: g.Source.Title()})
	}
	return items
}

func (d *Diagnosis) aboutItems() []Item {
	var items []Item
	if i := d.Instance; i != nil {
		items = append(items, Item{Text: i.InWords()})
		if cost := d.Effort.inWords(); cost != "" {
			items = append(items, Item{Text: cost})
		}
		return items
	}
	for i := range d.Matches {
		items = append(items, Item{Text: d.Matches[i].InWords()})
	}
	for _, near := range d.Near {
		items = append(items, Item{Text: near, Mark: "a name much like it"})
	}
	return items
}

// maxAddresses is how many of its addresses name an instance.
const maxAddresses = 4

// InWords names the instance on one line: name, state, addresses, ID, cloud.
func (i *Instance) InWords() string {
	parts := []string{i.Name, i.Status}
	if i.Task != "" {
		parts = append(parts, "task "+i.Task)
	}
	// Floating ones first: they are what tells instances with many apart.
	addresses := slices.Clone(i.Addresses)
	if len(addresses) > maxAddresses {
		slices.SortStableFunc(addresses, func(a, b Address) int { return btoi(b.Floating) - btoi(a.Floating) })
	}
	for _, a := range addresses[:min(len(addresses), maxAddresses)] {
		kind := "fixed"
		if a.Floating {
			kind = "floating"
		}
		parts = append(parts, kind+" "+a.IP.String())
	}
	if more := len(addresses) - maxAddresses; more > 0 {
		parts = append(parts, fmt.Sprintf("%d more addresses", more))
	}
	parts = append(parts, i.ID)
	if i.Cloud != "" {
		parts = append(parts, "cloud "+i.Cloud)
	}
	return strings.Join(parts, " · ")
}
