package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sshhelp/commands"
	"sshhelp/diag"
)

// act carries an offer out that somebody has confirmed. Everything that could
// have changed since the button was shown is asked anew. The call is made once:
// the intent is written down before it, and a job that finds an intent written
// down never makes the call, it looks what became of it.
func (b *Bot) act(ctx context.Context, j *job) error {
	o, err := b.store.loadOffer(ctx, j.Press.Offer)
	if err != nil {
		return err
	}
	done, err := b.store.deedOf(ctx, o.ID)
	if err != nil {
		return err
	}
	if done.Holder == j.id && !done.Intent.IsZero() {
		return b.takeOver(ctx, j, o, done)
	}
	if no := b.consider(ctx, j, o, done.Holder == j.id); no != nil {
		b.noteRefusal(ctx, o, j, no)
		return b.tell(ctx, j, message{text: escape(no.text)})
	}
	if b.Actions.SecondPerson {
		if waits, err := b.waitsForSecond(ctx, j, o); waits || err != nil {
			return err
		}
	}
	return b.carryOut(ctx, j, o)
}

// consider authorises whoever sent the form, again, and looks at the offer and
// at the instance, again.
func (b *Bot) consider(ctx context.Context, j *job, o *offer, ours bool) *refusal {
	if no := b.mayConfirm(ctx, j.Team, o.Channel, j.User); no != nil {
		return no
	}
	if !isNamed(o, j.Press.Name) {
		return &refusal{"badly typed: " + nameBlock, "That is not the instance's name, so nothing was done."}
	}
	if !ours {
		// From when the form was sent: a job may have had to wait.
		if no := b.standing(ctx, o, j.At); no != nil {
			return no
		}
	}
	if no := b.notTwice(ctx, o, j.User); no != nil {
		return no
	}
	_, no := b.lookAgain(ctx, o)
	return no
}

// lookAgain reads the instance from the cloud, by the credential that would act,
// and refuses unless it is the one that was checked and as it was then.
func (b *Bot) lookAgain(ctx context.Context, o *offer) (*diag.Instance, *refusal) {
	ctx, cancel := context.WithTimeout(ctx, lookMost)
	defer cancel()
	i, err := b.Actions.Hands.Look(ctx, o.Instance.ID)
	switch {
	case errors.Is(err, diag.ErrGone):
		return nil, &refusal{"instance gone", "There is no such instance any more, or sshhelp's credential for actions does not see it. Nothing was done."}
	case err != nil:
		b.log.Warn("cannot look at an instance before acting", "instance", o.Instance.ID, "err", err)
		return nil, &refusal{"instance not read", "The cloud did not show the instance as it is now, so nothing was done: " + commands.Explain(err)}
	}
	if why := commands.Swapped(o.Action, &o.Instance, i); why != "" {
		return nil, &refusal{"instance changed: " + why, why + " So nothing was done. Press Recheck to see how it is."}
	}
	if why := commands.Refuses(o.Action, i); why != "" {
		return nil, &refusal{"state: " + why, why + " So nothing was done."}
	}
	return i, nil
}

// waitsForSecond keeps the first of two confirmations and says that another is
// needed. It reports false for the second.
func (b *Bot) waitsForSecond(ctx context.Context, j *job, o *offer) (bool, error) {
	until := time.Now().Add(b.Actions.SecondWithin)
	if until.After(o.Until) {
		o.Until = until // the offer lives until the second may come
	}
	c := consent{User: j.User, Reason: j.Press.Reason, Until: until}
	first, err := b.store.giveConsent(ctx, o.ID, c, b.Actions.SecondWithin)
	if err != nil || !first {
		return false, err
	}
	if err := b.store.saveOffer(ctx, o, false); err != nil {
		return true, err
	}
	b.audit(ctx, o, auditLine{event: auditFirst, user: j.User, team: j.Team, reason: j.Press.Reason})
	if o.Message != "" {
		if err := b.web.update(ctx, o.Channel, o.Message, answer, offerMessage(o, &c)); err != nil {
			b.log.Warn("cannot show that a second person is needed", "offer", o.ID, "err", err)
		}
	}
	return true, b.say(ctx, o, "first:"+j.id, firstMessage(o, &c))
}

// carryOut claims the offer, saves the console log, and makes the call.
func (b *Bot) carryOut(ctx context.Context, j *job, o *offer) error {
	claimed, err := b.store.claimDeed(ctx, o, j.id, j.User, b.Actions)
	if err != nil {
		return b.giveBack(ctx, j, o, memoryRefusal(err))
	}
	if no := b.notClaimed(claimed); no != nil {
		b.noteRefusal(ctx, o, j, no)
		return b.tell(ctx, j, message{text: escape(no.text)})
	}
	no := b.prepare(ctx, j, o)
	if no == nil {
		_, no = b.lookAgain(ctx, o) // saving the console may have taken a while
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if no != nil {
		return b.giveBack(ctx, j, o, no)
	}
	line := auditLine{event: auditIntent, user: j.User, team: j.Team, reason: j.Press.Reason, detail: o.Cause}
	now := time.Now()
	writing, cancel := context.WithTimeout(ctx, intentMost)
	defer cancel()
	mine, err := b.store.intend(writing, o, j.id, j.User, b.Actions.Cooldown, now, line.fields(o, now))
	if err != nil {
		return b.giveBack(ctx, j, o, memoryRefusal(err))
	}
	if !mine {
		b.log.Warn("somebody else carries an offer out", "offer", o.ID)
		return nil
	}
	b.logAudit(line.fields(o, now))
	return b.afterCall(ctx, j, o, b.call(ctx, o))
}

// call makes the one call. Once begun it is seen through even if the process is
// to end, so that its outcome is known.
func (b *Bot) call(ctx context.Context, o *offer) (err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), b.acting.call)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: panic: %v", diag.ErrOutcome, r)
		}
	}()
	return b.Actions.Hands.Act(ctx, o.Instance.ID, o.Action)
}

// afterCall writes the outcome down and tells it, then watches.
func (b *Bot) afterCall(ctx context.Context, j *job, o *offer, err error) error {
	outcome, event := outcomeRefused, auditNot
	switch {
	case err == nil:
		outcome, event = outcomeBegun, auditBegun
	case errors.Is(err, diag.ErrOutcome):
		outcome, event = outcomeUnknown, auditUnknown
	}
	if err := b.store.noteDeed(context.WithoutCancel(ctx), o.ID, "outcome", outcome); err != nil {
		b.log.Error("the outcome of an action is in the log only", "offer", o.ID, "outcome", outcome, "err", err)
	}
	b.publish(ctx, o, auditLine{event: auditIntent, user: j.User, reason: j.Press.Reason})
	b.audit(ctx, o, auditLine{event: event, user: j.User, team: j.Team, detail: outcomeDetail(err)})
	b.markConfirmed(ctx, j, o)
	done, loadErr := b.store.deedOf(ctx, o.ID)
	if loadErr != nil {
		done = deed{Holder: j.id, Intent: time.Now()}
	}
	done.Outcome = outcome
	if outcome == outcomeRefused {
		return b.notBegun(ctx, j, o, done, err)
	}
	return b.watch(ctx, j, o, done)
}

func outcomeDetail(err error) string {
	if err == nil {
		return "the cloud has accepted it"
	}
	return err.Error()
}

// takeOver goes on with an action whose worker is gone. Whether its call was made
// is known only if the outcome was written down.
func (b *Bot) takeOver(ctx context.Context, j *job, o *offer, done deed) error {
	b.log.Warn("an action goes on in another worker", "offer", o.ID, "outcome", done.Outcome)
	switch done.Outcome {
	case outcomeRefused:
		return b.notBegun(ctx, j, o, done, nil)
	case "":
		done.Outcome = outcomeUnknown
		if err := b.store.noteDeed(ctx, o.ID, "outcome", outcomeUnknown); err != nil {
			return err
		}
		b.audit(ctx, o, auditLine{event: auditUnknown, user: j.User, team: j.Team, detail: "sshhelp was stopped between writing the intent down and the answer to the call"})
	}
	b.markConfirmed(ctx, j, o)
	return b.watch(ctx, j, o, done)
}

// notClaimed puts into words why an offer was not to be had.
func (b *Bot) notClaimed(answer string) *refusal {
	switch answer {
	case "yes":
		return nil
	case "used":
		return &refusal{"used", "Somebody else was faster and has confirmed this already; the thread says what comes of it."}
	case "busy":
		return &refusal{"instance busy", "Something is being done to this instance already, confirmed in another thread. Nothing was done."}
	case "rest":
		return &refusal{"cooldown", fmt.Sprintf("Something was done to this instance less than %s ago. Give it time, and press Recheck later.", inWords(b.Actions.Cooldown))}
	case "person":
		return &refusal{"cap of the person", fmt.Sprintf("You have confirmed %d actions within an hour, which is as many as one person may. Ask a colleague, or wait.", b.Actions.PerPersonPerHour)}
	}
	return &refusal{"cap of all", fmt.Sprintf("There were %d actions within an hour, which is as many as sshhelp carries out. If there is so much to repair, look for what it has in common.", b.Actions.PerHour)}
}

// giveBack frees an offer whose call was not made, and says why it was not.
func (b *Bot) giveBack(ctx context.Context, j *job, o *offer, no *refusal) error {
	b.noteRefusal(ctx, o, j, no)
	if err := b.store.unclaim(ctx, o, j.id); err != nil {
		b.log.Warn("an offer could not be given back", "offer", o.ID, "err", err)
	}
	return b.tell(ctx, j, message{text: escape(no.text)})
}

// notBegun says that the cloud refused. The instance need not rest from what was
// not done to it.
func (b *Bot) notBegun(ctx context.Context, j *job, o *offer, done deed, err error) error {
	if err := b.store.db.Del(ctx, b.store.rest(o.Instance.ID)).Err(); err != nil {
		b.log.Warn("an instance rests for nothing", "instance", o.Instance.ID, "err", err)
	}
	if err := b.store.unclaim(ctx, o, j.id); err != nil {
		b.log.Warn("an instance could not be freed", "instance", o.Instance.ID, "err", err)
	}
	return b.say(ctx, o, actPart, actMessage(o, j, done, whyRefused(err)))
}

// whyRefused puts the cloud's refusal into a sentence.
func whyRefused(err error) string {
	const press = " Press Recheck for how it is now."
	switch {
	case errors.Is(err, diag.ErrConflict):
		return "The cloud refused: the instance's state does not allow it, or it is locked. Nothing was done." + press
	case errors.Is(err, diag.ErrGone):
		return "The cloud refused: there is no such instance any more. Nothing was done."
	case errors.Is(err, diag.ErrRefused):
		return "The cloud refused: sshhelp's credential for actions may not do this, or the cloud has no time for it. Nothing was done. Whoever runs sshhelp finds the answer in its log."
	case errors.Is(err, diag.ErrCredentials):
		return "The cloud refused sshhelp's credential for actions. Nothing was done. Whoever runs sshhelp has to renew it."
	case errors.Is(err, diag.ErrUnreachable):
		return "The cloud could not be reached, so nothing was sent and nothing was done." + press
	}
	return "The cloud refused. Nothing was done." + press
}

// inWords rounds to what people would say.
func inWords(d time.Duration) string {
	switch {
	case d < time.Second:
		return "less than a second"
	case d == time.Minute:
		return "a minute"
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d minutes", int(d.Round(time.Minute).Minutes()))
	}
	return fmt.Sprintf("%d seconds", int(d.Round(time.Second).Seconds()))
}
