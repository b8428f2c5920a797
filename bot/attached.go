package bot

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"sshhelp/diag"
)

// An attachment is a file as an event tells of it.
type attachment struct {
	ID       string `json:"id"`
	Name     string `json:"name,omitempty"`
	Mimetype string `json:"mimetype,omitempty"`
	Filetype string `json:"filetype,omitempty"`
	Size     int    `json:"size,omitempty"`
	Access   string `json:"file_access,omitempty"` // "check_file_info": the event tells no more
}

// text reports whether the file may hold what a program printed. Pictures, films
// and documents are talk between people.
func (a attachment) text() bool {
	for _, kind := range []string{"text/", "application/octet-stream", "application/json"} {
		if strings.HasPrefix(a.Mimetype, kind) {
			return true
		}
	}
	return a.Mimetype == "" && a.Access != ""
}

// texts picks the files of a message that may be of use.
func (u *utterance) texts() []attachment {
	var list []attachment
	for _, a := range u.Files {
		if a.text() && len(list) < maxFiles {
			list = append(list, a)
		}
	}
	return list
}

const (
	maxFile  = 1 << 20 // bytes; a console log as Nova hands it out has 100 KiB
	maxFiles = 3       // of one message
)

var (
	errTooLarge  = errors.New("the file is too large")
	errElsewhere = errors.New("the file lies outside Slack")
)

// readFiles reads the files of a reply into its change, without their secrets.
// What is no output of a program of interest stays with the people it was meant
// for.
func (b *Bot) readFiles(ctx context.Context, j *job) (notes []string) {
	for _, a := range j.Files {
		text, err := b.web.download(ctx, a.ID)
		switch {
		case errors.Is(err, errTooLarge):
			notes = append(notes, tooLargeText(a.Name))
			continue
		case slackCode(err) == "missing_scope":
			notes = append(notes, noFilesText)
			continue
		case err != nil:
			b.log.Warn("cannot read a file", "ref", j.Ref, "file", a.ID, "err", err)
			continue
		}
		kept, leak := redacted(text)
		j.Leak = j.Leak || leak
		if kind := diag.Recognise(text); kind != "" && kind != diag.KeyMaterial {
			j.Change.Pastes = append(j.Change.Pastes, kept)
		}
	}
	return notes
}

// download returns a file's text; "" if it holds none.
func (w *web) download(ctx context.Context, id string) (string, error) {
	var f *slack.File
	err := w.call(ctx, "files.info", "", answer, func(ctx context.Context) (err error) {
		f, _, _, err = w.api.GetFileInfoContext(ctx, id, 0, 0)
		return err
	})
	if err != nil {
		return "", err
	}
	link := f.URLPrivateDownload
	if link == "" {
		link = f.URLPrivate
	}
	switch {
	case f.Size > maxFile:
		return "", errTooLarge
	case f.IsExternal || !w.slacks(link):
		return "", errElsewhere // our token would go there
	}
	var text limited
	err = w.call(ctx, "files.download", "", answer, func(ctx context.Context) error {
		text = limited{}
		return w.api.GetFileContext(ctx, link, &text)
	})
	switch {
	case err != nil:
		return "", fmt.Errorf("file %s: %w", id, err)
	case strings.ContainsRune(string(text.data), 0) || !utf8.Valid(text.data):
		return "", nil
	}
	return string(text.data), nil
}

// slacks reports whether a link leads to Slack, or to where its API is.
func (w *web) slacks(link string) bool {
	to, err := url.Parse(link)
	api, err2 := url.Parse(w.apiURL)
	if err != nil || err2 != nil || to.Scheme != api.Scheme {
		return false
	}
	return to.Host == api.Host || to.Host == "files.slack.com" || strings.HasSuffix(to.Host, ".slack.com")
}

// limited takes no more than maxFile.
type limited struct{ data []byte }

func (l *limited) Write(data []byte) (int, error) {
	if len(l.data)+len(data) > maxFile {
		return 0, errTooLarge
	}
	l.data = append(l.data, data...)
	return len(data), nil
}
