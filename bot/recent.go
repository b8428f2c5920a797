package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"sshhelp/commands"
	"sshhelp/diag"
)

// recentFor is how long a check of an instance answers for the next one in the
// same place.
const recentFor = 10 * time.Minute

// A recent check is where an instance was checked last, and how it was asked.
type recent struct {
	Ref   string     `json:"ref"`
	User  string     `json:"user"`
	Asked diag.Asked `json:"asked"`
	TS    string     `json:"ts"` // of the root message
	At    time.Time  `json:"at"`
}

// checkedHere offers the thread of a check that was just made of the same
// instance with the same settings, instead of a second one. It reports whether
// it did. In somebody's thread, and when the asker insists, there is none.
func (b *Bot) checkedHere(ctx context.Context, j *job, found *commands.Found) (bool, error) {
	if j.Again || j.Place.Thread != "" {
		return false, nil
	}
	var last recent
	err := b.store.fetch(ctx, b.store.recent(j.Place.Channel, found.Instance().ID), &last)
	switch {
	case errors.Is(err, errForgotten):
		return false, nil
	case err != nil:
		b.log.Warn("cannot look for an earlier check", "ref", j.Ref, "err", err)
		return false, nil
	case !sameSettings(last.Asked, j.Asked):
		return false, nil
	}
	link, err := b.web.permalink(ctx, j.Place.Channel, last.TS)
	if err != nil {
		b.log.Info("the earlier check cannot be linked", "ref", last.Ref, "err", err)
		return false, nil // it was deleted: check anew
	}
	o := order{User: j.User, Asked: j.Asked, Place: j.Place}
	if err := b.store.keep(ctx, b.store.order(j.Ref), o, orderTTL); err != nil {
		return false, err
	}
	return true, b.tell(ctx, j, recentMessage(found.Instance().Name, j.Ref, link, last, time.Now()))
}

func sameSettings(a, b diag.Asked) bool {
	sameKey := a.Key == b.Key || a.Key != nil && b.Key != nil && *a.Key == *b.Key
	return a.From == b.From && a.User == b.User && a.Port == b.Port && sameKey
}

func recentMessage(name, ref, link string, last recent, now time.Time) message {
	text := fmt.Sprintf("%s was checked here %s.", tame(name, 255), since(last.At, now))
	open := slack.NewButtonBlockElement("open_thread", ref, formText("Open thread"))
	open.URL = link
	again := slack.NewButtonBlockElement(againAction, ref, formText("Check again"))
	again.AccessibilityLabel = "Start a new check of the same instance"
	return message{text: escape(text), blocks: []slack.Block{
		slack.NewRichTextBlock("", line(plain(text))), slack.NewActionBlock("", open, again),
	}}
}

// noteRecent remembers where an instance was just checked. Nothing hangs on it.
func (b *Bot) noteRecent(ctx context.Context, r *record) {
	last := recent{Ref: r.Ref, User: r.User, Asked: r.Asked, TS: r.Root, At: time.Now()}
	if err := b.store.keep(ctx, b.store.recent(r.Channel, r.Instance), last, recentFor); err != nil {
		b.log.Warn("the next check of this instance will not know of this one", "ref", r.Ref, "err", err)
	}
}

// forgetRecent: a check that came to nothing answers for none.
func (b *Bot) forgetRecent(ctx context.Context, r *record) {
	if err := b.store.db.Del(ctx, b.store.recent(r.Channel, r.Instance)).Err(); err != nil {
		b.log.Warn("a check that failed will be offered for a while", "ref", r.Ref, "err", err)
	}
}

// permalink returns a link to a message; an error if there is no such message.
func (w *web) permalink(ctx context.Context, channel, ts string) (link string, err error) {
	err = w.call(ctx, "chat.getPermalink", channel, answer, func(ctx context.Context) error {
		link, err = w.api.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: channel, Ts: ts})
		return err
	})
	return link, err
}
