package twin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"sshhelp/sim/slack/twin"
)

// tokens are the violations' tokens, sorted.
func tokens(tw *twin.Twin) []string {
	out := []string{}
	for _, v := range tw.Violations() {
		out = append(out, v.Token)
	}
	slices.Sort(out)
	return out
}

func TestLiveMentionsAreFound(t *testing.T) {
	rich := func(e string) string {
		return `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + e + `]}]}]`
	}
	for _, c := range []struct {
		name, text, blocks string
		want               []string
	}{
		{"channel", "look <!channel>", "", []string{"<!channel>"}},
		{"here with label", "<!here|here>", "", []string{"<!here|here>"}},
		{"group", "<!subteam^S00ONCALL|@oncall>", "", []string{"<!subteam^S00ONCALL|@oncall>"}},
		{"stranger", "hi <@U00000JO>", "", []string{"<@U00000JO>"}},
		{"in code", "`<!channel>`", "", []string{"<!channel>"}},
		{"two", "<!here> <!everyone>", "", []string{"<!everyone>", "<!here>"}},
		{"date token", "<!date^1700000000^{date_short}|then>", "", []string{}},
		{"escaped", "&lt;!channel&gt; @channel", "", []string{}},
		{"link and channel", "<https://x.example|x> <#C1>", "", []string{}},
		{"mrkdwn", "x", `[{"type":"section","text":` + mrk("<!here>") + `}]`, []string{"<!here>"}},
		{"plain text is inert", "x", `[{"type":"section","text":` + plain("<!here>") + `}]`, []string{}},
		{"context", "x", `[{"type":"context","elements":[` + mrk("<!here>") + `]}]`, []string{"<!here>"}},
		{"markdown", "x", `[{"type":"markdown","text":"<!here>"}]`, []string{"<!here>"}},
		{"nested", "x", `[{"type":"container","title":` + plain("t") + `,"child_blocks":[{"type":"section","text":` + mrk("<!here>") + `}]}]`, []string{"<!here>"}},
		{"raw cell is inert", "x", `[{"type":"table","rows":[[{"type":"raw_text","text":"<!here>"}]]}]`, []string{}},
		{"button value", "x", "[" + acts(button("x", `,"value":"<!here>"`)) + "]", []string{}},
		{"rich text", "x", rich(`{"type":"text","text":"<!here>"}`), []string{}},
		{"rich user", "x", rich(`{"type":"user","user_id":"U00000JO"}`), []string{"<@U00000JO>"}},
		{"rich group", "x", rich(`{"type":"usergroup","usergroup_id":"S1"}`), []string{"<!subteam^S1>"}},
		{"rich broadcast", "x", rich(`{"type":"broadcast","range":"here"}`), []string{"<!here>"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tw := start(t, twin.Options{})
			args := []string{"channel", tw.ChannelID("ssh-help"), "text", c.text}
			if c.blocks != "" {
				args = append(args, "blocks", c.blocks)
			}
			if got := form(t, tw, "chat.postMessage", tw.BotToken(), args...); got["ok"] != true {
				t.Fatal(got)
			}
			if got := tokens(tw); !slices.Equal(got, c.want) {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

func TestMentionsThatAreAllowed(t *testing.T) {
	tw := start(t, twin.Options{})
	mia := tw.As("mia")
	if _, err := mia.Say("#ssh-help", "", "help"); err != nil {
		t.Fatal(err)
	}
	tw.AllowMentions("<!subteam^S00ONCALL>")
	post := func(text string) {
		if _, _, err := api(tw).PostMessage(tw.ChannelID("ssh-help"), slack.MsgOptionText(text, false)); err != nil {
			t.Fatal(err)
		}
	}
	post("<@" + mia.ID() + "> asked; <!subteam^S00ONCALL|@oncall> may confirm")
	if v := tw.Violations(); len(v) != 0 {
		t.Errorf("%v", v)
	}
	post("<@" + tw.UserID("jo") + "> did not ask")
	_, _ = api(tw).PostEphemeral(tw.ChannelID("ssh-help"), mia.ID(), slack.MsgOptionText("<!here>", false))
	if got := fmt.Sprint(tw.Violations()); len(tw.Violations()) != 2 || !strings.Contains(got, "chat.postEphemeral") {
		t.Errorf("%v", got)
	}
}

func TestEveryWayOutIsWatched(t *testing.T) {
	tw := start(t, twin.Options{})
	b, sam, ctx := connect(t, tw), tw.As("sam"), limited(t)
	ch, live := tw.ChannelID("ssh-help"), "<!everyone>"
	_, ts, _ := b.api.PostMessage(ch, slack.MsgOptionText("x", false))
	b.inner(t)
	_, _, _, _ = b.api.UpdateMessage(ch, ts, slack.MsgOptionText(live, false))
	b.inner(t)
	_ = b.api.SetAssistantThreadsStatus(slack.AssistantThreadsSetStatusParameters{ChannelID: ch, ThreadTS: ts, Status: live})
	_, _ = b.api.UploadFile(slack.UploadFileParameters{Filename: "a", FileSize: 1, Content: "a", Channel: ch, InitialComment: live})
	b.inner(t)
	done := during(func() (twin.Receipt, error) { return sam.Command(ctx, "#ssh-help", "/sshhelp") })
	e := b.await(t, "slash_commands")
	_ = b.Ack(*e.Request, map[string]any{"text": live})
	<-done
	cmd := e.Data.(slack.SlashCommand)
	_ = slack.PostWebhook(cmd.ResponseURL, &slack.WebhookMessage{Text: live})
	modal := view(t, form1)
	modal.Blocks.BlockSet = append(modal.Blocks.BlockSet, slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", live, false, false), nil, nil))
	if _, err := b.api.OpenView(cmd.TriggerID, modal); err != nil {
		t.Fatal(err)
	}
	_, _, _ = b.api.PostMessage(ch, slack.MsgOptionText("x", false), slack.MsgOptionLinkNames(true))
	_, _, _ = b.api.PostMessage(ch, slack.MsgOptionText("x", false), slack.MsgOptionAttachments(slack.Attachment{Fallback: "f", Text: live}))
	var ways []string
	for _, v := range tw.Violations() {
		ways = append(ways, v.Method)
	}
	want := []string{
		"chat.update", "assistant.threads.setStatus", "files.completeUploadExternal", "ack", "response_url", "views.open",
		"chat.postMessage", "chat.postMessage",
	}
	if !slices.Equal(ways, want) {
		t.Errorf("watched %q, want %q", ways, want)
	}
}
