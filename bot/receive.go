package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
	"time"

	"sshhelp/commands"
)

// receive decides what an envelope asks for and has it queued. payload goes into
// the ack; ok is false if the envelope must stay without one.
func (b *Bot) receive(ctx context.Context, env envelope) (payload any, ok bool) {
	var w *wish
	switch env.Type {
	case "slash_commands":
		return privately(b.command(ctx, env)), true
	case "events_api":
		w = b.said(env)
	case "interactive":
		if payload, ok, mine := b.pressed(ctx, env); mine {
			return payload, ok
		}
		payload, w = b.interact(env)
	default:
		b.log.Info("acked an envelope of a kind that is not served", "type", env.Type)
	}
	return payload, w == nil || b.queue(ctx, w)
}

// privately makes an ack's payload that only the asker sees; none for no text.
func privately(text string) any {
	if text == "" {
		return nil
	}
	return map[string]string{"response_type": "ephemeral", "text": text}
}

// queue admits a wish; false if Slack should deliver it again.
func (b *Bot) queue(ctx context.Context, w *wish) bool {
	f, err := b.admit(ctx, *w)
	if err != nil {
		b.log.Warn("left without ack, to be delivered again", "err", err)
		return false
	}
	if f != queued {
		b.log.Info("not taken", "reason", string(f), "seen", w.seen, "user", w.job.User)
	}
	return f != busy
}

// A slashCommand is the payload of a slash command.
type slashCommand struct {
	Text        string `json:"text"`
	User        string `json:"user_id"`
	Channel     string `json:"channel_id"`
	Team        string `json:"team_id"`
	ResponseURL string `json:"response_url"`
	TriggerID   string `json:"trigger_id"`
}

// command serves a slash command and returns the private text for the ack. No
// API call is needed for it, so it stands there at once.
func (b *Bot) command(ctx context.Context, env envelope) string {
	var c slashCommand
	if err := json.Unmarshal(env.Payload, &c); err != nil {
		b.log.Error("unreadable command", "err", err)
		return brokenText
	}
	if !b.Access.allows(c.Team, c.Channel, c.User) {
		return notAllowedText(c.Channel, c.User)
	}
	j := &job{
		Ref: newRef(), User: c.User, Team: c.Team, At: time.Now(),
		Place: place{Channel: c.Channel, ResponseURL: c.ResponseURL},
	}
	j.order(unescape(c.Text))
	switch {
	case j.Kind == tellJob && strings.TrimSpace(c.Text) == "" && c.TriggerID != "":
		j.Kind, j.Trigger = formJob, c.TriggerID
	case j.Kind == tellJob:
		return cmp.Or(j.Text, usageText)
	}
	f, err := b.admit(ctx, wish{seen: "command:" + cmp.Or(c.TriggerID, env.ID), job: j})
	if err != nil {
		b.log.Warn("command refused, Redis does not take it", "err", err, "user", c.User)
		return noMemoryText
	}
	switch f {
	case many:
		return tooManyText(b.PerUserPerMinute)
	case busy:
		return busyText
	}
	if j.Kind != checkJob {
		return "" // what comes is its own receipt
	}
	return checkingText(j.Asked.Query, j.Place.direct())
}

// order makes of a line as people write it a check, or words for whoever wrote
// it: help, or what is wrong with the line.
func (j *job) order(line string) {
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "":
		j.Kind, j.Text = tellJob, usageText
		return
	case showMine, showStatus, showStats:
		j.Kind, j.Text = showJob, strings.ToLower(strings.TrimSpace(line))
		return
	}
	j.Kind = tellJob
	u := commands.UnderstandOrder(line)
	_, leak := redacted(line)
	switch {
	case leak:
		j.Text = leakText
	case u.Err != nil:
		j.Text = escape(u.Err.Error())
	case u.Has(commands.CheckIntent):
		j.Kind, j.Asked = checkJob, u.Asked()
	case u.Has(commands.HelpIntent):
		j.Text = helpText
	case u.Has(commands.HowtoIntent):
		j.Text = pageText(u.Intents[0].Value)
	case len(u.Intents) > 0:
		j.Text = elsewhereText
	}
}

// An event is the payload of an Events API delivery.
type event struct {
	Team      string    `json:"team_id"`
	ExtShared bool      `json:"is_ext_shared_channel"`
	Said      utterance `json:"event"`
}

// An utterance is an event of type message or app_mention. A message that
// mentions the bot comes as both.
type utterance struct {
	Type     string          `json:"type"`
	Subtype  string          `json:"subtype"`
	User     string          `json:"user"`
	BotID    string          `json:"bot_id"`
	Text     string          `json:"text"`
	Channel  string          `json:"channel"`
	TS       string          `json:"ts"`
	ThreadTS string          `json:"thread_ts"`
	Hidden   bool            `json:"hidden"`
	Tab      string          `json:"tab"`      // of app_home_opened
	EventTS  string          `json:"event_ts"` //
	Edited   json.RawMessage `json:"edited"`
	Files    []attachment    `json:"files"`
}

// fromPerson reports whether somebody has said something new: no edit, no
// deletion, nobody joining, no robot, not ourselves.
func (u *utterance) fromPerson(me identity) bool {
	switch u.Subtype {
	case "", "thread_broadcast", "file_share":
	default:
		return false
	}
	return u.User != "" && u.User != me.user && u.BotID == "" && !u.Hidden && len(u.Edited) == 0
}

// said returns what a message asks for; nil for nothing. Silence is decided
// here, before Redis is asked: most messages are talk between people.
func (b *Bot) said(env envelope) *wish {
	var e event
	if err := json.Unmarshal(env.Payload, &e); err != nil {
		b.log.Error("unreadable event", "err", err)
		return nil
	}
	u := &e.Said
	if u.Type == "app_home_opened" {
		return b.homeOpened(&e)
	}
	if (u.Type != "message" && u.Type != "app_mention") || !u.fromPerson(b.me) {
		return nil
	}
	j := job{
		Ref: newRef(), User: u.User, Team: e.Team, At: time.Now(),
		Place: place{Channel: u.Channel, Message: u.TS}, Files: u.texts(),
	}
	inThread := u.ThreadTS != "" && u.ThreadTS != u.TS
	if inThread {
		j.Place.Thread = u.ThreadTS
	}
	line, mentioned := b.unmention(u.Text)
	w := b.wishOf(j, line, mentioned || j.Place.direct(), inThread)
	if w == nil {
		b.log.Debug("silent", "reason", "not addressed, or not understood", "channel", u.Channel, "thread", u.ThreadTS)
		return nil
	}
	w.seen = "message:" + u.Channel + ":" + u.TS
	switch {
	case e.ExtShared:
		w.tellInstead(sharedText)
	case !b.Access.allows(e.Team, u.Channel, u.User):
		w.tellInstead(notAllowedText(u.Channel, u.User))
	}
	return w
}

// wishOf reads a line: in a thread of ours as a follow-up, else, if the bot is
// addressed, as a command.
func (b *Bot) wishOf(j job, line string, addressed, inThread bool) *wish {
	order := j
	if addressed {
		order.order(line)
	}
	answers := addressed && (order.Kind != tellJob || order.Text != "") // thanks get no answer
	if !inThread {
		if !answers {
			return nil
		}
		return &wish{job: &order}
	}
	w := &wish{gate: b.store.thread(j.Place.Channel, j.Place.Thread)}
	if answers {
		w.or = &order
	}
	follow := j
	follow.Aloud = addressed && !j.Place.direct()
	switch understood := follow.follow(line); {
	case understood && !answers:
		w.or = follow.adopts("")
	case understood && order.Kind == tellJob:
		w.or = follow.adopts(order.Text)
	case !understood && !answers:
		return nil
	case !understood:
		follow = order
	}
	w.job = &follow
	return w
}

// tellInstead keeps when to speak and changes what is said.
func (w *wish) tellInstead(text string) {
	w.job = w.job.tell(text)
	if w.or != nil {
		w.or = w.job
	}
}

// unmention takes our own mention out of a text and unescapes the rest.
func (b *Bot) unmention(text string) (line string, mentioned bool) {
	for _, m := range mentions.FindAllStringSubmatch(text, -1) {
		if m[1] == b.me.user {
			mentioned = true
			text = strings.Replace(text, m[0], " ", 1)
		}
	}
	return strings.TrimSpace(unescape(text)), mentioned
}
