package bot

import (
	"strings"
	"testing"
	"time"

	"sshhelp/sim/slack/twin"
)

// form waits for the modal of a callback that a person sees.
func (r *rig) form(user, callback string) twin.View {
	r.t.Helper()
	v, err := r.twin.WaitView(r.ctx(), user, func(v twin.View) bool { return v.CallbackID == callback })
	if err != nil {
		r.t.Fatalf("form %s: %v", callback, err)
	}
	return v
}

// fill sends a form with one text per block.
func (r *rig) fill(user string, v twin.View, texts map[string]string) twin.Receipt {
	r.t.Helper()
	values := map[string]map[string][]string{}
	for block, text := range texts {
		values[block] = map[string][]string{block: {text}}
	}
	got, err := r.twin.As(user).Submit(r.ctx(), v.ID, values)
	if err != nil {
		r.t.Fatalf("submit %s: %v", v.CallbackID, err)
	}
	return got
}

// TestForm: the command alone opens a form before anything is looked up; what is
// put in wrong is said beside its field, and nothing is lost.
func TestForm(t *testing.T) {
	onBoth(t, func(t *testing.T, m memory) {
		r := newRig(t, m)
		b, _ := r.serve()
		if ack := r.command("/sshhelp"); ack != "" {
			t.Errorf("ack %q, want none", ack)
		}
		v := r.form("mia", checkForm)
		got := r.fill("mia", v, map[string]string{"instance": "web-1", "from": "10.0.0.0/8", "user": "a b", "port": "70000"})
		for block, want := range map[string]string{"from": "is a network", "user": "is not an account name", "port": "is not a port"} {
			if !strings.Contains(got.Errors[block], want) {
				t.Errorf("%s: %q, want %q in it", block, got.Errors[block], want)
			}
		}
		if n := len(r.engine.asked()); n > 0 {
			t.Errorf("%d diagnoses of a form with mistakes", n)
		}
		r.fill("mia", v, map[string]string{"instance": "web-1", "from": "203.0.113.7", "user": "ubuntu", "port": "2222"})
		r.root("web-1 is shut off.")
		r.idle(b)
		asked := r.engine.asked()
		if len(asked) != 1 || asked[0].User != "ubuntu" || asked[0].Port != 2222 || asked[0].From.String() != "203.0.113.7" {
			t.Errorf("asked %+v", asked)
		}
	})
}

// TestFormTooLate: a trigger that ran out is said, not swallowed.
func TestFormTooLate(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.twin.Fail("views.open", twin.Fault{Error: "expired_trigger_id"}, 1)
	r.serve()
	r.command("/sshhelp")
	r.private("mia", "could not be opened in time")
}

// TestFormIsRefused: who may not ask gets no form.
func TestFormIsRefused(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.serve()
	r.commandAs("gus", "#ssh-help", "/sshhelp")
	r.private("gus", "Guests")
	for _, c := range r.twin.Calls("views.open") {
		t.Errorf("a form was opened: %+v", c)
	}
}

// TestChoice: of several instances the asker chooses in private; the channel sees
// the chosen one only, and nobody else's click chooses.
func TestChoice(t *testing.T) {
	onBoth(t, func(t *testing.T, m memory) {
		r := newRig(t, m)
		b, _ := r.serve()
		r.command("/sshhelp twins from 203.0.113.7")
		list := r.private("mia", "2 instances fit")
		holds(t, "list", list, "22222222-aaaa", "33333333-aaaa")
		r.idle(b)
		nothingPosted(t, r, "#ssh-help")
		_, second, _ := strings.Cut(string(list.Blocks), `"value":"`)
		ref, _, _ := strings.Cut(second, ":")
		click := twin.Target{Channel: "#ssh-help", TS: list.TS, Action: chooseAction, Value: ref + ":1"}
		if _, err := r.twin.As("mia").Click(r.ctx(), click); err != nil {
			t.Fatal(err)
		}
		holds(t, "root", r.root("twins is shut off."), "33333333-aaaa")
		r.idle(b)
		if asked := r.engine.asked(); asked[len(asked)-1].From.String() != "203.0.113.7" {
			t.Errorf("the settings were lost: %+v", asked)
		}
	})
}

// TestForgedChoice: a value that names no choice, or somebody else's order, does
// nothing.
func TestForgedChoice(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	r.command("/sshhelp twins")
	list := r.private("mia", "2 instances fit")
	_, rest, _ := strings.Cut(string(list.Blocks), `"value":"`)
	ref, _, _ := strings.Cut(rest, ":")
	before := len(r.engine.asked())
	forge := func(user, value string) *job {
		i := &interaction{Actions: []action{{ID: chooseAction, Value: value}}}
		i.User.ID, i.Team.ID, i.Channel.ID = r.twin.UserID(user), "T0000DEMO", r.twin.ChannelID("#ssh-help")
		return b.orderClicked(i).job
	}
	for _, j := range []*job{forge("sam", ref+":1"), forge("mia", ref+":7"), forge("mia", ref+":-1"), forge("mia", ref+":x"), forge("mia", "nothing:1")} {
		if err := b.check(t.Context(), j); err != nil {
			t.Errorf("%s: %v", j.Order, err)
		}
	}
	if n := len(r.engine.asked()); n != before {
		t.Errorf("%d diagnoses came of forged choices", n-before)
	}
	nothingPosted(t, r, "#ssh-help")
}

// TestCheckedHere: the same question in the same place leads to the thread that
// is there; other settings, another place, or insisting make a new check.
func TestCheckedHere(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	r.command("/sshhelp web-1")
	first := r.root("web-1 is shut off.")
	r.idle(b)
	r.commandAs("sam", "#ssh-help", "/sshhelp web-1")
	offer := r.private("sam", "was checked here less than a minute ago")
	holds(t, "offer", offer, "Open thread", strings.ReplaceAll(first.TS, ".", ""))
	r.idle(b)
	if roots, _ := r.ours("#ssh-help"); len(roots) != 1 {
		t.Fatalf("%d root messages, want 1", len(roots))
	}
	if _, err := r.twin.As("sam").Click(r.ctx(), twin.Target{Channel: "#ssh-help", TS: offer.TS, Action: againAction}); err != nil {
		t.Fatal(err)
	}
	r.roots(2)
	r.command("/sshhelp web-1 port 2222")
	r.roots(3)
	r.idle(b)
}

// roots waits until the channel has n root messages with a verdict.
func (r *rig) roots(n int) {
	r.t.Helper()
	r.wait("root messages", func(twin.Message) bool {
		roots, _ := r.ours("#ssh-help")
		return len(roots) == n
	})
}

// TestCheckedLongAgo: after ten minutes a check answers for none.
func TestCheckedLongAgo(t *testing.T) {
	last := recent{At: time.Now().Add(-3 * time.Minute)}
	if got := recentMessage("web-1", "R", "https://x", last, time.Now()).text; got != "web-1 was checked here 3 minutes ago." {
		t.Errorf("%q", got)
	}
	if recentFor != 10*time.Minute {
		t.Errorf("a check answers for %s", recentFor)
	}
}
