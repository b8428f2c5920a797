package twin

import (
	"fmt"
	"unicode/utf8"
)

func (k *checker) section(b obj, at string) {
	if b["text"] == nil && b["fields"] == nil {
		k.fail(at, "must define either `text` or `fields`")
	}
	k.text(b, "text", maxText, false, at, plain, mrkdwn)
	if b["fields"] != nil {
		for i, f := range k.items(b, "fields", 1, 10, at) {
			k.textObject(f, 2000, fmt.Sprintf("%s/fields/%d", at, i), plain, mrkdwn)
		}
	}
	if a, ok := b["accessory"].(obj); ok {
		if a["type"] == "image" {
			k.imageElement(a, at+"/accessory")
		} else {
			k.element(a, at+"/accessory", accessories)
		}
	}
}

func (k *checker) header(b obj, at string) {
	k.text(b, "text", 150, true, at, plain)
	if lvl, ok := number(b["level"]); b["level"] != nil && (!ok || lvl < 1 || lvl > 4) {
		k.fail(at+"/level", "must be between 1 and 4")
	}
}

func (k *checker) imageElement(b obj, at string) {
	if (b["image_url"] == nil) == (b["slack_file"] == nil) {
		k.fail(at, "must define either `image_url` or `slack_file`")
	}
	k.length(b, "image_url", 0, maxText, at)
	k.length(b, "alt_text", 1, 2000, at)
}

func (k *checker) image(b obj, at string) {
	k.imageElement(b, at)
	k.text(b, "title", 2000, false, at, plain)
}

func (k *checker) video(b obj, at string) {
	k.text(b, "title", 200, true, at, plain)
	k.length(b, "alt_text", 1, 2000, at)
	k.length(b, "video_url", 1, maxText, at)
	k.length(b, "thumbnail_url", 1, maxText, at)
}

func (k *checker) actions(b obj, at string) {
	k.elements(k.items(b, "elements", 1, 25, at), at, inActions)
}

func (k *checker) contextActions(b obj, at string) {
	k.elements(k.items(b, "elements", 1, 5, at), at, []string{"feedback_buttons", "icon_button"})
}

func (k *checker) elements(list []obj, at string, allowed []string) {
	seen := map[string]bool{}
	for i, e := range list {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		k.element(e, here, allowed)
		if id, _ := e["action_id"].(string); id != "" {
			if seen[id] {
				k.fail(here+"/action_id", "`action_id` already exists: %s", id)
			}
			seen[id] = true
		}
	}
}

func (k *checker) context(b obj, at string) {
	for i, e := range k.items(b, "elements", 1, 10, at) {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		if e["type"] == "image" {
			k.imageElement(e, here)
		} else {
			k.textObject(e, maxText, here, plain, mrkdwn)
		}
	}
}

func (k *checker) input(b obj, at string) {
	k.text(b, "label", 2000, true, at, plain)
	k.text(b, "hint", 2000, false, at, plain)
	e, ok := b["element"].(obj)
	if !ok {
		k.fail(at, "missing required field: element")
		return
	}
	k.element(e, at+"/element", inInputs)
}

func (k *checker) markdownBlock(b obj, at string) {
	k.length(b, "text", 1, maxMarkdown, at)
	s, _ := b["text"].(string)
	k.markdown += utf8.RuneCountInString(s)
}

func (k *checker) alert(b obj, at string) {
	k.text(b, "text", maxText, true, at, plain, mrkdwn)
	k.enum(b, "level", at, "default", "info", "warning", "error", "success")
}

func (k *checker) taskCard(b obj, at string) {
	k.length(b, "task_id", 1, maxID, at)
	k.length(b, "title", 1, maxText, at)
	k.enum(b, "status", at, "pending", "in_progress", "complete", "error")
	for _, field := range []string{"details", "output"} {
		if r, ok := b[field].(obj); ok {
			k.richText(r, at+"/"+field)
		}
	}
}

func (k *checker) plan(b obj, at string) {
	k.length(b, "title", 1, maxText, at)
	for i, task := range k.items(b, "tasks", 0, 50, at) {
		k.taskCard(task, fmt.Sprintf("%s/tasks/%d", at, i))
	}
}

func (k *checker) card(b obj, at string) {
	k.text(b, "title", 150, false, at, plain, mrkdwn)
	k.text(b, "subtitle", 150, false, at, plain, mrkdwn)
	k.text(b, "body", 200, false, at, plain, mrkdwn)
	if b["actions"] != nil {
		for i, e := range k.items(b, "actions", 1, 25, at) {
			k.element(e, fmt.Sprintf("%s/actions/%d", at, i), inActions)
		}
	}
}

func (k *checker) carousel(b obj, at string) {
	for i, c := range k.items(b, "elements", 1, 10, at) {
		k.card(c, fmt.Sprintf("%s/elements/%d", at, i))
	}
}

// inContainer are the kinds of block a container may hold.
var inContainer = []string{"actions", "context", "divider", "file", "header", "image", "input", "rich_text", "section", "table", "video"}

func (k *checker) container(b obj, at string) {
	if b["rich_text_title"] == nil {
		k.text(b, "title", 150, true, at, plain)
	}
	k.text(b, "subtitle", 150, false, at, plain, mrkdwn)
	k.enum(b, "width", at, "narrow", "standard", "wide", "full")
	if b["default_collapsed"] == true && b["is_collapsible"] != true {
		k.fail(at+"/default_collapsed", "requires is_collapsible")
	}
	if b["has_header_divider"] == true && b["is_collapsible"] == true {
		k.fail(at+"/has_header_divider", "is not allowed with is_collapsible")
	}
	for i, child := range k.items(b, "child_blocks", 1, 10, at) {
		here := fmt.Sprintf("%s/child_blocks/%d", at, i)
		if typ, _ := child["type"].(string); !oneOf(typ, inContainer) {
			k.fail(here+"/type", "unsupported type: %s", typ)
			continue
		}
		k.block(child, here)
	}
}

func (k *checker) table(b obj, at string) {
	k.tables++
	if k.tables > 1 {
		k.fail(at, "only one table is allowed in a message")
	}
	k.items(b, "column_settings", 0, 20, at)
	k.rows(b, at, 100, 20, []string{"raw_text", "raw_number", "rich_text"})
}

func (k *checker) dataTable(b obj, at string) {
	k.length(b, "caption", 1, maxText, at)
	if n, ok := number(b["page_size"]); b["page_size"] != nil && (!ok || n < 1 || n > 100) {
		k.fail(at+"/page_size", "must be between 1 and 100")
	}
	k.rows(b, at, 100, 20, []string{"raw_text", "raw_number", "rich_text", "action_cell"})
}

// rows checks the cells of a table. An empty raw_text is refused.
func (k *checker) rows(b obj, at string, maxRows, maxCells int, kinds []string) {
	rows, _ := b["rows"].([]any)
	if len(rows) == 0 || len(rows) > maxRows {
		k.fail(at+"/rows", "between 1 and %d items allowed", maxRows)
	}
	for i, r := range rows {
		cells, _ := r.([]any)
		if len(cells) == 0 || len(cells) > maxCells {
			k.fail(fmt.Sprintf("%s/rows/%d", at, i), "between 1 and %d items allowed", maxCells)
		}
		for j, c := range cells {
			cell, _ := c.(obj)
			k.cell(cell, fmt.Sprintf("%s/rows/%d/%d", at, i, j), kinds)
		}
	}
}

func (k *checker) cell(cell obj, at string, kinds []string) {
	typ, _ := cell["type"].(string)
	switch {
	case !oneOf(typ, kinds):
		k.fail(at+"/type", "unsupported type: %s", typ)
	case typ == "raw_text":
		k.length(cell, "text", 1, maxText, at)
	case typ == "rich_text":
		k.richText(cell, at)
	case typ == "action_cell":
		if e, ok := cell["element"].(obj); ok {
			k.element(e, at+"/element", []string{"button"})
		} else {
			k.fail(at, "missing required field: element")
		}
	}
}

// richKinds are the elements of rich text, and the field in which each that holds text has it.
var richKinds = map[string]string{
	"text": "text", "link": "url", "emoji": "name", "user": "user_id", "usergroup": "usergroup_id",
	"channel": "channel_id", "broadcast": "range", "date": "format", "color": "value", "team": "team_id",
}

func (k *checker) richText(b obj, at string) {
	for i, e := range k.items(b, "elements", 1, 1000, at) {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		switch typ, _ := e["type"].(string); typ {
		case "rich_text_section", "rich_text_preformatted", "rich_text_quote":
			k.richElements(e, here)
		case "rich_text_list":
			k.enum(e, "style", here, "bullet", "ordered")
			for j, item := range k.items(e, "elements", 1, 1000, here) {
				k.richElements(item, fmt.Sprintf("%s/elements/%d", here, j))
			}
		default:
			k.fail(here+"/type", "unsupported type: %s", typ)
		}
	}
}

func (k *checker) richElements(e obj, at string) {
	for i, r := range k.items(e, "elements", 0, 1000, at) {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		typ, _ := r["type"].(string)
		field, ok := richKinds[typ]
		if !ok {
			k.fail(here+"/type", "unsupported type: %s", typ)
			continue
		}
		k.length(r, field, 1, maxBlockChars, here)
	}
}
