package bot

import (
	"context"
	"errors"
	"strings"
	"time"

	"sshhelp/commands"
)

// asides answers what a reply asks for beside another look: to be shown something,
// to be told how, to be left alone. What is words for the asker is said once, in
// private.
func (b *Bot) asides(ctx context.Context, j *job, r *record, notes []string) error {
	for _, i := range j.Do {
		note, err := b.aside(ctx, j, r, i)
		if err != nil {
			return err
		}
		if note != "" {
			notes = append(notes, note)
		}
	}
	if notes == nil {
		return nil
	}
	return b.tell(ctx, j, message{text: strings.Join(notes, "\n\n")})
}

func (b *Bot) aside(ctx context.Context, j *job, r *record, i commands.Intent) (note string, err error) {
	switch i.Kind {
	case commands.ShowIntent:
		return "", b.showInThread(ctx, j, r, i.Value)
	case commands.QuietIntent:
		return b.beQuiet(ctx, r, i.Value == "")
	case commands.ResumeIntent:
		return resumedText, nil // it speaks since the reply came in
	case commands.HowtoIntent:
		return pageText(i.Value), nil
	case commands.EscalateIntent:
		return "", b.offerEscalation(ctx, j, r)
	}
	return threadHelpText + b.aloudNote(), nil
}

// beQuiet cancels the look that is due, and with all also every further word.
func (b *Bot) beQuiet(ctx context.Context, r *record, all bool) (note string, err error) {
	if all {
		if err := b.store.hush(ctx, r.Ref); err != nil {
			return "", err
		}
	}
	due, err := b.store.cancel(ctx, r.Ref)
	if err != nil {
		return "", err
	}
	if due {
		b.unplan(ctx, r)
	}
	switch {
	case all:
		return quietText, nil
	case due:
		return canceledText, nil
	}
	return notDueText, nil
}

// unplan takes the announcement of a look off the root message.
func (b *Bot) unplan(ctx context.Context, r *record) {
	r.Due = time.Time{}
	e, err := b.store.keptOf(ctx, r.Ref)
	if err = errors.Join(err, b.store.save(ctx, r)); err == nil {
		err = b.redraw(ctx, r, b.Engine.Reason(e, r.Pastes))
	}
	if err != nil {
		b.log.Warn("the root message still announces a look", "ref", r.Ref, "err", err)
	}
}
