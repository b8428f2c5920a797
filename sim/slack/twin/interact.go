package twin

import (
	"context"
	"encoding/json"
	"slices"
	"unicode/utf8"
)

// Target names an element on the screen: of a message (Channel, TS) or of a view (ViewID). Block may be left out where
// the action id is enough; Value narrows buttons that share both.
type Target struct {
	Channel, TS string
	ViewID      string
	Block       string
	Action      string
	Value       string
}

// Click presses a button and waits for the ack. A confirmation dialog is agreed to.
func (a *Actor) Click(ctx context.Context, at Target) (Receipt, error) {
	return a.act(ctx, at, nil)
}

// Select chooses in a select, checkbox group, picker or text input. Values are the options' values, ids, dates, or the
// text. What Slack does not report to the app (inputs without dispatch_action) is only kept, with an empty receipt.
func (a *Actor) Select(ctx context.Context, at Target, values ...string) (Receipt, error) {
	if values == nil {
		values = []string{}
	}
	return a.act(ctx, at, values)
}

// place is where an element was found.
type place struct {
	c       *channel
	message *Message
	view    *View
	index   int // in the stack, -1 for Home
}

func (a *Actor) act(ctx context.Context, at Target, values []string) (Receipt, error) {
	a.t.mu.Lock()
	f, err := a.press(at, values)
	a.t.mu.Unlock()
	if err != nil || f == nil {
		return Receipt{}, refusal(err)
	}
	return a.flown(ctx, f, &Receipt{})
}

// press finds the element, keeps the choice and sends the action; a nil flight means Slack tells nobody. mu is held.
func (a *Actor) press(at Target, values []string) (*flight, error) {
	p, list, err := a.find(at)
	if err != nil {
		return nil, err
	}
	e, ok := pick(list, at.Block, at.Action, at.Value)
	button := ok && (e.def["type"] == "button" || e.def["type"] == "icon_button" || e.def["type"] == "feedback_buttons")
	if !ok || button != (values == nil) {
		return nil, refuse("no_such_action")
	}
	action := obj{"action_id": e.action, "block_id": e.block, "type": e.def["type"], "action_ts": a.t.ts()}
	if button {
		a.buttonAction(e, at, action)
	} else {
		v, err := e.value(values)
		if err != nil {
			return nil, err
		}
		a.keep(p, e, v)
		for k, x := range v {
			action[k] = x
		}
		if e.input && !e.dispatch {
			return nil, nil
		}
		p, _, _ = a.find(at) // the view now holds the choice
	}
	return a.sendAction(p, action), nil
}

func (a *Actor) buttonAction(e element, at Target, action obj) {
	for _, field := range []string{"text", "value", "style"} {
		if v, ok := e.def[field]; ok {
			action[field] = v
		}
	}
	if e.def["type"] == "feedback_buttons" {
		action["value"] = at.Value
	}
}

// find looks for the message or view. mu is held.
func (a *Actor) find(at Target) (place, []element, error) {
	if at.ViewID != "" {
		user, i, v := a.t.views.byID(at.ViewID, "")
		if v == nil || user != a.user {
			return place{}, nil, refuse("not_found")
		}
		return place{view: v, index: i}, elementsOf(v.Blocks), nil
	}
	c, err := a.channel(at.Channel)
	if err != nil {
		return place{}, nil, err
	}
	i := c.findFor(a.user, at.TS)
	if i < 0 {
		return place{}, nil, refuse("message_not_found")
	}
	m := c.messages[i]
	return place{c: c, message: &m}, elementsOf(m.Blocks), nil
}

// keep remembers a choice: in the view, or for this user and message. mu is held.
func (a *Actor) keep(p place, e element, v map[string]any) {
	t := a.t
	if p.view == nil {
		key := p.c.id + p.message.TS + a.user
		t.views.inMessage[key] = t.views.inMessage[key].with(e.block, e.action, v)
		return
	}
	next := *p.view
	next.State = next.State.with(e.block, e.action, v)
	t.storeView(a.user, p.index, &next)
}

// storeView puts a changed copy of a view in its place and tells the user. mu is held.
func (t *Twin) storeView(user string, index int, v *View) {
	if index < 0 {
		t.views.home[user] = v
		t.changed(Change{Kind: "home", User: user, View: v})
		return
	}
	stack := slices.Clone(t.views.stack[user])
	stack[index] = v
	t.views.stack[user] = stack
	t.viewChanged(user)
}

// base is what all interaction payloads share. mu is held.
func (a *Actor) base(typ string, inView bool) obj {
	t := a.t
	u := t.user(a.user)
	return obj{
		"type": typ, "token": "verification-token", "api_app_id": t.sc.Bot.AppID,
		"team":       obj{"id": t.sc.Team.ID, "domain": t.sc.Team.Domain},
		"user":       obj{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": t.teamOf(u)},
		"enterprise": enterpriseOf(t.sc.Team), "is_enterprise_install": false,
		"trigger_id": t.newTrigger(a.user, inView),
	}
}

func enterpriseOf(team TeamSpec) any {
	if team.Enterprise == "" {
		return nil
	}
	return obj{"id": team.Enterprise, "name": "Enterprise"}
}

// sendAction sends block_actions. The payload of an ephemeral message lacks the message, as Slack's does. mu is held.
func (a *Actor) sendAction(p place, action obj) *flight {
	t := a.t
	body := a.base("block_actions", p.view != nil && p.index >= 0)
	body["actions"] = []any{action}
	if p.view != nil {
		t.acted("", a.user)
		body["container"] = obj{"type": "view", "view_id": p.view.ID}
		body["view"] = completed(*p.view)
		return t.launch(envelope{typ: "interactive", what: "block_actions", payload: body})
	}
	t.acted(p.c.id, a.user)
	m := p.message
	link, _ := t.newResponseURL(p.c.id, a.user, m.TS)
	body["response_url"] = link
	body["channel"] = obj{"id": p.c.id, "name": p.c.name}
	container := obj{"type": "message", "message_ts": m.TS, "channel_id": p.c.id, "is_ephemeral": m.EphemeralTo != ""}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	body["container"] = container
	state := t.views.inMessage[p.c.id+m.TS+a.user]
	body["state"] = state.complete(elementsOf(m.Blocks))
	if m.EphemeralTo == "" {
		body["message"] = m.api(false)
	}
	return t.launch(envelope{typ: "interactive", what: "block_actions", payload: body})
}

// completed is the view with the initial values of what was not touched, as payloads carry it.
func completed(v View) View {
	v.State = v.State.complete(elementsOf(v.Blocks))
	v.Errors = nil
	return v
}

// Shortcut uses a shortcut: on a message if channel and ts are given, else a global one.
func (a *Actor) Shortcut(ctx context.Context, callbackID, channel, ts string) (Receipt, error) {
	a.t.mu.Lock()
	f, err := a.shortcut(callbackID, channel, ts)
	a.t.mu.Unlock()
	if err != nil {
		return Receipt{}, refusal(err)
	}
	return a.flown(ctx, f, &Receipt{})
}

func (a *Actor) shortcut(callbackID, ref, ts string) (*flight, error) {
	t := a.t
	kind := "global"
	if ts != "" {
		kind = "message"
	}
	known := func(s ShortcutSpec) bool { return s.CallbackID == callbackID && s.Type == kind }
	if len(t.sc.Shortcuts) > 0 && !slices.ContainsFunc(t.sc.Shortcuts, known) {
		return nil, refuse("no_such_shortcut")
	}
	if ts == "" {
		body := a.base("shortcut", false)
		body["callback_id"], body["action_ts"] = callbackID, t.ts()
		t.acted("", a.user)
		return t.launch(envelope{typ: "interactive", what: "shortcut", payload: body}), nil
	}
	c, err := a.channel(ref)
	if err != nil {
		return nil, err
	}
	i := c.find(ts)
	if i < 0 {
		return nil, refuse("message_not_found")
	}
	t.acted(c.id, a.user)
	body := a.base("message_action", false)
	link, _ := t.newResponseURL(c.id, a.user, "")
	body["callback_id"], body["action_ts"], body["message_ts"], body["response_url"] = callbackID, t.ts(), ts, link
	body["channel"], body["message"] = obj{"id": c.id, "name": c.name}, c.messages[i].api(false)
	return t.launch(envelope{typ: "interactive", what: "message_action", payload: body}), nil
}

// OpenHome opens the App Home on tab "home" or "messages" and returns what is shown: nil until the bot has published.
func (a *Actor) OpenHome(tab string) *View {
	t := a.t
	t.mu.Lock()
	defer t.mu.Unlock()
	tab = or(tab, "home")
	dm := t.channelFor(a.user, "@bot")
	t.acted("", a.user)
	event := map[string]any{"type": "app_home_opened", "user": a.user, "channel": dm.id, "tab": tab, "event_ts": t.ts()}
	v := t.views.home[a.user]
	if v != nil && tab == "home" {
		event["view"] = v
	}
	if t.subscribed("app_home_opened") {
		t.sendEvent(dm, event)
	}
	return v
}

// Submit presses the modal's submit button. values are by block id and action id and win over what Select kept.
// A field that the page itself refuses gives a Refusal "invalid_input" and nothing is sent.
func (a *Actor) Submit(ctx context.Context, viewID string, values map[string]map[string][]string) (Receipt, error) {
	a.t.mu.Lock()
	r := &Receipt{}
	f, err := a.submit(viewID, values, r)
	a.t.mu.Unlock()
	if err != nil {
		return Receipt{}, refusal(err)
	}
	return a.flown(ctx, f, r)
}

func (a *Actor) submit(viewID string, values map[string]map[string][]string, r *Receipt) (*flight, error) {
	t := a.t
	p, list, err := a.find(Target{ViewID: viewID})
	if err != nil || p.index < 0 || p.view != t.views.top(a.user) {
		return nil, refuse("not_found")
	}
	next := *p.view
	next.Errors = nil
	if err := fillIn(&next, list, values); err != nil {
		return nil, err
	}
	t.storeView(a.user, p.index, &next)
	sent := completed(next)
	if bad := invalid(sent.State, list); len(bad) > 0 {
		return nil, &Refusal{Code: "invalid_input", Fields: bad}
	}
	t.acted("", a.user)
	body := a.base("view_submission", true)
	body["view"] = sent
	body["response_urls"] = a.responseURLs(sent, list)
	return t.launch(envelope{
		typ: "interactive", what: "view_submission", accepts: true, payload: body,
		answer: func(payload json.RawMessage) { a.submitted(viewID, payload, r) },
	}), nil
}

// fillIn puts the values given into the view's state.
func fillIn(v *View, list []element, values map[string]map[string][]string) error {
	for block, actions := range values {
		for action, chosen := range actions {
			e, ok := pick(list, block, action, "")
			if !ok {
				return &Refusal{Code: "no_such_action", Fields: map[string]string{block: action}}
			}
			value, err := e.value(chosen)
			if err != nil {
				return &Refusal{Code: "invalid_input", Fields: map[string]string{block: err.Error()}}
			}
			v.State = v.State.with(block, action, value)
		}
	}
	return nil
}

// invalid lists the inputs that Slack's page would not let pass.
func invalid(s ViewState, list []element) map[string]string {
	bad := map[string]string{}
	for _, e := range list {
		if !e.input {
			continue
		}
		v := s.Values[e.block][e.action]
		text, _ := v["value"].(string)
		n := float64(utf8.RuneCountInString(text))
		lo, hasLo := number(e.def["min_length"])
		hi, hasHi := number(e.def["max_length"])
		switch {
		case !filledIn(v) && !e.optional:
			bad[e.block] = "Please complete this required field."
		case filledIn(v) && hasLo && n < lo, filledIn(v) && hasHi && n > hi:
			bad[e.block] = "The text is too short or too long."
		}
	}
	return bad
}

// responseURLs are made for conversation selects that ask for one. mu is held.
func (a *Actor) responseURLs(v View, list []element) []any {
	out := []any{}
	for _, e := range list {
		if e.def["response_url_enabled"] != true {
			continue
		}
		val := v.State.Values[e.block][e.action]
		id, _ := val["selected_conversation"].(string)
		if id == "" {
			id, _ = val["selected_channel"].(string)
		}
		if c := a.t.channelByID(id); c != nil {
			link, _ := a.t.newResponseURL(c.id, a.user, "")
			out = append(out, obj{"block_id": e.block, "action_id": e.action, "channel_id": c.id, "response_url": link})
		}
	}
	return out
}

// submitted carries out the ack of a submission; without a payload the modal closes. mu is held.
func (a *Actor) submitted(viewID string, payload json.RawMessage, r *Receipt) {
	t := a.t
	var ack struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	_ = json.Unmarshal(payload, &ack) // anything else counts as an empty ack
	user, i, v := t.views.byID(viewID, "")
	if v == nil {
		return
	}
	switch ack.Action {
	case "errors":
		r.Errors = a.showErrors(i, v, ack.Errors)
	case "update", "push":
		next, err := t.parseView(ack.View, "/view")
		if err != nil {
			t.log.Warn("the view in an ack is refused", "err", err)
			r.Errors = map[string]string{"": err.Error()}
			break
		}
		t.inspect("ack", "", viewParts(next))
		if ack.Action == "update" {
			t.replaceView(user, i, v, next)
		} else if err := t.pushModal(user, next); err != nil {
			r.Errors = map[string]string{"": err.Error()}
		}
	case "clear":
		delete(t.views.stack, user)
		t.viewChanged(user)
	default:
		t.views.stack[user] = slices.Clone(t.views.stack[user][:i])
		t.viewChanged(user)
	}
	r.View = t.views.top(user)
}

// showErrors keeps the errors for input blocks; one for anything else makes Slack show only "trouble connecting".
func (a *Actor) showErrors(i int, v *View, errs map[string]string) map[string]string {
	list := elementsOf(v.Blocks)
	for block := range errs {
		if !slices.ContainsFunc(list, func(e element) bool { return e.input && e.block == block }) {
			errs = map[string]string{"": "We had some trouble connecting. Try again?"}
			break
		}
	}
	next := *v
	next.Errors = errs
	a.t.storeView(a.user, i, &next)
	return errs
}

// CloseView closes the modal on top, or with all the whole stack, and returns the one below. The bot is told, without
// anybody waiting for its ack, if the view asks for it.
func (a *Actor) CloseView(viewID string, all bool) (*View, error) {
	t := a.t
	t.mu.Lock()
	defer t.mu.Unlock()
	user, i, v := t.views.byID(viewID, "")
	if v == nil || user != a.user || i < 0 {
		return nil, &Refusal{Code: "not_found"}
	}
	stack := t.views.stack[user]
	first := i
	if all || v.ClearOnClose {
		first = 0
	}
	for _, closed := range stack[first:] {
		if closed.NotifyOnClose {
			body := a.base("view_closed", false)
			delete(body, "trigger_id")
			body["view"], body["is_cleared"] = completed(*closed), all || v.ClearOnClose
			t.launch(envelope{typ: "interactive", what: "view_closed", payload: body})
		}
	}
	t.views.stack[user] = slices.Clone(stack[:first])
	t.viewChanged(user)
	return t.views.top(user), nil
}
