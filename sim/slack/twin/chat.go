package twin

import (
	"regexp"
	"slices"
	"strings"
)

// channel is a channel or a direct message between our bot and peer.
type channel struct {
	id, name  string
	private   bool
	im        bool
	peer      string
	extShared bool
	archived  bool
	bot       bool
	members   []string
	messages  []Message // oldest first; roots, replies and ephemerals together
	gone      []string  // ts of deleted messages
}

// chat is all that was said.
type chat struct {
	channels []*channel
	statuses []statusLine
	lost     []Message
}

type statusLine struct {
	Status
	serial int // so that an old expiry does not clear a newer line
}

// kind is Slack's channel_type.
func (c *channel) kind() string {
	switch {
	case c.im:
		return "im"
	case c.private:
		return "group"
	}
	return "channel"
}

func (c *channel) has(user string) bool { return slices.Contains(c.members, user) }

// find returns the index of the message ts that everybody can see, or -1.
func (c *channel) find(ts string) int {
	return slices.IndexFunc(c.messages, func(m Message) bool { return m.TS == ts && m.EphemeralTo == "" })
}

// findFor also finds the ephemerals of user.
func (c *channel) findFor(user, ts string) int {
	return slices.IndexFunc(c.messages, func(m Message) bool {
		return m.TS == ts && (m.EphemeralTo == "" || m.EphemeralTo == user)
	})
}

// channelByID returns nil if there is no such channel. mu is held.
func (t *Twin) channelByID(id string) *channel {
	for _, c := range t.chat.channels {
		if c.id == id {
			return c
		}
	}
	return nil
}

// channelFor resolves what user calls a channel: an id, "#name", a name, or "@bot". mu is held.
func (t *Twin) channelFor(user, ref string) *channel {
	for _, c := range t.chat.channels {
		switch {
		case c.id == ref, !c.im && c.name == strings.TrimPrefix(ref, "#"):
			return c
		case c.im && c.peer == user && (ref == "@bot" || ref == "@"+t.sc.Bot.Name):
			return c
		}
	}
	return nil
}

// sees says whether user can read the channel: members can, and full members of the workspace any public one.
func (t *Twin) sees(user, channelID string) bool {
	c, u := t.channelByID(channelID), t.user(user)
	if c == nil {
		return channelID == "" // a change of no channel concerns everybody
	}
	guest := u == nil || u.IsRestricted || u.IsUltraRestricted || u.IsStranger
	return c.has(user) || !c.private && !guest
}

// post adds m to the channel, with a new ts, tells readers and, unless it is an ephemeral, the bot. mu is held.
func (t *Twin) post(c *channel, m Message) Message {
	m.Type, m.Channel, m.TS = "message", c.id, t.ts()
	m.Team = or(m.Team, t.sc.Team.ID)
	root := -1
	if m.ThreadTS != "" {
		root = c.find(m.ThreadTS)
	}
	if root >= 0 && m.EphemeralTo == "" {
		m.ParentUserID = c.messages[root].User
		t.countReply(c, root, m)
	}
	c.messages = append(c.messages, m)
	t.changed(Change{Kind: "message_posted", User: m.EphemeralTo, Channel: c.id, TS: m.TS, Message: &m})
	if m.EphemeralTo != "" {
		return m
	}
	if m.BotID == t.sc.Bot.BotID {
		t.clearStatus(c.id, or(m.ThreadTS, m.TS))
	}
	t.announce(c, m)
	return m
}

func (t *Twin) countReply(c *channel, root int, reply Message) {
	parent := c.messages[root]
	parent.ThreadTS = parent.TS
	parent.ReplyCount++
	parent.LatestReply = reply.TS
	if !slices.Contains(parent.ReplyUsers, reply.User) {
		parent.ReplyUsers = append(slices.Clone(parent.ReplyUsers), reply.User)
	}
	t.set(c, root, parent)
}

// set replaces a message and tells readers, not the bot. mu is held.
func (t *Twin) set(c *channel, i int, m Message) {
	c.messages[i] = m
	t.changed(Change{Kind: "message_changed", User: m.EphemeralTo, Channel: c.id, TS: m.TS, Message: &m})
}

// edit replaces a message by its edited form and tells readers and the bot. mu is held.
func (t *Twin) edit(c *channel, i int, m Message, by string) Message {
	old := c.messages[i]
	m.Edited = &Edited{User: by, TS: t.ts()}
	t.set(c, i, m)
	if m.EphemeralTo == "" {
		t.announceEdit(c, old, m)
	}
	return m
}

// remove takes a message out; a parent with replies becomes a tombstone. mu is held.
func (t *Twin) remove(c *channel, i int) {
	m := c.messages[i]
	if m.ReplyCount > 0 {
		stone := Message{
			Type: "message", Subtype: "tombstone", Channel: c.id, TS: m.TS, ThreadTS: m.TS, User: slackbot, Team: m.Team,
			Text: "This message was deleted.", ReplyCount: m.ReplyCount, ReplyUsers: m.ReplyUsers, LatestReply: m.LatestReply,
		}
		t.set(c, i, stone)
	} else {
		c.messages = slices.Delete(c.messages, i, i+1)
		c.gone = append(c.gone, m.TS)
		t.changed(Change{Kind: "message_deleted", User: m.EphemeralTo, Channel: c.id, TS: m.TS})
	}
	if m.EphemeralTo == "" {
		t.announceDelete(c, m)
	}
}

// whisper shows m to one user only. An inactive user, and a thread that does not exist, lose it silently. mu is held.
func (t *Twin) whisper(c *channel, m Message) Message {
	u := t.user(m.EphemeralTo)
	lost := u == nil || u.Inactive
	if m.ThreadTS != "" {
		root := c.find(m.ThreadTS)
		lost = lost || root < 0 || c.messages[root].ReplyCount == 0
	}
	if !lost {
		return t.post(c, m)
	}
	m.Type, m.Channel, m.TS = "message", c.id, t.ts()
	t.chat.lost = remember(t.chat.lost, m, keepCalls)
	t.ring()
	return m
}

// LostEphemerals returns the ephemeral messages that Slack accepted and showed to nobody.
func (t *Twin) LostEphemerals() []Message {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.chat.lost)
}

// Messages returns all messages of a channel (id or name), oldest first, ephemerals included.
func (t *Twin) Messages(channel string) []Message {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.channelFor("", channel); c != nil {
		return slices.Clone(c.messages)
	}
	return nil
}

// ChannelID resolves a channel's name to its id; "" if there is none.
func (t *Twin) ChannelID(name string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.channelFor("", name); c != nil {
		return c.id
	}
	return ""
}

// ShareChannel makes a channel, named as in [Twin.ChannelID], one that another
// organisation is in too; it panics if there is none.
func (t *Twin) ShareChannel(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.channelFor("", name)
	if c == nil {
		panic("twin: no channel " + name)
	}
	c.extShared = true
}

// UserID resolves a user's name to the id; an unknown name comes back as it is.
func (t *Twin) UserID(name string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.userID(name)
}

// setStatus shows a line in a thread for as long as Slack does. mu is held.
func (t *Twin) setStatus(s Status) {
	t.clearStatus(s.Channel, s.ThreadTS)
	if s.Status == "" {
		return
	}
	t.ids++
	line := statusLine{s, t.ids}
	t.chat.statuses = append(t.chat.statuses, line)
	t.changed(Change{Kind: "status", Channel: s.Channel, ThreadTS: s.ThreadTS, Status: &s.Status})
	t.after(t.timing.Status, func() {
		if slices.ContainsFunc(t.chat.statuses, func(l statusLine) bool { return l.serial == line.serial }) {
			t.clearStatus(s.Channel, s.ThreadTS)
		}
	})
}

// clearStatus ends the line of a thread, as a post of the app does. mu is held.
func (t *Twin) clearStatus(channel, threadTS string) {
	i := slices.IndexFunc(t.chat.statuses, func(l statusLine) bool { return l.Channel == channel && l.ThreadTS == threadTS })
	if i < 0 {
		return
	}
	t.chat.statuses = slices.Delete(t.chat.statuses, i, i+1)
	none := ""
	t.changed(Change{Kind: "status", Channel: channel, ThreadTS: threadTS, Status: &none})
}

var tsForm = regexp.MustCompile(`^\d{10}\.\d{6}$`)
