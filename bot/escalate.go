package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"sshhelp/commands"
	"sshhelp/diag"
)

// Escalation says where cases go that tier 1 hands over. The zero value keeps
// them in their threads.
type Escalation struct {
	Channel       string // ID; "" for none
	WebhookURL    string // "" for none
	WebhookSecret string // signs what the webhook gets
	// Logs gives the last lines of the places that probes ran from; nil: none.
	Logs func(context.Context) []commands.Excerpt
}

const (
	escalateAction = "escalate"      // the button; its value is the reference of a check
	escalateForm   = "escalate_form" // its metadata is an order's reference
	summaryBlock   = "summary"
	maxSummary     = 2800 // characters; a text input takes 3000
)

// handover is what the newest run saw and what was pasted since; if that is
// forgotten, the instance is looked at again.
func (b *Bot) handover(ctx context.Context, j *job, r *record) (*commands.Handover, error) {
	program := "sshhelp " + b.Version
	e, err := b.store.keptOf(ctx, r.Ref)
	switch {
	case err == nil:
		return commands.NewHandover(b.Engine.Reason(e, r.Pastes), program), nil
	case !errors.Is(err, errForgotten):
		return nil, err
	}
	found, err := b.Engine.Find(ctx, r.Asked, b.gate.scope(ctx, j.Team, r.Channel, j.User))
	if err != nil {
		return nil, fmt.Errorf("look again for a hand-over: %w", err)
	}
	return commands.NewHandover(b.Engine.Diagnose(ctx, found, nil), program), nil
}

func escalateButton(ref string) *slack.ButtonBlockElement {
	button := slack.NewButtonBlockElement(escalateAction, ref, formText("Escalate"))
	button.AccessibilityLabel = "Hand this case over to the next people, after looking at the summary"
	return button
}

// escalateClicked opens the summary of a check.
func (b *Bot) escalateClicked(i *interaction) *wish {
	j := i.job(summaryJob, i.Actions[0].Value)
	j.Place.Thread = ""
	return &wish{job: j, gate: b.store.check(j.Ref), or: j.tell(forgottenText)}
}

// offerEscalation answers the word "escalate" in a thread: a form can only be
// opened by a click.
func (b *Bot) offerEscalation(ctx context.Context, j *job, r *record) error {
	const text = "Look at the summary, and send it on."
	return b.tell(ctx, j, message{text: text, blocks: []slack.Block{words(text), slack.NewActionBlock("", escalateButton(r.Ref))}})
}

// openSummary shows what would be handed over, to be edited.
func (b *Bot) openSummary(ctx context.Context, j *job) error {
	r, err := b.recall(ctx, j)
	if ok, err := b.granted(ctx, j, r, err); !ok {
		return err
	}
	o := order{User: j.User, Asked: r.Asked, Place: place{Channel: r.Channel, Thread: r.Thread}, Ref: r.Ref}
	id := newRef()
	if err := b.store.keep(ctx, b.store.order(id), o, formTTL); err != nil {
		return err
	}
	err = b.web.open(ctx, j.Trigger, b.summaryView(id, r))
	if triggerSpent(err) {
		return b.tell(ctx, j, message{text: "The summary could not be opened in time. Please press the button again."})
	}
	return err
}

func (b *Bot) summaryView(id string, r *record) slack.ModalViewRequest {
	input := slack.NewPlainTextInputBlockElement(nil, summaryBlock)
	input.Multiline, input.MaxLength, input.InitialValue = true, maxSummary, tamed(draft(r), maxSummary)
	block := slack.NewInputBlock(summaryBlock, formText("Summary"), formText("The evidence goes along by itself: say what else is known."), input)
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: escalateForm, PrivateMetadata: id,
		Title: formText("Hand over"), Submit: formText("Send"), Close: formText("Cancel"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{block, words(b.destination())}},
	}
}

// destination says who will see the hand-over.
func (b *Bot) destination() string {
	places := []string{"the thread"}
	if b.Escalation.Channel != "" {
		places = append(places, "<#"+b.Escalation.Channel+">")
	}
	if b.Escalation.WebhookURL != "" {
		places = append(places, "the ticket system")
	}
	return "It goes to " + strings.Join(places, ", ") + ", with everything that was seen, without passwords, keys and tokens."
}

// draft is the summary to begin with.
func draft(r *record) string {
	verdict := "The check has not ended."
	if r.Last != nil {
		verdict = r.Last.Verdict
	}
	lines := []string{"SSH to " + r.Asked.Query + " fails.", verdict}
	if r.Asked.From.IsValid() {
		lines = append(lines, "From: "+r.Asked.From.String())
	}
	if r.Asked.User != "" {
		lines = append(lines, "Account: "+r.Asked.User)
	}
	for _, t := range r.Tried {
		lines = append(lines, "Tried: "+t.What)
	}
	return strings.Join(lines, "\n")
}

// tamed is tame for a text of several lines.
func tamed(text string, n int) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = tame(lines[i], n)
	}
	text = strings.Join(lines, "\n")
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return text
}

// summarySent takes the form. Whether its sender may is judged by the worker.
func (b *Bot) summarySent(i *interaction) (payload any, w *wish) {
	text := strings.TrimSpace(i.View.text(summaryBlock))
	if text == "" {
		return fieldError(summaryBlock, "Say in a sentence what is wrong."), nil
	}
	j := i.job(escalateJob, newRef())
	j.Order, j.Text = i.View.Metadata, tamed(diag.Redact(text), maxSummary)
	return nil, &wish{seen: "escalate:" + i.View.ID, job: j}
}

// escalate hands a case over: into the thread, the channel, and the webhook. Each
// is claimed before it is done, so that a worker that takes over does none twice.
func (b *Bot) escalate(ctx context.Context, j *job) error {
	r, err := b.ordered(ctx, j)
	if ok, err := b.granted(ctx, j, r, err); !ok {
		return err
	}
	h, err := b.handover(ctx, j, r)
	if err != nil {
		return err
	}
	h.Reference, h.Summary, h.By, h.Thread, h.Tried = r.Ref, j.Text, j.User, b.link(r.Channel, r.Thread), r.Tried
	if b.Escalation.Logs != nil {
		h.Logs = b.Escalation.Logs(ctx)
	}
	return b.deliver(ctx, j, r, h)
}

// ordered loads the check that a summary was written for.
func (b *Bot) ordered(ctx context.Context, j *job) (*record, error) {
	var o order
	if err := b.store.fetch(ctx, b.store.order(j.Order), &o); err != nil {
		return nil, err
	}
	if o.User != j.User || o.Ref == "" {
		return nil, errForgotten
	}
	j.Place = o.Place
	return b.store.load(ctx, o.Ref)
}

// deliver carries the hand-over to each place; one that fails keeps no other from
// getting it, and the thread says so.
func (b *Bot) deliver(ctx context.Context, j *job, r *record, h *commands.Handover) error {
	files, err := bundle(h)
	if err != nil {
		return err
	}
	var told []string
	note := func(text string) { told = append(told, text) }
	if _, err := b.handTo(ctx, r.Channel, r.Thread, "handover:"+j.Order, h, files); err != nil {
		return err
	}
	if c := b.Escalation.Channel; c != "" && c != r.Channel {
		ts, err := b.handTo(ctx, c, "", "handover-channel:"+j.Order, h, files)
		switch {
		case err != nil:
			b.log.Error("a case did not reach the channel for escalations", "ref", r.Ref, "channel", c, "err", err)
			note("It could not be posted to <#" + c + ">; whoever runs sshhelp finds reference " + r.Ref + " in the log.")
		default:
			note("It is in <" + b.link(c, ts) + "|the channel for escalations>.")
		}
	}
	if b.Escalation.WebhookURL != "" {
		note(b.hook(ctx, j, r, h))
	}
	if len(told) == 0 {
		return nil
	}
	m := message{text: strings.Join(told, " "), ref: r.Ref, part: "handed-over:" + j.Order}
	return b.ensure(ctx, r.Channel, r.Thread, m)
}

// handTo posts the hand-over once and shares its files under it.
func (b *Bot) handTo(ctx context.Context, channel, thread, part string, h *commands.Handover, files []file) (ts string, err error) {
	m := handoverMessage(h)
	m.ref, m.part = h.Reference, part
	ts, err = b.postOnce(ctx, channel, thread, answer, m)
	if err != nil && !errors.Is(err, errUnknown) {
		return "", err
	}
	fresh, err := b.store.db.SetNX(ctx, b.store.posted(h.Reference, part+":files"), "begun", b.store.ttl).Result()
	if err != nil {
		return ts, fmt.Errorf("claim the files of %s: %w", part, err)
	}
	if !fresh {
		return ts, nil
	}
	under := thread
	if under == "" {
		under = ts
	}
	if err := b.web.share(ctx, channel, under, files...); err != nil {
		b.log.Warn("a hand-over has no files", "ref", h.Reference, "channel", channel, "err", err)
	}
	return ts, nil
}

// handoverMessage is what people see of it without opening a file.
func handoverMessage(h *commands.Handover) message {
	p := &page{left: maxJSON - footRoom}
	p.add(heading("Handed over: " + tame(h.Verdict, maxHeader-14)))
	p.add(slack.NewRichTextBlock("", line(bold("By "), slack.NewRichTextSectionUserElement(h.By, nil), plain(" · reference "+h.Reference+" · "),
		slack.NewRichTextSectionLinkElement(h.Thread, "thread", nil))))
	p.add(slack.NewRichTextBlock("", preformatted(h.Summary)))
	if h.Instance != nil {
		p.add(slack.NewRichTextBlock("", line(plain(h.Instance.InWords()))))
	}
	return message{text: "Handed over: " + escape(tame(h.Verdict, maxTop)), blocks: p.blocks}
}

// bundle makes the files: one for people, one for programs.
func bundle(h *commands.Handover) ([]file, error) {
	data, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode hand-over %s: %w", h.Reference, err)
	}
	name := "sshhelp-" + h.Reference
	return []file{{name + ".md", "Hand-over " + h.Reference, h.Markdown()}, {name + ".json", "The same as JSON", string(data)}}, nil
}

// hook sends the case to the webhook and says what came of it. A worker that
// takes over does not send it again: whether its predecessor's arrived is unknown.
func (b *Bot) hook(ctx context.Context, j *job, r *record, h *commands.Handover) string {
	key := b.store.posted(r.Ref, "hook:"+j.Order)
	fresh, err := b.store.db.SetNX(ctx, key, "sending", b.store.ttl).Result()
	if err != nil || !fresh {
		b.log.Warn("a case is not sent to the webhook again", "ref", r.Ref, "err", err)
		return unsureSentText
	}
	body, err := json.Marshal(h)
	if err == nil {
		err = b.webhook.send(ctx, r.Ref+"-"+j.Order, body)
	}
	b.log.Info("sent to the webhook", "ref", r.Ref, "case", j.Order, "err", err)
	switch {
	case err == nil:
		return "The ticket system has it."
	case errors.Is(err, errNotTaken), errors.Is(err, errRefused):
		return "The ticket system did not take it; whoever runs sshhelp finds reference " + r.Ref + " in the log."
	}
	return unsureSentText
}

const unsureSentText = "It is not known whether the ticket system has it; look there before sending it again."
