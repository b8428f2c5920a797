package bot

import (
	"context"
	"fmt"

	"github.com/slack-go/slack"
)

// A file is text that goes into Slack as a file.
type file struct {
	name  string
	title string
	text  string
}

// share uploads files and shows them in one message of a channel or thread
// (scope files:write). Nobody sees anything before the last call, whose outcome
// may be unknown: it is not repeated.
func (w *web) share(ctx context.Context, channel, thread string, files ...file) error {
	var list []slack.FileSummary
	for _, f := range files {
		id, err := w.uploadBytes(ctx, f)
		if err != nil {
			return err
		}
		list = append(list, slack.FileSummary{ID: id, Title: f.title})
	}
	return w.call(ctx, "files.completeUploadExternal", channel, answer, func(ctx context.Context) error {
		_, err := w.api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
			Files: list, Channel: channel, ThreadTimestamp: thread,
		})
		return err
	})
}

// uploadBytes sends one file and returns its ID.
func (w *web) uploadBytes(ctx context.Context, f file) (id string, err error) {
	err = w.call(ctx, "files.getUploadURLExternal", "", answer, func(ctx context.Context) error {
		at, err := w.api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: f.name, FileSize: len(f.text)})
		if err != nil {
			return err
		}
		id = at.FileID
		if err := w.api.UploadToURL(ctx, slack.UploadToURLParameters{UploadURL: at.UploadURL, Filename: f.name, Content: f.text}); err != nil {
			return fmt.Errorf("send the bytes: %w", err)
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("upload %s: %w", f.name, err)
	}
	return id, nil
}
