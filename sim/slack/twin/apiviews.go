package twin

import (
	"encoding/json"
	"maps"
	"unicode/utf8"
)

const (
	maxViewStack = 3
	maxViewBytes = 250 << 10
)

// views are the open modals and homes, per user. A View that is in here is never changed, only replaced.
type views struct {
	stack     map[string][]*View // the last is on top
	home      map[string]*View
	inMessage map[string]ViewState // what users chose in messages: channel + ts + user
}

func (v *views) init() {
	v.stack, v.home, v.inMessage = map[string][]*View{}, map[string]*View{}, map[string]ViewState{}
}

// top is the modal a user has in front; nil if none. mu is held.
func (v *views) top(user string) *View {
	if s := v.stack[user]; len(s) > 0 {
		return s[len(s)-1]
	}
	return nil
}

// byID finds an open view, with its user; external ids are allowed. mu is held.
func (v *views) byID(id, external string) (user string, place int, view *View) {
	match := func(w *View) bool { return w != nil && (w.ID == id || external != "" && w.ExternalID == external) }
	for u, stack := range v.stack {
		for i, w := range stack {
			if match(w) {
				return u, i, w
			}
		}
	}
	for u, w := range v.home {
		if match(w) {
			return u, -1, w
		}
	}
	return "", 0, nil
}

// parseView reads and checks a view; at is its place in the arguments. mu is held.
func (t *Twin) parseView(data json.RawMessage, at string) (*View, error) {
	if len(data) > maxViewBytes {
		return nil, refuse("view_too_large")
	}
	var v View
	var o obj
	if json.Unmarshal(data, &o) != nil || json.Unmarshal(data, &v) != nil {
		return nil, refuse("invalid_arguments", "failed to match all allowed schemas [json-pointer:"+at+"]")
	}
	surface := map[string]string{"modal": inModal, "home": inHome}[v.Type]
	if surface == "" {
		return nil, refuse("invalid_arguments", "unsupported type: "+v.Type+" [json-pointer:"+at+"/type]")
	}
	blocks, wrong, err := checkBlocks(v.Blocks, surface, at+"/blocks", t.blockID)
	if err != nil {
		return nil, refuse("invalid_arguments", "missing required field: blocks [json-pointer:"+at+"]")
	}
	k := &checker{errs: wrong}
	k.view(o, surface, at)
	if len(k.errs) > 0 {
		return nil, refuse("invalid_arguments", k.errs...)
	}
	v.Blocks, v.Errors, v.State = blocks, nil, ViewState{Values: map[string]map[string]map[string]any{}}
	v.TeamID, v.AppID, v.BotID = t.sc.Team.ID, t.sc.Bot.AppID, t.sc.Bot.BotID
	v.Hash = t.id("1700000000.")
	return &v, nil
}

// view checks what a view has besides blocks. A modal that asks for input needs a submit button.
func (k *checker) view(o obj, surface, at string) {
	k.length(o, "private_metadata", 0, maxText, at)
	k.length(o, "callback_id", 0, maxID, at)
	k.length(o, "external_id", 0, maxID, at)
	if surface == inHome {
		for _, field := range []string{"title", "submit", "close"} {
			if o[field] != nil {
				k.fail(at, "additional property: %s", field)
			}
		}
		return
	}
	k.text(o, "title", 24, true, at, plain)
	k.text(o, "submit", 24, false, at, plain)
	k.text(o, "close", 24, false, at, plain)
	blocks, _ := o["blocks"].([]any)
	for _, b := range blocks {
		if b, _ := b.(obj); b["type"] == "input" && o["submit"] == nil {
			k.fail(at, "missing required field: submit")
			return
		}
	}
}

func (t *Twin) viewsOpen(c *call) (reply, error) {
	v, err := t.parseView(c.json("view"), "/view")
	if err != nil {
		return nil, err
	}
	if v.Type != "modal" {
		return nil, refuse("invalid_arguments", "unsupported type: home [json-pointer:/view/type]")
	}
	tr, err := t.exchange(c.str("trigger_id"))
	if err != nil {
		return nil, err
	}
	if _, _, other := t.views.byID("", v.ExternalID); other != nil {
		return nil, refuse("duplicate_external_id")
	}
	t.inspect(c.method, "", viewParts(v))
	t.openModal(tr.user, v)
	return reply{"view": v}, nil
}

// openModal starts a new stack; an open one is replaced. mu is held.
func (t *Twin) openModal(user string, v *View) {
	v.ID = t.id("V")
	v.RootViewID = v.ID
	t.views.stack[user] = []*View{v}
	t.viewChanged(user)
}

func (t *Twin) viewsPush(c *call) (reply, error) {
	v, err := t.parseView(c.json("view"), "/view")
	if err != nil {
		return nil, err
	}
	tr, err := t.exchange(c.str("trigger_id"))
	if err != nil {
		return nil, err
	}
	if !tr.inView || t.views.top(tr.user) == nil {
		return nil, refuse("not_found") // nothing to push onto
	}
	t.inspect(c.method, "", viewParts(v))
	return reply{"view": v}, t.pushModal(tr.user, v)
}

func (t *Twin) pushModal(user string, v *View) error {
	stack := t.views.stack[user]
	if len(stack) >= maxViewStack {
		return refuse("push_limit_reached")
	}
	below := stack[len(stack)-1]
	v.ID, v.RootViewID, v.PreviousViewID = t.id("V"), below.RootViewID, &below.ID
	t.views.stack[user] = append(stack[:len(stack):len(stack)], v)
	t.viewChanged(user)
	return nil
}

func (t *Twin) viewsUpdate(c *call) (reply, error) {
	v, err := t.parseView(c.json("view"), "/view")
	if err != nil {
		return nil, err
	}
	user, place, old := t.views.byID(c.str("view_id"), c.str("external_id"))
	switch {
	case old == nil:
		return nil, refuse("not_found")
	case c.str("hash") != "" && c.str("hash") != old.Hash:
		return nil, refuse("hash_conflict")
	case v.Type != old.Type:
		return nil, refuse("invalid_arguments", "a view cannot change its type [json-pointer:/view/type]")
	}
	t.inspect(c.method, "", viewParts(v))
	t.replaceView(user, place, old, v)
	return reply{"view": v}, nil
}

// replaceView keeps a view's identity and what was entered in inputs that are still there. mu is held.
func (t *Twin) replaceView(user string, place int, old, v *View) {
	v.ID, v.RootViewID, v.PreviousViewID = old.ID, old.RootViewID, old.PreviousViewID
	v.State = keepState(old.State, v.Blocks)
	t.storeView(user, place, v)
}

// keepState keeps the values whose block_id and action_id still exist, as Slack does.
func keepState(old ViewState, blocks json.RawMessage) ViewState {
	out := ViewState{Values: map[string]map[string]map[string]any{}}
	for _, e := range elementsOf(blocks) {
		if v, ok := old.Values[e.block][e.action]; ok {
			out = out.with(e.block, e.action, maps.Clone(v))
		}
	}
	return out
}

func (t *Twin) viewsPublish(c *call) (reply, error) {
	v, err := t.parseView(c.json("view"), "/view")
	if err != nil {
		return nil, err
	}
	if v.Type != "home" {
		return nil, refuse("invalid_arguments", "unsupported type: modal [json-pointer:/view/type]")
	}
	u := t.user(c.str("user_id"))
	if u == nil || u.ID != c.str("user_id") || u.IsBot {
		return nil, refuse("user_not_found")
	}
	old := t.views.home[u.ID]
	if h := c.str("hash"); h != "" && (old == nil || h != old.Hash) {
		return nil, refuse("hash_conflict")
	}
	v.ID = t.id("V")
	if old != nil {
		v.ID, v.State = old.ID, keepState(old.State, v.Blocks)
	}
	v.RootViewID = v.ID
	t.inspect(c.method, "", viewParts(v))
	t.views.home[u.ID] = v
	t.changed(Change{Kind: "home", User: u.ID, View: v})
	return reply{"view": v}, nil
}

func (t *Twin) viewChanged(user string) {
	t.changed(Change{Kind: "view", User: user, View: t.views.top(user)})
}

func viewParts(v *View) map[string]any {
	return map[string]any{"view/title": v.Title, "view/submit": v.Submit, "view/close": v.Close, "view/blocks": v.Blocks}
}

// cut shortens s to n characters, for previews.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}
