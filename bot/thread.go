package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"sshhelp/commands"
	"sshhelp/diag"
)

// followUp serves a reply in a thread of ours, or a click on one of our buttons.
// A reply gets a reaction at once; the answer is a short reply that says what
// changed, and the root message with the newest verdict.
func (b *Bot) followUp(ctx context.Context, j *job) error {
	r, err := b.recall(ctx, j)
	if ok, err := b.granted(ctx, j, r, err); !ok {
		return err
	}
	if silent, err := b.silent(ctx, j, r); silent || err != nil {
		return err
	}
	if err := b.reply(ctx, j, r); err != nil || j.Change.empty() {
		return err
	}
	ours, err := b.store.enter(ctx, r.Ref, j.id, j.Change)
	if err != nil {
		return err
	}
	if !ours {
		b.log.Info("merged into the run under way", "ref", r.Ref)
		return nil
	}
	if r, err = b.store.load(ctx, r.Ref); err != nil { // the run before may have ended meanwhile
		return err
	}
	return b.checkAgain(ctx, j, r)
}

// granted reports whether a check that was loaded, or not for err, is there and for
// this person to go on with. If it is not, they were told so.
func (b *Bot) granted(ctx context.Context, j *job, r *record, err error) (bool, error) {
	switch {
	case errors.Is(err, errForgotten):
		return false, b.tell(ctx, j, message{text: forgottenText})
	case err != nil:
		return false, err
	}
	why := b.gate.refusalOf(ctx, j, r)
	if why == "" {
		return true, nil
	}
	b.log.Info("refused", "ref", r.Ref, "user", j.User, "channel", j.Place.Channel, "reason", why)
	return false, b.tell(ctx, j, message{text: why})
}

// silent reports whether there is nothing to answer: the bot was told to be quiet
// here, and this is no call for it to speak again. That a private key lies open is
// said all the same.
func (b *Bot) silent(ctx context.Context, j *job, r *record) (bool, error) {
	called := j.Aloud || j.Place.Message == "" && !j.ByItself || j.asks(commands.ResumeIntent)
	quiet, err := b.store.hushed(ctx, r.Ref)
	switch {
	case err != nil || !quiet:
		return false, err
	case called && !j.asks(commands.QuietIntent):
		_, err := b.store.speak(ctx, r.Ref)
		return false, err
	case j.Leak:
		return true, b.warn(ctx, j, r)
	}
	b.log.Info("silent", "ref", r.Ref, "reason", "told to be quiet")
	return true, nil
}

func (j *job) asks(k commands.Kind) bool {
	return slices.ContainsFunc(j.Do, func(i commands.Intent) bool { return i.Kind == k })
}

// reply gives the receipt, and answers all that needs no run.
func (b *Bot) reply(ctx context.Context, j *job, r *record) error {
	notes := b.readFiles(ctx, j)
	if j.Leak {
		if err := b.warn(ctx, j, r); err != nil {
			return err
		}
	}
	understood := !j.Change.empty() || len(j.Do) > 0 || len(notes) > 0
	if j.Place.Message != "" && understood {
		if err := b.web.react(ctx, j.Place.Channel, j.Place.Message, "eyes"); err != nil {
			b.log.Warn("no receipt", "ref", r.Ref, "err", err)
		}
	}
	return b.asides(ctx, j, r, notes)
}

// warn says for everybody in the thread to read that a private key lies open: who
// posted it may be away. It is said once for a message.
func (b *Bot) warn(ctx context.Context, j *job, r *record) error {
	m := message{text: leakText, ref: r.Ref, part: "leak:" + j.id}
	return b.ensure(ctx, r.Channel, r.Thread, m)
}

// checkAgain runs a check that is remembered, with the change that was asked for.
func (b *Bot) checkAgain(ctx context.Context, j *job, r *record) error {
	j.Ref, r.byItself = r.Ref, j.ByItself
	r.changes(j.Change)
	r.note(j.At, j.User, j.Change.String())
	if err := b.store.save(ctx, r); err != nil {
		return err
	}
	if !j.Change.looks() {
		return b.runs(ctx, j, r, nil, nil)
	}
	found, err := b.find(ctx, j, r)
	if found == nil {
		return errors.Join(err, b.store.abandon(ctx, r.Ref, j.id))
	}
	return b.runs(ctx, j, r, found, newBoard(found.Instance(), r))
}

// recall loads the check that a follow-up is about. What a click says is
// believed only as far as the record agrees: a button of another channel's check
// finds nothing.
func (b *Bot) recall(ctx context.Context, j *job) (*record, error) {
	ref := j.Ref
	if j.Place.Thread != "" {
		var err error
		if ref, err = b.store.refOf(ctx, j.Place.Channel, j.Place.Thread); err != nil {
			return nil, err
		}
	}
	r, err := b.store.load(ctx, ref)
	if err != nil {
		return nil, err
	}
	if r.Channel != j.Place.Channel || r.Root == "" {
		return nil, errForgotten
	}
	return r, nil
}

// resultOf keeps what the next run is compared with.
func resultOf(d *diag.Diagnosis) *result {
	r := &result{Verdict: d.Verdict}
	for _, h := range d.Path {
		r.Path = append(r.Path, hopNote{h.Name, h.State})
	}
	return r
}

// sayChange replies in the thread with what is different now.
func (b *Bot) sayChange(ctx context.Context, j *job, n int, r *record, before *result, d *diag.Diagnosis) error {
	m := changeMessage(before, resultOf(d))
	if j.ByItself && n == 0 {
		m.text = byItselfText + m.text
		m.blocks = append([]slack.Block{slack.NewRichTextBlock("", line(plain(byItselfText)))}, m.blocks...)
	}
	m.ref, m.part = r.Ref, fmt.Sprintf("change:%s:%d", j.id, n)
	return b.ensure(ctx, r.Channel, r.Thread, m)
}

// changeMessage compares two runs, hop by hop.
func changeMessage(before, now *result) message {
	var moved []string
	for _, h := range now.Path {
		i := slices.IndexFunc(before.Path, func(o hopNote) bool { return o.Name == h.Name })
		if i >= 0 && before.Path[i].State != h.State {
			moved = append(moved, fmt.Sprintf("%s: %s, was %s", h.Name, h.State, before.Path[i].State))
		}
	}
	label := "Changed. "
	if len(moved) == 0 && before.Verdict == now.Verdict {
		label = "No change. "
	}
	elements := []slack.RichTextElement{line(bold(label), plain(now.Verdict))}
	if len(moved) > 0 {
		list := slack.NewRichTextList(slack.RTEListBullet, 0)
		for _, text := range moved {
			list.Elements = append(list.Elements, line(plain(text)))
		}
		elements = append(elements, list)
	}
	return message{
		text:   label + escape(tame(now.Verdict, maxTop)),
		blocks: []slack.Block{slack.NewRichTextBlock("", elements...)},
	}
}
