package twin_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"sshhelp/sim/slack/twin"
)

// fields is the ordinary case of values to submit: one text per action.
func fields(block, action string, chosen ...string) map[string]map[string][]string {
	return map[string]map[string][]string{block: {action: chosen}}
}

// form1 is a modal with a required name, an optional choice, and a check button.
const form1 = `{"type":"modal","callback_id":"form","notify_on_close":true,"private_metadata":"m",
 "title":{"type":"plain_text","text":"Check"},"submit":{"type":"plain_text","text":"Go"},
 "blocks":[
  {"type":"input","block_id":"name","label":{"type":"plain_text","text":"Name"},
   "element":{"type":"plain_text_input","action_id":"v","min_length":2,"max_length":8}},
  {"type":"input","block_id":"os","optional":true,"label":{"type":"plain_text","text":"OS"},
   "element":{"type":"static_select","action_id":"v","options":[
     {"text":{"type":"plain_text","text":"Linux"},"value":"linux"},{"text":{"type":"plain_text","text":"Windows"},"value":"win"}]}},
  {"type":"input","block_id":"where","optional":true,"label":{"type":"plain_text","text":"Where"},
   "element":{"type":"conversations_select","action_id":"v","response_url_enabled":true}},
  {"type":"actions","block_id":"acts","elements":[{"type":"button","action_id":"more","text":{"type":"plain_text","text":"More"},"value":"x"}]}
 ]}`

func view(t *testing.T, text string) slack.ModalViewRequest {
	t.Helper()
	var v slack.ModalViewRequest
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// command types /sshhelp as sam and has it acked at once; the payload comes back.
func command(t *testing.T, tw *twin.Twin, b *bot) slack.SlashCommand {
	t.Helper()
	done := during(func() (twin.Receipt, error) { return tw.As("sam").Command(limited(t), "#ssh-help", "/sshhelp") })
	e := b.await(t, socketmode.EventTypeSlashCommand)
	if err := b.Ack(*e.Request); err != nil {
		t.Fatal(err)
	}
	if r := <-done; r.err != nil {
		t.Fatal(r.err)
	}
	return e.Data.(slack.SlashCommand)
}

// open has the modal on sam's screen.
func open(t *testing.T, tw *twin.Twin, b *bot, text string) *slack.ViewResponse {
	t.Helper()
	v, err := b.api.OpenView(command(t, tw, b).TriggerID, view(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// interaction receives the next interaction and acks it.
func (b *bot) interaction(t *testing.T, payload any) slack.InteractionCallback {
	t.Helper()
	e := b.await(t, socketmode.EventTypeInteractive)
	if err := b.Ack(*e.Request, payload); err != nil {
		t.Fatal(err)
	}
	return e.Data.(slack.InteractionCallback)
}

func TestTriggers(t *testing.T) {
	var offset atomic.Int64
	tw := start(t, twin.Options{Now: func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }})
	b := connect(t, tw)
	once, late := command(t, tw, b), command(t, tw, b)
	if _, err := b.api.OpenView(once.TriggerID, view(t, form1)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.api.OpenView(once.TriggerID, view(t, form1)); err == nil || err.Error() != "exchanged_trigger_id" {
		t.Errorf("second use: %v", err)
	}
	offset.Store(int64(3100 * time.Millisecond))
	if _, err := b.api.OpenView(late.TriggerID, view(t, form1)); err == nil || err.Error() != "expired_trigger_id" {
		t.Errorf("after 3.1 s: %v", err)
	}
	if _, err := b.api.PushView(command(t, tw, b).TriggerID, view(t, form1)); err == nil || err.Error() != "not_found" {
		t.Errorf("push with a command's trigger: %v", err)
	}
}

func TestSubmit(t *testing.T) {
	tw := start(t, twin.Options{})
	b, sam, ctx := connect(t, tw), tw.As("sam"), limited(t)
	id := open(t, tw, b, form1).ID
	for name, bad := range map[string]map[string]map[string][]string{
		"missing":   nil,
		"too short": fields("name", "v", "w"),
		"too long":  fields("name", "v", "web-12345"),
		"no option": fields("os", "v", "beos"),
		"no field":  fields("nosuch", "v", "x"),
	} {
		_, err := sam.Submit(ctx, id, bad)
		if r, ok := errors.AsType[*twin.Refusal](err); !ok || len(r.Fields) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := tw.As("mia").Submit(ctx, id, fields("name", "v", "web-1")); err == nil {
		t.Error("mia submitted sam's modal")
	}
	values := map[string]map[string][]string{"name": {"v": {"web-1"}}, "os": {"v": {"linux"}}, "where": {"v": {tw.ChannelID("random")}}}
	done := during(func() (twin.Receipt, error) { return sam.Submit(ctx, id, values) })
	in := b.interaction(t, nil)
	got := in.View.State.Values
	if in.Type != slack.InteractionTypeViewSubmission || got["name"]["v"].Value != "web-1" || got["os"]["v"].SelectedOption.Value != "linux" ||
		in.View.PrivateMetadata != "m" || in.View.CallbackID != "form" {
		t.Errorf("submission %+v", in)
	}
	if r := <-done; r.err != nil || r.View != nil {
		t.Errorf("an empty ack closes the modal: %+v", r)
	}
	if len(in.ResponseURLs) != 1 || in.ResponseURLs[0].ChannelID != tw.ChannelID("random") {
		t.Fatalf("response urls %+v", in.ResponseURLs)
	}
	err := slack.PostWebhook(in.ResponseURLs[0].ResponseURL, &slack.WebhookMessage{Text: "result", ResponseType: "in_channel"})
	if m := tw.Messages("random"); err != nil || len(m) != 1 || m[0].Text != "result" {
		t.Errorf("%+v %v", m, err)
	}
}

func TestAnswersToASubmission(t *testing.T) {
	tw := start(t, twin.Options{})
	b, sam, ctx := connect(t, tw), tw.As("sam"), limited(t)
	id := open(t, tw, b, form1).ID
	submit := func(answer any) twin.Receipt {
		t.Helper()
		done := during(func() (twin.Receipt, error) { return sam.Submit(ctx, id, fields("name", "v", "web-1")) })
		b.interaction(t, answer)
		r := <-done
		if r.err != nil {
			t.Fatal(r.err)
		}
		return r.Receipt
	}
	r := submit(slack.NewErrorsViewSubmissionResponse(map[string]string{"name": "no such instance"}))
	if diff := cmp.Diff(map[string]string{"name": "no such instance"}, r.Errors); diff != "" || r.View == nil || r.View.Errors["name"] == "" {
		t.Error(diff, r.View)
	}
	r = submit(slack.NewErrorsViewSubmissionResponse(map[string]string{"acts": "not an input"}))
	if !strings.Contains(r.Errors[""], "trouble connecting") {
		t.Errorf("errors on a block that is no input: %v", r.Errors)
	}
	next := view(t, strings.Replace(form1, `"form"`, `"second"`, 1))
	r = submit(slack.NewUpdateViewSubmissionResponse(&next))
	if r.View == nil || r.View.CallbackID != "second" || r.View.ID != id || r.View.State.Values["name"]["v"]["value"] != "web-1" {
		t.Errorf("update: %+v", r.View)
	}
	r = submit(slack.NewPushViewSubmissionResponse(&next))
	if r.View == nil || r.View.ID == id || *r.View.PreviousViewID != id || r.View.RootViewID != id {
		t.Errorf("push: %+v", r.View)
	}
	if n := len(sam.State().ViewStack); n != 2 {
		t.Errorf("%d views on the stack", n)
	}
	id = r.View.ID
	if r = submit(slack.NewClearViewSubmissionResponse()); r.View != nil || len(sam.State().ViewStack) != 0 {
		t.Errorf("clear: %+v", r.View)
	}
}

func TestSubmissionWithoutAck(t *testing.T) {
	tw := start(t, twin.Options{Timing: quick()})
	b, sam := connect(t, tw), tw.As("sam")
	cmd := during(func() (twin.Receipt, error) { return sam.Command(limited(t), "#ssh-help", "/sshhelp") })
	e := b.await(t, socketmode.EventTypeSlashCommand)
	v, err := b.api.OpenView(e.Data.(slack.SlashCommand).TriggerID, view(t, form1))
	if err != nil {
		t.Fatal(err)
	}
	<-cmd
	_, err = sam.Submit(limited(t), v.ID, fields("name", "v", "web-1"))
	if err == nil || err.Error() != twin.OperationTimeout {
		t.Errorf("%v", err)
	}
	if _, ok := sam.Modal(); !ok {
		t.Error("the modal is gone without an ack")
	}
}

func TestViewUpdateAndStack(t *testing.T) {
	tw := start(t, twin.Options{})
	b, sam, ctx := connect(t, tw), tw.As("sam"), limited(t)
	v := open(t, tw, b, form1)
	v2, err := b.api.UpdateView(view(t, form1), "", v.Hash, v.ID)
	if err != nil || v2.Hash == v.Hash || v2.ID != v.ID {
		t.Fatalf("%+v %v", v2, err)
	}
	if _, err = b.api.UpdateView(view(t, form1), "", v.Hash, v.ID); err == nil || err.Error() != "hash_conflict" {
		t.Errorf("old hash: %v", err)
	}
	top := v.ID
	for depth := 2; depth <= 4; depth++ {
		done := during(func() (twin.Receipt, error) { return sam.Click(ctx, twin.Target{ViewID: top, Action: "more"}) })
		in := b.interaction(t, nil)
		if r := <-done; r.err != nil || in.View.ID != top || in.ActionCallback.BlockActions[0].Value != "x" {
			t.Fatalf("click in view: %+v %v", in, r.err)
		}
		p, err := b.api.PushView(in.TriggerID, view(t, form1))
		if depth == 4 {
			if err == nil || err.Error() != "push_limit_reached" {
				t.Errorf("fourth view: %v", err)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		top = p.ID
	}
	below, err := sam.CloseView(top, false)
	if err != nil || below == nil || *sam.State().ViewStack[1].PreviousViewID != v.ID {
		t.Errorf("below %+v %v", below, err)
	}
	if in := b.interaction(t, nil); in.Type != slack.InteractionTypeViewClosed || in.View.ID != top || in.IsCleared {
		t.Errorf("closed: %+v", in)
	}
	if _, err := sam.CloseView(v.ID, true); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if in := b.interaction(t, nil); in.Type != slack.InteractionTypeViewClosed || !in.IsCleared {
			t.Errorf("cleared: %+v", in)
		}
	}
	if _, ok := sam.Modal(); ok {
		t.Error("a modal is left")
	}
}

func TestSelectKeepsTheChoice(t *testing.T) {
	tw := start(t, twin.Options{})
	b, sam, ctx := connect(t, tw), tw.As("sam"), limited(t)
	v := open(t, tw, b, form1)
	r, err := sam.Select(ctx, twin.Target{ViewID: v.ID, Block: "os", Action: "v"}, "win")
	if err != nil || r.EnvelopeID != "" {
		t.Errorf("an input without dispatch_action was reported: %+v %v", r, err)
	}
	if _, err := sam.Select(ctx, twin.Target{ViewID: v.ID, Block: "os", Action: "v"}, "beos"); err == nil {
		t.Error("an option that is not offered was chosen")
	}
	done := during(func() (twin.Receipt, error) { return sam.Submit(ctx, v.ID, fields("name", "v", "web-1")) })
	if in := b.interaction(t, nil); in.View.State.Values["os"]["v"].SelectedOption.Value != "win" {
		t.Errorf("state %+v", in.View.State)
	}
	<-done
}

// elementKinds has one of every element that keeps a value.
const elementKinds = `[
 {"type":"actions","block_id":"a","elements":[
  {"type":"radio_buttons","action_id":"radio","options":[{"text":{"type":"mrkdwn","text":"*A*"},"value":"a"}]},
  {"type":"checkboxes","action_id":"checks","options":[{"text":{"type":"plain_text","text":"A"},"value":"a"},{"text":{"type":"plain_text","text":"B"},"value":"b"}]},
  {"type":"users_select","action_id":"user","initial_user":"U1"},
  {"type":"multi_users_select","action_id":"users"},
  {"type":"datepicker","action_id":"date"},
  {"type":"timepicker","action_id":"time"},
  {"type":"datetimepicker","action_id":"when"},
  {"type":"overflow","action_id":"over","options":[{"text":{"type":"plain_text","text":"A"},"value":"a"}]}]},
 {"type":"container","block_id":"c","title":{"type":"plain_text","text":"More"},"child_blocks":[
  {"type":"section","block_id":"nested","text":{"type":"mrkdwn","text":"x"},"accessory":{"type":"static_select","action_id":"sel",
   "option_groups":[{"label":{"type":"plain_text","text":"G"},"options":[{"text":{"type":"plain_text","text":"A"},"value":"a"}]}]}}]},
 {"type":"context_actions","block_id":"f","elements":[{"type":"feedback_buttons","action_id":"fb",
  "positive_button":{"text":{"type":"plain_text","text":"Good"},"value":"up"},"negative_button":{"text":{"type":"plain_text","text":"Bad"},"value":"down"}}]}
]`

func TestChoicesInMessages(t *testing.T) {
	tw := start(t, twin.Options{})
	b, sam, ctx := connect(t, tw), tw.As("sam"), limited(t)
	got := form(t, tw, "chat.postMessage", tw.BotToken(), "channel", tw.ChannelID("ssh-help"), "text", "x", "blocks", elementKinds)
	ts, _ := got["ts"].(string)
	if ts == "" {
		t.Fatal(got)
	}
	b.inner(t)
	choose := func(action string, values ...string) slack.InteractionCallback {
		t.Helper()
		done := during(func() (twin.Receipt, error) {
			at := twin.Target{Channel: "#ssh-help", TS: ts, Action: action}
			if action == "fb" {
				at.Value = values[0]
				return sam.Click(ctx, at)
			}
			return sam.Select(ctx, at, values...)
		})
		in := b.interaction(t, nil)
		if r := <-done; r.err != nil {
			t.Fatal(action, r.err)
		}
		return in
	}
	act := func(in slack.InteractionCallback) *slack.BlockAction { return in.ActionCallback.BlockActions[0] }
	for action, check := range map[string]func(*slack.BlockAction) bool{
		"radio:a":         func(a *slack.BlockAction) bool { return a.SelectedOption.Value == "a" },
		"checks:a,b":      func(a *slack.BlockAction) bool { return len(a.SelectedOptions) == 2 },
		"user:U2":         func(a *slack.BlockAction) bool { return a.SelectedUser == "U2" },
		"users:U2,U3":     func(a *slack.BlockAction) bool { return len(a.SelectedUsers) == 2 },
		"date:2026-01-02": func(a *slack.BlockAction) bool { return a.SelectedDate == "2026-01-02" },
		"time:10:30":      func(a *slack.BlockAction) bool { return a.SelectedTime == "10:30" },
		"when:1700000000": func(a *slack.BlockAction) bool { return a.SelectedDateTime == 1700000000 },
		"over:a":          func(a *slack.BlockAction) bool { return a.SelectedOption.Value == "a" },
		"sel:a":           func(a *slack.BlockAction) bool { return a.SelectedOption.Value == "a" && a.BlockID == "nested" },
		"fb:down":         func(a *slack.BlockAction) bool { return a.Value == "down" },
	} {
		name, values, _ := strings.Cut(action, ":")
		if a := act(choose(name, strings.Split(values, ",")...)); !check(a) || a.ActionID != name {
			t.Errorf("%s: %+v", action, a)
		}
	}
	in := choose("radio", "a")
	if in.BlockActionState.Values["a"]["user"].SelectedUser != "U2" || in.BlockActionState.Values["nested"]["sel"].SelectedOption.Value != "a" {
		t.Errorf("state %+v", in.BlockActionState)
	}
	if _, err := sam.Click(ctx, twin.Target{Channel: "#ssh-help", TS: ts, Action: "radio"}); err == nil {
		t.Error("a radio button was clicked like a button")
	}
}

func TestClicks(t *testing.T) {
	tw := start(t, twin.Options{})
	b, sam, ctx := connect(t, tw), tw.As("sam"), limited(t)
	ch := tw.ChannelID("ssh-help")
	button := func(block, value string) slack.Block {
		return slack.NewActionBlock(block, slack.NewButtonBlockElement("go", value, slack.NewTextBlockObject("plain_text", "Go "+value, false, false)))
	}
	blocks := slack.MsgOptionBlocks(button("one", "1"), button("two", "2"))
	_, root, _ := b.api.PostMessage(ch, slack.MsgOptionText("x", false), blocks)
	b.inner(t)
	done := during(func() (twin.Receipt, error) {
		return sam.Click(ctx, twin.Target{Channel: "#ssh-help", TS: root, Action: "go", Value: "2"})
	})
	in := b.interaction(t, nil)
	if a := in.ActionCallback.BlockActions[0]; (<-done).err != nil || a.BlockID != "two" || a.Value != "2" || in.Message.Timestamp != root || in.Container.IsEphemeral {
		t.Errorf("%+v", in)
	}
	eph, _ := b.api.PostEphemeral(ch, sam.ID(), slack.MsgOptionText("x", false), blocks)
	done = during(func() (twin.Receipt, error) {
		return sam.Click(ctx, twin.Target{Channel: "#ssh-help", TS: eph, Action: "go", Block: "one"})
	})
	in = b.interaction(t, nil)
	if <-done; in.Message.Timestamp != "" || !in.Container.IsEphemeral || in.Container.MessageTs != eph {
		t.Errorf("an ephemeral's payload has no message: %+v", in)
	}
	if _, err := tw.As("mia").Click(ctx, twin.Target{Channel: "#ssh-help", TS: eph, Action: "go"}); err == nil || err.Error() != "message_not_found" {
		t.Errorf("mia clicked on sam's ephemeral: %v", err)
	}
	if _, err := sam.Click(ctx, twin.Target{Channel: "#ssh-help", TS: root, Action: "stop"}); err == nil || err.Error() != "no_such_action" {
		t.Errorf("%v", err)
	}
}

func TestShortcuts(t *testing.T) {
	tw := start(t, twin.Options{})
	b, mia, ctx := connect(t, tw), tw.As("mia"), limited(t)
	m, _ := mia.Say("#ssh-help", "", "Permission denied (publickey).")
	b.inner(t)
	done := during(func() (twin.Receipt, error) { return mia.Shortcut(ctx, "explain_ssh", "#ssh-help", m.TS) })
	in := b.interaction(t, nil)
	if (<-done).err != nil || in.Type != slack.InteractionTypeMessageAction || in.CallbackID != "explain_ssh" || in.Message.Text != m.Text ||
		in.MessageTs != m.TS || in.Channel.ID != m.Channel || in.ResponseURL == "" || in.TriggerID == "" {
		t.Errorf("%+v", in)
	}
	if _, err := mia.Shortcut(ctx, "other", "#ssh-help", m.TS); err == nil || err.Error() != "no_such_shortcut" {
		t.Errorf("%v", err)
	}

	free := start(t, twin.Options{Scenario: scenario(t, "users: [{name: mia}]")})
	b, mia = connect(t, free), free.As("mia")
	done = during(func() (twin.Receipt, error) { return mia.Shortcut(ctx, "anything", "", "") })
	if in = b.interaction(t, nil); (<-done).err != nil || in.Type != slack.InteractionTypeShortcut || in.Channel.ID != "" {
		t.Errorf("%+v", in)
	}
}

func TestViewsThatAreRefused(t *testing.T) {
	tw := start(t, twin.Options{})
	for _, c := range []struct{ view, want string }{
		{`{"type":"modal","blocks":[]}`, "missing required field: title"},
		{`{"type":"modal","title":{"type":"plain_text","text":"` + strings.Repeat("x", 25) + `"},"blocks":[]}`, "/view/title/text"},
		{`{"type":"modal","title":{"type":"mrkdwn","text":"x"},"blocks":[]}`, "/view/title/type"},
		{`{"type":"modal","title":{"type":"plain_text","text":"x"},"submit":{"type":"plain_text","text":"` + strings.Repeat("x", 25) + `"},"blocks":[]}`, "/view/submit/text"},
		{`{"type":"modal","title":{"type":"plain_text","text":"x"},"private_metadata":"` + strings.Repeat("x", 3001) + `","blocks":[]}`, "/view/private_metadata"},
		{`{"type":"modal","title":{"type":"plain_text","text":"x"},"callback_id":"` + strings.Repeat("x", 256) + `","blocks":[]}`, "/view/callback_id"},
		{`{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[{"type":"input","label":{"type":"plain_text","text":"l"},"element":{"type":"plain_text_input"}}]}`, "submit"},
		{`{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[{"type":"markdown","text":"x"}]}`, "not allowed in a modal"},
		{`{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[` + strings.Repeat(`{"type":"divider"},`, 100) + `{"type":"divider"}]}`, "no more than 100 items"},
		{`{"type":"home","blocks":[]}`, "unsupported type: home"},
		{`{"type":"modal","title":{"type":"plain_text","text":"x"}}`, "blocks"},
	} {
		got := form(t, tw, "views.open", tw.BotToken(), "trigger_id", "x", "view", c.view)
		if got["error"] != "invalid_arguments" || !strings.Contains(string(mustJSON(got["response_metadata"])), c.want) {
			t.Errorf("%.80s: %v, want %q", c.view, got, c.want)
		}
	}
	big := `{"type":"modal","title":{"type":"plain_text","text":"x"},"private_metadata":"` + strings.Repeat("x", 250<<10) + `","blocks":[]}`
	if got := form(t, tw, "views.open", tw.BotToken(), "trigger_id", "x", "view", big); got["error"] != "view_too_large" {
		t.Errorf("%v", got["error"])
	}
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
