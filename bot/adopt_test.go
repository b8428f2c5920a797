package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"sshhelp/sim/slack/twin"
)

// TestForgottenThreadGoesOn: when Redis has lost everything, a reply in a thread
// of ours is understood by what the thread itself says, settings included; other
// threads stay other people's, and are looked at once only.
func TestForgottenThreadGoesOn(t *testing.T) {
	onBoth(t, func(t *testing.T, m memory) {
		r := newRig(t, m)
		b, _ := r.serve()
		talk, err := r.twin.As("sam").Say("#ssh-help", "", "Who has the key of the server room?")
		if err != nil {
			t.Fatal(err)
		}
		r.command("/sshhelp web-1 user debian port 2222")
		root := r.root("web-1 is shut off.")
		r.idle(b)
		r.forget(b)
		say := func(ts string) {
			t.Helper()
			if _, err := r.twin.As("sam").Say("#ssh-help", ts, "still not working"); err != nil {
				t.Fatal(err)
			}
		}
		say(talk.TS)
		r.until("the thread is known to be none of ours", func(ctx context.Context) error {
			if b.store.db.Exists(ctx, b.store.notOurs(r.twin.ChannelID("#ssh-help"), talk.TS)).Val() == 0 {
				return errors.New("not yet")
			}
			return nil
		})
		say(talk.TS)
		say(root.TS)
		r.until("another diagnosis", func(context.Context) error {
			if n := len(r.engine.asked()); n != 2 {
				return fmt.Errorf("%d diagnoses, want 2", n)
			}
			return nil
		})
		r.idle(b)
		asked := r.engine.asked()
		if last := asked[len(asked)-1]; last.Query != "web-1" || last.User != "debian" || last.Port != 2222 {
			t.Errorf("asked %+v", last)
		}
		if _, replies := r.ours("#ssh-help"); len(replies) > 2 {
			t.Errorf("%d replies of ours: talk was answered, or the evidence came twice: %v", len(replies), replies)
		}
		looked := 0
		for _, c := range r.twin.Calls("conversations.replies") {
			if c.TS == talk.TS {
				looked++
			}
		}
		if looked > 1 {
			t.Errorf("a thread that is not ours was looked at %d times", looked)
		}
	})
}

// TestForgottenButton: the button of a forgotten check still checks.
func TestForgottenButton(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	r.command("/sshhelp web-1")
	root := r.root("web-1 is shut off.")
	r.idle(b)
	r.forget(b)
	if _, err := r.twin.As("mia").Click(r.ctx(), twin.Target{Channel: "#ssh-help", TS: root.TS, Action: recheckAction}); err != nil {
		t.Fatal(err)
	}
	r.until("another diagnosis", func(context.Context) error {
		if n := len(r.engine.asked()); n != 2 {
			return fmt.Errorf("%d diagnoses, want 2", n)
		}
		return nil
	})
	r.idle(b)
}

// forget takes everything out of Redis but the streams, which the workers have
// open.
func (r *rig) forget(b *Bot) {
	r.t.Helper()
	keys, err := b.store.db.Keys(r.ctx(), b.KeyPrefix+"*").Result()
	if err != nil {
		r.t.Fatal(err)
	}
	for _, key := range keys {
		if !strings.Contains(key, "work:") {
			b.store.db.Del(r.ctx(), key)
		}
	}
}
