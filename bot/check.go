package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"sshhelp/commands"
	"sshhelp/diag"
)

// rootPart names the message that carries the verdict in claims and metadata.
const rootPart = "root"

// check does a new check, or goes on with one whose worker is gone.
func (b *Bot) check(ctx context.Context, j *job) error {
	r, err := b.store.load(ctx, j.Ref)
	if err != nil && !errors.Is(err, errForgotten) {
		return err
	}
	if err := b.locate(ctx, j); errors.Is(err, errForgotten) {
		return b.tell(ctx, j, message{text: forgottenText})
	} else if err != nil {
		return err
	}
	if why := b.gate.refusal(ctx, j.Team, j.Place.Channel, j.User); why != "" {
		b.log.Info("refused", "ref", j.Ref, "user", j.User, "channel", j.Place.Channel, "reason", why)
		return b.tell(ctx, j, message{text: why})
	}
	if j.Asked.Query == "" {
		return b.readAlone(ctx, j)
	}
	if r == nil {
		r = &record{
			Ref: j.Ref, Team: j.Team, Channel: j.Place.Channel, Thread: j.Place.Thread, User: j.User,
			Asked: j.Asked, Started: j.At, Pastes: j.Change.Pastes,
		}
	}
	found, err := b.find(ctx, j, r)
	if found == nil {
		return err
	}
	if r.Root != "" {
		return b.open(ctx, j, r, found)
	}
	switch {
	case len(found.Search.Matches) > 1:
		return b.offerChoice(ctx, j, found)
	case !found.One():
		return b.tell(ctx, j, privateAnswer(b.Engine.Diagnose(ctx, found, nil), ""))
	}
	if offered, err := b.checkedHere(ctx, j, found); offered || err != nil {
		return err
	}
	return b.open(ctx, j, r, found)
}

// locate fills in what a job that came by a form or a button left in Redis.
func (b *Bot) locate(ctx context.Context, j *job) (err error) {
	switch {
	case j.Form != "":
		j.Place, err = b.formPlace(ctx, j)
	case j.Order != "":
		err = b.resume(ctx, j)
	}
	return err
}

// find looks the instance up. If that could not be done, the asker was told why,
// and found is nil.
func (b *Bot) find(ctx context.Context, j *job, r *record) (found *commands.Found, err error) {
	found, err = b.Engine.Find(ctx, r.Asked, b.gate.scope(ctx, j.Team, r.Channel, j.User))
	if err == nil || ctx.Err() != nil {
		return found, err
	}
	b.log.Warn("cannot look an instance up", "ref", j.Ref, "err", err)
	var usage *commands.UsageError
	if errors.As(err, &usage) {
		return nil, b.tell(ctx, j, message{text: escape(usage.Error())})
	}
	return nil, b.tell(ctx, j, message{text: cannotLookText(commands.Explain(err), j.Ref)})
}

// open posts the root message and runs the check under it. Where the message
// cannot be posted, the answer goes to the asker alone.
func (b *Bot) open(ctx context.Context, j *job, r *record, found *commands.Found) error {
	if _, err := b.store.enter(ctx, r.Ref, j.id, change{}); err != nil {
		return err
	}
	if i := found.Instance(); i != nil {
		r.Instance, r.Name, r.Cloud, r.Project = i.ID, i.Name, i.Cloud, i.Project
	}
	board := newBoard(found.Instance(), r)
	root, err := b.postOnce(ctx, r.Channel, j.Place.Thread, answer, board.message())
	switch code := slackCode(err); {
	case err == nil:
	case code == "not_in_channel", code == "channel_not_found":
		return b.answerAlone(ctx, j, found, inviteText(b.me.name))
	case errors.Is(err, errUnknown), code != "":
		b.log.Warn("no root message", "ref", r.Ref, "err", err)
		return b.answerAlone(ctx, j, found, unsentText)
	default:
		return err
	}
	r.Root = root
	if r.Thread == "" {
		r.Thread = root
	}
	if err := b.store.save(ctx, r); err != nil {
		b.log.Warn("the thread will not be remembered", "ref", r.Ref, "err", err)
	}
	b.noteRecent(ctx, r)
	b.noteMine(ctx, r)
	return b.runs(ctx, j, r, found, board)
}

// answerAlone checks without a root message.
func (b *Bot) answerAlone(ctx context.Context, j *job, found *commands.Found, why string) error {
	d := b.Engine.Diagnose(ctx, found, nil)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if _, err := b.store.leave(ctx, j.Ref, j.id); err != nil {
		b.log.Warn("cannot free a check", "ref", j.Ref, "err", err)
	}
	return b.tell(ctx, j, privateAnswer(d, why))
}

// runs checks, and checks again as long as somebody changes the settings
// meanwhile.
func (b *Bot) runs(ctx context.Context, j *job, r *record, found *commands.Found, board *board) error {
	for n := 0; ; n++ {
		if n > 0 {
			look, err := b.store.mergeInto(ctx, r)
			if err != nil {
				return err
			}
			found, r.byItself = nil, false
			if look {
				if found, err = b.find(ctx, j, r); found == nil {
					return err
				}
				board = newBoard(found.Instance(), r)
			}
		}
		before := r.Last
		d, err := b.round(ctx, j, r, found, board)
		if d == nil {
			return err
		}
		if before != nil {
			if err := b.sayChange(ctx, j, n, r, before, d); err != nil {
				b.log.Warn("cannot say what changed", "ref", r.Ref, "err", err)
			}
		}
		free, err := b.store.leave(ctx, r.Ref, j.id)
		if err != nil {
			b.log.Warn("cannot free a check", "ref", r.Ref, "err", err)
			return nil
		}
		if free {
			return nil
		}
	}
}

// run diagnoses once, with the root message kept up to date, and leaves answer
// and evidence.
func (b *Bot) run(ctx context.Context, r *record, found *commands.Found, board *board) (*diag.Diagnosis, error) {
	started := time.Now()
	live := b.follow(ctx, r, board)
	d := b.Engine.Diagnose(ctx, found, live.watch)
	live.stop()
	if ctx.Err() != nil {
		b.interrupted(ctx, r)
		return nil, ctx.Err()
	}
	took := time.Since(started)
	seen := d // what is offered rests on this alone, not on what somebody pasted
	if len(r.Pastes) > 0 {
		d = b.Engine.Reason(seen.Evidence(), r.Pastes)
	}
	r.Due = b.plan(r, d)
	if err := b.schedule(ctx, r); err != nil {
		b.log.Warn("will not look again by itself", "ref", r.Ref, "err", err)
		r.Due = time.Time{}
	}
	b.log.Info("diagnosed", "ref", r.Ref, "causes", d.Causes, "possible", d.Possible, "took", took)
	if err := b.conclude(ctx, r, withNote(rootMessage(d, r, took), b.remedyNote(d))); err != nil {
		return nil, err
	}
	if err := b.postEvidence(ctx, r, d); err != nil {
		b.log.Warn("no evidence in the thread", "ref", r.Ref, "err", err)
	}
	b.count(ctx, r, d)
	if err := b.offers(ctx, r, seen); err != nil {
		b.log.Warn("no offer in the thread", "ref", r.Ref, "err", err)
	}
	b.remember(ctx, r, seen.Evidence())
	r.Last = resultOf(d)
	r.Last.Took = took
	if err := b.store.save(ctx, r); err != nil {
		b.log.Warn("the result will not be remembered", "ref", r.Ref, "err", err)
	}
	return d, nil
}

// remember puts the evidence down for who goes on in the thread.
func (b *Bot) remember(ctx context.Context, r *record, e *diag.Evidence) {
	if e == nil {
		return
	}
	if err := b.store.keepEvidence(ctx, r.Ref, e); err != nil {
		b.log.Warn("the evidence will not be remembered", "ref", r.Ref, "err", err)
	}
}

// conclude makes the final edit of the root message, whatever it takes: an edit
// can be repeated without harm. Where Slack allows no more edits, the answer
// stands in the thread.
func (b *Bot) conclude(ctx context.Context, r *record, m message) error {
	for try, wait := 0, time.Second; ; try, wait = try+1, 2*wait {
		err := b.web.update(ctx, r.Channel, r.Root, answer, m)
		switch code := slackCode(err); {
		case err == nil:
			return nil
		case code == "message_not_found":
			b.log.Info("the root message was deleted", "ref", r.Ref)
			return nil
		case code == "invalid_blocks", code == "msg_blocks_too_long", code == "invalid_blocks_format":
			b.log.Error("Slack refuses our blocks", "ref", r.Ref, "err", err)
			m.blocks = nil
		case code == "edit_window_closed", code == "cant_update_message":
			m.ref, m.part = r.Ref, "late"
			return b.ensure(ctx, r.Channel, r.Thread, m)
		case try >= 5:
			return fmt.Errorf("final edit of %s: %w", r.Ref, err)
		default:
			b.log.Warn("final edit failed", "ref", r.Ref, "err", err, "retry_in", wait)
			if !pause(ctx, wait) {
				return ctx.Err()
			}
		}
	}
}

// interrupted says so in the root message if nobody will go on: work in an
// embedded Redis ends with the process.
func (b *Bot) interrupted(ctx context.Context, r *record) {
	if b.store.embedded == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if err := b.web.update(ctx, r.Channel, r.Root, answer, message{text: interruptedText, ref: r.Ref, part: rootPart, more: r.asking()}); err != nil {
		b.log.Warn("cannot say that a check was interrupted", "ref", r.Ref, "err", err)
	}
}

// evidencePart names the evidence message in claims and metadata.
const evidencePart = "evidence"

// postEvidence posts the evidence into the thread once, and edits it after
// every further run.
func (b *Bot) postEvidence(ctx context.Context, r *record, d *diag.Diagnosis) error {
	m := evidenceMessage(d, r)
	if note := b.aloudNote(); note != "" {
		m.blocks = append(m.blocks, words(strings.TrimSpace(note)))
	}
	ts, err := b.postOnce(ctx, r.Channel, r.Thread, reply, m)
	if err != nil || r.Last == nil {
		return err
	}
	return b.web.update(ctx, r.Channel, ts, reply, m)
}
