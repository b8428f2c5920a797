package causes

import (
	"strings"
)

// An archive is a txtar archive: a comment, then files, each under a line of
// the form "-- name --". The format is small enough to be read here.
type archive struct {
	comment string
	files   []archiveFile
}

type archiveFile struct{ name, text string }

func parseArchive(text string) *archive {
	a := &archive{}
	into := &a.comment
	for line := range strings.Lines(text) {
		if name, ok := fileMarker(line); ok {
			a.files = append(a.files, archiveFile{name: name})
			into = &a.files[len(a.files)-1].text
			continue
		}
		*into += line
	}
	return a
}

func fileMarker(line string) (name string, ok bool) {
	line = strings.TrimRight(line, "\n")
	if !strings.HasPrefix(line, "-- ") || !strings.HasSuffix(line, " --") || len(line) < len("-- x --") {
		return "", false
	}
	return strings.TrimSpace(line[3 : len(line)-3]), true
}

func (a *archive) format() string {
	var b strings.Builder
	b.WriteString(a.comment)
	for _, f := range a.files {
		b.WriteString("-- " + f.name + " --\n" + f.text)
	}
	return b.String()
}
