package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"sshhelp/diag"
	"sshhelp/sim/slack/twin"
)

// said says something and fails the test if that cannot be.
func (r *rig) said(user, channel, thread, text string) twin.Message {
	r.t.Helper()
	m, err := r.twin.As(user).Say(channel, thread, text)
	if err != nil {
		r.t.Fatalf("%s says %q: %v", user, text, err)
	}
	return m
}

// checked runs a first check to its end and returns the root message.
func (r *rig) checked(b *Bot, line, verdict string) twin.Message {
	r.t.Helper()
	r.command(line)
	root := r.root(verdict)
	r.idle(b)
	return root
}

func TestRepliesInTheThread(t *testing.T) {
	onBoth(t, func(t *testing.T, m memory) {
		r := newRig(t, m)
		b, _ := r.serve()
		root := r.checked(b, "/sshhelp web-1", "web-1 is shut off.")

		again := r.said("sam", "#ssh-help", root.TS, "recheck")
		r.replyWith(root.TS, "No change. web-1 is shut off.")
		r.wait("eyes on the reply", func(m twin.Message) bool {
			return m.TS == again.TS && len(m.Reactions) == 1 && m.Reactions[0].Name == "eyes"
		})
		r.engine.set(func(e *fakeEngine) { e.instances[0].Status = "ACTIVE" })
		r.said("mia", "#ssh-help", root.TS, "from 198.51.100.7")
		holds(t, "change", r.replyWith(root.TS, "Changed. 198.51.100.7 is not let in."), "instance: ok, was broken", "rules: broken")
		r.said("mia", "#ssh-help", root.TS, "From 203.0.113.7 port 2222")
		r.replyWith(root.TS, "Changed.", "not known whether")
		r.idle(b)

		roots, replies := r.ours("#ssh-help")
		if len(roots) != 1 || len(replies) != 4 {
			t.Errorf("%d root messages and %d replies, want 1 and 4: evidence once, one for each reply", len(roots), len(replies))
		}
		if now := r.root("not known whether"); now.TS != root.TS {
			t.Errorf("the newest verdict is in %s, want %s", now.TS, root.TS)
		}
		asked := r.engine.asked()
		want := diag.Asked{Query: "web-1", Port: 2222, PortSaid: true, From: netip.MustParseAddr("203.0.113.7"), FromWhy: diag.FromSaid}
		if got := asked[len(asked)-1]; got != want {
			t.Errorf("last asked %+v, want %+v", got, want)
		}
	})
}

func TestRecheckButton(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	root := r.checked(b, "/sshhelp web-1", "web-1 is shut off.")
	if _, err := r.twin.As("jo").Click(r.ctx(), twin.Target{Channel: "#ssh-help", TS: root.TS, Action: recheckAction}); err != nil {
		t.Fatal(err)
	}
	r.replyWith(root.TS, "No change.")
	r.idle(b)
}

func TestBadValuesAreToldInPrivate(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	root := r.checked(b, "/sshhelp web-1", "web-1 is shut off.")
	for line, told := range map[string]string{
		"from 10.0.0.0/8":    "Write the one address you connect from",
		"from 203.0.113.777": "is not an IP address",
		"port 70000":         "A port is a number from 1 to 65535",
		"port 0":             "A port is a number from 1 to 65535",
		"user -oProxy":       "is not an account name",
		"help":               "In this thread you can write",
		"@sshhelp help":      "In this thread you can write",
	} {
		r.said("sam", "#ssh-help", root.TS, line)
		m := r.private("sam", told)
		if m.ThreadTS != root.TS {
			t.Errorf("%s: told in thread %q", line, m.ThreadTS)
		}
	}
	r.idle(b)
	if n := len(r.engine.asked()); n != 1 {
		t.Errorf("%d diagnoses, want the first one only", n)
	}
}

// TestSilence: people talk in these threads, and everywhere else.
func TestSilence(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	root := r.checked(b, "/sshhelp web-1", "web-1 is shut off.")
	mine := r.said("mia", "#ssh-help", "", "can somebody look at web-1?")
	before := len(r.engine.asked())
	for _, line := range []string{
		"from what I see it is off", "from here on I wait", "port forwarding does not work either", "the port is fine", "recheck it please, somebody",
		"thanks!", "user", "from", "is web-1 up? from 203.0.113.7 I get nothing", ":+1:", "recheck user", "<@U000000JO> recheck",
	} {
		r.said("sam", "#ssh-help", root.TS, line)
	}
	r.said("sam", "#ssh-help", mine.TS, "recheck")
	r.said("sam", "#ssh-help", "", "recheck")
	r.said("sam", "#ssh-help", "", "from 203.0.113.7")
	edited := r.said("sam", "#ssh-help", root.TS, "nothing")
	if _, err := r.twin.As("sam").Edit("#ssh-help", edited.TS, "recheck"); err != nil {
		t.Fatal(err)
	}
	r.twin.SendEvent("#ssh-help", map[string]any{
		"type": "message", "channel": root.Channel, "channel_type": "channel",
		"bot_id": "B0000OTHER", "user": "U0000OTHER", "text": "recheck", "ts": "1795277999.000100", "thread_ts": root.TS,
	})
	r.twin.SendEvent("#ssh-help", map[string]any{
		"type": "message", "subtype": "channel_join", "channel": root.Channel,
		"user": "U00000SAM", "text": "recheck", "ts": "1795277999.000200", "thread_ts": root.TS,
	})
	r.said("mia", "#ssh-help", root.TS, "recheck") // is answered after all before it were heard
	r.replyWith(root.TS, "No change.")
	r.idle(b)
	if n := len(r.engine.asked()); n != before+1 {
		t.Errorf("%d diagnoses, want 1", n-before)
	}
	for _, m := range r.twin.Messages("#ssh-help") {
		if m.EphemeralTo == r.twin.UserID("sam") {
			t.Errorf("told sam: %q", m.Text)
		}
	}
}

func TestMentionAndDirectMessage(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	r.said("mia", "#ssh-help", "", "@sshhelp web-1")
	r.root("web-1 is shut off.")
	r.idle(b)
	if roots, _ := r.ours("#ssh-help"); len(roots) != 1 {
		t.Errorf("%d root messages: the mention and the message are one request", len(roots))
	}
	if n := len(r.engine.asked()); n != 1 {
		t.Errorf("%d diagnoses, want 1", n)
	}

	thread := r.said("jo", "#ssh-help", "", "who can help?")
	r.said("jo", "#ssh-help", thread.TS, "hey @sshhelp")
	r.private("jo", "sshhelp says why you cannot SSH")
	r.said("jo", "#ssh-help", thread.TS, "@sshhelp web-2 from 198.51.100.7")
	r.wait("an answer in jo's thread", func(m twin.Message) bool {
		return m.ThreadTS == thread.TS && strings.Contains(m.Text, "198.51.100.7 is not let in.")
	})
	r.idle(b)
	r.said("jo", "#ssh-help", thread.TS, "from 203.0.113.7")
	r.replyWith(thread.TS, "Changed.", "not known whether")

	r.said("sam", "@bot", "", "web-1")
	root := r.wait("an answer to sam", func(m twin.Message) bool {
		return strings.HasPrefix(m.Channel, "D") && m.BotID != "" && strings.Contains(m.Text, "web-1 is shut off.")
	})
	r.idle(b)
	r.said("sam", "@bot", root.TS, "recheck")
	r.replyWith(root.TS, "No change.")
	r.said("sam", "@bot", "", "web-1 port 70000")
	r.wait("what is wrong", func(m twin.Message) bool {
		return strings.HasPrefix(m.Channel, "D") && strings.Contains(m.Text, "is not a port")
	})
	r.said("mia", "#ssh-help", "", "@sshhelp")
	r.private("mia", "Which instance?")
	r.idle(b)
}

// TestMergedWhileRunning: what is asked for during a run is done by it, once.
func TestMergedWhileRunning(t *testing.T) {
	onBoth(t, func(t *testing.T, m memory) {
		r := newRig(t, m)
		r.engine.gate = make(chan struct{})
		b, _ := r.serve()
		r.command("/sshhelp web-2")
		<-r.engine.begun
		root := r.root("Checking web-2")
		var asks []twin.Message
		for _, line := range []string{"recheck", "from 198.51.100.7", "recheck", "user ubuntu"} {
			asks = append(asks, r.said("mia", "#ssh-help", root.TS, line))
		}
		for _, a := range asks {
			r.wait("eyes", func(m twin.Message) bool { return m.TS == a.TS && len(m.Reactions) == 1 })
		}
		r.until("the changes are put down", func(ctx context.Context) error {
			if n := b.store.db.XLen(ctx, b.checks.stream).Val(); n != 1 {
				return fmt.Errorf("%d jobs, want the running one", n)
			}
			return nil
		})
		close(r.engine.gate)
		r.replyWith(root.TS, "Changed. 198.51.100.7 is not let in.")
		r.idle(b)
		asked := r.engine.asked()
		if len(asked) != 2 || asked[1].User != "ubuntu" || asked[1].From != netip.MustParseAddr("198.51.100.7") {
			t.Errorf("diagnosed %+v, want once more with both changes", asked)
		}
	})
}

// TestForgedClick: the value of a button is the clicker's word; a check of
// another channel is not theirs to run.
func TestForgedClick(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	root := r.checked(b, "/sshhelp web-1", "web-1 is shut off.")
	var about struct{ ID string }
	if err := json.Unmarshal(root.Metadata.EventPayload, &about); err != nil {
		t.Fatal(err)
	}
	r.said("sam", "@bot", "", "help") // opens the direct message
	for i, value := range []string{about.ID, "NOSUCH", "*", ""} {
		frame, err := json.Marshal(map[string]any{
			"type": "interactive", "envelope_id": fmt.Sprint("forged-", i), "payload": map[string]any{
				"type": "block_actions", "trigger_id": fmt.Sprint("t", i), "user": map[string]any{"id": "U00000SAM"}, "team": map[string]any{"id": "T0000DEMO"},
				"channel": map[string]any{"id": "D00000SAM"}, "actions": []any{map[string]any{"action_id": recheckAction, "value": value}},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		r.twin.InjectFrame(frame)
	}
	r.until("all are told", func(context.Context) error {
		told := 0
		for _, m := range r.twin.Messages("D00000SAM") {
			if strings.Contains(m.Text, "no longer remembers") {
				told++
			}
		}
		if told < 4 {
			return fmt.Errorf("%d of 4", told)
		}
		return nil
	})
	r.idle(b)
	if n := len(r.engine.asked()); n != 1 {
		t.Errorf("%d diagnoses, want the first one only", n)
	}
}

// refOf is the reference of a check, from its root message.
func refOf(t *testing.T, root twin.Message) string {
	t.Helper()
	var about struct{ ID string }
	if err := json.Unmarshal(root.Metadata.EventPayload, &about); err != nil {
		t.Fatal(err)
	}
	return about.ID
}
