package bot

import (
	"strings"

	"sshhelp/commands"
)

// pageText is a page of help in mrkdwn.
func pageText(name string) string {
	lines := commands.Page(name)
	var b strings.Builder
	for i, l := range lines {
		text := escape(l.Text)
		switch l.Kind {
		case commands.PageTitle:
			b.WriteString("*" + text + "*\n")
		case commands.PageHead:
			b.WriteString("\n*" + text + "*\n")
		case commands.PageItem:
			b.WriteString("• " + text + "\n")
		case commands.PageCode:
			if i == 0 || lines[i-1].Kind != commands.PageCode {
				b.WriteString("```")
			}
			b.WriteString(text)
			if i+1 == len(lines) || lines[i+1].Kind != commands.PageCode {
				b.WriteString("```")
			}
			b.WriteString("\n")
		default:
			b.WriteString(text + "\n")
		}
	}
	return b.String()
}
