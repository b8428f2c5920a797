package twin

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
)

// Refusal is why an action of a user came to nothing: one of Slack's words such as "operation_timeout", or the
// page's own, such as "no_such_action". Fields has the texts by block id for "invalid_input".
type Refusal struct {
	Code   string
	Fields map[string]string
}

func (r *Refusal) Error() string { return r.Code }

// refusal turns an internal refusal into the exported one.
func refusal(err error) error {
	if e := (*apiError)(nil); errors.As(err, &e) {
		return &Refusal{Code: e.code}
	}
	return err
}

// Actor acts as one user. Channels are named by id, "#name", or "@bot" for the direct messages with the bot.
// Every method that waits for the bot's ack ends with the context, too.
type Actor struct {
	t    *Twin
	user string
}

// As returns the hands and eyes of a user, named by id or name; it panics if there is no such person, for that is a
// mistake in a test.
func (t *Twin) As(user string) *Actor {
	a, err := t.actor(user)
	if err != nil {
		panic("twin: no person " + user)
	}
	return a
}

func (t *Twin) actor(user string) (*Actor, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	u := t.user(user)
	if u == nil || u.IsBot {
		return nil, &Refusal{Code: "user_not_found"}
	}
	return &Actor{t, u.ID}, nil
}

// ID is the user's id.
func (a *Actor) ID() string { return a.user }

// Receipt is what comes back when the bot has acked a command, a click or a submission.
type Receipt struct {
	EnvelopeID string
	Latency    time.Duration
	Message    *Message          // Command: what the user sees of the ack, or of the failure
	Text       string            // Command: the ack's text
	Blocks     json.RawMessage   // Command: the ack's blocks
	Errors     map[string]string // Submit: texts by block id, from response_action "errors"
	View       *View             // Submit: the modal that is open afterwards
}

// flown waits for a flight's end and makes its receipt.
func (a *Actor) flown(ctx context.Context, f *flight, r *Receipt) (Receipt, error) {
	select {
	case <-f.done:
	case <-ctx.Done():
		return Receipt{EnvelopeID: f.id}, ctx.Err()
	case <-a.t.ctx.Done():
		return Receipt{EnvelopeID: f.id}, errors.New("the twin is closed")
	}
	a.t.mu.Lock()
	defer a.t.mu.Unlock()
	r.EnvelopeID = f.id
	if f.failure != "" {
		return *r, &Refusal{Code: f.failure}
	}
	r.Latency = f.latency
	return *r, nil
}

// channel finds a channel the user can see. mu is held.
func (a *Actor) channel(ref string) (*channel, error) {
	c := a.t.channelFor(a.user, ref)
	if c == nil || !a.t.sees(a.user, c.id) {
		return nil, &Refusal{Code: "channel_not_found"}
	}
	return c, nil
}

// member finds a channel the user can write in. mu is held.
func (a *Actor) member(ref string) (*channel, error) {
	c, err := a.channel(ref)
	if err == nil && !c.has(a.user) {
		err = &Refusal{Code: "not_in_channel"}
	}
	return c, err
}

// Command types a slash command ("/sshhelp web-1") into a channel's composer; there is none in threads.
func (a *Actor) Command(ctx context.Context, channel, text string) (Receipt, error) {
	a.t.mu.Lock()
	f, r, err := a.command(channel, text)
	a.t.mu.Unlock()
	if err != nil {
		return Receipt{}, err
	}
	out, err := a.flown(ctx, f, r)
	if ref := (*Refusal)(nil); errors.As(err, &ref) {
		out.Message = a.commandFailed(channel, text, ref.Code)
	}
	return out, err
}

func (a *Actor) command(ref, text string) (*flight, *Receipt, error) {
	t := a.t
	c, err := a.member(ref)
	if err != nil {
		return nil, nil, err
	}
	name, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	i := slices.IndexFunc(t.sc.Commands, func(s CommandSpec) bool { return s.Name == name })
	if i < 0 || !t.granted("commands") {
		return nil, nil, &Refusal{Code: "dispatch_unknown_command"}
	}
	rest = strings.TrimSpace(rest)
	if t.sc.Commands[i].ShouldEscape {
		rest = t.compose(rest, true)
	}
	t.acted(c.id, a.user)
	link, answers := t.newResponseURL(c.id, a.user, "")
	r := &Receipt{}
	f := t.launch(envelope{
		typ: "slash_commands", what: name, accepts: true,
		payload: a.commandPayload(c, name, rest, link),
		answer:  func(p json.RawMessage) { a.commandAnswer(c, answers, p, r) },
	})
	return f, r, nil
}

func (a *Actor) commandPayload(c *channel, name, text, link string) map[string]any {
	t := a.t
	u := t.user(a.user)
	shown := c.name
	switch {
	case c.im:
		shown = "directmessage"
	case c.private:
		shown = "privategroup"
	}
	p := map[string]any{
		"token": "verification-token", "team_id": t.teamOf(u), "team_domain": t.sc.Team.Domain,
		"channel_id": c.id, "channel_name": shown, "user_id": u.ID, "user_name": u.Name, "command": name, "text": text,
		"api_app_id": t.sc.Bot.AppID, "is_enterprise_install": "false", "response_url": link, "trigger_id": t.newTrigger(u.ID, false),
	}
	if t.sc.Team.Enterprise != "" {
		p["enterprise_id"], p["enterprise_name"] = t.sc.Team.Enterprise, "Enterprise"
	}
	return p
}

// commandAnswer shows the ack's payload: an object, or text alone. mu is held.
func (a *Actor) commandAnswer(c *channel, answers *responseURL, payload json.RawMessage, r *Receipt) {
	if len(payload) == 0 {
		return
	}
	in := &call{method: "ack", body: map[string]json.RawMessage{}}
	if json.Unmarshal(payload, &in.body) != nil {
		in.body = map[string]json.RawMessage{"text": payload}
	}
	parts, err := a.t.parseContent(in, maxMessageText, false)
	if err != nil || parts.empty() {
		a.t.log.Warn("ack shown to nobody", "err", err)
		return
	}
	a.t.inspect("ack", c.id, parts.parts())
	m := parts.into(a.t.ours())
	if in.str("response_type") == "in_channel" {
		m = a.t.post(c, m)
	} else {
		m.EphemeralTo = a.user
		m = a.t.whisper(c, m)
	}
	answers.original = m.TS
	r.Message, r.Text, r.Blocks = &m, m.Text, m.Blocks
}

// commandFailed is the notice Slack shows when a command did not reach the app.
func (a *Actor) commandFailed(ref, text, code string) *Message {
	a.t.mu.Lock()
	defer a.t.mu.Unlock()
	c, err := a.channel(ref)
	if err != nil {
		return nil
	}
	name, _, _ := strings.Cut(text, " ")
	m := a.t.post(c, Message{
		Subtype: "slackbot_response", User: slackbot, EphemeralTo: a.user,
		Text: name + " failed with the error \"" + code + "\"",
	})
	return &m
}

// Say posts text, as typed, into a channel or thread (threadTS "" for none).
func (a *Actor) Say(channel, threadTS, text string) (Message, error) {
	return a.say(channel, threadTS, text, false)
}

// Broadcast is Say in a thread with "also send to channel".
func (a *Actor) Broadcast(channel, threadTS, text string) (Message, error) {
	return a.say(channel, threadTS, text, true)
}

func (a *Actor) say(ref, threadTS, text string, broadcast bool) (Message, error) {
	t := a.t
	t.mu.Lock()
	defer t.mu.Unlock()
	c, m, err := a.draft(ref, threadTS, text)
	if err != nil {
		return Message{}, err
	}
	if m.Text == "" {
		return Message{}, &Refusal{Code: "no_text"}
	}
	if broadcast && m.ThreadTS != "" {
		m.Subtype = "thread_broadcast"
	}
	return t.post(c, m), nil
}

// draft makes a message of the user. mu is held.
func (a *Actor) draft(ref, threadTS, text string) (*channel, Message, error) {
	t := a.t
	c, err := a.member(ref)
	if err != nil {
		return nil, Message{}, err
	}
	if c.archived {
		return nil, Message{}, &Refusal{Code: "is_archived"}
	}
	thread, err := threadFor(c, threadTS)
	if err != nil {
		return nil, Message{}, refusal(err)
	}
	t.acted(c.id, a.user)
	m := Message{User: a.user, Team: t.teamOf(t.user(a.user)), ThreadTS: thread, ClientMsgID: t.id("msg-"), Text: t.compose(text, false)}
	if m.Text != "" {
		m.Blocks = richText(m.Text, t.id("b"))
	}
	return c, m, nil
}

// Edit changes an own message.
func (a *Actor) Edit(channel, ts, text string) (Message, error) {
	t := a.t
	t.mu.Lock()
	defer t.mu.Unlock()
	c, i, err := a.own(channel, ts)
	if err != nil {
		return Message{}, err
	}
	m := c.messages[i]
	m.Text = t.compose(text, false)
	m.Blocks = richText(m.Text, t.id("b"))
	return t.edit(c, i, m, a.user), nil
}

// Delete takes an own message back, or dismisses an ephemeral.
func (a *Actor) Delete(channel, ts string) error {
	t := a.t
	t.mu.Lock()
	defer t.mu.Unlock()
	c, i, err := a.own(channel, ts)
	if err == nil {
		t.remove(c, i)
	}
	return err
}

// own finds a message that the user wrote or alone sees. mu is held.
func (a *Actor) own(ref, ts string) (*channel, int, error) {
	c, err := a.channel(ref)
	if err != nil {
		return nil, 0, err
	}
	i := c.findFor(a.user, ts)
	if i < 0 {
		return nil, 0, &Refusal{Code: "message_not_found"}
	}
	if m := c.messages[i]; m.User != a.user && m.EphemeralTo != a.user {
		return nil, 0, &Refusal{Code: "cant_update_message"}
	}
	return c, i, nil
}

// Upload posts a file with an optional text into a channel or thread.
func (a *Actor) Upload(channel, threadTS, name string, data []byte, text string) (Message, error) {
	t := a.t
	t.mu.Lock()
	defer t.mu.Unlock()
	c, m, err := a.draft(channel, threadTS, text)
	if err != nil {
		return Message{}, err
	}
	if t.sc.NoUploads {
		return Message{}, &Refusal{Code: "file_uploads_disabled"}
	}
	u := t.newUpload(or(name, "untitled.txt"), a.user, len(data))
	u.store(slices.Clone(data))
	return t.share(c, m, []*upload{u}), nil
}

// React adds the user's reaction, or takes it back.
func (a *Actor) React(channel, ts, name string, add bool) error {
	a.t.mu.Lock()
	defer a.t.mu.Unlock()
	c, err := a.member(channel)
	if err != nil {
		return err
	}
	return refusal(a.t.react(c, ts, a.user, name, add))
}

// Invite makes the bot a member of a channel; Kick ends that.
func (a *Actor) Invite(channel string) error { return a.bring(channel, true) }

// Kick takes the bot out of a channel.
func (a *Actor) Kick(channel string) error { return a.bring(channel, false) }

func (a *Actor) bring(ref string, in bool) error {
	a.t.mu.Lock()
	defer a.t.mu.Unlock()
	c, err := a.member(ref)
	if err == nil {
		a.t.inviteBot(c, a.user, in)
	}
	return err
}
