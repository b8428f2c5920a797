package bot

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// escape makes text inert where Slack reads mrkdwn: with these three characters
// gone no mention, link or date can be written (Slack's "Escaping text").
func escape(s string) string { return escaper.Replace(s) }

var (
	escaper   = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	unescaper = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

var (
	// wrapped is how Slack sends links, mentions and channels.
	wrapped  = regexp.MustCompile(`<([!@#]?[^<>|\s]+)(?:\|([^<>]*))?>`)
	mentions = regexp.MustCompile(`<@([A-Z0-9]+)(?:\|[^<>]*)?>`)
)

// unescape gives back what a person typed: Slack wraps what looks like a link,
// an address or a number, and sends &, < and > as entities.
func unescape(s string) string {
	return unescaper.Replace(wrapped.ReplaceAllStringFunc(s, unwrap))
}

func unwrap(token string) string {
	m := wrapped.FindStringSubmatch(token)
	target, label := m[1], m[2]
	switch {
	case strings.HasPrefix(target, "@"), strings.HasPrefix(target, "#"):
		if label == "" {
			return target
		}
		return target[:1] + label
	case strings.HasPrefix(target, "!"):
		return token // nobody means everybody here; somebody's instance may be called that
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

// tame makes foreign text fit to be shown: control characters and those that
// reorder text would let it pretend to be something else; n is the most
// characters.
func tame(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == utf8.RuneError:
			return '?'
		}
		return r
	}, s)
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
