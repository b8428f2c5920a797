package twin_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"sshhelp/sim/slack/twin"
)

func TestResponseURL(t *testing.T) {
	tw := start(t, twin.Options{})
	b, sam := connect(t, tw), tw.As("sam")
	// #random has no bot: a response URL works there all the same.
	done := during(func() (twin.Receipt, error) { return sam.Command(limited(t), "#random", "/sshhelp x") })
	e := b.await(t, "slash_commands")
	cmd := e.Data.(slack.SlashCommand)
	if err := b.Ack(*e.Request, map[string]any{"text": "ack"}); err != nil {
		t.Fatal(err)
	}
	r := <-done
	if _, _, err := b.api.PostMessage(cmd.ChannelID, slack.MsgOptionText("x", false)); err == nil || err.Error() != "not_in_channel" {
		t.Errorf("post: %v", err)
	}
	respond := func(opts ...slack.MsgOption) error {
		_, _, err := b.api.PostMessage("", opts...)
		return err
	}
	url := cmd.ResponseURL
	if err := respond(slack.MsgOptionResponseURL(url, "ephemeral"), slack.MsgOptionText("private", false)); err != nil {
		t.Fatal(err)
	}
	if err := respond(slack.MsgOptionResponseURL(url, "in_channel"), slack.MsgOptionText("public", false)); err != nil {
		t.Fatal(err)
	}
	if err := respond(slack.MsgOptionReplaceOriginal(url), slack.MsgOptionText("ack replaced", false)); err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, m := range sam.State().Messages[cmd.ChannelID] {
		seen = append(seen, m.Text+"/"+m.EphemeralTo)
	}
	want := "ack replaced/" + sam.ID() + " private/" + sam.ID() + " public/"
	if got := strings.Join(seen, " "); got != want {
		t.Errorf("sam sees %q, want %q", got, want)
	}
	if m := sam.State().Messages[cmd.ChannelID][0]; m.TS != r.Message.TS || m.Edited != nil {
		t.Errorf("the ack was not replaced in place: %+v", m)
	}
	if err := respond(slack.MsgOptionDeleteOriginal(url)); err != nil {
		t.Fatal(err)
	}
	if n := len(sam.State().Messages[cmd.ChannelID]); n != 2 {
		t.Errorf("%d messages after delete_original", n)
	}
	if err := slack.PostWebhook(url, &slack.WebhookMessage{Text: "fifth"}); err != nil {
		t.Errorf("fifth use: %v", err)
	}
	if err := slack.PostWebhook(url, &slack.WebhookMessage{Text: "sixth"}); err == nil {
		t.Error("the sixth use worked")
	}
	calls := tw.Calls("response_url")
	if len(calls) != 6 || calls[5].Error != "used_url" {
		t.Errorf("calls %+v", calls)
	}
}

func TestResponseURLExpiresAndFails(t *testing.T) {
	var offset atomic.Int64
	tw := start(t, twin.Options{Now: func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }})
	b := connect(t, tw)
	url := command(t, tw, b).ResponseURL
	post := func(text string) string {
		_ = slack.PostWebhook(url, &slack.WebhookMessage{Text: text})
		calls := tw.Calls("response_url")
		return calls[len(calls)-1].Error
	}
	tw.Fail("response_url", twin.Fault{Status: 500}, 1)
	if got := post("x"); got != "Internal Server Error" {
		t.Errorf("fault: %q", got)
	}
	if got := post(""); got != "no_text" {
		t.Errorf("empty: %q", got)
	}
	offset.Store(int64(29 * time.Minute))
	if got := post("in time"); got != "" {
		t.Errorf("after 29 minutes: %q", got)
	}
	offset.Store(int64(31 * time.Minute))
	if got := post("late"); got != "expired_url" {
		t.Errorf("after 31 minutes: %q", got)
	}
}

func TestResponseURLReplacesTheMessageClickedOn(t *testing.T) {
	tw := start(t, twin.Options{})
	b, sam, ctx := connect(t, tw), tw.As("sam"), limited(t)
	button := slack.NewActionBlock("b", slack.NewButtonBlockElement("go", "1", slack.NewTextBlockObject("plain_text", "Go", false, false)))
	_, ts, _ := b.api.PostMessage(tw.ChannelID("ssh-help"), slack.MsgOptionText("x", false), slack.MsgOptionBlocks(button))
	b.inner(t)
	done := during(func() (twin.Receipt, error) {
		return sam.Click(ctx, twin.Target{Channel: "#ssh-help", TS: ts, Action: "go"})
	})
	in := b.interaction(t, nil)
	<-done
	if err := slack.PostWebhook(in.ResponseURL, &slack.WebhookMessage{Text: "done", ReplaceOriginal: true}); err != nil {
		t.Fatal(err)
	}
	if m := tw.Messages("ssh-help")[0]; m.Text != "done" || m.Blocks != nil {
		t.Errorf("%+v", m)
	}
	if err := slack.PostWebhook(in.ResponseURL, &slack.WebhookMessage{Text: "psst"}); err != nil {
		t.Fatal(err)
	}
	if m := tw.Messages("ssh-help")[1]; m.EphemeralTo != sam.ID() {
		t.Errorf("the default is not ephemeral: %+v", m)
	}
}

func TestAckCanBePublicOrText(t *testing.T) {
	tw := start(t, twin.Options{})
	w, sam := dial(t, tw), tw.As("sam")
	w.expect(t, "hello")
	for payload, public := range map[string]bool{`{"text":"a","response_type":"in_channel"}`: true, `"plain text"`: false} {
		done := during(func() (twin.Receipt, error) { return sam.Command(limited(t), "#random", "/sshhelp x") })
		env := w.expect(t, "slash_commands")
		if err := w.WriteMessage(1, []byte(`{"envelope_id":"`+env["envelope_id"].(string)+`","payload":`+payload+`}`)); err != nil {
			t.Fatal(err)
		}
		if r := <-done; r.err != nil || r.Message == nil || (r.Message.EphemeralTo == "") != public {
			t.Errorf("%s: %+v", payload, r)
		}
	}
}
