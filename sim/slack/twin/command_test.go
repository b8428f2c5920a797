package twin_test

import (
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"sshhelp/sim/slack/twin"
)

func TestCommandFromAckToFinalEdit(t *testing.T) {
	tw := start(t, twin.Options{})
	b, sam, ctx := connect(t, tw), tw.As("sam"), limited(t)
	done := during(func() (twin.Receipt, error) { return sam.Command(ctx, "#ssh-help", "/sshhelp  web-1 from <here>") })

	e := b.await(t, socketmode.EventTypeSlashCommand)
	cmd := e.Data.(slack.SlashCommand)
	if cmd.Text != "web-1 from &lt;here&gt;" || cmd.UserID != sam.ID() || cmd.ChannelID != tw.ChannelID("ssh-help") {
		t.Errorf("command arrived as %+v", cmd)
	}
	if err := b.Ack(*e.Request, map[string]any{"text": "Checking web-1."}); err != nil {
		t.Fatal(err)
	}
	r := <-done
	if r.err != nil || r.Text != "Checking web-1." || r.Message == nil || r.Message.EphemeralTo != sam.ID() || r.Latency <= 0 {
		t.Fatalf("receipt %+v %v", r.Receipt, r.err)
	}

	_, ts, err := b.api.PostMessage(cmd.ChannelID, slack.MsgOptionText("Running", false))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err = b.api.UpdateMessage(cmd.ChannelID, ts, slack.MsgOptionText("Port 22 is closed, <@"+sam.ID()+">", false)); err != nil {
		t.Fatal(err)
	}
	m, err := tw.WaitMessage(ctx, func(m twin.Message) bool { return strings.HasPrefix(m.Text, "Port 22") })
	if err != nil || m.TS != ts || m.Edited == nil {
		t.Errorf("final message %+v %v", m, err)
	}
	if v := tw.Violations(); len(v) > 0 {
		t.Errorf("violations %v", v)
	}
}
