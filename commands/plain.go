package commands

import (
	"regexp"
	"strings"
)

// wrapped is how Slack sends links, mentions and channels.
var wrapped = regexp.MustCompile(`<([!@#]?[^<>|\s]+)(?:\|([^<>]*))?>`)

var unescaper = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// Plain gives back what a person typed of a message as Slack sends it: Slack
// wraps what looks like a link, an address or a number, and sends &, < and > as
// entities ("Formatting text for app surfaces"). A mention becomes @ and the
// name or ID.
func Plain(text string) string {
	return unescaper.Replace(wrapped.ReplaceAllStringFunc(text, unwrap))
}

func unwrap(mark string) string {
	m := wrapped.FindStringSubmatch(mark)
	target, label := m[1], m[2]
	switch {
	case strings.HasPrefix(target, "@"), strings.HasPrefix(target, "#"):
		if label == "" {
			return target
		}
		return target[:1] + label
	case strings.HasPrefix(target, "!"):
		return mark // nobody means everybody here; somebody's instance may be called that
	case label != "":
		return label
	}
	for _, scheme := range []string{"mailto:", "tel:", "ssh://"} {
		if rest, ok := strings.CutPrefix(target, scheme); ok {
			return rest
		}
	}
	return target
}
