package twin

import (
	"slices"
	"strconv"
)

// The scopes that read channels, by the type of channel.
var (
	readScopes    = []string{"channels:read", "groups:read", "im:read", "mpim:read"}
	historyScopes = []string{"channels:history", "groups:history", "im:history", "mpim:history"}
)

// readable finds a channel and checks the scope for its type: suffix is "read" or "history". mu is held.
func (t *Twin) readable(id, suffix string) (*channel, error) {
	ch := t.channelByID(id)
	if ch == nil || ch.private && !ch.bot {
		return nil, refuse("channel_not_found")
	}
	scope := map[string]string{"im": "im:", "group": "groups:", "channel": "channels:"}[ch.kind()] + suffix
	if !t.granted(scope) {
		return nil, t.missingScope(scope)
	}
	return ch, nil
}

func (t *Twin) conversationsInfo(c *call) (reply, error) {
	ch, err := t.readable(c.str("channel"), "read")
	if err != nil {
		return nil, err
	}
	out := t.conversation(ch)
	if c.bool("include_num_members") {
		out["num_members"] = len(ch.members)
	}
	return reply{"channel": out}, nil
}

func (t *Twin) conversation(ch *channel) map[string]any {
	if ch.im {
		return map[string]any{
			"id": ch.id, "is_im": true, "user": ch.peer, "is_open": true, "is_archived": false, "is_org_shared": false,
			"context_team_id": t.sc.Team.ID,
		}
	}
	teams := []string{t.sc.Team.ID}
	return map[string]any{
		"id": ch.id, "name": ch.name, "name_normalized": ch.name, "is_channel": !ch.private, "is_group": ch.private,
		"is_im": false, "is_mpim": false, "is_private": ch.private, "is_archived": ch.archived, "is_general": false,
		"is_shared": ch.extShared, "is_ext_shared": ch.extShared, "is_org_shared": false, "is_pending_ext_shared": false,
		"is_member": ch.bot, "context_team_id": t.sc.Team.ID, "shared_team_ids": teams, "creator": firstOf(ch.members),
		"topic": map[string]any{"value": ""}, "purpose": map[string]any{"value": ""},
	}
}

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func (t *Twin) conversationsOpen(c *call) (reply, error) {
	if c.has("channel") {
		ch, err := t.readable(c.str("channel"), "read")
		if err != nil {
			return nil, err
		}
		return reply{"channel": map[string]any{"id": ch.id}}, nil
	}
	u := t.user(c.str("users"))
	switch {
	case c.str("users") == "":
		return nil, refuse("users_list_not_supplied")
	case u == nil || u.ID != c.str("users"):
		return nil, refuse("user_not_found")
	case u.IsBot:
		return nil, refuse("cannot_dm_bot")
	case u.Deleted:
		return nil, refuse("user_disabled")
	}
	ch := t.channelFor(u.ID, "@bot")
	return reply{"channel": map[string]any{"id": ch.id}, "already_open": true, "no_op": true}, nil
}

// conversationsReplies is a thread: its root first, then replies, oldest first.
func (t *Twin) conversationsReplies(c *call) (reply, error) {
	ch, err := t.historyOf(c)
	if err != nil {
		return nil, err
	}
	ts := c.str("ts")
	if ch.find(ts) < 0 {
		return nil, refuse("thread_not_found")
	}
	var thread []Message
	for _, m := range ch.messages {
		if m.EphemeralTo == "" && (m.TS == ts || m.ThreadTS == ts) {
			thread = append(thread, m)
		}
	}
	return page(c, within(c, thread, ts))
}

// conversationsHistory is what stands in the channel itself, newest first.
func (t *Twin) conversationsHistory(c *call) (reply, error) {
	ch, err := t.historyOf(c)
	if err != nil {
		return nil, err
	}
	var main []Message
	for _, m := range ch.messages {
		if m.EphemeralTo == "" && (!m.IsReply() || m.Subtype == "thread_broadcast") {
			main = append(main, m)
		}
	}
	main = within(c, main, "")
	slices.Reverse(main)
	return page(c, main)
}

func (t *Twin) historyOf(c *call) (*channel, error) {
	ch, err := t.readable(c.str("channel"), "history")
	if err == nil && !ch.bot {
		err = refuse("not_in_channel")
	}
	return ch, err
}

// within applies oldest, latest and inclusive; the message keep (a thread's root) always stays.
func within(c *call, list []Message, keep string) []Message {
	oldest, latest, inclusive := c.str("oldest"), c.str("latest"), c.bool("inclusive")
	return slices.DeleteFunc(list, func(m Message) bool {
		if m.TS == keep || inclusive && (m.TS == oldest || m.TS == latest) {
			return false
		}
		return oldest != "" && m.TS <= oldest || latest != "" && m.TS >= latest
	})
}

// page cuts a list by limit (100, at most 1000) and cursor.
func page(c *call, list []Message) (reply, error) {
	start := 0
	if cur := c.str("cursor"); cur != "" {
		n, err := strconv.Atoi(cur)
		if err != nil || n < 0 || n > len(list) {
			return nil, refuse("invalid_cursor")
		}
		start = n
	}
	end := min(len(list), start+min(1000, max(1, c.int("limit", 100))))
	out := []Message{}
	for _, m := range list[start:end] {
		out = append(out, m.api(c.bool("include_all_metadata")))
	}
	next := ""
	if end < len(list) {
		next = strconv.Itoa(end)
	}
	return reply{"messages": out, "has_more": next != "", "response_metadata": map[string]any{"next_cursor": next}}, nil
}

func (t *Twin) usersInfo(c *call) (reply, error) {
	u := t.user(c.str("user"))
	if u == nil || u.ID != c.str("user") {
		return nil, refuse("user_not_found")
	}
	pub := u.public()
	profile := map[string]any{"real_name": pub.RealName, "display_name": u.Name, "title": u.Title, "team": t.teamOf(u)}
	if u.Email != "" && t.granted("users:read.email") {
		profile["email"] = u.Email
	}
	out := map[string]any{
		"id": u.ID, "team_id": t.teamOf(u), "name": u.Name, "real_name": pub.RealName, "deleted": u.Deleted,
		"is_bot": u.IsBot, "is_app_user": false, "is_admin": false, "is_owner": false, "is_primary_owner": false,
		"is_restricted": pub.IsRestricted, "is_ultra_restricted": u.IsUltraRestricted, "is_stranger": u.IsStranger,
		"tz": pub.TZ, "profile": profile, "updated": 1,
	}
	if c.bool("include_locale") {
		out["locale"] = pub.Locale
	}
	return reply{"user": out}, nil
}

func (t *Twin) usergroupsList(c *call) (reply, error) {
	if t.sc.FreePlan {
		return nil, refuse("plan_upgrade_required")
	}
	list := []any{}
	for _, g := range t.people.groups {
		o := map[string]any{
			"id": g.ID, "team_id": t.sc.Team.ID, "is_usergroup": true, "handle": g.Handle, "name": or(g.Name, g.Handle),
			"date_delete": 0,
		}
		if c.bool("include_users") {
			o["users"] = g.Users
		}
		if c.bool("include_count") {
			o["user_count"] = len(g.Users)
		}
		list = append(list, o)
	}
	return reply{"usergroups": list}, nil
}

func (t *Twin) usergroupsUsers(c *call) (reply, error) {
	if t.sc.FreePlan {
		return nil, refuse("plan_upgrade_required")
	}
	g := t.group(c.str("usergroup"))
	if g == nil || g.ID != c.str("usergroup") {
		return nil, refuse("no_such_subteam")
	}
	return reply{"users": g.Users}, nil
}
