package twin

import (
	"encoding/json"
	"maps"
	"slices"
)

// Message is Slack's message object, with EphemeralTo added. Values are never changed once handed out.
type Message struct {
	Type         string          `json:"type"`
	Subtype      string          `json:"subtype,omitempty"`
	Channel      string          `json:"channel,omitempty"`
	TS           string          `json:"ts"`
	ThreadTS     string          `json:"thread_ts,omitempty"`
	ParentUserID string          `json:"parent_user_id,omitempty"`
	User         string          `json:"user,omitempty"`
	BotID        string          `json:"bot_id,omitempty"`
	AppID        string          `json:"app_id,omitempty"`
	Team         string          `json:"team,omitempty"`
	ClientMsgID  string          `json:"client_msg_id,omitempty"`
	Text         string          `json:"text"`
	Blocks       json.RawMessage `json:"blocks,omitempty"`
	Attachments  json.RawMessage `json:"attachments,omitempty"`
	Metadata     *Metadata       `json:"metadata,omitempty"`
	Edited       *Edited         `json:"edited,omitempty"`
	Reactions    []Reaction      `json:"reactions,omitempty"`
	Files        []File          `json:"files,omitempty"`
	Upload       bool            `json:"upload,omitempty"`
	ReplyCount   int             `json:"reply_count,omitempty"`
	ReplyUsers   []string        `json:"reply_users,omitempty"`
	LatestReply  string          `json:"latest_reply,omitempty"`
	EphemeralTo  string          `json:"ephemeral_to,omitempty"`
}

// IsReply reports whether the message is in a thread and not its root.
func (m Message) IsReply() bool { return m.ThreadTS != "" && m.ThreadTS != m.TS }

// Metadata is what an app attaches to a message for itself.
type Metadata struct {
	EventType    string          `json:"event_type"`
	EventPayload json.RawMessage `json:"event_payload"`
}

// Edited says who edited a message last, and when.
type Edited struct {
	User string `json:"user"`
	TS   string `json:"ts"`
}

// Reaction is one emoji under a message with all who gave it.
type Reaction struct {
	Name  string   `json:"name"`
	Count int      `json:"count"`
	Users []string `json:"users"`
}

// File is Slack's file object, as far as text files need it. Times are Unix seconds.
type File struct {
	ID                 string   `json:"id"`
	Created            int64    `json:"created"`
	Timestamp          int64    `json:"timestamp"`
	Name               string   `json:"name"`
	Title              string   `json:"title"`
	Mimetype           string   `json:"mimetype"`
	Filetype           string   `json:"filetype"`
	PrettyType         string   `json:"pretty_type"`
	User               string   `json:"user"`
	Mode               string   `json:"mode"`
	Size               int      `json:"size"`
	URLPrivate         string   `json:"url_private"`
	URLPrivateDownload string   `json:"url_private_download"`
	Permalink          string   `json:"permalink"`
	Preview            string   `json:"preview,omitempty"`
	IsPublic           bool     `json:"is_public"`
	Channels           []string `json:"channels"`
	Groups             []string `json:"groups"`
	IMs                []string `json:"ims"`
}

// User is a person as the users' side shows them.
type User struct {
	ID                string `json:"id"`
	Name              string `json:"name"`
	RealName          string `json:"real_name"`
	Title             string `json:"title,omitempty"`
	TZ                string `json:"tz,omitempty"`
	Locale            string `json:"locale,omitempty"`
	IsBot             bool   `json:"is_bot"`
	IsRestricted      bool   `json:"is_restricted"`
	IsUltraRestricted bool   `json:"is_ultra_restricted"`
	IsStranger        bool   `json:"is_stranger"`
}

// Group is a user group as the users' side shows it.
type Group struct {
	ID     string   `json:"id"`
	Handle string   `json:"handle"`
	Name   string   `json:"name"`
	Users  []string `json:"users"`
}

// Channel is a channel or direct message as one user sees it.
type Channel struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	IsPrivate   bool   `json:"is_private"`
	IsIM        bool   `json:"is_im"`
	IsExtShared bool   `json:"is_ext_shared"`
	IsMember    bool   `json:"is_member"`
	BotIsMember bool   `json:"bot_is_member"`
	User        string `json:"user,omitempty"` // of a direct message: the other side
}

// View is Slack's view object, modal or Home, with Errors added.
type View struct {
	ID              string            `json:"id"`
	TeamID          string            `json:"team_id"`
	Type            string            `json:"type"`
	Title           json.RawMessage   `json:"title,omitempty"`
	Submit          json.RawMessage   `json:"submit,omitempty"`
	Close           json.RawMessage   `json:"close,omitempty"`
	Blocks          json.RawMessage   `json:"blocks"`
	PrivateMetadata string            `json:"private_metadata"`
	CallbackID      string            `json:"callback_id"`
	ExternalID      string            `json:"external_id"`
	State           ViewState         `json:"state"`
	Hash            string            `json:"hash"`
	ClearOnClose    bool              `json:"clear_on_close"`
	NotifyOnClose   bool              `json:"notify_on_close"`
	RootViewID      string            `json:"root_view_id"`
	PreviousViewID  *string           `json:"previous_view_id"`
	AppID           string            `json:"app_id"`
	BotID           string            `json:"bot_id"`
	Errors          map[string]string `json:"errors,omitempty"`
}

// ViewState holds what was entered, by block id and action id, in the form Slack sends it.
type ViewState struct {
	Values map[string]map[string]map[string]any `json:"values"`
}

// Status is the line an app shows in a thread while it works ("is testing port 22").
type Status struct {
	Channel         string   `json:"channel"`
	ThreadTS        string   `json:"thread_ts"`
	Status          string   `json:"status"`
	LoadingMessages []string `json:"loading_messages,omitempty"`
}

// with returns the state with one more value; the receiver, which readers may hold, is left alone.
func (s ViewState) with(block, action string, value map[string]any) ViewState {
	out := ViewState{Values: maps.Clone(s.Values)}
	if out.Values == nil {
		out.Values = map[string]map[string]map[string]any{}
	}
	inner := maps.Clone(out.Values[block])
	if inner == nil {
		inner = map[string]map[string]any{}
	}
	inner[action] = value
	out.Values[block] = inner
	return out
}

// react returns m with user's reaction added or removed, and whether that changed anything.
func (m Message) react(name, user string, add bool) (Message, bool) {
	rs := slices.Clone(m.Reactions)
	i := slices.IndexFunc(rs, func(r Reaction) bool { return r.Name == name })
	had := i >= 0 && slices.Contains(rs[i].Users, user)
	if had == add {
		return m, false
	}
	switch {
	case i < 0:
		rs = append(rs, Reaction{Name: name, Count: 1, Users: []string{user}})
	case add:
		rs[i] = Reaction{Name: name, Count: rs[i].Count + 1, Users: append(slices.Clone(rs[i].Users), user)}
	case rs[i].Count == 1:
		rs = slices.Delete(rs, i, i+1)
	default:
		left := slices.DeleteFunc(slices.Clone(rs[i].Users), func(u string) bool { return u == user })
		rs[i] = Reaction{Name: name, Count: len(left), Users: left}
	}
	m.Reactions = rs
	return m, true
}

// raw marshals what is known to marshal: maps, strings and this package's structs.
func raw(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic("twin: marshal: " + err.Error()) // unreachable: no channels, functions or cycles are passed
	}
	return b
}

// toMap turns a struct into the map of its JSON, so that an event can add to it.
func toMap(v any) map[string]any {
	var m map[string]any
	if err := json.Unmarshal(raw(v), &m); err != nil {
		panic("twin: unmarshal: " + err.Error()) // unreachable: only structs are passed
	}
	return m
}
