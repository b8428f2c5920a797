package bot

import (
	"context"
	"strings"
	"testing"

	"sshhelp/commands"
	"sshhelp/diag"
	"sshhelp/sim/slack/twin"
)

// home opens a person's Home tab and waits until it holds a text.
func (r *rig) home(user, text string) twin.View {
	r.t.Helper()
	r.twin.As(user).OpenHome("home")
	v, err := r.twin.WaitHome(r.ctx(), user, func(v twin.View) bool { return strings.Contains(string(v.Blocks), text) })
	if err != nil {
		r.t.Fatalf("home with %q: %v", text, err)
	}
	return v
}

// TestHome: one's checks, rights, the bot's health and what is kept; a check can
// be begun from there, and its answer goes where the form says.
func TestHome(t *testing.T) {
	onBoth(t, func(t *testing.T, m memory) {
		r := newRig(t, m)
		r.opts.Status = func(context.Context) []diag.Check {
			return []diag.Check{{What: "OpenStack north", Mark: diag.CheckOK, Text: "answers"}}
		}
		b, _ := r.serve()
		r.command("/sshhelp web-1")
		r.root("web-1 is shut off.")
		r.idle(b)
		v := r.home("mia", "web-1 is shut off.")
		for _, want := range []string{"everything that sshhelp's credentials see", "OpenStack north", "for 7 days after their last use", "New check", "/archives/"} {
			if !strings.Contains(string(v.Blocks), want) {
				t.Errorf("Home lacks %q: %s", want, v.Blocks)
			}
		}
		if _, err := r.twin.As("mia").Click(r.ctx(), twin.Target{ViewID: v.ID, Action: newCheckAction}); err != nil {
			t.Fatal(err)
		}
		form := r.form("mia", checkForm)
		r.fill("mia", form, map[string]string{"instance": "web-2", "where": r.twin.ChannelID("#ssh-help")})
		r.wait("a check of web-2", func(m twin.Message) bool {
			return m.Channel == r.twin.ChannelID("#ssh-help") && !m.IsReply() && strings.Contains(string(m.Blocks), "web-2")
		})
		r.idle(b)
	})
}

// TestHomeOfGuest: a guest is told why there is nothing.
func TestHomeOfGuest(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.serve()
	if v := r.home("gus", "Guests"); strings.Contains(string(v.Blocks), "New check") {
		t.Error("a guest is offered a check")
	}
}

// TestHomeTellsLimitedRights: who has a scope reads which, and no figures of
// others.
func TestHomeTellsLimitedRights(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.opts.Access = Access{Scopes: map[string]commands.Scope{"U00000MIA": northP1}}
	r.serve()
	v := r.home("mia", "cloud `north`, project p1")
	if strings.Contains(string(v.Blocks), "Checks of the last weeks") {
		t.Error("figures about everything, for somebody who may ask about a part")
	}
}
