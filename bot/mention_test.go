package bot

import (
	"slices"
	"strings"
	"testing"

	"sshhelp/sim/slack/twin"
)

// TestMentionsOnly: without message history a thread goes on by mentions, and the
// bot says so; what does not mention it is not even delivered.
func TestMentionsOnly(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t), func(o *twin.Options) {
		o.Scenario = twin.DefaultScenario()
		o.Scenario.Scopes = slices.DeleteFunc(o.Scenario.Scopes, func(s string) bool { return strings.HasSuffix(s, ":history") })
		o.Scenario.Events = []string{"app_mention", "app_home_opened"}
	})
	b, _ := r.serve()
	r.command("/sshhelp web-1")
	root := r.root("web-1 is shut off.")
	evidence := r.replyWith(root.TS, "Evidence")
	holds(t, "evidence", evidence, "hears only what mentions it")
	r.idle(b)
	before := len(r.engine.asked())
	for _, text := range []string{"recheck", "<@" + r.twin.BotUser() + "> recheck"} {
		if _, err := r.twin.As("mia").Say("#ssh-help", root.TS, text); err != nil {
			t.Fatal(err)
		}
	}
	r.replyWith(root.TS, "No change.")
	r.idle(b)
	if n := len(r.engine.asked()) - before; n != 1 {
		t.Errorf("%d more diagnoses, want 1", n)
	}
}

// TestHearsAll: with message history no such note is needed.
func TestHearsAll(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	if note := b.aloudNote(); note != "" {
		t.Errorf("%q", note)
	}
}

// TestThreadStatus: Slack's own line tells that a check is under way; a workspace
// that refuses it is asked once.
func TestThreadStatus(t *testing.T) {
	const method = "assistant.threads.setStatus"
	r := newRig(t, newEmbeddedServer(t))
	r.twin.Fail(method, twin.Fault{Error: "not_allowed"}, 10)
	b, _ := r.serve()
	r.command("/sshhelp web-1")
	root := r.root("web-1 is shut off.")
	r.idle(b)
	if _, err := r.twin.As("mia").Say("#ssh-help", root.TS, "recheck"); err != nil {
		t.Fatal(err)
	}
	r.replyWith(root.TS, "No change.")
	if n := len(r.twin.Calls(method)); n != 1 {
		t.Errorf("%d calls, want 1", n)
	}
}
