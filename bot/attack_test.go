package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"sshhelp/diag"
	"sshhelp/sim/slack/twin"
)

// An attack is a try to have something done that must not be done, or done
// twice. After each the instance was acted on no more often than acts, the audit
// stream has the line, and nobody was pinged (rig.check).
type attack struct {
	set   func(r *rig, h *fakeHands) // before the bot starts
	try   func(r *rig, h *fakeHands, b *Bot)
	audit string // how a line of the audit stream begins; "": nothing that could be audited has happened
	acts  int
}

func TestAttacks(t *testing.T) {
	for _, table := range []map[string]attack{attacksOnTheButton, attacksOnThePerson, attacksOnTheForm, attacksOnTheInstance, attacksOnTheLimits} {
		for name, a := range table {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				r, h := actRig(t, nil)
				if a.set != nil {
					a.set(r, h)
				}
				b, _ := r.serveFast()
				a.try(r, h, b)
				r.idle(b)
				if got := h.did(); len(got) != a.acts {
					t.Errorf("acted %d times, want %d: %v", len(got), a.acts, got)
				}
				if a.audit != "" {
					r.audited(b, a.audit)
				}
			})
		}
	}
}

// forged puts a message of ours with a button of that value into a thread, which
// no person can do in Slack: the most that a stolen session could.
func (r *rig) forged(b *Bot, thread twin.Message, value string) twin.Message {
	r.t.Helper()
	m := message{text: "forged", blocks: []slack.Block{pressButton(value, "Forged", "Forged")}}
	ts, err := b.web.post(r.ctx(), thread.Channel, thread.ThreadTS, answer, m)
	if err != nil {
		r.t.Fatal(err)
	}
	return twin.Message{Channel: thread.Channel, TS: ts, ThreadTS: thread.ThreadTS}
}

// inject sends a form as if Slack had, with what no page would let pass.
func (r *rig) inject(user string, form twin.View, metadata, name, reason string) {
	r.t.Helper()
	typed := func(text string) map[string]any { return map[string]any{typedAction: map[string]any{"value": text}} }
	data, err := json.Marshal(map[string]any{
		"envelope_id": "forged-" + newRef(), "type": "interactive", "accepts_response_payload": true,
		"payload": map[string]any{
			"type": "view_submission", "user": map[string]any{"id": r.twin.UserID(user), "team_id": "T0000DEMO"}, "team": map[string]any{"id": "T0000DEMO"},
			"view": map[string]any{
				"id": form.ID, "callback_id": confirmForm, "private_metadata": metadata,
				"state": map[string]any{"values": map[string]any{nameBlock: typed(name), reasonBlock: typed(reason)}},
			},
		},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.twin.InjectFrame(data)
}

// offerIn returns what lies in Redis behind a message with a button.
func (r *rig) offerIn(b *Bot, m twin.Message) *offer {
	r.t.Helper()
	o, err := b.store.currentOffer(r.t.Context(), r.refOf(b, m))
	if err != nil {
		r.t.Fatal(err)
	}
	return o
}

var attacksOnTheButton = map[string]attack{
	"forged value": {audit: "refused no such offer", try: func(r *rig, _ *fakeHands, b *Bot) {
		r.press("jo", r.forged(b, r.offered("web-1"), "FORGEDFORGEDFORGED"))
		r.noForm("jo", "does not know this offer")
	}},
	"instance as value": {audit: "refused no such offer", try: func(r *rig, _ *fakeHands, b *Bot) {
		r.press("jo", r.forged(b, r.offered("web-1"), `{"instance":"11111111-aaaa","action":"hard-reboot"}`))
		r.noForm("jo", "does not know this offer")
	}},
	"over-long value": {audit: "refused no such offer", try: func(r *rig, _ *fakeHands, b *Bot) {
		r.press("jo", r.forged(b, r.offered("web-1"), strings.Repeat("A", 2000)))
		r.noForm("jo", "does not know this offer")
	}},
	"offer of another thread": {audit: "refused pressed in another thread", try: func(r *rig, _ *fakeHands, b *Bot) {
		mine, other := r.offered("web-1"), r.offered("stuck")
		r.press("jo", r.forged(b, mine, r.offerIn(b, other).ID))
		r.noForm("jo", "does not know this offer")
	}},
	"replayed offer": {audit: "refused used", acts: 1, try: func(r *rig, _ *fakeHands, b *Bot) {
		offer := r.offered("web-1")
		old := r.offerIn(b, offer)
		r.confirm("jo", offer, "web-1")
		r.told(offer, "SSH answers")
		r.idle(b)
		r.press("jo", r.forged(b, offer, old.ID))
		r.noForm("jo", "confirmed this already")
	}},
	"expired offer": {
		audit: "refused expired", set: func(r *rig, _ *fakeHands) { r.opts.Actions.OfferTTL = time.Millisecond },
		try: func(r *rig, _ *fakeHands, _ *Bot) {
			r.press("jo", r.offered("web-1"))
			r.noForm("jo", "offered too long ago")
		},
	},
	"trigger that has run out": {try: func(r *rig, _ *fakeHands, _ *Bot) {
		offer := r.offered("web-1")
		r.twin.Delay("views.open", 3200*time.Millisecond)
		r.press("jo", offer)
		r.private("jo", "press the button again")
	}},
	"typed approval": {try: func(r *rig, _ *fakeHands, b *Bot) {
		offer := r.offered("web-1")
		for _, line := range []string{"yes, reboot it", "approve", "confirm", "start web-1", "hard reboot", "@sshhelp approve", "@sshhelp hard reboot web-1", "act " + r.offerIn(b, offer).ID} {
			if _, err := r.twin.As("jo").Say(offer.Channel, offer.ThreadTS, line); err != nil {
				r.t.Fatal(err)
			}
		}
		for _, line := range []string{"approve", "hard reboot web-1", "start web-1"} {
			r.commandAs("jo", "#ssh-help", "/sshhelp "+line)
		}
		if err := r.twin.As("jo").React(offer.Channel, offer.TS, "white_check_mark", true); err != nil {
			r.t.Fatal(err)
		}
	}},
	"every click delivered three times": {acts: 1, audit: "begun", try: func(r *rig, _ *fakeHands, _ *Bot) {
		offer := r.offered("web-1")
		r.twin.Duplicate(100)
		r.confirm("jo", offer, "web-1")
		r.told(offer, "SSH answers")
	}},
}

func user(change func(u *twin.UserSpec)) func(*rig, *fakeHands) {
	return func(r *rig, _ *fakeHands) {
		r.twin.SetGroup("oncall", "jo", "gus")
		r.twin.SetUser("jo", change)
	}
}

func refusedAtTheButton(who, says string) func(*rig, *fakeHands, *Bot) {
	return func(r *rig, _ *fakeHands, _ *Bot) {
		r.press(who, r.offered("web-1"))
		r.noForm(who, says)
	}
}

var attacksOnThePerson = map[string]attack{
	"not an approver":        {audit: "refused not an approver", try: refusedAtTheButton("mia", "Ask the cloud desk")},
	"guest in the group":     {audit: "refused guest", set: user(func(*twin.UserSpec) {}), try: refusedAtTheButton("gus", "Guests and people of other organisations")},
	"stranger in the group":  {audit: "refused guest", set: user(func(u *twin.UserSpec) { u.IsStranger = true }), try: refusedAtTheButton("jo", "other organisations")},
	"another workspace":      {audit: "refused another workspace", set: user(func(u *twin.UserSpec) { u.Team = "T0000EVIL" }), try: refusedAtTheButton("jo", "other organisations")},
	"former member":          {audit: "refused robot", set: user(func(u *twin.UserSpec) { u.Deleted = true }), try: refusedAtTheButton("jo", "people only")},
	"approver by name alone": {audit: "refused not an approver", set: func(r *rig, _ *fakeHands) { r.twin.SetUser("mia", func(u *twin.UserSpec) { u.RealName = "Jo Okafor" }) }, try: refusedAtTheButton("mia", "You may not confirm")},
	"channel shared since": {audit: "refused shared channel", try: func(r *rig, _ *fakeHands, _ *Bot) {
		offer := r.offered("web-1")
		r.twin.ShareChannel("#ssh-help")
		r.press("jo", offer)
		r.noForm("jo", "shared with another organisation")
	}},
	"channel not looked up": {audit: "refused channel not looked up", try: func(r *rig, _ *fakeHands, _ *Bot) {
		offer := r.offered("web-1")
		r.twin.Fail("conversations.info", twin.Fault{Error: "internal_error"}, 1)
		r.press("jo", offer)
		r.noForm("jo", "nothing was done")
	}},
	"person not looked up": {audit: "refused person not looked up", try: func(r *rig, _ *fakeHands, _ *Bot) {
		offer := r.offered("web-1")
		r.twin.Fail("users.info", twin.Fault{Error: "internal_error"}, 1)
		r.press("jo", offer)
		r.noForm("jo", "nothing was done")
	}},
	"group not looked up": {audit: "refused group not looked up", try: func(r *rig, _ *fakeHands, _ *Bot) {
		offer := r.offered("web-1")
		r.twin.Fail("usergroups.users.list", twin.Fault{Error: "internal_error"}, 1)
		r.press("jo", offer)
		r.noForm("jo", "nothing was done")
	}},
	"group not looked up at submit": {audit: "refused group not looked up", try: func(r *rig, _ *fakeHands, _ *Bot) {
		r.press("jo", r.offered("web-1"))
		form := r.confirming("jo")
		r.twin.Fail("usergroups.users.list", twin.Fault{Status: 503}, 1)
		r.submit("jo", form, "web-1", "why not")
		r.private("jo", "nothing was done")
	}},
	"taken out of the group before submit": {audit: "refused not an approver", try: func(r *rig, _ *fakeHands, _ *Bot) {
		r.press("jo", r.offered("web-1"))
		form := r.confirming("jo")
		r.twin.SetGroup("oncall", "sam")
		r.submit("jo", form, "web-1", "one last time")
		r.private("jo", "You may not confirm this")
	}},
	"two people at once": {acts: 1, audit: "refused used", set: func(r *rig, _ *fakeHands) { r.twin.SetGroup("oncall", "jo", "sam") }, try: func(r *rig, h *fakeHands, _ *Bot) {
		offer := r.offered("stuck")
		forms := map[string]twin.View{}
		for _, who := range []string{"jo", "sam"} {
			r.press(who, offer)
			forms[who] = r.confirming(who)
		}
		var wg sync.WaitGroup
		for who, form := range forms {
			wg.Go(func() { r.submit(who, form, "stuck", "me first") })
		}
		wg.Wait()
		r.wait("the slower one is told", func(m twin.Message) bool {
			return m.EphemeralTo != "" && strings.Contains(m.Text, "confirmed this already")
		})
		r.told(offer, "SSH answers")
	}},
}

var attacksOnTheForm = map[string]attack{
	"wrong name": {audit: "refused badly typed: name", try: func(r *rig, _ *fakeHands, _ *Bot) {
		r.press("jo", r.offered("web-1"))
		if got := r.submit("jo", r.confirming("jo"), "web-2", "oops"); !strings.Contains(got.Errors[nameBlock], "not the name") {
			r.t.Errorf("%v", got.Errors)
		}
	}},
	"blank reason": {audit: "refused badly typed: reason", try: func(r *rig, _ *fakeHands, _ *Bot) {
		r.press("jo", r.offered("web-1"))
		if got := r.submit("jo", r.confirming("jo"), "web-1", "   "); got.Errors[reasonBlock] == "" {
			r.t.Errorf("%v", got.Errors)
		}
	}},
	"over-long reason": {audit: "refused badly typed: reason", try: func(r *rig, _ *fakeHands, _ *Bot) {
		r.press("jo", r.offered("web-1"))
		r.inject("jo", r.confirming("jo"), "", "web-1", strings.Repeat("because ", 10000))
	}},
	"over-long name": {audit: "refused badly typed: name", try: func(r *rig, _ *fakeHands, _ *Bot) {
		r.press("jo", r.offered("web-1"))
		r.inject("jo", r.confirming("jo"), "", strings.Repeat("web-1", 10000), "because")
	}},
	"somebody else's form": {audit: "refused a form that is not ours", try: func(r *rig, _ *fakeHands, _ *Bot) {
		r.press("jo", r.offered("web-1"))
		r.inject("mia", r.confirming("jo"), "", "web-1", "borrowed")
	}},
	"a form that never was": {audit: "refused a form that is not ours", try: func(r *rig, _ *fakeHands, b *Bot) {
		offer := r.offered("web-1")
		r.inject("jo", twin.View{ID: "V0FORGED"}, r.offerIn(b, offer).ID, "web-1", "forged")
	}},
	// The metadata names another offer, and the name typed is that one's: the form
	// is bound to its own.
	"forged metadata": {audit: "refused badly typed: name", try: func(r *rig, _ *fakeHands, b *Bot) {
		mine, other := r.offered("web-1"), r.offered("stuck")
		r.press("jo", mine)
		r.inject("jo", r.confirming("jo"), r.offerIn(b, other).ID, "stuck", "forged")
	}},
	"sent twice": {acts: 1, audit: "begun", try: func(r *rig, _ *fakeHands, _ *Bot) {
		offer := r.offered("web-1")
		r.press("jo", offer)
		form := r.confirming("jo")
		r.inject("jo", form, "", "web-1", "once")
		r.inject("jo", form, "", "web-1", "twice")
		r.told(offer, "SSH answers")
	}},
	"offer expires while the form is open": {audit: "refused expired", try: func(r *rig, _ *fakeHands, b *Bot) {
		offer := r.offered("web-1")
		r.press("jo", offer)
		form := r.confirming("jo")
		o := r.offerIn(b, offer)
		o.Until = time.Now().Add(-time.Second)
		if err := b.store.saveOffer(r.ctx(), o, true); err != nil {
			r.t.Fatal(err)
		}
		r.submit("jo", form, "web-1", "late")
		r.private("jo", "offered too long ago")
	}},
	"mentions and secrets in the reason": {acts: 1, audit: "begun", try: func(r *rig, _ *fakeHands, b *Bot) {
		offer := r.offered("web-1")
		r.press("jo", offer)
		r.submit("jo", r.confirming("jo"), "web-1", "<!channel> *bold* <@U0000MIA> `code` password=hunter2hunter2")
		end := r.told(offer, "SSH answers")
		if strings.Contains(string(end.Blocks), "hunter2") || !strings.Contains(string(end.Blocks), "*bold*") {
			r.t.Errorf("%s", end.Blocks)
		}
		r.wait("the audit channel", func(m twin.Message) bool {
			return m.Channel == b.Actions.AuditChannel && strings.Contains(string(m.Blocks), "*bold*") && !strings.Contains(string(m.Blocks), "hunter2")
		})
	}},
	"mentions in the instance's name": {acts: 1, audit: "begun", try: func(r *rig, _ *fakeHands, _ *Bot) {
		offer := r.offered("55555555-aaaa")
		r.press("jo", offer)
		r.submit("jo", r.confirming("jo"), "55555555-aaaa", "it is called so")
		r.told(offer, "SSH answers")
	}},
}

// changedMeanwhile has the world changed while the form is open.
func changedMeanwhile(instance, says string, change func(i *diag.Instance)) func(*rig, *fakeHands, *Bot) {
	return func(r *rig, _ *fakeHands, _ *Bot) {
		r.press("jo", r.offered(instance))
		form := r.confirming("jo")
		r.engine.set(func(e *fakeEngine) {
			k := slices.IndexFunc(e.instances, func(i diag.Instance) bool { return i.Name == instance })
			change(&e.instances[k])
		})
		r.submit("jo", form, instance, "as seen a minute ago")
		r.private("jo", says)
	}
}

// cloudSays has the call answered with an error.
func cloudSays(says string, err error) attack {
	a := attack{audit: auditNot, acts: 1, set: func(_ *rig, h *fakeHands) { h.actErr = fmt.Errorf("start: %w", err) }}
	a.try = func(r *rig, _ *fakeHands, b *Bot) {
		offer := r.offered("web-1")
		r.confirm("jo", offer, "web-1")
		r.told(offer, "Start of web-1", says)
		r.idle(b)
		for _, key := range []string{b.store.rest("11111111-aaaa"), b.store.acting("11111111-aaaa")} {
			if n, err := b.store.db.Exists(r.ctx(), key).Result(); err != nil || n != 0 {
				r.t.Errorf("%s is still there after nothing was done: %d, %v", key, n, err)
			}
		}
	}
	return a
}

var attacksOnTheInstance = map[string]attack{
	"another of the same name": {audit: "refused instance gone", try: changedMeanwhile("web-1", "no such instance any more", func(i *diag.Instance) { i.ID = "99999999-aaaa" })},
	"another name":             {audit: "refused instance changed", try: changedMeanwhile("web-1", "name has changed", func(i *diag.Instance) { i.Name = "web-2" })},
	"started meanwhile":        {audit: "refused instance changed", try: changedMeanwhile("web-1", "SHUTOFF when this was offered, and is ACTIVE now", func(i *diag.Instance) { i.Status = "ACTIVE" })},
	"rebooted meanwhile":       {audit: "refused instance changed", try: changedMeanwhile("stuck", "somebody else has rebooted it", func(i *diag.Instance) { i.Updated = time.Now() })},
	"locked meanwhile":         {audit: "refused state", try: changedMeanwhile("web-1", "It is locked", func(i *diag.Instance) { i.Locked = true })},
	"under way meanwhile":      {audit: "refused state", try: changedMeanwhile("web-1", "at work on it already", func(i *diag.Instance) { i.Task = "powering-on" })},
	"swapped in the last moment": {audit: "refused instance gone", try: func(r *rig, h *fakeHands, _ *Bot) {
		h.set(func(h *fakeHands) {
			h.onLook = func(n int) {
				if n == 3 { // at the button, at submit, and after the console was saved
					r.engine.set(func(e *fakeEngine) { e.instances[0].ID = "99999999-aaaa" })
				}
			}
		})
		r.confirm("jo", r.offered("web-1"), "web-1")
		r.private("jo", "no such instance any more")
	}},
	"cloud does not show it": {audit: "refused instance not read", try: func(r *rig, h *fakeHands, _ *Bot) {
		offer := r.offered("web-1")
		h.set(func(h *fakeHands) { h.lookErr = diag.ErrUnreachable })
		r.press("jo", offer)
		r.noForm("jo", "nothing was done")
	}},
	"cloud answers 403":       cloudSays("may not do this, or the cloud has no time for it. Nothing was done", diag.ErrRefused),
	"cloud answers 404":       cloudSays("no such instance any more. Nothing was done", diag.ErrGone),
	"cloud answers 409":       cloudSays("state does not allow it, or it is locked. Nothing was done", diag.ErrConflict),
	"cloud takes no login":    cloudSays("Nothing was done. Whoever runs sshhelp has to renew it", diag.ErrCredentials),
	"cloud cannot be reached": cloudSays("so nothing was sent and nothing was done", diag.ErrUnreachable),
	"no answer, not done": {audit: auditUnknown, acts: 1, set: func(_ *rig, h *fakeHands) { h.actErr = diag.ErrOutcome }, try: func(r *rig, _ *fakeHands, _ *Bot) {
		offer := r.offered("web-1")
		r.confirm("jo", offer, "web-1")
		r.told(offer, "No sign that the cloud took it")
	}},
	"no answer, but done": {audit: auditUnknown, acts: 1, set: func(_ *rig, h *fakeHands) { h.actErr, h.lost = diag.ErrOutcome, true }, try: func(r *rig, _ *fakeHands, _ *Bot) {
		offer := r.offered("web-1")
		r.confirm("jo", offer, "web-1")
		r.told(offer, "SSH answers")
		r.told(offer, "Changed.")
	}},
	"the call falls over": {audit: auditUnknown, acts: 1, set: func(_ *rig, h *fakeHands) { h.onAct = func(context.Context) { panic("the SDK fell over") } }, try: func(r *rig, _ *fakeHands, _ *Bot) {
		offer := r.offered("web-1")
		r.confirm("jo", offer, "web-1")
		r.told(offer, "No sign that the cloud took it")
	}},
}

// again makes the instance shut off once more, and the bot offer to start it.
func (r *rig) again(b *Bot) twin.Message {
	r.t.Helper()
	r.idle(b)
	r.engine.set(func(e *fakeEngine) { e.instances[0].Status = "SHUTOFF" })
	return r.offered("web-1 user again")
}

var attacksOnTheLimits = map[string]attack{
	"again within the cooldown": {acts: 1, audit: "refused cooldown", try: func(r *rig, _ *fakeHands, b *Bot) {
		offer := r.offered("web-1")
		r.confirm("jo", offer, "web-1")
		r.told(offer, "SSH answers")
		r.confirm("jo", r.again(b), "web-1")
		r.private("jo", "less than a minute ago")
	}},
	"more than one person may": {acts: 1, audit: "refused cap of the person", set: func(r *rig, _ *fakeHands) { r.opts.Actions.PerPersonPerHour = 1 }, try: func(r *rig, _ *fakeHands, _ *Bot) {
		offer := r.offered("web-1")
		r.confirm("jo", offer, "web-1")
		r.told(offer, "SSH answers")
		r.confirm("jo", r.offered("stuck"), "stuck")
		r.private("jo", "as many as one person may")
	}},
	"more than all may": {acts: 1, audit: "refused cap of all", set: func(r *rig, _ *fakeHands) {
		r.opts.Actions.PerHour = 1
		r.twin.SetGroup("oncall", "jo", "sam")
	}, try: func(r *rig, _ *fakeHands, _ *Bot) {
		offer := r.offered("web-1")
		r.confirm("jo", offer, "web-1")
		r.told(offer, "SSH answers")
		r.confirm("sam", r.offered("stuck"), "stuck")
		r.private("sam", "as many as sshhelp carries out")
	}},
	"from two threads at once": {acts: 1, audit: "refused instance busy", set: func(r *rig, h *fakeHands) {
		h.ssh = func() (bool, bool) { return false, true } // keep watching
		// The instance looks unchanged for as long as the second needs.
		h.then = func(i *diag.Instance) { i.Updated, i.Metadata = time.Time{}, map[string]string{"stuck": "yes"} }
	}, try: func(r *rig, h *fakeHands, b *Bot) {
		first, second := r.offered("stuck"), r.offered("stuck user again")
		r.press("jo", first)
		one := r.confirming("jo")
		r.submit("jo", one, "stuck", "first thread")
		r.told(first, "Hard reboot of stuck")
		r.confirm("jo", second, "stuck")
		r.private("jo", "confirmed in another thread")
		h.set(func(h *fakeHands) { h.ssh = nil })
	}},
}
