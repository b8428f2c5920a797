package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"sshhelp/commands"
)

// The form's blocks and what they take.
const (
	confirmForm = "act"
	nameBlock   = "name"
	reasonBlock = "reason"
	typedAction = "typed"

	maxTyped  = 255
	maxReason = 300
)

// openConfirm serves a click on an offer. The form opens empty, because Slack gives
// its trigger 3 s; who this is and how the instance is now are looked up then.
func (b *Bot) openConfirm(ctx context.Context, j *job, tries int) error {
	if tries > 1 || time.Since(j.At) > b.acting.trigger {
		b.log.Info("a form is not opened: its trigger has run out", "user", j.User)
		return b.tell(ctx, j, message{text: tooLateText})
	}
	view, hash, err := b.web.openView(ctx, j.Trigger, wordsView("Confirm", "Looking whether this can be done…"))
	if triggerSpent(err) {
		return b.tell(ctx, j, message{text: tooLateText})
	}
	if err != nil {
		return err
	}
	o, no := b.mayPress(ctx, j)
	if no != nil {
		b.noteRefusal(ctx, o, j, no)
		return b.web.updateView(ctx, view, hash, wordsView("Not possible", no.text))
	}
	first, err := b.store.consentOf(ctx, o.ID)
	if err == nil {
		err = b.store.bind(ctx, view, binding{Offer: o.ID, User: j.User})
	}
	if err != nil {
		return b.web.updateView(ctx, view, hash, wordsView("Not possible", noMemoryText))
	}
	b.audit(ctx, o, auditLine{event: auditOpened, user: j.User, team: j.Team})
	return b.web.updateView(ctx, view, hash, confirmView(o, first))
}

// mayPress says why the form of an offer is not for this person, or not any
// more. The offer is nil if it is none of ours.
func (b *Bot) mayPress(ctx context.Context, j *job) (*offer, *refusal) {
	o, err := b.store.loadOffer(ctx, j.Press.Offer)
	switch {
	case errors.Is(err, errForgotten):
		return nil, &refusal{"no such offer", forgottenOfferText}
	case err != nil:
		return nil, memoryRefusal(err)
	case o.Channel != j.Place.Channel || o.Thread != j.Place.Thread:
		return o, &refusal{"pressed in another thread", forgottenOfferText}
	}
	if no := b.mayConfirm(ctx, j.Team, o.Channel, j.User); no != nil {
		return o, no
	}
	if no := b.standing(ctx, o, time.Now()); no != nil {
		return o, no
	}
	if no := b.notTwice(ctx, o, j.User); no != nil {
		return o, no
	}
	_, no := b.lookAgain(ctx, o)
	return o, no
}

// notTwice refuses the second confirmation of one person.
func (b *Bot) notTwice(ctx context.Context, o *offer, user string) *refusal {
	if !b.Actions.SecondPerson {
		return nil
	}
	first, err := b.store.consentOf(ctx, o.ID)
	switch {
	case err != nil:
		return memoryRefusal(err)
	case first != nil && first.User == user:
		return &refusal{"second person is the first", "You have confirmed this already. Somebody else has to be the second."}
	}
	return nil
}

// wordsView is a modal that only says something, in plain text.
func wordsView(title, text string) slack.ModalViewRequest {
	words := slack.NewTextBlockObject(slack.PlainTextType, tame(text, maxTop), false, false)
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: formText(title), Close: formText("Close"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewSectionBlock(words, nil, nil)}},
	}
}

// confirmView asks for the instance's name, so that nobody confirms by habit, and
// for a reason. It carries no data: what it is about lies in Redis under its ID.
func confirmView(o *offer, first *consent) slack.ModalViewRequest {
	d, _ := commands.DeedOf(o.Action)
	about := []slack.RichTextElement{
		line(bold("Instance: "), code(tame(o.Instance.Name, 100)), plain(" · "+commands.StateOf(&o.Instance)+" · "+o.Instance.ID+" · cloud "+o.Instance.Cloud)),
		line(bold("Why: "), plain(o.Why)),
		line(bold("What it does: "), plain(d.Does)),
		line(bold("What it costs: "), plain(d.Costs)),
	}
	if first != nil {
		about = append(about, line(bold("First confirmed by: "), code(first.User), plain(", reason: “"+first.Reason+"”")))
	}
	name := typed(nameBlock, "Type the instance's name, or its ID", maxTyped, "It must be the same, letter for letter.")
	reason := typed(reasonBlock, "Reason", maxReason, "It stands in the thread and in the audit log.")
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: confirmForm, Title: formText(d.Title), Submit: formText(d.Title), Close: formText("Cancel"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewRichTextBlock("", about...), name, reason}},
	}
}

func typed(block, label string, most int, hint string) slack.Block {
	input := slack.NewPlainTextInputBlockElement(nil, typedAction)
	input.MaxLength = most
	return slack.NewInputBlock(block, formText(label), formText(hint), input)
}

// openView opens a modal and returns its ID and hash.
func (w *web) openView(ctx context.Context, trigger string, v slack.ModalViewRequest) (id, hash string, err error) {
	err = w.call(ctx, "views.open", "", answer, func(ctx context.Context) error {
		got, err := w.api.OpenViewContext(ctx, trigger, v)
		if err == nil {
			id, hash = got.ID, got.Hash
		}
		return err
	})
	return id, hash, err
}

// updateView replaces what a modal shows, unless something else has meanwhile. A
// modal that was closed is no error.
func (w *web) updateView(ctx context.Context, id, hash string, v slack.ModalViewRequest) error {
	err := w.call(ctx, "views.update", "", answer, func(ctx context.Context) error {
		_, err := w.api.UpdateViewContext(ctx, v, "", hash, id)
		return err
	})
	if code := slackCode(err); code == "not_found" || code == "hash_conflict" {
		return nil
	}
	return err
}

const (
	tooLateText        = "Slack waits only three seconds for a form, and sshhelp did not make it in time. Nothing was done. Please press the button again."
	forgottenOfferText = "sshhelp does not know this offer, so nothing was done. Press Recheck for a new one."
)

// instanceName says what an instance is called in a sentence.
func instanceName(o *offer) string {
	return fmt.Sprintf("%s (%s)", tame(o.Instance.Name, 100), o.Instance.ID)
}
