package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sshhelp/commands"
	"sshhelp/diag"
	"sshhelp/sim/slack/twin"
)

// TestProgressIsCoalesced: many steps, few edits, at the pace, and the final one
// always last.
func TestProgressIsCoalesced(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.pace.edit = 200 * time.Millisecond
	r.engine.steps, r.engine.pause = 100, 10*time.Millisecond
	b, _ := r.serve()
	r.command("/sshhelp web-1")
	running := r.root("Checking web-1")
	holds(t, "first", running, "Ports and rules", "waiting")
	r.wait("a progress edit", func(m twin.Message) bool {
		return m.TS == running.TS && m.Edited != nil && strings.Contains(string(m.Blocks), "running")
	})
	r.idle(b)
	edits := r.twin.Calls("chat.update")
	if len(edits) < 2 || len(edits) > 8 {
		t.Errorf("%d edits within a second at one per 200 ms", len(edits))
	}
	for i := range len(edits) - 2 { // the final one may follow at once
		if gap := edits[i+1].At.Sub(edits[i].At); gap < r.pace.edit-20*time.Millisecond {
			t.Errorf("edits %d and %d are %s apart", i, i+1, gap)
		}
	}
	if m := r.root("web-1 is shut off."); m.TS != running.TS {
		t.Error("the final edit is in another message")
	}
}

// TestBoardInWords lists every state as a word.
func TestBoardInWords(t *testing.T) {
	b := newBoard(&diag.Instance{Name: "web-1"}, &record{Ref: "R", Last: &result{Verdict: "It was off."}})
	for source, state := range map[diag.Source]commands.ProgressState{
		diag.SourceNetwork: commands.Running, diag.SourceConsole: commands.Problem, diag.SourceSSH: commands.Skipped, "oracle": commands.Done,
	} {
		b.set(commands.Progress{Source: source, State: state})
	}
	m := b.message()
	for _, want := range []string{"Checking web-1 again", "4 of 9 checks ended", "running", "problem", "skipped", "ok", "waiting", "oracle", "It was off."} {
		if !strings.Contains(wordsOf(m.blocks), want) {
			t.Errorf("no %q in %s", want, wordsOf(m.blocks))
		}
	}
}

// TestRateLimited: Slack's patience is waited for, and the answer comes.
func TestRateLimited(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.twin.RateLimit("chat.postMessage", time.Second, 2)
	r.twin.RateLimit("chat.update", time.Second, 1)
	b, _ := r.serve()
	r.command("/sshhelp web-1")
	r.replyWith(r.root("web-1 is shut off.").TS, "Evidence")
	r.idle(b)
	posts := r.twin.Calls("chat.postMessage")
	if len(posts) != 4 {
		t.Fatalf("%d posts, want 4: two put off, root, evidence", len(posts))
	}
	for i := range 2 {
		if gap := posts[i+1].At.Sub(posts[i].At); gap < time.Second {
			t.Errorf("called again after %s in spite of Retry-After", gap)
		}
	}
	if roots, _ := r.ours("#ssh-help"); len(roots) != 1 {
		t.Errorf("%d root messages", len(roots))
	}
}

// TestAnswerLost: a post whose answer is lost is found by its metadata, and not
// repeated.
func TestAnswerLost(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.twin.Fail("chat.postMessage", twin.Fault{Lost: true}, 2)
	r.twin.Fail("chat.update", twin.Fault{Lost: true}, 1)
	b, _ := r.serve()
	r.command("/sshhelp web-1")
	root := r.root("web-1 is shut off.")
	r.replyWith(root.TS, "Evidence")
	r.idle(b)
	if roots, replies := r.ours("#ssh-help"); len(roots) != 1 || len(replies) != 1 {
		t.Errorf("%d root messages and %d replies, want one of each", len(roots), len(replies))
	}
	r.said("mia", "#ssh-help", root.TS, "recheck")
	r.replyWith(root.TS, "No change.")
}

// TestPostOfUnknownFate: it is not there when looked for, and still is not
// repeated; the asker gets the answer alone.
func TestPostOfUnknownFate(t *testing.T) {
	for name, fault := range map[string]twin.Fault{"status 503": {Status: 503}, "internal_error": {Error: "internal_error"}} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, newEmbeddedServer(t))
			r.twin.Fail("chat.postMessage", fault, 1)
			b, _ := r.serve()
			r.command("/sshhelp web-1")
			holds(t, "private answer", r.private("mia", "web-1 is shut off."), "did not confirm the message")
			r.idle(b)
			nothingPosted(t, r, "#ssh-help")
			if n := len(r.twin.Calls("chat.postMessage")); n != 1 {
				t.Errorf("%d posts, want 1", n)
			}
		})
	}
}

// TestFinalEditIsRepeated, and where Slack allows none, the answer goes into the
// thread.
func TestFinalEdit(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	r.twin.Fail("chat.update", twin.Fault{Status: 503}, 1)
	root := r.checked(b, "/sshhelp web-1", "web-1 is shut off.")
	r.twin.Fail("chat.update", twin.Fault{Error: "edit_window_closed"}, 1)
	r.command("/sshhelp web-2")
	r.wait("the answer in the thread", func(m twin.Message) bool {
		return m.ThreadTS != "" && m.ThreadTS != root.TS && strings.Contains(m.Text, "not known whether")
	})
	r.idle(b)
}

// TestPermanentErrors end Run and name what to change.
func TestPermanentErrors(t *testing.T) {
	tests := []struct {
		name   string
		method string
		fault  twin.Fault
		tokens func(*Options)
		fix    string
	}{
		{name: "wrong bot token", tokens: func(o *Options) { o.BotToken = "xoxb-wrong" }, fix: "SLACK_BOT_TOKEN"},
		{name: "app token in place of bot token", tokens: func(o *Options) { o.BotToken = o.AppToken }, fix: "SLACK_BOT_TOKEN"},
		{name: "wrong app token", tokens: func(o *Options) { o.AppToken = "xapp-wrong" }, fix: "SLACK_APP_TOKEN"},
		{name: "bot token in place of app token", tokens: func(o *Options) { o.AppToken = o.BotToken }, fix: "SLACK_APP_TOKEN"},
		{name: "expired", method: openMethod, fault: twin.Fault{Error: "token_expired"}, fix: "SLACK_APP_TOKEN"},
		{name: "no connections:write", method: openMethod, fault: twin.Fault{Error: "missing_scope"}, fix: "connections:write"},
		{name: "socket mode off", method: openMethod, fault: twin.Fault{Error: "link_disabled"}, fix: "Socket Mode is off"},
		{name: "removed", method: "auth.test", fault: twin.Fault{Error: "account_inactive"}, fix: "removed or switched off"},
		{name: "not Slack", method: "auth.test", fault: twin.Fault{Status: 404}, fix: "SLACK_API_URL"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, nil)
			if tt.tokens != nil {
				tt.tokens(&r.opts)
			}
			if tt.method != "" {
				r.twin.Fail(tt.method, tt.fault, 1)
			}
			b, err := newBot(r.opts, r.pace)
			if err != nil {
				t.Fatal(err)
			}
			var p *PermanentError
			if err = b.Run(r.ctx()); !errors.As(err, &p) {
				t.Fatalf("Run: %v, want a permanent error", err)
			}
			if !strings.Contains(err.Error(), tt.fix) || p.Code == "" || p.Method == "" {
				t.Errorf("%q does not say %q", err, tt.fix)
			}
		})
	}
}

// TestTokenRevokedWhileServing ends Run too.
func TestTokenRevokedWhileServing(t *testing.T) {
	r := newRig(t, nil)
	b, err := newBot(r.opts, r.pace)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- b.Run(t.Context()) }()
	if err := r.twin.WaitSockets(r.ctx(), 1); err != nil {
		t.Fatal(err)
	}
	r.twin.Fail("chat.postMessage", twin.Fault{Error: "token_revoked"}, 1)
	r.command("/sshhelp web-1")
	var p *PermanentError
	if err := <-ended; !errors.As(err, &p) || p.Code != "token_revoked" {
		t.Errorf("Run: %v", err)
	}
}

// TestDeafEnds: a bot that Slack does not let in for long says so and ends.
func TestDeafEnds(t *testing.T) {
	r := newRig(t, nil)
	r.pace.deaf, r.pace.mute = 100*time.Millisecond, 400*time.Millisecond
	r.twin.Fail(openMethod, twin.Fault{Status: 503}, 100)
	b, err := newBot(r.opts, r.pace)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- b.Run(t.Context()) }()
	r.until("it is not healthy", func(context.Context) error {
		if b.Healthy() == nil || b.Ready() == nil {
			return errors.New("healthy, or ready")
		}
		return nil
	})
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "giving up") {
		t.Errorf("Run: %v", err)
	}
}

func TestCheck(t *testing.T) {
	m := newRedisServer(t)
	r := newRig(t, m, func(o *twin.Options) {
		o.Scenario = twin.DefaultScenario()
		o.Scenario.Scopes = slices.DeleteFunc(o.Scenario.Scopes, func(s string) bool { return s == "im:history" || s == "users:read" })
	})
	marks := func(o Options) map[string]diag.Check {
		got := map[string]diag.Check{}
		for _, c := range Check(r.ctx(), o) {
			got[c.What] = c
			if (c.Mark == diag.CheckOK) != (c.Fix == "") && c.Mark != diag.CheckUnknown {
				t.Errorf("%s is %s with fix %q", c.What, c.Mark, c.Fix)
			}
		}
		return got
	}
	good := marks(r.opts)
	for what, want := range map[string]diag.CheckState{
		"Slack bot token": diag.CheckOK, "Slack workspace": diag.CheckOK, "Slack scope commands": diag.CheckOK,
		"Slack scope im:history": diag.CheckLimited, "Slack scope users:read": diag.CheckFailed,
		"Slack app token and Socket Mode": diag.CheckOK, "Redis": diag.CheckOK, "Access": diag.CheckOK,
	} {
		if good[what].Mark != want {
			t.Errorf("%s: %+v, want %s", what, good[what], want)
		}
	}
	if err := r.twin.WaitSockets(r.ctx(), 0); err != nil {
		t.Errorf("the self-test leaves its connection open: %v", err)
	}
	m.stop()
	bad := r.opts
	bad.BotToken, bad.AppToken, bad.Access = "xoxb-no", "xapp-no", Access{}
	for what, fix := range map[string]string{
		"Slack bot token": "SLACK_BOT_TOKEN", "Slack app token and Socket Mode": "SLACK_APP_TOKEN", "Redis": "REDIS_URL", "Access": "access.",
	} {
		if c := marks(bad)[what]; c.Mark != diag.CheckFailed || !strings.Contains(c.Fix, fix) {
			t.Errorf("%s: %+v, want it failed and %q", what, c, fix)
		}
	}
	r.opts.RedisURL, r.opts.Access.Teams = "", []string{"T0000ELSE"}
	last := marks(r.opts)
	if last["Redis"].Mark != diag.CheckLimited || last["Slack workspace"].Mark != diag.CheckLimited {
		t.Errorf("%+v", last)
	}
}

func TestNewRefusesNonsense(t *testing.T) {
	engine := newFakeEngine()
	for name, o := range map[string]Options{
		"no tokens": {Engine: engine}, "no engine": {BotToken: "xoxb-1", AppToken: "xapp-1"},
		"bad Redis URL": {BotToken: "xoxb-1", AppToken: "xapp-1", Engine: engine, RedisURL: "redis://:secret@host:port"},
	} {
		b, err := New(o)
		if err == nil {
			t.Errorf("%s: no error", name)
			b.Close()
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error tells a password: %v", name, err)
		}
	}
}
