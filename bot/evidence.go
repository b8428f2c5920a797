package bot

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/slack-go/slack"

	"sshhelp/diag"
)

// evidenceMessage is all that the answer rests on, in one message: findings with
// their observations, every hop with its own, what could not be seen, and how
// long each source took.
func evidenceMessage(d *diag.Diagnosis, r *record) message {
	const title = "Evidence"
	p := &page{left: maxJSON - footRoom}
	p.add(heading(title))
	p.entries("Findings", findings(d))
	p.entries("The way, hop by hop", hops(d))
	p.sections(d.Answer(), func(k diag.SectionKind) bool { return k == diag.GapsSection })
	p.entries("Took", timings(d))
	p.blocks = append(p.blocks, feedbackBlock(r.Ref))
	return message{text: title + " for reference " + r.Ref, blocks: p.blocks, ref: r.Ref, part: evidencePart}
}

// An entry is a line with others under it.
type entry struct {
	head  []slack.RichTextSectionElement
	under []diag.Observation
}

func (p *page) entries(title string, list []entry) {
	p.addList(len(list), func(keep int) slack.Block { return entriesBlock(title, list, keep) })
}

// entriesBlock renders the first entries as a list in two levels.
func entriesBlock(title string, entries []entry, keep int) slack.Block {
	elements := []slack.RichTextElement{line(bold(title))}
	for _, e := range entries[:keep] {
		elements = append(elements, slack.NewRichTextList(slack.RTEListBullet, 0, line(e.head...)))
		if len(e.under) == 0 {
			continue
		}
		list := slack.NewRichTextList(slack.RTEListBullet, 1)
		for _, o := range e.under {
			list.Elements = append(list.Elements, line(plain("“"+tame(o.Text, maxItem-2)+"”"), plain(" ("+o.Where+")")))
		}
		elements = append(elements, list)
	}
	return slack.NewRichTextBlock("", append(elements, more(len(entries)-keep)...)...)
}

func findings(d *diag.Diagnosis) []entry {
	var list []entry
	for _, f := range d.Findings {
		state := f.State.String()
		if f.Under != "" {
			state += ", follows from " + f.Under
		}
		list = append(list, entry{
			head:  []slack.RichTextSectionElement{bold(f.ID), plain(" [" + state + "] " + f.Text)},
			under: f.Observations,
		})
	}
	return list
}

func hops(d *diag.Diagnosis) []entry {
	var list []entry
	for _, h := range d.Path {
		text := ": " + string(h.State)
		if h.Text != "" {
			text += ", " + h.Text
		}
		list = append(list, entry{
			head:  []slack.RichTextSectionElement{bold(string(h.Name)), plain(text)},
			under: h.Because,
		})
	}
	return list
}

// timings lists the sources, the slowest first.
func timings(d *diag.Diagnosis) []entry {
	sources := slices.SortedFunc(maps.Keys(d.Timings), func(a, b diag.Source) int {
		return cmp.Or(cmp.Compare(d.Timings[b], d.Timings[a]), cmp.Compare(a, b))
	})
	var list []entry
	for _, s := range sources {
		list = append(list, entry{head: []slack.RichTextSectionElement{plain(fmt.Sprintf("%s: %.2f s", s.Title(), d.Timings[s]))}})
	}
	return list
}
