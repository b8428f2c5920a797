package bot

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"sshhelp/commands"
)

// escape makes text inert where Slack reads mrkdwn: with these three characters
// gone no mention, link or date can be written (Slack's "Escaping text").
func escape(s string) string { return escaper.Replace(s) }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

var mentions = regexp.MustCompile(`<@([A-Z0-9]+)(?:\|[^<>]*)?>`)

// unescape gives back what a person typed.
func unescape(s string) string { return commands.Plain(s) }

// tame makes foreign text fit to be shown; n is the most characters.
func tame(s string, n int) string {
	s = commands.Clean(s)
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
