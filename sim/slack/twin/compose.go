package twin

import (
	"encoding/json"
	"regexp"
	"strings"
)

// composed finds what Slack's composer turns into links or mentions, and what passes as it is. Code is left alone.
var composed = regexp.MustCompile("(?s)```.*?```|`[^`\n]+`" + // code
	`|<(?:[@#]|!subteam\^|!)[A-Za-z0-9^|_.-]+>` + // a mention in Slack's own form
	`|https?://[^\s<>|]+` +
	`|[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+(?:com|org|net|io|dev|edu|au|de|uk|eu)\b` +
	`|\b(?:[A-Za-z0-9-]+\.)+(?:com|org|net|io|dev|edu|au|de|uk|eu)\b` +
	`|[@#][a-z0-9][a-z0-9._-]*`)

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// compose turns what was typed into Slack's mrkdwn. named adds names to mentions, as slash commands get them.
func (t *Twin) compose(text string, named bool) string {
	var b strings.Builder
	last := 0
	for _, at := range composed.FindAllStringIndex(text, -1) {
		b.WriteString(escaper.Replace(text[last:at[0]]))
		b.WriteString(t.token(text[at[0]:at[1]], named))
		last = at[1]
	}
	b.WriteString(escaper.Replace(text[last:]))
	return b.String()
}

func (t *Twin) token(s string, named bool) string {
	switch {
	case s[0] == '<':
		return s
	case s[0] == '`':
		return escaper.Replace(s)
	case strings.HasPrefix(s, "http"):
		return "<" + escaper.Replace(s) + ">"
	case s[0] == '@':
		return t.atName(s, named)
	case s[0] == '#':
		if c := t.channelFor("", s); c != nil {
			return "<#" + c.id + "|" + c.name + ">"
		}
		return s
	case strings.Contains(s, "@"):
		return "<mailto:" + s + "|" + s + ">"
	}
	return "<http://" + s + "|" + s + ">"
}

// atName turns "@name" into a mention; a full stop behind it is no part of the name.
func (t *Twin) atName(s string, named bool) string {
	name := strings.TrimRight(s[1:], ".-_")
	rest := s[1+len(name):]
	if u := t.user(name); u != nil && u.Name == name {
		if named {
			return "<@" + u.ID + "|" + u.Name + ">" + rest
		}
		return "<@" + u.ID + ">" + rest
	}
	if g := t.group(name); g != nil {
		return "<!subteam^" + g.ID + "|@" + g.Handle + ">" + rest
	}
	if oneOf(name, []string{"here", "channel", "everyone"}) {
		return "<!" + name + ">" + rest
	}
	return s
}

var mentionToken = regexp.MustCompile(`<@([A-Z0-9]+)>`)

// richText makes the block that Slack adds to what people write: text and mentions of users.
func richText(text, blockID string) json.RawMessage {
	var elements []any
	add := func(s string) {
		if s != "" {
			s = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
			elements = append(elements, obj{"type": "text", "text": s})
		}
	}
	last := 0
	for _, at := range mentionToken.FindAllStringSubmatchIndex(text, -1) {
		add(text[last:at[0]])
		elements = append(elements, obj{"type": "user", "user_id": text[at[2]:at[3]]})
		last = at[1]
	}
	add(text[last:])
	return raw([]any{obj{
		"type": "rich_text", "block_id": blockID,
		"elements": []any{obj{"type": "rich_text_section", "elements": elements}},
	}})
}
