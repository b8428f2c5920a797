package twin

import (
	"regexp"
	"strings"
)

func (t *Twin) authTest(*call) (reply, error) {
	out := reply{
		"url": "https://" + t.sc.Team.Domain + ".slack.com/", "team": t.sc.Team.Name, "user": t.sc.Bot.Name,
		"team_id": t.sc.Team.ID, "user_id": t.sc.Bot.UserID, "bot_id": t.sc.Bot.BotID, "is_enterprise_install": false,
	}
	if t.sc.Team.Enterprise != "" {
		out["enterprise_id"] = t.sc.Team.Enterprise
	}
	return out, nil
}

func (t *Twin) connectionsOpen(*call) (reply, error) { return reply{"url": t.ticketURL()}, nil }

// writable finds the channel the bot may post to. A user id stands for the direct messages with that user. mu is held.
func (t *Twin) writable(id string) (*channel, error) {
	c := t.channelByID(id)
	if c == nil {
		if u := t.user(id); u != nil && u.ID == id && id != t.sc.Bot.UserID {
			c = t.channelFor(u.ID, "@bot")
		}
	}
	switch {
	case c == nil, c.private && !c.bot:
		return nil, refuse("channel_not_found")
	case c.archived:
		return nil, refuse("is_archived")
	case !c.bot && !t.granted("chat:write.public"):
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

// threadFor checks thread_ts: it is the ts of a root. If the root was deleted the message goes to the channel, as in
// Slack; a ts that never was is refused. mu is held.
func threadFor(c *channel, ts string) (string, error) {
	if ts == "" {
		return "", nil
	}
	if !tsForm.MatchString(ts) {
		return "", refuse("invalid_arguments", "must be a message timestamp [json-pointer:/thread_ts]")
	}
	i := c.find(ts)
	switch {
	case i < 0 && oneOf(ts, c.gone):
		return "", nil
	case i < 0:
		return "", refuse("thread_not_found")
	case c.messages[i].IsReply():
		return "", refuse("cannot_reply_to_message")
	}
	return ts, nil
}

// ours makes an empty message of our bot.
func (t *Twin) ours() Message {
	return Message{User: t.sc.Bot.UserID, BotID: t.sc.Bot.BotID, AppID: t.sc.Bot.AppID, Team: t.sc.Team.ID}
}

func (t *Twin) chatPost(c *call) (reply, error) {
	ch, err := t.writable(c.str("channel"))
	if err != nil {
		return nil, err
	}
	parts, err := t.parseContent(c, maxMessageText, true)
	if err != nil {
		return nil, err
	}
	if parts.empty() {
		return nil, refuse("no_text")
	}
	m := parts.into(t.ours())
	if m.ThreadTS, err = threadFor(ch, c.str("thread_ts")); err != nil {
		return nil, err
	}
	if c.bool("reply_broadcast") && m.ThreadTS != "" {
		m.Subtype = "thread_broadcast"
	}
	t.inspect(c.method, ch.id, parts.parts())
	t.inspectParsing(c, ch.id)
	m = t.post(ch, m)
	return reply{"channel": ch.id, "ts": m.TS, "message": m.api(true)}, nil
}

// inspectParsing notes the arguments that make plain names into mentions.
func (t *Twin) inspectParsing(c *call, channel string) {
	if c.str("parse") == "full" || c.str("link_names") == "1" || c.bool("link_names") {
		t.mention(c.method, channel, "/link_names", "<!names>", "parse=full or link_names makes @names live")
	}
}

func (t *Twin) chatEphemeral(c *call) (reply, error) {
	ch, err := t.writable(c.str("channel"))
	if err != nil {
		return nil, err
	}
	u := t.user(c.str("user"))
	if u == nil || u.ID != c.str("user") || !ch.has(u.ID) {
		return nil, refuse("user_not_in_channel")
	}
	parts, err := t.parseContent(c, maxMessageText, true)
	if err != nil {
		return nil, err
	}
	if parts.empty() {
		return nil, refuse("no_text")
	}
	t.inspect(c.method, ch.id, parts.parts())
	m := parts.into(t.ours())
	m.EphemeralTo, m.ThreadTS = u.ID, c.str("thread_ts")
	m = t.whisper(ch, m)
	return reply{"message_ts": m.TS}, nil
}

// ownMessage finds a message that the bot may change; code is the refusal for messages of others. mu is held.
func (t *Twin) ownMessage(c *call, code string) (*channel, int, error) {
	ch := t.channelByID(c.str("channel"))
	if ch == nil || ch.private && !ch.bot {
		return nil, 0, refuse("channel_not_found")
	}
	i := ch.find(c.str("ts"))
	switch {
	case i < 0:
		return nil, 0, refuse("message_not_found")
	case ch.messages[i].BotID != t.sc.Bot.BotID || ch.messages[i].Subtype == "tombstone":
		return nil, 0, refuse(code)
	}
	return ch, i, nil
}

func (t *Twin) chatUpdate(c *call) (reply, error) {
	ch, i, err := t.ownMessage(c, "cant_update_message")
	if err != nil {
		return nil, err
	}
	if ch.archived {
		return nil, refuse("is_archived")
	}
	parts, err := t.parseContent(c, maxUpdateText, true)
	if err != nil {
		return nil, err
	}
	if parts.empty() && len(ch.messages[i].Files) == 0 {
		return nil, refuse("no_text")
	}
	t.inspect(c.method, ch.id, parts.parts())
	t.inspectParsing(c, ch.id)
	m := t.edit(ch, i, parts.into(ch.messages[i]), t.sc.Bot.UserID)
	return reply{"channel": ch.id, "ts": m.TS, "text": m.Text, "message": m.api(true)}, nil
}

func (t *Twin) chatDelete(c *call) (reply, error) {
	ch, i, err := t.ownMessage(c, "cant_delete_message")
	if err != nil {
		return nil, err
	}
	t.remove(ch, i)
	return reply{"channel": ch.id, "ts": c.str("ts")}, nil
}

func (t *Twin) chatPermalink(c *call) (reply, error) {
	ch := t.channelByID(c.str("channel"))
	if ch == nil || ch.private && !ch.bot {
		return nil, refuse("channel_not_found")
	}
	i := ch.find(c.str("message_ts"))
	if i < 0 {
		return nil, refuse("message_not_found")
	}
	m := ch.messages[i]
	link := "https://" + t.sc.Team.Domain + ".slack.com/archives/" + ch.id + "/p" + strings.Replace(m.TS, ".", "", 1)
	if m.IsReply() {
		link += "?thread_ts=" + m.ThreadTS + "&cid=" + ch.id
	}
	return reply{"channel": ch.id, "permalink": link}, nil
}

var emojiName = regexp.MustCompile(`^[a-z0-9_+'-]+(::skin-tone-[2-6])?$`)

func (t *Twin) reactionsAdd(c *call) (reply, error) { return nil, t.reactAsBot(c, true) }

func (t *Twin) reactionsRemove(c *call) (reply, error) { return nil, t.reactAsBot(c, false) }

func (t *Twin) reactAsBot(c *call, add bool) error {
	ch := t.channelByID(c.str("channel"))
	switch {
	case ch == nil, ch.private && !ch.bot:
		return refuse("channel_not_found")
	case !ch.bot:
		return refuse("not_in_channel")
	case !tsForm.MatchString(c.str("timestamp")):
		return refuse("bad_timestamp")
	case !emojiName.MatchString(c.str("name")):
		return refuse("invalid_name")
	}
	return t.react(ch, c.str("timestamp"), t.sc.Bot.UserID, c.str("name"), add)
}

// react adds or removes a reaction of user and tells all. mu is held.
func (t *Twin) react(ch *channel, ts, user, name string, add bool) error {
	i := ch.find(ts)
	if i < 0 {
		return refuse("message_not_found")
	}
	m, changed := ch.messages[i].react(name, user, add)
	if !changed && add {
		return refuse("already_reacted")
	}
	if !changed {
		return refuse("no_reaction")
	}
	ch.messages[i] = m
	t.changed(Change{Kind: "reaction", Channel: ch.id, TS: ts, Message: &m})
	event := "reaction_removed"
	if add {
		event = "reaction_added"
	}
	if ch.bot && t.subscribed(event) {
		t.sendEvent(ch, map[string]any{
			"type": event, "user": user, "reaction": name, "item_user": m.User, "event_ts": t.ts(),
			"item": map[string]any{"type": "message", "channel": ch.id, "ts": ts},
		})
	}
	return nil
}

func (t *Twin) setThreadStatus(c *call) (reply, error) {
	ch, err := t.writable(c.str("channel_id"))
	if err != nil {
		return nil, err
	}
	ts := c.str("thread_ts")
	if ch.find(ts) < 0 {
		return nil, refuse("invalid_thread_ts")
	}
	var loading []string
	if l := c.str("loading_messages"); l != "" {
		loading = strings.Split(l, ",")
	}
	if len(loading) > 10 {
		return nil, refuse("invalid_arguments", "no more than 10 items allowed [json-pointer:/loading_messages]")
	}
	t.inspect(c.method, ch.id, map[string]any{"status": c.str("status")})
	t.setStatus(Status{Channel: ch.id, ThreadTS: ts, Status: c.str("status"), LoadingMessages: loading})
	return nil, nil
}
