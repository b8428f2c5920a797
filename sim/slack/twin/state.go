package twin

import "slices"

// BotInfo names our bot.
type BotInfo struct {
	UserID string `json:"user_id"`
	BotID  string `json:"bot_id"`
	AppID  string `json:"app_id"`
	Name   string `json:"name"`
}

// TeamInfo names the workspace.
type TeamInfo struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Domain string `json:"domain"`
}

// State is all that one user can see.
type State struct {
	Revision  int                  `json:"revision"`
	Team      TeamInfo             `json:"team"`
	Me        User                 `json:"me"`
	Bot       BotInfo              `json:"bot"`
	Users     []User               `json:"users"`
	Groups    []Group              `json:"usergroups"`
	Commands  []CommandSpec        `json:"commands"`
	Shortcuts []ShortcutSpec       `json:"shortcuts"`
	Channels  []Channel            `json:"channels"`
	Messages  map[string][]Message `json:"messages"` // by channel id, oldest first
	View      *View                `json:"view"`     // the modal on top
	ViewStack []View               `json:"view_stack"`
	Home      *View                `json:"home"`
	Statuses  []Status             `json:"statuses"`
}

// State returns what the user sees now.
func (a *Actor) State() State {
	a.t.mu.Lock()
	defer a.t.mu.Unlock()
	return a.state()
}

func (a *Actor) state() State {
	t := a.t
	s := State{
		Revision: t.journal.revision, Team: TeamInfo{t.sc.Team.ID, t.sc.Team.Name, t.sc.Team.Domain},
		Me:    t.user(a.user).public(),
		Bot:   BotInfo{t.sc.Bot.UserID, t.sc.Bot.BotID, t.sc.Bot.AppID, t.sc.Bot.Name},
		Users: t.everybody(), Groups: append([]Group{}, t.people.groups...), Commands: append([]CommandSpec{}, t.sc.Commands...), Shortcuts: append([]ShortcutSpec{}, t.sc.Shortcuts...),
		Messages: map[string][]Message{}, View: t.views.top(a.user), ViewStack: []View{}, Home: t.views.home[a.user], Statuses: []Status{},
	}
	for _, v := range t.views.stack[a.user] {
		s.ViewStack = append(s.ViewStack, *v)
	}
	for _, c := range t.chat.channels {
		if t.sees(a.user, c.id) {
			s.Channels = append(s.Channels, a.shown(c))
			s.Messages[c.id] = a.messagesIn(c)
		}
	}
	for _, l := range t.chat.statuses {
		if t.sees(a.user, l.Channel) {
			s.Statuses = append(s.Statuses, l.Status)
		}
	}
	return s
}

func (t *Twin) everybody() []User {
	out := []User{}
	for _, u := range t.people.users {
		out = append(out, u.public())
	}
	return out
}

// shown is a channel as the user's list shows it.
func (a *Actor) shown(c *channel) Channel {
	out := Channel{
		ID: c.id, Name: c.name, IsPrivate: c.private, IsIM: c.im, IsExtShared: c.extShared,
		IsMember: c.has(a.user), BotIsMember: c.bot,
	}
	if c.im {
		out.Name, out.User = "@"+a.t.sc.Bot.Name, a.t.sc.Bot.UserID
	}
	return out
}

func (a *Actor) messagesIn(c *channel) []Message {
	out := []Message{}
	for _, m := range c.messages {
		if m.EphemeralTo == "" || m.EphemeralTo == a.user {
			out = append(out, m)
		}
	}
	return out
}

// Thread returns the root ts and its replies, with the user's own ephemerals in it, oldest first.
func (a *Actor) Thread(channel, ts string) []Message {
	t := a.t
	t.mu.Lock()
	defer t.mu.Unlock()
	c, err := a.channel(channel)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(a.messagesIn(c), func(m Message) bool { return m.TS != ts && m.ThreadTS != ts })
}

// Modal returns the user's open modal; ok is false if none is open.
func (a *Actor) Modal() (v View, ok bool) {
	a.t.mu.Lock()
	defer a.t.mu.Unlock()
	if top := a.t.views.top(a.user); top != nil {
		return *top, true
	}
	return View{}, false
}

// Download returns the bytes of a file in a channel that the user can see.
func (a *Actor) Download(id string) ([]byte, error) {
	a.t.mu.Lock()
	defer a.t.mu.Unlock()
	u := a.t.files.byID[id]
	if u == nil || !slices.ContainsFunc(u.channels, func(c string) bool { return a.t.sees(a.user, c) }) {
		return nil, &Refusal{Code: "file_not_found"}
	}
	return u.data, nil
}
