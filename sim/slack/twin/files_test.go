package twin_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"sshhelp/sim/slack/twin"
)

func TestBotUploadsIntoAThread(t *testing.T) {
	tw := start(t, twin.Options{})
	c, mia := api(tw), tw.As("mia")
	root, _ := mia.Say("#ssh-help", "", "root")
	f, err := c.UploadFile(slack.UploadFileParameters{
		Filename: "console.log", FileSize: 5, Content: "hello", Title: "Console",
		Channel: root.Channel, ThreadTimestamp: root.TS, InitialComment: "The console",
	})
	if err != nil {
		t.Fatal(err)
	}
	thread := mia.Thread("#ssh-help", root.TS)
	if len(thread) != 2 || len(thread[1].Files) != 1 || thread[1].Text != "The console" || thread[1].BotID != tw.BotID() {
		t.Fatalf("%+v", thread)
	}
	got := thread[1].Files[0]
	if got.ID != f.ID || got.Title != "Console" || got.Size != 5 || got.Preview != "hello" || got.Mode != "snippet" || !got.IsPublic {
		t.Errorf("%+v", got)
	}
	info, _, _, err := c.GetFileInfo(f.ID, 0, 0)
	if err != nil || info.Name != "console.log" {
		t.Errorf("%+v %v", info, err)
	}
	var buf bytes.Buffer
	if err := c.GetFile(info.URLPrivate, &buf); err != nil || buf.String() != "hello" {
		t.Errorf("%q %v", buf.String(), err)
	}
	if data, err := mia.Download(f.ID); err != nil || string(data) != "hello" {
		t.Errorf("%q %v", data, err)
	}
}

func TestUploadIsProcessedLater(t *testing.T) {
	tm := *quick()
	tm.FileProcessing = 30 * time.Millisecond
	tw := start(t, twin.Options{Timing: &tm})
	_, err := api(tw).UploadFile(slack.UploadFileParameters{Filename: "a.txt", FileSize: 1, Content: "a", Channel: tw.ChannelID("ssh-help")})
	if err != nil || len(tw.Messages("ssh-help")) != 0 {
		t.Fatalf("%v, %d messages at once", err, len(tw.Messages("ssh-help")))
	}
	if _, err := tw.WaitMessage(limited(t), func(m twin.Message) bool { return len(m.Files) == 1 }); err != nil {
		t.Error(err)
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	tw := start(t, twin.Options{})
	c := api(tw)
	up := func(size int, content, channel string) error {
		_, err := c.UploadFile(slack.UploadFileParameters{Filename: "a.txt", FileSize: size, Content: content, Channel: channel})
		return err
	}
	for want, err := range map[string]error{
		"400":            up(3, "four", tw.ChannelID("ssh-help")),
		"not_in_channel": up(4, "four", tw.ChannelID("random")),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	got := form(t, tw, "files.completeUploadExternal", tw.BotToken(), "files", `[{"id":"F1"}]`, "channel_id", tw.ChannelID("ssh-help"))
	if got["error"] != "file_not_found" {
		t.Errorf("%v", got)
	}
	forbidden := start(t, twin.Options{Scenario: scenario(t, "no_uploads: true\nscopes: [files:write]\n")})
	if _, err := api(forbidden).GetUploadURLExternalContext(t.Context(), slack.GetUploadURLExternalParameters{FileName: "a", FileSize: 1}); err == nil || err.Error() != "file_uploads_disabled" {
		t.Errorf("%v", err)
	}
}

func TestBotReadsWhatPeopleAttach(t *testing.T) {
	tw := start(t, twin.Options{})
	b, mia := connect(t, tw), tw.As("mia")
	if _, err := mia.Upload("#ssh-help", "", "ssh.txt", []byte("debug1: x"), "@sshhelp look"); err != nil {
		t.Fatal(err)
	}
	m := b.inner(t).(*slackevents.MessageEvent)
	if m.SubType != "file_share" || len(m.Message.Files) != 1 {
		t.Fatalf("%+v", m)
	}
	if at := b.inner(t).(*slackevents.AppMentionEvent); len(at.Files) != 1 {
		t.Errorf("%+v", at)
	}
	f := m.Message.Files[0]
	var buf bytes.Buffer
	if err := b.api.GetFile(f.URLPrivateDownload, &buf); err != nil || buf.String() != "debug1: x" {
		t.Errorf("%q %v", buf.String(), err)
	}
	for name, c := range map[string]*slack.Client{"wrong token": apiWith(tw, "xoxb-wrong")} {
		if err := c.GetFile(f.URLPrivate, &buf); err == nil || !strings.Contains(err.Error(), "sign-in") {
			t.Errorf("%s: %v", name, err)
		}
	}
	hidden, _ := mia.Upload("#random", "", "x.txt", []byte("not yours"), "")
	if err := b.api.GetFile(hidden.Files[0].URLPrivate, &buf); err == nil {
		t.Error("a file of a channel without the bot was read")
	}
	if _, _, _, err := b.api.GetFileInfo(hidden.Files[0].ID, 0, 0); err == nil || err.Error() != "file_not_found" {
		t.Errorf("%v", err)
	}
	if _, err := tw.As("gus").Download(hidden.Files[0].ID); err == nil {
		t.Error("a guest read a file of a channel that is not his")
	}
}
