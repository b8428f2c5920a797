package twin

import (
	"slices"
	"strings"
)

// eventScope names the scope without which Slack does not deliver an event.
var eventScope = map[string]string{
	"app_mention":      "app_mentions:read",
	"message.channels": "channels:history",
	"message.groups":   "groups:history",
	"message.im":       "im:history",
	"reaction_added":   "reactions:read",
	"reaction_removed": "reactions:read",
}

// subscribed says whether the app gets an event: subscribed to, and with the scope for it.
func (t *Twin) subscribed(event string) bool {
	scope := eventScope[event]
	return (len(t.sc.Events) == 0 || slices.Contains(t.sc.Events, event)) &&
		(scope == "" || slices.Contains(t.sc.Scopes, scope))
}

// messageEvent is the name under which a channel's messages are subscribed to.
func (c *channel) messageEvent() string {
	switch {
	case c.im:
		return "message.im"
	case c.private:
		return "message.groups"
	}
	return "message.channels"
}

// announce tells the bot of a new message: as a message, and as a mention besides, if it is one. Slack sends both,
// and the bot's own messages too. mu is held.
func (t *Twin) announce(c *channel, m Message) {
	if !c.bot {
		return
	}
	if t.subscribed(c.messageEvent()) {
		t.sendEvent(c, t.eventOf(c, m, nil))
	}
	mentioned := strings.Contains(m.Text, "<@"+t.sc.Bot.UserID+">")
	if mentioned && !c.im && m.BotID != t.sc.Bot.BotID && t.subscribed("app_mention") {
		e := t.eventOf(c, m, map[string]any{"type": "app_mention"})
		delete(e, "channel_type")
		delete(e, "subtype")
		t.sendEvent(c, e)
	}
}

func (t *Twin) announceEdit(c *channel, old, m Message) {
	if c.bot && t.subscribed(c.messageEvent()) {
		t.sendEvent(c, map[string]any{
			"type": "message", "subtype": "message_changed", "hidden": true, "channel": c.id,
			"channel_type": c.kind(), "ts": t.ts(), "event_ts": m.Edited.TS,
			"message": toMap(m.api(false)), "previous_message": toMap(old.api(false)),
		})
	}
}

func (t *Twin) announceDelete(c *channel, old Message) {
	if c.bot && t.subscribed(c.messageEvent()) {
		now := t.ts()
		t.sendEvent(c, map[string]any{
			"type": "message", "subtype": "message_deleted", "hidden": true, "channel": c.id,
			"channel_type": c.kind(), "ts": now, "event_ts": now, "deleted_ts": old.TS,
			"previous_message": toMap(old.api(false)),
		})
	}
}

// eventOf is a message in the form of an event.
func (t *Twin) eventOf(c *channel, m Message, more map[string]any) map[string]any {
	e := toMap(m.api(false))
	e["channel"], e["channel_type"], e["event_ts"] = c.id, c.kind(), m.TS
	if c.extShared {
		e["user_team"], e["source_team"] = m.Team, m.Team
	}
	for k, v := range more {
		e[k] = v
	}
	return e
}

// api is the message as the Web API and payloads show it: without the channel, and with metadata only where asked for.
func (m Message) api(metadata bool) Message {
	m.Channel = ""
	if !metadata {
		m.Metadata = nil
	}
	return m
}

// sendEvent wraps an event as the Events API does and hands it to the sockets. mu is held.
func (t *Twin) sendEvent(c *channel, event map[string]any) {
	payload := map[string]any{
		"token": "verification-token", "team_id": t.sc.Team.ID, "api_app_id": t.sc.Bot.AppID, "type": "event_callback",
		"event": event, "event_id": t.id("Ev"), "event_time": t.now().Unix(), "event_context": t.id("EC"),
		"is_ext_shared_channel": c != nil && c.extShared,
		"authorizations": []any{map[string]any{
			"enterprise_id": t.enterprise(), "team_id": t.sc.Team.ID,
			"user_id": t.sc.Bot.UserID, "is_bot": true, "is_enterprise_install": false,
		}},
	}
	t.deliverEvent(event["type"].(string), payload)
}

func (t *Twin) enterprise() any {
	if t.sc.Team.Enterprise == "" {
		return nil
	}
	return t.sc.Team.Enterprise
}

// inviteBot makes the bot a member of the channel, or no longer, and tells it. mu is held.
func (t *Twin) inviteBot(c *channel, by string, in bool) {
	if c.bot == in {
		return
	}
	event := "member_left_channel"
	if in {
		event, c.bot = "member_joined_channel", true
	}
	t.changed(Change{Kind: "channel", Channel: c.id})
	if t.subscribed(event) {
		t.sendEvent(c, map[string]any{
			"type": event, "user": t.sc.Bot.UserID, "channel": c.id, "channel_type": c.id[:1],
			"team": t.sc.Team.ID, "inviter": by, "event_ts": t.ts(),
		})
	}
	c.bot = in
}
