package commands

import (
	"embed"
	"strings"
)

// pages are texts for people who ask how something is done, one file each. Their
// form is the least of Markdown: a title, headings, paragraphs, lists, and
// commands indented by four spaces.
//
//go:embed pages/*.md
var pages embed.FS

// A PageLine is one line of a page.
type PageLine struct {
	Kind PageKind
	Text string // in which `code` may stand
}

// A PageKind is the role of a line in a page.
type PageKind string

const (
	PageTitle PageKind = "title"
	PageHead  PageKind = "head"
	PageText  PageKind = "text"
	PageItem  PageKind = "item"
	PageCode  PageKind = "code" // a command to copy, without its indent
)

// Page returns the lines of a page, by the value of a [HowtoIntent]; nil if there
// is no such page.
func Page(name string) []PageLine {
	data, err := pages.ReadFile("pages/" + name + ".md")
	if err != nil {
		return nil
	}
	var lines []PageLine
	for line := range strings.SplitSeq(string(data), "\n") {
		if line != "" {
			lines = append(lines, pageLine(line))
		}
	}
	return lines
}

func pageLine(line string) PageLine {
	for _, k := range []struct {
		mark string
		kind PageKind
	}{{"# ", PageTitle}, {"## ", PageHead}, {"- ", PageItem}, {"    ", PageCode}} {
		if text, ok := strings.CutPrefix(line, k.mark); ok {
			return PageLine{k.kind, text}
		}
	}
	return PageLine{PageText, line}
}
