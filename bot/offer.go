package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"sshhelp/commands"
	"sshhelp/diag"
)

// pressAction is the button of an offer. Its value is the offer's ID and nothing
// else: a value is the clicker's word.
const pressAction = "act"

// offers puts into the thread what a check calls for, and takes back what the
// check before called for. A button is good until the next check: it rests on
// what this one saw.
func (b *Bot) offers(ctx context.Context, r *record, d *diag.Diagnosis) error {
	if !b.Actions.can() {
		return nil
	}
	old, err := b.store.currentOffer(ctx, r.Ref)
	if err != nil && !errors.Is(err, errForgotten) {
		return err
	}
	if old != nil {
		done, err := b.store.deedOf(ctx, old.ID)
		if err != nil {
			return err
		}
		if done.Holder != "" {
			old = nil // its message tells what was done, and stays
		}
	}
	p := commands.Propose(d)
	if p == nil {
		return b.withdraw(ctx, old)
	}
	o := b.newOffer(r, d, p, time.Now())
	if old != nil {
		o.Message = old.Message
	}
	return b.place(ctx, o)
}

func (b *Bot) newOffer(r *record, d *diag.Diagnosis, p *commands.Proposal, now time.Time) *offer {
	i := d.Instance
	return &offer{
		ID: rand.Text(), Ref: r.Ref, Team: r.Team, Channel: r.Channel, Thread: r.Thread,
		Instance: diag.Instance{ID: i.ID, Name: i.Name, Cloud: i.Cloud, Status: i.Status, Updated: i.Updated},
		Asked:    d.Asked, Action: p.Action, Cause: p.Cause, Why: p.Why, Sure: p.Sure,
		At: now, Until: now.Add(b.Actions.OfferTTL),
	}
}

// place shows an offer: in the message of the one that it replaces, else in a
// new one. It is in Redis before anybody can press its button.
func (b *Bot) place(ctx context.Context, o *offer) error {
	if err := b.store.saveOffer(ctx, o, true); err != nil {
		return err
	}
	b.audit(ctx, o, auditLine{event: auditOffered, detail: o.Cause})
	if o.Message != "" {
		return b.web.update(ctx, o.Channel, o.Message, reply, offerMessage(o, nil))
	}
	ts, err := b.postOnce(ctx, o.Channel, o.Thread, reply, offerMessage(o, nil))
	if err != nil {
		return err
	}
	o.Message = ts
	return b.store.saveOffer(ctx, o, false)
}

// withdraw takes the button away from an offer that nothing calls for any more.
func (b *Bot) withdraw(ctx context.Context, o *offer) error {
	if o == nil {
		return nil
	}
	if err := b.store.db.Del(ctx, b.store.offered(o.Ref)).Err(); err != nil {
		return fmt.Errorf("withdraw offer %s: %w", o.ID, err)
	}
	return b.settleOffer(ctx, o, "Not offered any more: the newest check does not call for it.")
}

// settleOffer leaves one line, in plain text, where an offer stood.
func (b *Bot) settleOffer(ctx context.Context, o *offer, text string) error {
	if o.Message == "" {
		return nil
	}
	d, _ := commands.DeedOf(o.Action)
	m := message{text: escape(d.Title + ": " + text), ref: o.Ref, part: offerPart(o), blocks: []slack.Block{
		slack.NewRichTextBlock("", line(bold(d.Title+": "), plain(text))),
	}}
	return b.web.update(ctx, o.Channel, o.Message, reply, m)
}

func offerPart(o *offer) string { return "offer:" + o.ID }

// offerMessage is what on-call sees before they press anything: why, what it
// costs, of what instance, who may, and until when.
func offerMessage(o *offer, first *consent) message {
	d, _ := commands.DeedOf(o.Action)
	title, label := d.Title+" can be confirmed here", d.Title+"…"
	if first != nil {
		title, label = d.Title+": one more person has to confirm", "Confirm "+d.Title+"…"
	}
	why := "Why: "
	if !o.Sure {
		why = "Why, though this is a suspicion only: "
	}
	until := o.Until.UTC().Format("15:04 UTC")
	list := []slack.RichTextElement{
		line(bold(why), plain(o.Why)),
		line(bold("What it does: "), plain(d.Does)),
		line(bold("What it costs: "), plain(d.Costs)),
		line(bold("Instance: "), code(tame(o.Instance.Name, 100)), plain(" · "+commands.StateOf(&o.Instance)+" · "+o.Instance.ID+" · cloud "+o.Instance.Cloud)),
		line(plain("Only on-call may confirm, and gentler steps come first. Good until "),
			slack.NewRichTextSectionDateElement(o.Until.Unix(), "{time}", nil, &until), plain(" or the next check.")),
	}
	if first != nil {
		list = append(list, line(bold("First: "), slack.NewRichTextSectionUserElement(first.User, nil), plain(", reason: “"+first.Reason+"”")))
	}
	return message{
		text: escape(title + "."), ref: o.Ref, part: offerPart(o),
		blocks: []slack.Block{heading(title), slack.NewRichTextBlock("", list...), pressButton(o.ID, label, d.Title)},
	}
}

func pressButton(id, label, title string) slack.Block {
	button := slack.NewButtonBlockElement(pressAction, id, slack.NewTextBlockObject(slack.PlainTextType, label, false, false))
	button.AccessibilityLabel = title + ": opens a form in which on-call confirms it"
	button.Style = slack.StyleDanger
	return slack.NewActionBlock("", button)
}

// remedyNote is the sentence of the answer about an action that the evidence
// calls for: that on-call can confirm it, or whom to ask where sshhelp cannot do
// it. "" if there is nothing to say.
func (b *Bot) remedyNote(d *diag.Diagnosis) string {
	p := commands.Propose(d)
	switch {
	case p == nil, !b.Actions.Enabled && b.Actions.AskWhom == "":
		return ""
	case b.Actions.can():
		return p.Title + ": on-call can confirm it in the thread."
	}
	return fmt.Sprintf("%s: sshhelp may not do that here. If you cannot do it yourself, ask %s.", p.Title, b.Actions.whom())
}

// withNote puts a sentence above the last two blocks, which are who asked and
// the buttons.
func withNote(m message, note string) message {
	if n := len(m.blocks) - 2; note != "" && n > 0 {
		block := slack.NewRichTextBlock("", line(plain(note)))
		m.blocks = append(m.blocks[:n:n], append([]slack.Block{block}, m.blocks[n:]...)...)
	}
	return m
}
