package twin_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"sshhelp/sim/slack/twin"
)

func TestMentionComesTwice(t *testing.T) {
	tw := start(t, twin.Options{})
	b, mia := connect(t, tw), tw.As("mia")
	m, err := mia.Say("#ssh-help", "", "@sshhelp web-1")
	if err != nil {
		t.Fatal(err)
	}
	msg, ok := b.inner(t).(*slackevents.MessageEvent)
	if !ok || msg.TimeStamp != m.TS || msg.ChannelType != "channel" || msg.User != mia.ID() {
		t.Fatalf("message %+v", msg)
	}
	mention, ok := b.inner(t).(*slackevents.AppMentionEvent)
	if !ok || mention.TimeStamp != m.TS || mention.Text != "<@"+tw.BotUser()+"> web-1" {
		t.Errorf("mention %+v", mention)
	}
	if _, err := mia.Say("@bot", "", "@sshhelp web-1"); err != nil {
		t.Fatal(err)
	}
	if dm := b.inner(t).(*slackevents.MessageEvent); dm.ChannelType != "im" {
		t.Errorf("direct message %+v", dm)
	}
	if _, err := mia.Say("#random", "", "@sshhelp are you there?"); err != nil {
		t.Fatal(err)
	}
	if err := mia.Invite("#random"); err != nil {
		t.Fatal(err)
	}
	if j, ok := b.inner(t).(*slackevents.MemberJoinedChannelEvent); !ok || j.User != tw.BotUser() || j.Inviter != mia.ID() {
		t.Errorf("after the direct message came %+v, want nothing of #random before the invitation", j)
	}
}

func TestBotHearsItselfAndEdits(t *testing.T) {
	tw := start(t, twin.Options{})
	b, mia := connect(t, tw), tw.As("mia")
	_, ts, _ := b.api.PostMessage(tw.ChannelID("ssh-help"), slack.MsgOptionText("hi @sshhelp <@"+tw.BotUser()+">", false))
	if own := b.inner(t).(*slackevents.MessageEvent); own.BotID != tw.BotID() || own.TimeStamp != ts {
		t.Errorf("own message %+v", own)
	}
	m, _ := mia.Say("#ssh-help", "", "debug1: conecting")
	b.inner(t)
	if _, err := mia.Edit("#ssh-help", m.TS, "debug1: connecting"); err != nil {
		t.Fatal(err)
	}
	e := b.inner(t).(*slackevents.MessageEvent)
	if e.SubType != "message_changed" || e.Message.Text != "debug1: connecting" || e.PreviousMessage.Text != "debug1: conecting" {
		t.Errorf("edit %+v", e)
	}
	if err := mia.Delete("#ssh-help", m.TS); err != nil {
		t.Fatal(err)
	}
	if d := b.inner(t).(*slackevents.MessageEvent); d.SubType != "message_deleted" || d.DeletedTimeStamp != m.TS {
		t.Errorf("deletion %+v", d)
	}
}

func TestEventsNeedScopeAndSubscription(t *testing.T) {
	for name, yaml := range map[string]string{
		"mention only by scope":        "scopes: [app_mentions:read, im:history, chat:write]",
		"mention only by subscription": "scopes: [app_mentions:read, channels:history, im:history]\nevents: [app_mention, message.im]",
	} {
		t.Run(name, func(t *testing.T) {
			tw := start(t, twin.Options{Scenario: scenario(t, yaml+"\nusers: [{name: mia}]\nchannels: [{name: in, bot: true}]\n")})
			b, mia := connect(t, tw), tw.As("mia")
			for _, text := range []string{"nobody hears this", "@sshhelp hear"} {
				if _, err := mia.Say("#in", "", text); err != nil {
					t.Fatal(err)
				}
			}
			if m, ok := b.inner(t).(*slackevents.AppMentionEvent); !ok || m.User != mia.ID() {
				t.Errorf("%+v", m)
			}
		})
	}
}

func TestForeignTeamsInSharedChannels(t *testing.T) {
	tw := start(t, twin.Options{Scenario: scenario(t, strict)})
	w := dial(t, tw)
	w.expect(t, "hello")
	if _, err := tw.As("ext").Say("#shared", "", "hi"); err != nil {
		t.Fatal(err)
	}
	p := w.expect(t, "events_api")["payload"].(map[string]any)
	e := p["event"].(map[string]any)
	if p["is_ext_shared_channel"] != true || e["user_team"] != "T0000EXT" || p["team_id"] != "T0000DEMO" {
		t.Errorf("payload %v", p)
	}
}

func TestOpenHomeTellsTheBotAndShowsWhatItPublished(t *testing.T) {
	tw := start(t, twin.Options{})
	b, mia := connect(t, tw), tw.As("mia")
	if v := mia.OpenHome("home"); v != nil {
		t.Errorf("a home before anything was published: %+v", v)
	}
	if e := b.inner(t).(*slackevents.AppHomeOpenedEvent); e.User != mia.ID() || e.Tab != "home" || e.View != nil {
		t.Errorf("%+v", e)
	}
	home := slack.HomeTabViewRequest{Type: slack.VTHomeTab, CallbackID: "home", Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewDividerBlock()}}}
	v1, err := b.api.PublishView(mia.ID(), home, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.api.PublishView(mia.ID(), home, v1.Hash); err != nil {
		t.Fatal(err)
	}
	if _, err := b.api.PublishView(mia.ID(), home, v1.Hash); err == nil || err.Error() != "hash_conflict" {
		t.Errorf("old hash: %v", err)
	}
	shown, err := tw.WaitHome(limited(t), "mia", func(v twin.View) bool { return v.Hash != v1.Hash })
	if err != nil || shown.ID != v1.ID {
		t.Errorf("%+v %v", shown, err)
	}
	if v := mia.OpenHome("home"); v == nil || v.CallbackID != "home" {
		t.Errorf("%+v", v)
	}
	if e := b.inner(t).(*slackevents.AppHomeOpenedEvent); e.View == nil || e.View.ID != v1.ID {
		t.Errorf("%+v", e)
	}
}

func TestOrderIsKeptOnOneConnection(t *testing.T) {
	tw := start(t, twin.Options{})
	b := connect(t, tw)
	var want, got []string
	for i := range 20 {
		want = append(want, fmt.Sprint(i))
		if _, err := tw.As("mia").Say("#ssh-help", "", fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	for range want {
		got = append(got, b.inner(t).(*slackevents.MessageEvent).Text)
	}
	if !slices.Equal(got, want) {
		t.Errorf("order %v", got)
	}
}
