package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"sshhelp/diag"
)

// A press is what somebody did with an offer: a click that opens its form, or
// the form sent.
type press struct {
	Offer  string `json:"offer"`
	Name   string `json:"name,omitempty"`   // as typed
	Reason string `json:"reason,omitempty"` // as typed, redacted
}

// pressJob begins a job. The workspace is the one that the person belongs to, as
// far as Slack tells.
func (i *interaction) pressJob(kind jobKind, p press, at place) *job {
	return &job{
		Kind: kind, Ref: newRef(), Press: p, Trigger: i.TriggerID, User: i.User.ID, Team: cmp.Or(i.User.Team, i.Team.ID), At: time.Now(), Place: at,
	}
}

// pressed takes clicks on offers and their forms. mine is false for interactions
// that are something else. payload and ok are as with [Bot.receive].
func (b *Bot) pressed(ctx context.Context, env envelope) (payload any, ok, mine bool) {
	var i interaction
	if err := json.Unmarshal(env.Payload, &i); err != nil {
		return nil, false, false
	}
	switch {
	case i.Type == "block_actions" && len(i.Actions) == 1 && i.Actions[0].ID == pressAction:
		return nil, b.queue(ctx, b.clickedOffer(&i, env.ID)), true
	case i.Type == "view_submission" && i.View.CallbackID == confirmForm:
		return b.submitted(ctx, &i), true, true
	}
	return nil, false, false
}

// maxOfferID is longer than any ID that we give out.
const maxOfferID = 64

func (b *Bot) clickedOffer(i *interaction, envelope string) *wish {
	id := i.Actions[0].Value
	if len(id) > maxOfferID {
		id = ""
	}
	at := place{Channel: i.Channel.ID, Thread: cmp.Or(i.Container.Thread, i.Container.TS), ResponseURL: i.ResponseURL}
	return &wish{seen: "click:" + cmp.Or(i.TriggerID, envelope), job: i.pressJob(confirmJob, press{Offer: id}, at)}
}

// submitted takes a form that was sent: what can be told within the ack is told
// there, at the field; all that needs Slack or the cloud is for the job. Of the
// payload only the view's ID, the person and what was typed are read.
func (b *Bot) submitted(ctx context.Context, i *interaction) any {
	ctx, cancel := context.WithTimeout(ctx, b.pace.admit)
	defer cancel()
	j := i.pressJob(actJob, press{
		Name:   strings.TrimSpace(i.View.text(nameBlock)),
		Reason: diag.Redact(tame(strings.TrimSpace(i.View.text(reasonBlock)), maxReason)),
	}, place{})
	bound, err := b.store.bound(ctx, i.View.ID)
	if errors.Is(err, errForgotten) || err == nil && bound.User != i.User.ID {
		b.noteRefusal(ctx, nil, j, &refusal{reason: "a form that is not ours, or not theirs"})
		return fieldError(nameBlock, "This form is no longer valid. Close it and press the button again.")
	}
	if err != nil {
		b.log.Warn("a form is refused, Redis does not answer", "err", err, "user", i.User.ID)
		return fieldError(nameBlock, noMemoryText)
	}
	o, err := b.store.loadOffer(ctx, bound.Offer)
	if err != nil {
		b.log.Warn("a form is refused, its offer cannot be read", "err", err, "user", i.User.ID)
		return fieldError(nameBlock, noMemoryText)
	}
	if field, text := badlyTyped(&i.View, j, o); field != "" {
		b.noteRefusal(ctx, o, j, &refusal{reason: "badly typed: " + field})
		return fieldError(field, text)
	}
	j.Press.Offer, j.Place = o.ID, place{Channel: o.Channel, Thread: o.Thread}
	return b.queueForm(ctx, &wish{seen: "form:" + i.View.ID, job: j})
}

// queueForm queues a form and closes it; a second copy of it closes as well.
func (b *Bot) queueForm(ctx context.Context, w *wish) any {
	f, err := b.admit(ctx, *w)
	switch {
	case err != nil:
		b.log.Warn("a form is refused, Redis does not take it", "err", err, "user", w.job.User)
		return fieldError(nameBlock, noMemoryText)
	case f == many:
		return fieldError(nameBlock, tooManyText(b.PerUserPerMinute))
	case f == busy:
		return fieldError(nameBlock, busyText)
	}
	return nil
}

// badlyTyped names the first field that cannot be taken, and says why.
func badlyTyped(v *view, j *job, o *offer) (field, text string) {
	switch {
	case !isNamed(o, j.Press.Name):
		return nameBlock, "That is not the name or ID of the instance that this is about. Nothing was done."
	case j.Press.Reason == "":
		return reasonBlock, "Please give a reason: whoever finds the instance restarted will want to know."
	case utf8.RuneCountInString(v.text(reasonBlock)) > maxReason:
		return reasonBlock, "Please say it in fewer words."
	}
	return "", ""
}

// isNamed compares what was typed with the instance's name and ID.
func isNamed(o *offer, typed string) bool {
	return typed != "" && (typed == o.Instance.ID || typed == strings.TrimSpace(o.Instance.Name))
}
