package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"sshhelp/sim/slack/twin"
)

func TestDuplicatesAreAnsweredOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, m memory) {
		r := newRig(t, m)
		r.opts.Connections = 2
		b, _ := r.serve()
		r.twin.Duplicate(1)
		r.command("/sshhelp web-1")
		root := r.root("web-1 is shut off.")
		r.idle(b)
		r.twin.Duplicate(1)
		r.said("mia", "#ssh-help", root.TS, "recheck")
		r.replyWith(root.TS, "No change.")
		r.idle(b)
		r.twin.Duplicate(1)
		if _, err := r.twin.As("jo").Click(r.ctx(), twin.Target{Channel: "#ssh-help", TS: root.TS, Action: recheckAction}); err != nil {
			t.Fatal(err)
		}
		r.twin.Duplicate(2)
		r.said("mia", "#ssh-help", "", "@sshhelp web-2")
		r.root("not known whether")
		r.idle(b)
		if roots, replies := r.ours("#ssh-help"); len(roots) != 2 || len(replies) != 4 {
			t.Errorf("%d root messages and %d replies, want 2 and 4", len(roots), len(replies))
		}
		if n := len(r.engine.asked()); n != 4 {
			t.Errorf("%d diagnoses, want 4", n)
		}
	})
}

// TestTwoReplicas: the work is shared, each piece done by one of them.
func TestTwoReplicas(t *testing.T) {
	onBoth(t, func(t *testing.T, m memory) {
		r := newRig(t, m)
		r.opts.MaxChecks = 3
		r.engine.gate = make(chan struct{})
		a, _ := r.serve()
		b, _ := r.serve()
		const n = 6
		for i := range n {
			r.engine.set(func(e *fakeEngine) {
				vm := e.instances[0]
				vm.Name, vm.ID = fmt.Sprintf("vm-%d", i), fmt.Sprintf("id-%d", i)
				e.instances = append(e.instances, vm)
			})
			user := []string{"mia", "jo", "sam"}[i%3]
			r.commandAs(user, "@bot", fmt.Sprintf("/sshhelp vm-%d", i))
		}
		for range n {
			<-r.engine.begun
		}
		if x, y := len(a.checks.ids(true)), len(b.checks.ids(true)); x != 3 || y != 3 {
			t.Errorf("%d and %d checks under way, want 3 each", x, y)
		}
		close(r.engine.gate)
		for i := range n {
			r.root(fmt.Sprintf("vm-%d is shut off.", i))
		}
		r.idle(a)
		if roots, replies := r.ours("D00000MIA"); len(roots) != 2 || len(replies) != 2 {
			t.Errorf("%d root messages and %d replies, want 2 of each", len(roots), len(replies))
		}
	})
}

// TestRedisGoesAndComesBack: commands in between get a polite refusal, jobs under
// way go on, the process lives, and all works afterwards.
func TestRedisGoesAndComesBack(t *testing.T) {
	onBoth(t, func(t *testing.T, m memory) {
		r := newRig(t, m)
		r.engine.gate = make(chan struct{})
		b, _ := r.serve()
		r.command("/sshhelp web-1")
		<-r.engine.begun
		m.stop()
		started := time.Now()
		if got := r.command("/sshhelp web-2"); !strings.Contains(got, "cannot take work right now") {
			t.Errorf("ack without Redis: %q", got)
		}
		if took := time.Since(started); took > 2*time.Second {
			t.Errorf("the refusal took %s", took)
		}
		if err := b.Ready(); err == nil {
			t.Error("ready without Redis")
		}
		if err := b.Healthy(); err != nil {
			t.Errorf("not healthy, so that a restart would be tried: %v", err)
		}
		mention := r.said("mia", "#ssh-help", "", "@sshhelp web-2")
		close(r.engine.gate)
		r.root("web-1 is shut off.")
		m.start()
		r.until("ready again", func(context.Context) error { return b.Ready() })
		r.root("not known whether") // of the mention, which Slack has delivered again
		r.command("/sshhelp web-2 from 198.51.100.7")
		r.root("198.51.100.7 is not let in.")
		r.idle(b)
		if roots, _ := r.ours("#ssh-help"); len(roots) != 3 {
			t.Errorf("%d root messages, want 3 (mention %s)", len(roots), mention.TS)
		}
	})
}

// TestUnservedEnvelopesAreAcked: what is not acked comes again and again.
func TestUnservedEnvelopesAreAcked(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.serve()
	r.twin.SendEvent("#ssh-help", map[string]any{"type": "an_event_of_next_year", "new": []int{1}})
	r.twin.SendEvent("#ssh-help", map[string]any{
		"type": "message", "channel": "C1", "user": "U00000MIA", "text": "talk", "ts": "1795277999.000100",
		"blocks": []any{map[string]any{"type": "rich_text", "elements": "not a list"}},
	})
	r.twin.InjectFrame([]byte(`{"envelope_id":"odd-1","type":"a_type_of_next_year","payload":{}}`))
	r.twin.InjectFrame([]byte(`no JSON`))
	for _, what := range []string{"an_event_of_next_year", "message"} {
		if _, err := r.twin.WaitAck(r.ctx(), func(a twin.Ack) bool { return a.What == what }); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := r.twin.WaitAck(r.ctx(), func(a twin.Ack) bool { return a.EnvelopeID == "odd-1" }); err != nil {
		t.Errorf("an envelope of an unknown type: %v", err)
	}
	r.command("/sshhelp web-1")
	r.root("web-1 is shut off.")
}

// TestOddBlocksDoNotHideAMention: slack-go cannot read this event; we can.
func TestOddBlocksDoNotHideAMention(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.serve()
	r.said("mia", "#ssh-help", "", "hello") // so that mia may be mentioned
	r.twin.SendEvent("#ssh-help", map[string]any{
		"type": "app_mention", "channel": "C0SSHHELP", "user": "U00000MIA",
		"text": "<@U0SSHHELP> web-1", "ts": "1795277999.000100", "blocks": []any{map[string]any{"type": "rich_text", "elements": "not a list"}},
	})
	r.root("web-1 is shut off.")
}

func TestReconnects(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.serve()
	r.twin.Disconnect("refresh_requested")
	r.until("a new connection", func(context.Context) error {
		if s := r.twin.Sockets(); len(s) != 1 || s[0].ID < 2 {
			return errors.New("no new connection yet")
		}
		return nil
	})
	r.command("/sshhelp web-1")
	r.root("web-1 is shut off.")
}

// TestNoStormOfConnections: when Slack drops every connection at once, slack-go
// opens thousands a second.
func TestNoStormOfConnections(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for ctx.Err() == nil {
		r.twin.Disconnect("too_many_websockets")
		<-tick.C
	}
	if n, most := len(r.twin.Calls(openMethod)), openBurst+b.Connections; n < 2 || n > most {
		t.Errorf("%d calls of %s, want at most %d", n, openMethod, most)
	}
}
