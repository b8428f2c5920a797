package bot

import (
	"cmp"
	"encoding/json"
	"time"
)

// An interaction is the payload of a click, of a form that was sent, or of a
// shortcut. All of it but the IDs of person and workspace is the client's word: a
// value or metadata names something that is then looked up, and grants nothing.
type interaction struct {
	Type        string `json:"type"`
	TriggerID   string `json:"trigger_id"` // opens one modal within 3 s
	CallbackID  string `json:"callback_id"`
	ResponseURL string `json:"response_url"`
	User        struct {
		ID   string `json:"id"`
		Team string `json:"team_id"` // that the person belongs to
	} `json:"user"`
	Team struct {
		ID string `json:"id"`
	} `json:"team"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Container struct {
		TS        string `json:"message_ts"`
		Thread    string `json:"thread_ts"`
		Ephemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Message utterance `json:"message"` // of a message shortcut or a button
	View    view      `json:"view"`
	Actions []action  `json:"actions"`
}

// An action is one element that was used.
type action struct {
	ID    string `json:"action_id"`
	Value string `json:"value"`
	input
}

// A view is a modal or a Home tab as Slack sends it back.
type view struct {
	ID         string `json:"id"`
	Hash       string `json:"hash"`
	CallbackID string `json:"callback_id"`
	Metadata   string `json:"private_metadata"`
	State      struct {
		Values map[string]map[string]input `json:"values"` // by block and action
	} `json:"state"`
}

// An input is what was put into one element of a form.
type input struct {
	Text         string `json:"value"`
	Conversation string `json:"selected_conversation"`
	Option       struct {
		Value string `json:"value"`
	} `json:"selected_option"`
}

// text returns what was typed into the element of a block; a block has one.
func (v *view) text(block string) string {
	for _, in := range v.State.Values[block] {
		return in.Text
	}
	return ""
}

// The surfaces that answer: buttons by their action, forms and shortcuts by their
// callback. What is not in a table is acked and logged.
type (
	click    func(*Bot, *interaction) *wish
	submit   func(*Bot, *interaction) (payload any, w *wish)
	shortcut func(*Bot, *interaction) *wish
)

var clicks = map[string]click{
	recheckAction: (*Bot).recheckClicked,
	chooseAction:  (*Bot).orderClicked,
	againAction:   (*Bot).orderClicked,

	newCheckAction: (*Bot).formClicked,
	escalateAction: (*Bot).escalateClicked,
	feedbackAction: (*Bot).feedbackClicked,
}

var submits = map[string]submit{
	checkForm:    (*Bot).formSent,
	escalateForm: (*Bot).summarySent,
}

var shortcuts = map[string]shortcut{
	explainShortcut: (*Bot).explainClicked,
}

// interact returns what an interaction asks for, and what goes into the ack: for
// a form that cannot be taken, its mistakes.
func (b *Bot) interact(env envelope) (payload any, w *wish) {
	i := &interaction{}
	if err := json.Unmarshal(env.Payload, i); err != nil {
		b.log.Error("unreadable interaction", "err", err)
		return nil, nil
	}
	i.TriggerID = cmp.Or(i.TriggerID, env.ID)
	switch i.Type {
	case "block_actions":
		if len(i.Actions) == 1 && clicks[i.Actions[0].ID] != nil {
			return nil, b.permitted(i, clicks[i.Actions[0].ID](b, i))
		}
	case "view_submission":
		if take := submits[i.View.CallbackID]; take != nil {
			return take(b, i)
		}
	case "message_action", "shortcut":
		if shortcuts[i.CallbackID] != nil {
			return nil, b.permitted(i, shortcuts[i.CallbackID](b, i))
		}
	}
	b.log.Info("acked an interaction that is not served", "type", i.Type, "callback", i.CallbackID)
	return nil, nil
}

// permitted keeps when to speak, and refuses who may not ask in a channel.
func (b *Bot) permitted(i *interaction, w *wish) *wish {
	if w == nil {
		return nil
	}
	w.seen = cmp.Or(w.seen, "click:"+i.TriggerID)
	if channel := w.job.Place.Channel; channel != "" && !b.Access.allows(i.Team.ID, channel, i.User.ID) {
		w.tellInstead(notAllowedText(channel, i.User.ID))
	}
	return w
}

// job begins a job that an interaction asks for.
func (i *interaction) job(kind jobKind, ref string) *job {
	return &job{
		Kind: kind, Ref: ref, User: i.User.ID, Team: i.Team.ID, At: time.Now(), Trigger: i.TriggerID,
		Place: place{Channel: i.Channel.ID, Thread: i.Container.Thread, ResponseURL: i.ResponseURL},
	}
}

// recheckAction is the button's action. Its value is the reference of a check
// and nothing else: a value is the clicker's word.
const recheckAction = "recheck"

func (b *Bot) recheckClicked(i *interaction) *wish {
	j := i.job(followJob, i.Actions[0].Value)
	j.Change = change{Recheck: true}
	forgotten := *j
	forgotten.Place.Thread = cmp.Or(j.Place.Thread, i.Container.TS)
	j.Place.Thread = "" // the check is found by its reference
	return &wish{job: j, gate: b.store.check(j.Ref), or: forgotten.adopts(forgottenText)}
}
