package bot

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"sshhelp/diag"
)

// Limits of Block Kit. Slack gives the first two; the sum was found in the field
// (bolt-js #2509: msg_blocks_too_long near 13,000 characters of JSON).
const (
	maxBlocks = 50
	maxHeader = 150
	maxJSON   = 13000

	footRoom = 1500 // of maxJSON, for what stands below the sections
	maxItem  = 600  // characters of one text
	maxCode  = 2500 // of one command, which is shown whole or not at all
	maxTop   = 2500 // of the text for notifications, before escaping
)

// rootMessage is the answer: verdict first, then the way to it, what was seen,
// what to do, what was assumed, and who asked.
func rootMessage(d *diag.Diagnosis, r *record, took time.Duration) message {
	p := &page{left: maxJSON - footRoom}
	p.verdict(d.Verdict)
	p.sections(d.Answer(), inRoot(d))
	if !r.Due.IsZero() {
		p.blocks = append(p.blocks, announcement(r.Due))
	}
	p.blocks = append(p.blocks, footer(d, r, took), buttons(r.Ref))
	return message{text: escape(tame(d.Verdict, maxTop)), blocks: p.blocks, ref: r.Ref, part: rootPart, more: r.asking()}
}

// inRoot picks the sections of the root message; the others are evidence. What
// could not be seen stands in the root message if nothing was found.
func inRoot(d *diag.Diagnosis) func(diag.SectionKind) bool {
	return func(k diag.SectionKind) bool {
		switch k {
		case diag.VerdictSection, diag.AlsoSection:
			return false
		case diag.GapsSection:
			return d.Lead() == nil
		}
		return true
	}
}

// privateAnswer is an answer for the asker alone, with why it is.
func privateAnswer(d *diag.Diagnosis, why string) message {
	p := &page{left: maxJSON - footRoom}
	p.verdict(d.Verdict)
	p.sections(d.Answer(), func(k diag.SectionKind) bool { return k != diag.VerdictSection })
	if why != "" {
		p.add(slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, why, false, false), nil, nil))
	}
	return message{text: escape(tame(d.Verdict, maxTop)), blocks: p.blocks}
}

// A page collects blocks up to Slack's limits.
type page struct {
	blocks []slack.Block
	left   int // characters of JSON
}

// add appends a block if there is room for it.
func (p *page) add(b slack.Block) bool {
	n := jsonSize(b) + 1
	if n > p.left || len(p.blocks) >= maxBlocks-2 {
		return false
	}
	p.blocks, p.left = append(p.blocks, b), p.left-n
	return true
}

// addList appends a block of n entries, or as many of them as there is room for.
func (p *page) addList(n int, build func(keep int) slack.Block) {
	keep := n - sort.Search(n, func(dropped int) bool { return jsonSize(build(n-dropped)) < p.left })
	if keep > 0 {
		p.add(build(keep))
	}
}

func jsonSize(b slack.Block) int {
	data, err := json.Marshal(b)
	if err != nil {
		panic("bot: a block cannot be encoded: " + err.Error()) // unreachable: plain fields only
	}
	return utf8.RuneCount(data)
}

func (p *page) verdict(text string) { p.add(heading(text)) }

func (p *page) sections(list []diag.Section, wanted func(diag.SectionKind) bool) {
	for _, s := range list {
		if wanted(s.Kind) {
			p.addList(len(s.Items), func(keep int) slack.Block { return sectionBlock(s, keep) })
		}
	}
}

// heading is a header if the text fits into one, else a bold line. Neither
// interprets anything.
func heading(text string) slack.Block {
	if utf8.RuneCountInString(text) <= maxHeader {
		return slack.NewHeaderBlock(slack.NewTextBlockObject(slack.PlainTextType, tame(text, maxHeader), false, false))
	}
	return slack.NewRichTextBlock("", line(styled(tame(text, maxTop), slack.RichTextSectionTextStyle{Bold: true})))
}

// sectionBlock renders the first items of a section.
func sectionBlock(s diag.Section, keep int) slack.Block {
	elements := []slack.RichTextElement{line(bold(s.Title))}
	items := s.Items[:keep]
	switch s.Kind {
	case diag.PathSection:
		elements = append(elements, pathLine(items))
	case diag.DoSection:
		elements = append(elements, stepList(items)...)
	default:
		list := slack.NewRichTextList(slack.RTEListBullet, 0)
		for _, item := range items {
			list.Elements = append(list.Elements, itemLine(s.Kind, item))
		}
		elements = append(elements, list)
	}
	return slack.NewRichTextBlock("", append(elements, more(len(s.Items)-keep)...)...)
}

// more says how many entries were left out for want of room.
func more(n int) []slack.RichTextElement {
	if n == 0 {
		return nil
	}
	return []slack.RichTextElement{line(plain(fmt.Sprintf("… and %d more", n)))}
}

// pathLine is the path with each hop's state as a word; what is broken is bold
// besides, and neighbours that were not reached share one word.
func pathLine(items []diag.Item) *slack.RichTextSection {
	l := line()
	for i := 0; i < len(items); {
		names, mark, n := items[i].Text, items[i].Mark, i+1
		for n < len(items) && items[n].Mark == mark && (mark == string(diag.HopNotReached) || mark == string(diag.HopUnknown)) {
			names += ", " + items[n].Text
			n++
		}
		if i > 0 {
			l.Elements = append(l.Elements, plain(" → "))
		}
		l.Elements = append(l.Elements, plain(names+" "), stateWord(mark))
		i = n
	}
	return l
}

func stateWord(mark string) slack.RichTextSectionElement {
	switch diag.HopState(mark) {
	case diag.HopBroken:
		return bold("BROKEN")
	case diag.HopUnknown:
		return plain("not known")
	}
	return plain(mark)
}

// stepList numbers the steps; a command stands below its step, to be copied
// whole.
func stepList(items []diag.Item) []slack.RichTextElement {
	var elements []slack.RichTextElement
	for i, item := range items {
		text := item.Text
		if item.Mark != "" {
			text += " [" + item.Mark + "]"
		}
		list := slack.NewRichTextList(slack.RTEListOrdered, 0, line(plain(text)))
		list.Offset = i
		elements = append(elements, list)
		if item.Code != "" && utf8.RuneCountInString(item.Code) <= maxCode {
			elements = append(elements, preformatted(item.Code))
		}
	}
	return elements
}

func itemLine(kind diag.SectionKind, item diag.Item) *slack.RichTextSection {
	text := item.Text
	if kind == diag.SeenSection {
		text = "“" + tame(text, maxItem-2) + "”"
	}
	if item.From != "" {
		text += " (" + item.From + ")"
	}
	if item.Mark != "" {
		text += " [" + item.Mark + "]"
	}
	l := line(plain(text))
	switch {
	case item.Code == "":
	case kind == diag.AssumedSection:
		l.Elements = append(l.Elements, plain("; if not: "), code(item.Code))
	default:
		l.Elements = append(l.Elements, plain(" "), code(item.Code))
	}
	return l
}

// footer says who asked, how long it took, when, and under which reference the
// log has more.
func footer(d *diag.Diagnosis, r *record, took time.Duration) slack.Block {
	return slack.NewRichTextBlock("", line(
		plain("Asked by "), slack.NewRichTextSectionUserElement(r.User, nil),
		plain(fmt.Sprintf(" · took %.1f s · ", took.Seconds())),
		date(d.At),
		plain(" · reference "+r.Ref),
	))
}

// announcement says when the bot looks again by itself, and how to stop that.
func announcement(due time.Time) slack.Block {
	return slack.NewRichTextBlock("", line(
		plain("Time may put this right: sshhelp looks again by itself at "), date(due),
		plain(". Write "), code("cancel"), plain(" in the thread if it need not."),
	))
}

// date is a time as the reader's clock shows it.
func date(t time.Time) slack.RichTextSectionElement {
	utc := t.UTC().Format("15:04 UTC")
	return slack.NewRichTextSectionDateElement(t.Unix(), "{time}", nil, &utc)
}

func buttons(ref string) slack.Block {
	button := slack.NewButtonBlockElement(recheckAction, ref, slack.NewTextBlockObject(slack.PlainTextType, "Recheck", false, false))
	button.AccessibilityLabel = "Check this instance again with the same settings"
	return slack.NewActionBlock("", button, escalateButton(ref))
}

// Rich text elements are shown as they are: nothing in them is a mention, a link
// or markup.
func line(elements ...slack.RichTextSectionElement) *slack.RichTextSection {
	return slack.NewRichTextSection(elements...)
}

func plain(text string) slack.RichTextSectionElement {
	return slack.NewRichTextSectionTextElement(visible(tame(text, maxItem)), nil)
}

func bold(text string) slack.RichTextSectionElement {
	return styled(tame(text, maxItem), slack.RichTextSectionTextStyle{Bold: true})
}

func code(text string) slack.RichTextSectionElement {
	return styled(tame(text, maxItem), slack.RichTextSectionTextStyle{Code: true})
}

func styled(text string, style slack.RichTextSectionTextStyle) slack.RichTextSectionElement {
	return slack.NewRichTextSectionTextElement(visible(text), &style)
}

// visible keeps Slack from refusing a whole message for one empty text.
func visible(text string) string {
	if text == "" {
		return " "
	}
	return text
}

// preformatted shows a command with its line breaks.
func preformatted(command string) slack.RichTextElement {
	lines := strings.Split(command, "\n")
	for i := range lines {
		lines[i] = tame(lines[i], maxCode)
	}
	return &slack.RichTextPreformatted{
		Type:     slack.RTEPreformatted,
		Elements: []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(visible(strings.Join(lines, "\n")), nil)},
	}
}
