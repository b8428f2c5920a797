package twin

import (
	"slices"
	"strings"
)

// slackbot is the sender of failure notices.
const slackbot = "USLACKBOT"

// people are the users, in the order of the scenario, and the groups.
type people struct {
	users  []UserSpec
	groups []Group
}

// populate makes the workspace of the scenario: people, channels, one direct message per person with the bot.
func (t *Twin) populate() {
	t.people.users = append(slices.Clone(t.sc.Users), UserSpec{
		ID: t.sc.Bot.UserID, Name: t.sc.Bot.Name, RealName: t.sc.Bot.Name, IsBot: true, TZ: "Etc/UTC", Locale: "en-US",
	})
	for _, g := range t.sc.Groups {
		t.people.groups = append(t.people.groups, Group{ID: g.ID, Handle: g.Handle, Name: g.Name, Users: t.userIDs(g.Users)})
	}
	for _, c := range t.sc.Channels {
		ch := &channel{
			id: c.ID, name: c.Name, private: c.Private, extShared: c.ExtShared, archived: c.Archived,
			bot: c.Bot, members: t.userIDs(c.Members),
		}
		if len(c.Members) == 0 {
			for _, u := range t.sc.Users {
				ch.members = append(ch.members, u.ID)
			}
		}
		t.chat.channels = append(t.chat.channels, ch)
	}
	for _, u := range t.sc.Users {
		if !u.IsBot {
			t.chat.channels = append(t.chat.channels, &channel{
				id: "D" + u.ID[1:], name: u.ID, im: true,
				peer: u.ID, private: true, bot: true, members: []string{u.ID},
			})
		}
	}
}

// user finds a user by id or name; nil if there is none. mu is held (or the twin not yet started).
func (t *Twin) user(ref string) *UserSpec {
	ref = strings.TrimPrefix(ref, "@")
	for i := range t.people.users {
		if u := &t.people.users[i]; u.ID == ref || u.Name == ref {
			return u
		}
	}
	return nil
}

// userID resolves a name or id; an unknown one stays as it is.
func (t *Twin) userID(ref string) string {
	if u := t.user(ref); u != nil {
		return u.ID
	}
	return ref
}

func (t *Twin) userIDs(refs []string) []string {
	out := []string{}
	for _, r := range refs {
		out = append(out, t.userID(r))
	}
	return out
}

func (u UserSpec) public() User {
	return User{
		ID: u.ID, Name: u.Name, RealName: or(u.RealName, u.Name), Title: u.Title, TZ: or(u.TZ, "Etc/UTC"),
		Locale: or(u.Locale, "en-US"), IsBot: u.IsBot, IsRestricted: u.IsRestricted || u.IsUltraRestricted,
		IsUltraRestricted: u.IsUltraRestricted, IsStranger: u.IsStranger,
	}
}

// teamOf is the workspace a user belongs to, which is another one for strangers.
func (t *Twin) teamOf(u *UserSpec) string {
	if u != nil && u.Team != "" {
		return u.Team
	}
	return t.sc.Team.ID
}

// group finds a user group by id or handle; nil if there is none. mu is held.
func (t *Twin) group(ref string) *Group {
	for i := range t.people.groups {
		if g := &t.people.groups[i]; g.ID == ref || g.Handle == ref {
			return g
		}
	}
	return nil
}

// SetGroup replaces the members of a user group, named by id or handle, by the users named.
// It panics on a group that does not exist, for that is a mistake in a test.
func (t *Twin) SetGroup(group string, users ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g := t.group(group)
	if g == nil {
		panic("twin: no user group " + group)
	}
	g.Users = t.userIDs(users)
}

// SetUser changes a user, named by id or name, in place; it panics if there is none.
func (t *Twin) SetUser(ref string, change func(*UserSpec)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	u := t.user(ref)
	if u == nil {
		panic("twin: no user " + ref)
	}
	change(u)
}

// GroupID returns the ID of a user group by its handle; "" if there is none.
func (t *Twin) GroupID(handle string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, g := range t.sc.Groups {
		if g.Handle == handle {
			return g.ID
		}
	}
	return ""
}
