package bot

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// perform does one job. An error means that it is to be done again, by whoever
// takes it next; anything that a person can be told is told, and is no error.
func (b *Bot) perform(ctx context.Context, j *job, tries int) (err error) {
	log := b.log.With("ref", j.Ref, "kind", j.Kind, "user", j.User, "channel", j.Place.Channel)
	defer func() {
		if r := recover(); r != nil {
			log.Error("panic", "panic", r, "stack", string(debug.Stack()))
			b.giveUp(context.WithoutCancel(ctx), j)
			err = nil
		}
	}()
	if tries > maxTries {
		log.Error("given up: begun too often", "tries", tries-1)
		b.giveUp(ctx, j)
		return nil
	}
	do := b.doing(j.Kind, tries)
	if do == nil {
		log.Error("dropped a job of a kind that is not known")
		return nil
	}
	started := time.Now()
	err = do(ctx, j)
	if errors.Is(err, errAgain) {
		return err
	}
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", errAgain, context.Cause(ctx))
	}
	if err != nil {
		log.Error("not answered", "err", err, "took", time.Since(started))
		b.giveUp(ctx, j)
		return nil
	}
	log.Info("answered", "took", time.Since(started))
	return nil
}

// doing is what does jobs of a kind; nil for one that is not known.
func (b *Bot) doing(kind jobKind, tries int) func(context.Context, *job) error {
	switch kind {
	case tellJob:
		return func(ctx context.Context, j *job) error { return b.tell(ctx, j, message{text: j.Text}) }
	case checkJob:
		return b.check
	case adoptJob:
		return b.adopt
	case followJob:
		return b.followUp
	case formJob:
		return b.openForm
	case homeJob:
		return b.publishHome
	case showJob:
		return b.show
	case feedbackJob:
		return b.feedback
	case summaryJob:
		return b.openSummary
	case escalateJob:
		return b.escalate
	case confirmJob:
		return func(ctx context.Context, j *job) error { return b.openConfirm(ctx, j, tries) }
	case actJob:
		return b.act
	}
	return nil
}

// What a command can show its asker besides checks.
const (
	showMine   = "mine"
	showStatus = "status"
	showStats  = "stats"
)

// show tells the asker what a word like "mine" stands for, in private.
func (b *Bot) show(ctx context.Context, j *job) error {
	if why := b.gate.refusal(ctx, j.Team, j.Place.Channel, j.User); why != "" {
		return b.tell(ctx, j, message{text: why})
	}
	switch j.Text {
	case showMine:
		return b.showMine(ctx, j)
	case showStats:
		return b.showStats(ctx, j)
	}
	return b.showStatus(ctx, j)
}

// giveUp tells the asker that there will be no answer, as far as that can be
// told, and frees the check for others.
func (b *Bot) giveUp(ctx context.Context, j *job) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	m := message{text: failedText(j.Ref)}
	if j.Kind == actJob {
		m.text = lostTrackText(j.Ref)
	}
	r, err := b.store.load(ctx, j.Ref)
	if err == nil && r.Root != "" && j.Kind == checkJob {
		b.forgetRecent(ctx, r)
		err = b.web.update(ctx, r.Channel, r.Root, answer, m)
	} else {
		err = b.tell(ctx, j, m)
	}
	if err != nil {
		b.log.Warn("cannot say that there is no answer", "ref", j.Ref, "err", err)
	}
	if err := b.store.abandon(ctx, j.Ref, j.id); err != nil {
		b.log.Warn("cannot free a check", "ref", j.Ref, "err", err)
	}
}

// tell shows a message to the asker alone: by the response URL if there is one,
// in a direct message as it is, else as an ephemeral where they spoke.
func (b *Bot) tell(ctx context.Context, j *job, m message) error {
	p := j.Place
	if p.Channel == "" {
		p.Channel = j.User // the Home tab: Slack opens the direct message by itself
	}
	if p.ResponseURL != "" {
		err := b.web.respond(ctx, p.ResponseURL, m)
		if err == nil || ctx.Err() != nil {
			return err
		}
		b.log.Warn("response URL refused", "ref", j.Ref, "err", err)
	}
	if !p.direct() && p.Channel != j.User {
		err := b.web.whisper(ctx, p.Channel, p.Thread, j.User, m)
		if code := slackCode(err); code != "not_in_channel" && code != "channel_not_found" {
			return err
		}
		p = place{Channel: j.User} // Slack opens the direct message by itself
	}
	m.ref, m.part = j.Ref, "note:"+j.id
	return b.ensure(ctx, p.Channel, p.Thread, m)
}
