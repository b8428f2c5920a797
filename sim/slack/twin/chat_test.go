package twin_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"sshhelp/sim/slack/twin"
)

func TestTimestampsGrowAndNeverRepeat(t *testing.T) {
	frozen := time.Unix(1_700_000_000, 0)
	tw := start(t, twin.Options{Now: func() time.Time { return frozen }})
	last := ""
	for range 50 {
		_, ts, err := api(tw).PostMessage(tw.ChannelID("ssh-help"), slack.MsgOptionText("x", false))
		if err != nil || ts <= last || len(ts) != len("1700000000.000001") {
			t.Fatalf("ts %q after %q, %v", ts, last, err)
		}
		last = ts
	}
}

func TestThread(t *testing.T) {
	tw := start(t, twin.Options{})
	c, ch, mia := api(tw), tw.ChannelID("ssh-help"), tw.As("mia")
	_, root, _ := c.PostMessage(ch, slack.MsgOptionText("root", false),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "check", EventPayload: map[string]any{"id": "c1"}}))
	for _, s := range []string{"one", "two", "three"} {
		if _, err := mia.Say("#ssh-help", root, s); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.PostEphemeral(ch, mia.ID(), slack.MsgOptionText("only for mia", false), slack.MsgOptionTS(root)); err != nil {
		t.Fatal(err)
	}
	p := slack.GetConversationRepliesParameters{ChannelID: ch, Timestamp: root, Limit: 2, IncludeAllMetadata: true}
	var got []string
	for {
		msgs, more, cursor, err := c.GetConversationReplies(&p)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range msgs {
			got = append(got, m.Text)
		}
		if p.Cursor == "" && (msgs[0].Metadata.EventType != "check" || msgs[0].Metadata.EventPayload["id"] != "c1" || msgs[0].ReplyCount != 3) {
			t.Errorf("root %+v", msgs[0])
		}
		if p.Cursor = cursor; !more {
			break
		}
	}
	if diff := cmp.Diff([]string{"root", "one", "two", "three"}, got); diff != "" {
		t.Error(diff)
	}
	two := mia.Thread("#ssh-help", root)[2]
	msgs, _, _, err := c.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: ch, Timestamp: root, Oldest: two.TS})
	if err != nil || len(msgs) != 2 || msgs[0].Timestamp != root || msgs[1].Text != "three" || msgs[0].Metadata.EventType != "" {
		t.Errorf("since two: %+v %v", msgs, err)
	}
	h, err := c.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: ch})
	if err != nil || len(h.Messages) != 1 {
		t.Errorf("replies stand in the channel: %+v %v", h, err)
	}
}

func TestBroadcastStandsInTheChannelToo(t *testing.T) {
	tw := start(t, twin.Options{})
	mia := tw.As("mia")
	root, _ := mia.Say("#ssh-help", "", "root")
	if _, err := mia.Broadcast("#ssh-help", root.TS, "look here"); err != nil {
		t.Fatal(err)
	}
	h, err := api(tw).GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: tw.ChannelID("ssh-help")})
	if err != nil || len(h.Messages) != 2 || h.Messages[0].SubType != "thread_broadcast" {
		t.Errorf("%+v %v", h, err)
	}
}

func TestUpdate(t *testing.T) {
	tw := start(t, twin.Options{})
	c, ch := api(tw), tw.ChannelID("ssh-help")
	meta := slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "check", EventPayload: map[string]any{"id": "c1"}})
	_, ts, _ := c.PostMessage(ch, slack.MsgOptionText("x", false), slack.MsgOptionBlocks(slack.NewDividerBlock()), meta)
	if _, _, _, err := c.UpdateMessage(ch, ts, slack.MsgOptionText("y", false)); err != nil {
		t.Fatal(err)
	}
	m := tw.Messages("ssh-help")[0]
	if m.Text != "y" || m.Blocks != nil || m.Edited == nil || m.Metadata == nil {
		t.Errorf("text without blocks takes the blocks away and leaves the metadata: %+v", m)
	}
}

func TestDeletedParents(t *testing.T) {
	tw := start(t, twin.Options{})
	c, ch := api(tw), tw.ChannelID("ssh-help")
	_, lone, _ := c.PostMessage(ch, slack.MsgOptionText("lone", false))
	_, root, _ := c.PostMessage(ch, slack.MsgOptionText("root", false))
	_, _, _ = c.PostMessage(ch, slack.MsgOptionText("reply", false), slack.MsgOptionTS(root))
	for _, ts := range []string{lone, root} {
		if _, _, err := c.DeleteMessage(ch, ts); err != nil {
			t.Fatal(err)
		}
	}
	msgs := tw.Messages("ssh-help")
	if len(msgs) != 2 || msgs[0].Subtype != "tombstone" || msgs[0].TS != root {
		t.Errorf("%+v", msgs)
	}
	if _, _, m, err := c.PostMessageWithResponse(ch, slack.MsgOptionText("late", false), slack.MsgOptionTS(lone)); err != nil || m.ThreadTimestamp != "" {
		t.Errorf("a reply to a deleted message goes to the channel: %+v %v", m, err)
	}
	if _, _, m, err := c.PostMessageWithResponse(ch, slack.MsgOptionText("late", false), slack.MsgOptionTS(root)); err != nil || m.ThreadTimestamp != root {
		t.Errorf("a tombstone keeps its thread: %+v %v", m, err)
	}
}

func TestEphemeralIsForOneAndMayBeLost(t *testing.T) {
	tw := start(t, twin.Options{Scenario: scenario(t, strict)})
	c, ch, mia := api(tw), tw.ChannelID("in"), tw.As("mia")
	root, _ := mia.Say("#in", "", "root")
	whisper := func(user, thread string) {
		if _, err := c.PostEphemeral(ch, tw.UserID(user), slack.MsgOptionText("for "+user, false), slack.MsgOptionTS(thread)); err != nil {
			t.Fatal(err)
		}
	}
	whisper("mia", "")
	whisper("asleep", "")
	whisper("mia", root.TS) // no thread yet
	if _, err := mia.Say("#in", root.TS, "now there is one"); err != nil {
		t.Fatal(err)
	}
	whisper("mia", root.TS)
	count := func(user string) int {
		n := 0
		for _, m := range tw.As(user).State().Messages[ch] {
			if m.EphemeralTo != "" {
				n++
			}
		}
		return n
	}
	if count("mia") != 2 || count("ext") != 0 || len(tw.LostEphemerals()) != 2 {
		t.Errorf("mia sees %d, ext %d, lost %d; want 2, 0, 2", count("mia"), count("ext"), len(tw.LostEphemerals()))
	}
	h, err := c.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: ch})
	if err != nil || len(h.Messages) != 1 {
		t.Errorf("an ephemeral is in the history: %+v %v", h, err)
	}
}

func TestReactions(t *testing.T) {
	tw := start(t, twin.Options{})
	c, mia := api(tw), tw.As("mia")
	m, _ := mia.Say("#ssh-help", "", "hi")
	item := slack.NewRefToMessage(m.Channel, m.TS)
	if err := c.AddReaction("eyes", item); err != nil {
		t.Fatal(err)
	}
	if err := c.AddReaction("eyes", item); err == nil || err.Error() != "already_reacted" {
		t.Errorf("twice: %v", err)
	}
	if err := mia.React("#ssh-help", m.TS, "eyes", true); err != nil {
		t.Fatal(err)
	}
	want := []twin.Reaction{{Name: "eyes", Count: 2, Users: []string{tw.BotUser(), mia.ID()}}}
	if diff := cmp.Diff(want, tw.Messages("ssh-help")[0].Reactions); diff != "" {
		t.Error(diff)
	}
	if err := c.RemoveReaction("eyes", item); err != nil {
		t.Fatal(err)
	}
	if err := mia.React("#ssh-help", m.TS, "eyes", false); err != nil {
		t.Fatal(err)
	}
	if r := tw.Messages("ssh-help")[0].Reactions; len(r) != 0 {
		t.Errorf("left over: %v", r)
	}
}

func TestPermalink(t *testing.T) {
	tw := start(t, twin.Options{})
	mia := tw.As("mia")
	root, _ := mia.Say("#ssh-help", "", "root")
	reply, _ := mia.Say("#ssh-help", root.TS, "reply")
	link, err := api(tw).GetPermalink(&slack.PermalinkParameters{Channel: root.Channel, Ts: reply.TS})
	want := "https://demo.slack.com/archives/" + root.Channel + "/p" + strings.Replace(reply.TS, ".", "", 1) + "?thread_ts=" + root.TS + "&cid=" + root.Channel
	if err != nil || link != want {
		t.Errorf("%s %v, want %s", link, err, want)
	}
}

func TestDirectMessages(t *testing.T) {
	tw := start(t, twin.Options{})
	mia := tw.As("mia")
	ch, _, err := api(tw).PostMessage(mia.ID(), slack.MsgOptionText("hello", false))
	if err != nil || ch[0] != 'D' {
		t.Fatal(ch, err)
	}
	s := mia.State()
	i := slices.IndexFunc(s.Channels, func(c twin.Channel) bool { return c.ID == ch })
	if i < 0 || !s.Channels[i].IsIM || s.Channels[i].Name != "@sshhelp" || s.Messages[ch][0].Text != "hello" {
		t.Errorf("mia's side: %+v", s.Channels)
	}
	if slices.ContainsFunc(tw.As("jo").State().Channels, func(c twin.Channel) bool { return c.ID == ch }) {
		t.Error("jo sees mia's direct messages")
	}
}

func TestThreadStatusEndsByPostOrTime(t *testing.T) {
	tm := *quick()
	tm.Status = 40 * time.Millisecond
	tw := start(t, twin.Options{Timing: &tm})
	c, ch, mia := api(tw), tw.ChannelID("ssh-help"), tw.As("mia")
	root, _ := mia.Say("#ssh-help", "", "root")
	set := func() {
		p := slack.AssistantThreadsSetStatusParameters{ChannelID: ch, ThreadTS: root.TS, Status: "is testing port 22", LoadingMessages: []string{"a", "b"}}
		if err := c.SetAssistantThreadsStatus(p); err != nil {
			t.Fatal(err)
		}
	}
	set()
	want := []twin.Status{{Channel: ch, ThreadTS: root.TS, Status: "is testing port 22", LoadingMessages: []string{"a", "b"}}}
	if diff := cmp.Diff(want, mia.State().Statuses); diff != "" {
		t.Error(diff)
	}
	if _, _, err := c.PostMessage(ch, slack.MsgOptionText("done", false), slack.MsgOptionTS(root.TS)); err != nil {
		t.Fatal(err)
	}
	if s := mia.State().Statuses; len(s) != 0 {
		t.Errorf("after a post: %v", s)
	}
	set()
	if _, err := tw.WaitState(limited(t), "mia", func(s twin.State) bool { return len(s.Statuses) == 0 }); err != nil {
		t.Error(err)
	}
}

func TestPrivateChannelsAreSeenByMembersOnly(t *testing.T) {
	tw := start(t, twin.Options{Scenario: scenario(t, strict)})
	sees := func(user, name string) bool {
		return slices.ContainsFunc(tw.As(user).State().Channels, func(c twin.Channel) bool { return c.Name == name })
	}
	if !sees("mia", "secret") || sees("asleep", "secret") {
		t.Error("secret is seen by the wrong people")
	}
	if _, err := tw.As("gus").Say("#secret", "", "x"); err == nil {
		t.Error("gus wrote into secret")
	}
}

func TestEditAndDelete(t *testing.T) {
	tw := start(t, twin.Options{})
	mia, sam := tw.As("mia"), tw.As("sam")
	m, _ := mia.Say("#ssh-help", "", "old")
	if _, err := sam.Edit("#ssh-help", m.TS, "forged"); err == nil {
		t.Error("sam edited mia's message")
	}
	if err := sam.Delete("#ssh-help", m.TS); err == nil {
		t.Error("sam deleted mia's message")
	}
	if e, err := mia.Edit("#ssh-help", m.TS, "new"); err != nil || e.Text != "new" || e.Edited.User != mia.ID() {
		t.Errorf("%+v %v", e, err)
	}
	if err := mia.Delete("#ssh-help", m.TS); err != nil || len(tw.Messages("ssh-help")) != 0 {
		t.Error("not deleted", err)
	}
}

func TestComposerWritesWhatSlackWrites(t *testing.T) {
	tw := start(t, twin.Options{})
	ids := strings.NewReplacer("MIA", tw.UserID("mia"), "BOT", tw.BotUser(), "HELP", tw.ChannelID("ssh-help"), "GROUP", "S00ONCALL")
	for typed, want := range map[string]string{
		"a < b && c > d":                   "a &lt; b &amp;&amp; c &gt; d",
		"@sshhelp web-1":                   "<@BOT> web-1",
		"thanks @mia.":                     "thanks <@MIA>.",
		"hi @nobody":                       "hi @nobody",
		"<@BOT> status":                    "<@BOT> status",
		"see #ssh-help":                    "see <#HELP|ssh-help>",
		"ping @oncall":                     "ping <!subteam^GROUP|@oncall>",
		"@here help":                       "<!here> help",
		"ssh ubuntu@203.0.113.9":           "ssh ubuntu@203.0.113.9",
		"ssh ubuntu@web-1.example.com":     "ssh <mailto:ubuntu@web-1.example.com|ubuntu@web-1.example.com>",
		"ping web-1.example.com please":    "ping <http://web-1.example.com|web-1.example.com> please",
		"https://x.example/a?b=1&c=2 slow": "<https://x.example/a?b=1&amp;c=2> slow",
		"`ssh web-1.example.com <x>`":      "`ssh web-1.example.com &lt;x&gt;`",
	} {
		m, err := tw.As("mia").Say("#ssh-help", "", ids.Replace(typed))
		if err != nil || m.Text != ids.Replace(want) {
			t.Errorf("%q became %q %v, want %q", typed, m.Text, err, ids.Replace(want))
		}
	}
}
