package bot

import (
	"context"
	"fmt"

	"github.com/slack-go/slack"
)

// A file is what goes into Slack as a file.
type file struct {
	name  string
	title string
	text  string // its bytes; a picture's too
}

// share uploads files and shows them in one message of a channel or thread
// (scope files:write). Nobody sees anything before the last call, whose outcome
// may be unknown: it is not repeated. No refusal ends the bot: without files the
// rest goes on, and a 404 for the address to upload to says nothing of the Web
// API (see permanent).
func (w *web) share(ctx context.Context, channel, thread string, files ...file) error {
	var list []slack.FileSummary
	for _, f := range files {
		id, err := w.upload(ctx, f)
		if err != nil {
			return fmt.Errorf("upload %s: %w", f.name, err)
		}
		list = append(list, slack.FileSummary{ID: id, Title: f.title})
	}
	err := w.out.do(ctx, "files.completeUploadExternal", channel, answer, func(ctx context.Context) error {
		_, err := w.api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
			Files: list, Channel: channel, ThreadTimestamp: thread,
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("files.completeUploadExternal: %w", err)
	}
	return nil
}

// upload sends one file and returns its ID.
func (w *web) upload(ctx context.Context, f file) (id string, err error) {
	err = w.out.do(ctx, "files.getUploadURLExternal", "", answer, func(ctx context.Context) error {
		at, err := w.api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: f.name, FileSize: len(f.text)})
		if err != nil {
			return fmt.Errorf("files.getUploadURLExternal: %w", err)
		}
		id = at.FileID
		if err := w.api.UploadToURL(ctx, slack.UploadToURLParameters{UploadURL: at.UploadURL, Filename: f.name, Content: f.text}); err != nil {
			return fmt.Errorf("send the bytes: %w", err)
		}
		return nil
	})
	return id, err
}
