package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"sshhelp/commands"
	"sshhelp/diag"
)

// actPart names the message that tells of an action, with the offer's ID.
const actPart = "act"

// A watching is one action that is being watched.
type watching struct {
	o     *offer
	j     *job
	done  deed
	until time.Time
	rung  time.Time // when SSH was tried last
	ssh   string    // what is known of SSH
	shown string    // the message as it stands
}

// watch tells in the thread what becomes of an action, until SSH answers or time
// is up, and then has the instance checked anew. After a call of unknown outcome
// it looks for a sign of it, and never makes it again.
func (b *Bot) watch(ctx context.Context, j *job, o *offer, done deed) error {
	w := &watching{o: o, j: j, done: done, until: done.Intent.Add(b.Actions.Watch)}
	if err := b.say(ctx, o, actPart, actMessage(o, j, done, w.now())); err != nil && ctx.Err() == nil {
		b.log.Warn("cannot say that an action is under way", "offer", o.ID, "err", err)
	}
	if len(done.Seen) == 0 {
		w.shown = w.key(w.now())
	}
	ended := ""
	for ended == "" {
		ended = b.glance(ctx, w)
		if ctx.Err() != nil {
			b.unwatched(ctx, w)
			return ctx.Err()
		}
		b.tellOf(ctx, w, ended)
		// Who is to stop does not watch on for minutes: another can.
		if ended == "" && !b.acts.rest(b.acting.look) {
			b.unwatched(ctx, w)
			return fmt.Errorf("%w while watching", errAgain)
		}
	}
	b.audit(ctx, o, auditLine{event: auditEnded, user: j.User, team: j.Team, detail: ended})
	if err := b.store.unclaim(ctx, o, j.id); err != nil {
		b.log.Warn("an instance could not be freed", "instance", o.Instance.ID, "err", err)
	}
	return b.checkAfter(ctx, o)
}

// glance looks once at the instance and, when it is up, at SSH. It returns how
// the watch has ended; "" if it goes on.
func (b *Bot) glance(ctx context.Context, w *watching) string {
	i := b.sight(ctx, w)
	if ctx.Err() != nil {
		return ""
	}
	passed := inWords(time.Since(w.done.Intent))
	switch {
	case i == nil:
	case w.done.Outcome == outcomeUnknown && !w.moved(i):
		if time.Since(w.done.Intent) > b.acting.doubt {
			return "No sign that the cloud took it. It was not tried again: look at the instance before anybody does."
		}
		return ""
	case commands.Reached(i):
		if b.sshAnswers(ctx, w, i) {
			if w.ssh == "" {
				return fmt.Sprintf("The instance is ACTIVE after %s. From here it cannot be seen whether SSH answers.", passed)
			}
			return fmt.Sprintf("SSH answers after %s.", passed)
		}
	case i.Status == "ERROR" && i.Task == "":
		return "The instance is in ERROR now. The cloud's support has to look at it."
	}
	switch late := time.Now().After(w.until); {
	case late && w.ssh != "" && i != nil && commands.Reached(i):
		return fmt.Sprintf("The instance is ACTIVE, but SSH has not answered within %s. The new check says why.", inWords(b.Actions.Watch))
	case late:
		return fmt.Sprintf("Not up within %s. It is watched no longer.", inWords(b.Actions.Watch))
	}
	return ""
}

// sight reads the state and keeps it if it is a new one; nil if the cloud did
// not tell.
func (b *Bot) sight(ctx context.Context, w *watching) *diag.Instance {
	looking, cancel := context.WithTimeout(ctx, lookMost)
	defer cancel()
	i, err := b.Actions.Hands.Look(looking, w.o.Instance.ID)
	state := ""
	switch {
	case errors.Is(err, diag.ErrGone):
		state = "gone"
	case err != nil:
		b.log.Info("cannot look at an instance that is watched", "instance", w.o.Instance.ID, "err", err)
		return nil
	default:
		state = commands.StateOf(i)
	}
	if n := len(w.done.Seen); n > 0 && w.done.Seen[n-1].State == state {
		return i
	}
	w.done.Seen = append(w.done.Seen, sight{At: time.Now(), State: state})
	if data, err := json.Marshal(w.done.Seen); err == nil {
		if err := b.store.noteDeed(ctx, w.o.ID, "seen", string(data)); err != nil {
			b.log.Debug("a state that was seen is not noted", "offer", w.o.ID, "err", err)
		}
	}
	return i
}

// moved reports whether the instance shows that a call of unknown outcome was
// taken: it has left the state in which it was, or has been changed.
func (w *watching) moved(i *diag.Instance) bool {
	return i.Status != w.o.Instance.Status || i.Task != "" || i.Updated.After(w.o.Instance.Updated) || len(w.done.Seen) > 1
}

// sshAnswers reports whether there is nothing more to wait for. Where SSH cannot
// be tried w.ssh stays empty.
func (b *Bot) sshAnswers(ctx context.Context, w *watching, i *diag.Instance) bool {
	if b.Actions.Answers == nil {
		return true
	}
	if time.Since(w.rung) < b.acting.ring {
		return false
	}
	w.rung = time.Now()
	yes, known := b.Actions.Answers(ctx, w.o.Asked, i)
	if !known {
		return true
	}
	w.ssh = "SSH does not answer yet."
	return yes
}

// now is what there is to say while the watch goes on.
func (w *watching) now() string {
	switch {
	case w.done.Outcome == outcomeUnknown:
		return "It is not known whether the cloud took it, and it will not be tried again. Watching for a sign of it."
	case w.ssh != "":
		return "Watching. " + w.ssh
	}
	return "Watching."
}

// key tells one state of the message from another.
func (w *watching) key(text string) string { return fmt.Sprint(len(w.done.Seen), text) }

// tellOf edits the message if it would say something new. One edit per look is
// slower than Slack's pace for edits; the last is always made.
func (b *Bot) tellOf(ctx context.Context, w *watching, ended string) {
	text := ended
	if ended == "" {
		text = w.now()
	}
	m := actMessage(w.o, w.j, w.done, text)
	said := w.key(text)
	if said == w.shown || ended == "" && !b.web.roomToEdit() {
		return
	}
	ts, err := b.postOnce(ctx, w.o.Channel, w.o.Thread, answer, withPart(w.o, actPart, m))
	if err == nil {
		err = b.web.update(ctx, w.o.Channel, ts, answer, withPart(w.o, actPart, m))
	}
	if err != nil {
		b.log.Warn("cannot say what becomes of an action", "offer", w.o.ID, "err", err)
		return
	}
	w.shown = said
}

// unwatched says so in the thread if nobody will go on watching: work in an
// embedded Redis ends with the process.
func (b *Bot) unwatched(ctx context.Context, w *watching) {
	if b.store.embedded == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	b.tellOf(ctx, w, "sshhelp was stopped while it watched. Look at the instance, or ask for a new check.")
}

// checkAfter has the instance checked anew, in the name of who asked first.
func (b *Bot) checkAfter(ctx context.Context, o *offer) error {
	r, err := b.store.load(ctx, o.Ref)
	if err != nil {
		return fmt.Errorf("check after an action: %w", err)
	}
	next := &job{
		Kind: followJob, Ref: o.Ref, Change: change{Recheck: true}, User: r.User, Team: r.Team, At: time.Now(),
		Place: place{Channel: o.Channel, Thread: o.Thread},
	}
	if err := b.store.enqueue(ctx, next); err != nil {
		return fmt.Errorf("check after an action: %w", err)
	}
	return nil
}

// say posts a message about an offer into its thread, once.
func (b *Bot) say(ctx context.Context, o *offer, part string, m message) error {
	return b.ensure(ctx, o.Channel, o.Thread, withPart(o, part, m))
}

func withPart(o *offer, part string, m message) message {
	m.ref, m.part = o.Ref, part+":"+o.ID
	return m
}

// markConfirmed takes the button away.
func (b *Bot) markConfirmed(ctx context.Context, j *job, o *offer) {
	if err := b.settleOffer(ctx, o, "confirmed. What becomes of it stands below."); err != nil {
		b.log.Warn("cannot take a button away", "offer", o.ID, "user", j.User, "err", err)
	}
}

// actMessage tells who confirmed what and why, the states seen since, and how it
// stands.
func actMessage(o *offer, j *job, done deed, now string) message {
	d, _ := commands.DeedOf(o.Action)
	title := d.Title + " of " + tame(o.Instance.Name, 100)
	who := line(bold("Confirmed by "), slack.NewRichTextSectionUserElement(j.User, nil))
	if j.Press.Reason != "" {
		who.Elements = append(who.Elements, plain(", reason: “"+j.Press.Reason+"”"))
	}
	elements := []slack.RichTextElement{who}
	if done.Console != "" {
		elements = append(elements, line(plain(done.Console)))
	}
	if len(done.Seen) > 0 {
		list := slack.NewRichTextList(slack.RTEListBullet, 0)
		for _, s := range done.Seen {
			utc := s.At.UTC().Format("15:04:05 UTC")
			list.Elements = append(list.Elements, line(slack.NewRichTextSectionDateElement(s.At.Unix(), "{time_secs}", nil, &utc), plain(" "+s.State)))
		}
		elements = append(elements, line(bold("States seen")), list)
	}
	elements = append(elements, line(bold("Now: "), plain(now)))
	return message{text: escape(title + ": " + now), blocks: []slack.Block{heading(title), slack.NewRichTextBlock("", elements...)}}
}

// firstMessage asks for the second of two confirmations.
func firstMessage(o *offer, c *consent) message {
	d, _ := commands.DeedOf(o.Action)
	utc := c.Until.UTC().Format("15:04 UTC")
	l := line(slack.NewRichTextSectionUserElement(c.User, nil), plain(" has confirmed it, reason: “"+c.Reason+"”. Somebody else of on-call has to confirm it too, by the button above, until "),
		slack.NewRichTextSectionDateElement(c.Until.Unix(), "{time}", nil, &utc), plain("."))
	title := d.Title + ": one more person has to confirm"
	return message{text: escape(title + "."), blocks: []slack.Block{heading(title), slack.NewRichTextBlock("", l)}}
}
