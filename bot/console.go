package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"sshhelp/commands"
	"sshhelp/diag"
)

// What became of the console log, as it is told and as it stands in the deed.
const (
	consoleSaved   = "The console log from before is in this thread."
	consoleInPart  = "The end of the console log from before is in this thread; for the whole of it the bot needs the scope files:write."
	consoleNone    = "There was no console log to save."
	consoleKept    = "" // the action does not touch it
	consoleFile    = "console-before.txt"
	maxConsoleShow = 8000 // characters of a log that is posted as a message
)

// prepare saves what the action would destroy. A log that is there but cannot be
// brought into the thread stops everything: it may be all that tells why.
func (b *Bot) prepare(ctx context.Context, j *job, o *offer) *refusal {
	d, _ := commands.DeedOf(o.Action)
	said := consoleKept
	if d.Console {
		var no *refusal
		if said, no = b.saveConsole(ctx, o, j.id); no != nil {
			return no
		}
	}
	if err := b.store.noteDeed(ctx, o.ID, "console", said); err != nil {
		return memoryRefusal(err)
	}
	return nil
}

func (b *Bot) saveConsole(ctx context.Context, o *offer, job string) (said string, no *refusal) {
	text, no := b.readConsole(ctx, o)
	if no != nil || text == "" {
		return consoleNone, no
	}
	said = consoleSaved
	err := b.saveOnce(ctx, o, job, text)
	switch slackCode(err) {
	case "missing_scope", "file_uploads_disabled", "not_allowed_token_type":
		said = consoleInPart
		err = b.say(ctx, o, "console:"+job, consoleMessage(text))
	}
	if err != nil {
		b.log.Warn("cannot save a console log", "offer", o.ID, "err", err)
		return "", &refusal{"console log not saved", "The console log could not be saved to this thread, and it would be lost. So nothing was done. Please try again in a minute."}
	}
	return said, nil
}

// readConsole returns the log, redacted; "" if there is none to lose.
func (b *Bot) readConsole(ctx context.Context, o *offer) (string, *refusal) {
	ctx, cancel := context.WithTimeout(ctx, lookMost)
	defer cancel()
	text, err := b.Actions.Hands.Console(ctx, o.Instance.ID)
	var gap *diag.Gap
	switch {
	case errors.As(err, &gap) && gap.Why != diag.GapForbidden:
		return "", nil
	case err != nil:
		b.log.Warn("cannot read a console log before acting", "offer", o.ID, "err", err)
		return "", &refusal{"console log not read", "The console log would be lost, and the cloud did not give it out to be saved first. So nothing was done. If it is not needed, somebody can still act without sshhelp."}
	}
	return strings.TrimSpace(diag.Redact(text)), nil
}

// saveOnce uploads the log into the thread. A job that is taken over does not
// upload it again: what was noted by its predecessor stands.
func (b *Bot) saveOnce(ctx context.Context, o *offer, job, text string) error {
	key := b.store.posted(o.Ref, "console:"+o.ID+":"+job)
	fresh, err := b.store.db.SetNX(ctx, key, "uploading", b.store.ttl).Result()
	if err != nil {
		return fmt.Errorf("claim the upload of a console log: %w", err)
	}
	if !fresh {
		return nil
	}
	d, _ := commands.DeedOf(o.Action)
	title := "Console log of " + instanceName(o) + " before: " + strings.ToLower(d.Title)
	err = b.web.share(ctx, o.Channel, o.Thread, file{name: consoleFile, title: tame(title, 255), text: text})
	if err != nil {
		b.store.db.Del(context.WithoutCancel(ctx), key) // an upload that was not completed is shown to nobody
	}
	return err
}

// consoleMessage shows the end of a log, as much as a message takes.
func consoleMessage(text string) message {
	runes := []rune(text)
	if len(runes) > maxConsoleShow {
		text = string(runes[len(runes)-maxConsoleShow:])
	}
	var lines []string
	for l := range strings.SplitSeq(text, "\n") {
		lines = append(lines, tame(l, maxCode))
	}
	for len(lines) > 1 && jsonSize(logBlock(lines)) > maxJSON-footRoom {
		lines = lines[1:]
	}
	const title = "The end of the console log from before"
	return message{text: title, blocks: []slack.Block{heading(title), logBlock(lines)}}
}

func logBlock(lines []string) slack.Block {
	return slack.NewRichTextBlock("", &slack.RichTextPreformatted{
		Type:     slack.RTEPreformatted,
		Elements: []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(visible(strings.Join(lines, "\n")), nil)},
	})
}
