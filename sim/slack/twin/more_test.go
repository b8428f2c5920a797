package twin_test

import (
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"sshhelp/sim/slack/twin"
)

func TestOpeningConversations(t *testing.T) {
	tw := start(t, twin.Options{Scenario: scenario(t, `{scopes: [im:write, im:read, chat:write, channels:read], users: [{name: mia}, {name: robo, is_bot: true},
	  {name: gone, deleted: true}], channels: [{name: in, bot: true}]}`)})
	c := api(tw)
	dm, _, already, err := c.OpenConversation(&slack.OpenConversationParameters{Users: []string{tw.UserID("mia")}})
	if err != nil || dm.ID[0] != 'D' || !already {
		t.Fatalf("%+v %v", dm, err)
	}
	info, err := c.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: dm.ID})
	if err != nil || !info.IsIM || info.User != tw.UserID("mia") {
		t.Errorf("%+v %v", info, err)
	}
	for _, again := range []string{dm.ID, tw.ChannelID("in")} {
		if got := form(t, tw, "conversations.open", tw.BotToken(), "channel", again); got["ok"] != true {
			t.Errorf("%s: %v", again, got)
		}
	}
	for user, want := range map[string]string{"": "users_list_not_supplied", "mia": "user_not_found", tw.UserID("robo"): "cannot_dm_bot", tw.UserID("gone"): "user_disabled"} {
		if got := form(t, tw, "conversations.open", tw.BotToken(), "users", user); got["error"] != want {
			t.Errorf("%q: %v, want %s", user, got, want)
		}
	}
}

func TestEnterpriseInstall(t *testing.T) {
	sc := scenario(t, "{team: {name: Grid, enterprise_id: E00000001}, scopes: [commands, im:history], users: [{name: mia}], commands: [{name: /sshhelp}]}")
	tw := start(t, twin.Options{Scenario: sc})
	b := connect(t, tw)
	if auth, err := b.api.AuthTest(); err != nil || auth.EnterpriseID != "E00000001" {
		t.Errorf("%+v %v", auth, err)
	}
	done := during(func() (twin.Receipt, error) { return tw.As("mia").Command(limited(t), "@bot", "/sshhelp a <b>") })
	e := b.await(t, socketmode.EventTypeSlashCommand)
	if err := b.Ack(*e.Request); err != nil {
		t.Fatal(err)
	}
	cmd := e.Data.(slack.SlashCommand)
	if <-done; cmd.EnterpriseID != "E00000001" || cmd.ChannelName != "directmessage" || cmd.Text != "a <b>" {
		t.Errorf("%+v", cmd)
	}
	shortcut := during(func() (twin.Receipt, error) { return tw.As("mia").Shortcut(limited(t), "any", "", "") })
	if in := b.interaction(t, nil); in.Enterprise.ID != "E00000001" {
		t.Errorf("%+v", in.Enterprise)
	}
	<-shortcut
}

// TestWaiting uses the twin inside of every condition, which must not deadlock.
func TestWaiting(t *testing.T) {
	tw := start(t, twin.Options{})
	b, ctx := connect(t, tw), limited(t)
	v := open(t, tw, b, form1)
	if got, err := tw.WaitView(ctx, "sam", func(v twin.View) bool { return tw.Revision() > 0 }); err != nil || got.ID != v.ID {
		t.Errorf("%+v %v", got, err)
	}
	if got, err := tw.WaitCall(ctx, func(c twin.Call) bool { return c.Method == "views.open" && len(tw.Calls("")) > 0 }); err != nil || got.Error != "" {
		t.Errorf("%+v %v", got, err)
	}
	if s, err := tw.WaitState(ctx, "sam", func(s twin.State) bool { return s.Me.ID == tw.UserID("sam") }); err != nil || s.View == nil {
		t.Errorf("%+v %v", s.View, err)
	}
	if _, err := tw.WaitState(ctx, "nobody", nil); err == nil {
		t.Error("waits for nobody")
	}
	go func() { _, _ = tw.As("mia").Say("#ssh-help", "", "late") }()
	if m, err := tw.WaitMessage(ctx, func(m twin.Message) bool { return m.Text == "late" && m.User == tw.UserID("mia") }); err != nil {
		t.Errorf("%+v %v", m, err)
	}
}

func TestOneConnectionCanBeToldToGo(t *testing.T) {
	tw := start(t, twin.Options{})
	a, b := dial(t, tw), dial(t, tw)
	a.expect(t, "hello")
	b.expect(t, "hello")
	tw.DisconnectSocket(tw.Sockets()[1].ID, "refresh_requested")
	b.expect(t, "disconnect")
	if err := tw.WaitSockets(limited(t), 1); err != nil {
		t.Error(err)
	}
	tw.DisconnectSocket(99, "warning")
	tw.Cut(99)
	tw.Stall(99)
	tw.SendEvent("", map[string]any{"type": "tokens_revoked"})
	a.expect(t, "events_api")
}

func TestAskersOfModalsMayBeNamedAnywhere(t *testing.T) {
	tw := start(t, twin.Options{})
	b := connect(t, tw)
	sam, jo := tw.UserID("sam"), tw.UserID("jo")
	tw.As("sam").OpenHome("")
	b.inner(t)
	post := func(user string) {
		if _, _, err := b.api.PostMessage(tw.ChannelID("ssh-help"), slack.MsgOptionText("for <@"+user+">", false)); err != nil {
			t.Fatal(err)
		}
		b.inner(t)
	}
	post(sam)
	home := `{"type":"home","blocks":[{"type":"section","text":` + mrk("<@"+sam+"> <@"+jo+">") + `}]}`
	if got := form(t, tw, "views.publish", tw.BotToken(), "user_id", sam, "view", home); got["ok"] != true {
		t.Fatal(got)
	}
	if v := tw.Violations(); len(v) != 1 || v[0].Token != "<@"+jo+">" || v[0].Where != "/view/blocks/0/text/text" || !strings.Contains(v[0].String(), "views.publish in no channel") {
		t.Errorf("%v", v)
	}
}

func TestHomeKeepsChoices(t *testing.T) {
	tw := start(t, twin.Options{})
	b, sam, ctx := connect(t, tw), tw.As("sam"), limited(t)
	home := `{"type":"home","blocks":[` + acts(`{"type":"static_select","action_id":"lang","options":[`+option("A", "a")+`]}`) + `]}`
	got := form(t, tw, "views.publish", tw.BotToken(), "user_id", sam.ID(), "view", home)
	id := got["view"].(map[string]any)["id"].(string)
	done := during(func() (twin.Receipt, error) { return sam.Select(ctx, twin.Target{ViewID: id, Action: "lang"}, "a") })
	in := b.interaction(t, nil)
	if r := <-done; r.err != nil || in.View.Type != slack.VTHomeTab || in.ActionCallback.BlockActions[0].SelectedOption.Value != "a" {
		t.Errorf("%+v %v", in, r.err)
	}
	shown, err := tw.WaitHome(ctx, "sam", func(v twin.View) bool { return len(v.State.Values) == 1 })
	if err != nil || shown.ID != id {
		t.Errorf("%+v %v", shown, err)
	}
}

func TestBadViewInAnAckIsNotShown(t *testing.T) {
	tw := start(t, twin.Options{})
	b, sam := connect(t, tw), tw.As("sam")
	id := open(t, tw, b, form1).ID
	done := during(func() (twin.Receipt, error) { return sam.Submit(limited(t), id, fields("name", "v", "web-1")) })
	b.interaction(t, map[string]any{"response_action": "update", "view": map[string]any{"type": "modal"}})
	r := <-done
	if r.err != nil || r.View == nil || r.View.ID != id || !strings.Contains(r.Errors[""], "invalid_arguments") {
		t.Errorf("%+v", r)
	}
}
