package bot

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sshhelp/diag"
	"sshhelp/sim/slack/twin"
)

// The whole way: offer, form, console saved, one call, states, SSH, new check.
func TestConfirmedActionIsCarriedOutAndWatched(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, m memory) {
		r, h := actRig(t, m)
		h.way = []diag.Instance{{Status: "HARD_REBOOT", Task: "reboot_started_hard"}, {Status: "HARD_REBOOT", Task: "reboot_started_hard"}}
		rings := 0
		h.ssh = func() (bool, bool) { rings++; return rings > 2, true }
		b, _ := r.serveFast()
		offer := r.offered("stuck")
		for _, want := range []string{"Hard reboot", "has panicked", "not yet written to disk", "77777777-aaaa", "stuck"} {
			if !strings.Contains(string(offer.Blocks), want) {
				t.Errorf("the offer lacks %q: %s", want, offer.Blocks)
			}
		}
		r.confirm("jo", offer, "stuck")
		end := r.told(offer, "SSH answers after")
		for _, want := range []string{"it hangs", r.twin.UserID("jo"), "HARD_REBOOT (reboot_started_hard)", "ACTIVE", "console log from before is in this thread"} {
			if !strings.Contains(string(end.Blocks), want) {
				t.Errorf("the message lacks %q: %s", want, end.Blocks)
			}
		}
		r.told(offer, "Changed.") // by the new check
		r.idle(b)
		if diff := cmp.Diff([]string{"hard-reboot 77777777-aaaa"}, h.did()); diff != "" {
			t.Error(diff)
		}
		want := []string{"offered boot/kernel-panic", "opened", "intent boot/kernel-panic", "begun the cloud has accepted it"}
		trail := r.trail(b)
		if len(trail) != 5 || cmp.Diff(want, trail[:4]) != "" || !strings.HasPrefix(trail[4], "ended SSH answers") {
			t.Errorf("audit: %q", trail)
		}
		file := r.consoleFile(offer)
		if !strings.Contains(file, "Kernel panic") || strings.Contains(file, "hunter2") {
			t.Errorf("saved console: %q", file)
		}
		r.wait("audit in its channel", func(m twin.Message) bool {
			return m.Channel == b.Actions.AuditChannel && strings.Contains(string(m.Blocks), "begun")
		})
		if now := r.message(offer); hasButton(now) {
			t.Errorf("the button is still there: %s", now.Blocks)
		}
	})
}

// consoleFile returns the console log that was saved to an offer's thread.
func (r *rig) consoleFile(offer twin.Message) string {
	r.t.Helper()
	for _, m := range r.twin.As("jo").Thread(offer.Channel, offer.ThreadTS) {
		if len(m.Files) == 0 {
			continue
		}
		data, err := r.twin.As("jo").Download(m.Files[0].ID)
		if err != nil {
			r.t.Fatal(err)
		}
		return string(data)
	}
	r.t.Error("no file in the thread")
	return ""
}

// message returns a message as it is now.
func (r *rig) message(m twin.Message) twin.Message {
	for _, now := range r.twin.Messages(m.Channel) {
		if now.TS == m.TS {
			return now
		}
	}
	return twin.Message{}
}

func TestNothingIsOfferedUnlessSwitchedOn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Actions)
		says   string
	}{
		"off":           {func(a *Actions) { *a = Actions{} }, ""},
		"off, but whom": {func(a *Actions) { a.Enabled = false }, "ask the cloud desk"},
		"no credential": {func(a *Actions) { a.Hands = nil }, "ask the cloud desk"},
		"no approver":   {func(a *Actions) { a.Groups = nil }, "ask the cloud desk"},
		"on":            {func(*Actions) {}, "on-call can confirm it in the thread"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := actRig(t, nil)
			c.change(&r.opts.Actions)
			b, _ := r.serveFast()
			r.command("/sshhelp web-1")
			root := r.root("is shut off")
			r.idle(b)
			if got := strings.Contains(string(root.Blocks), c.says); !got {
				t.Errorf("the answer does not say %q: %s", c.says, root.Blocks)
			}
			if c.says == "" && strings.Contains(string(root.Blocks), "may not do that here") {
				t.Errorf("the answer speaks of actions: %s", root.Blocks)
			}
			_, replies := r.ours("#ssh-help")
			for _, m := range replies {
				if hasButton(m) != (name == "on") {
					if hasButton(m) {
						t.Errorf("a button: %s", m.Blocks)
					}
				}
			}
		})
	}
}

// Two people: the first is not enough, and is not the second either.
func TestSecondPerson(t *testing.T) {
	t.Parallel()
	r, h := actRig(t, nil)
	r.opts.Actions.SecondPerson = true
	r.twin.SetGroup("oncall", "jo", "sam")
	b, _ := r.serveFast()
	offer := r.offered("web-1")
	r.confirm("jo", offer, "web-1")
	r.told(offer, "one more person has to confirm")
	if len(h.did()) > 0 {
		t.Fatalf("done after one confirmation: %v", h.did())
	}
	r.press("jo", offer)
	r.noForm("jo", "You have confirmed this already")
	r.audited(b, "refused second person is the first")
	r.confirm("sam", offer, "web-1")
	r.told(offer, "Start of web-1", "SSH answers")
	if len(h.did()) != 1 {
		t.Errorf("did %v", h.did())
	}
	r.audited(b, "first")
}

// A form that the first person had open all the time does not make him two.
func TestTwoFormsOfOnePersonAreOnePerson(t *testing.T) {
	t.Parallel()
	r, h := actRig(t, nil)
	r.opts.Actions.SecondPerson = true
	b, _ := r.serveFast()
	offer := r.offered("web-1")
	r.press("jo", offer)
	first := r.confirming("jo")
	r.submit("jo", first, "web-1", "one")
	r.told(offer, "one more person has to confirm")
	o, err := b.store.currentOffer(t.Context(), r.refOf(b, offer))
	if err != nil {
		t.Fatal(err)
	}
	j := &job{
		Kind: actJob, Ref: "TWICE", User: r.twin.UserID("jo"), Team: b.me.team, At: time.Now(),
		Press: press{Offer: o.ID, Name: "web-1", Reason: "two"}, Place: place{Channel: o.Channel, Thread: o.Thread},
	}
	if err := b.store.enqueue(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	r.private("jo", "You have confirmed this already")
	if len(h.did()) > 0 {
		t.Errorf("did %v", h.did())
	}
}

func (r *rig) refOf(b *Bot, offer twin.Message) string {
	r.t.Helper()
	ref, err := b.store.refOf(r.t.Context(), offer.Channel, offer.ThreadTS)
	if err != nil {
		r.t.Fatal(err)
	}
	return ref
}

// A new check makes the old button void, and takes it away where nothing calls
// for it any more.
func TestNewCheckReplacesTheOffer(t *testing.T) {
	t.Parallel()
	r, _ := actRig(t, nil)
	b, _ := r.serveFast()
	offer := r.offered("web-1")
	r.press("jo", offer)
	old := r.confirming("jo")
	if _, err := r.twin.As("mia").Say(offer.Channel, offer.ThreadTS, "recheck"); err != nil {
		t.Fatal(err)
	}
	r.told(offer, "No change.")
	r.idle(b)
	if _, replies := r.ours("#ssh-help"); count(replies, hasButton) != 1 {
		t.Errorf("%d messages with a button, want the one that was edited", count(replies, hasButton))
	}
	r.submit("jo", old, "web-1", "late")
	r.private("jo", "There has been a newer check")
	r.engine.set(func(e *fakeEngine) { e.instances[0].Status = "ACTIVE" })
	if _, err := r.twin.As("mia").Say(offer.Channel, offer.ThreadTS, "recheck"); err != nil {
		t.Fatal(err)
	}
	r.told(offer, "Changed.")
	r.idle(b)
	if now := r.message(offer); hasButton(now) || !strings.Contains(now.Text, "Not offered any more") {
		t.Errorf("the offer is now %q", now.Text)
	}
}

func count[T any](list []T, is func(T) bool) (n int) {
	for _, x := range list {
		if is(x) {
			n++
		}
	}
	return n
}

func TestWatchEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set  func(h *fakeHands)
		says string
	}{
		"SSH stays silent":    {func(h *fakeHands) { h.ssh = func() (bool, bool) { return false, true } }, "SSH has not answered within"},
		"SSH cannot be tried": {func(h *fakeHands) { h.ssh = func() (bool, bool) { return false, false } }, "cannot be seen whether SSH answers"},
		"it falls over":       {func(h *fakeHands) { h.then = func(i *diag.Instance) { i.Status = "ERROR" } }, "is in ERROR now"},
		"it never comes up":   {func(h *fakeHands) { h.then = func(i *diag.Instance) { i.Task = "powering-on" } }, "Not up within"},
		"the cloud stays silent": {func(h *fakeHands) {
			h.onAct = func(context.Context) { h.set(func(h *fakeHands) { h.lookErr = diag.ErrUnreachable }) }
		}, "Not up within"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, h := actRig(t, nil)
			r.opts.Actions.Watch = 400 * time.Millisecond
			c.set(h)
			b, _ := r.serveFast()
			offer := r.offered("web-1")
			r.confirm("jo", offer, "web-1")
			r.told(offer, "Start of web-1", c.says)
			r.audited(b, "ended")
			r.idle(b)
			if len(h.did()) != 1 {
				t.Errorf("did %v", h.did())
			}
			if n, err := b.store.db.Exists(t.Context(), b.store.acting("11111111-aaaa")).Result(); err != nil || n != 0 {
				t.Errorf("the instance is still locked: %d, %v", n, err)
			}
		})
	}
}

// Without the scope for files the end of the log is posted as a message.
func TestConsoleWithoutFiles(t *testing.T) {
	t.Parallel()
	r, h := actRig(t, nil, func(o *twin.Options) {
		o.Scenario.Scopes = remove(o.Scenario.Scopes, "files:write")
	})
	h.console = strings.Repeat("a line of the log <!channel>\n", 2000) + "the last line\n"
	b, _ := r.serveFast()
	offer := r.offered("stuck")
	r.confirm("jo", offer, "stuck")
	m := r.told(offer, "The end of the console log")
	if !strings.Contains(string(m.Blocks), "the last line") {
		t.Errorf("%s", m.Blocks)
	}
	r.told(offer, "Hard reboot of stuck", "SSH answers")
	r.idle(b)
}

func remove(list []string, item string) []string {
	var rest []string
	for _, s := range list {
		if s != item {
			rest = append(rest, s)
		}
	}
	return rest
}

// A log that would be lost and cannot be saved stops the reboot; where there is
// none, nothing is lost.
func TestConsoleThatCannotBeSaved(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set  func(r *rig, h *fakeHands)
		says string
		acts int
	}{
		"no log":        {func(_ *rig, h *fakeHands) { h.readErr = &diag.Gap{Why: diag.GapNotFound} }, "There was no console log to save", 1},
		"forbidden":     {func(_ *rig, h *fakeHands) { h.readErr = &diag.Gap{Why: diag.GapForbidden} }, "did not give it out", 0},
		"cloud is slow": {func(_ *rig, h *fakeHands) { h.readErr = context.DeadlineExceeded }, "did not give it out", 0},
		"upload refused": {func(r *rig, _ *fakeHands) {
			r.twin.Fail("files.completeUploadExternal", twin.Fault{Error: "internal_error"}, 1)
		}, "could not be saved", 0},
		"upload cut": {func(r *rig, _ *fakeHands) { r.twin.Fail("files.getUploadURLExternal", twin.Fault{Status: 503}, 1) }, "could not be saved", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, h := actRig(t, nil)
			c.set(r, h)
			b, _ := r.serveFast()
			offer := r.offered("stuck")
			r.confirm("jo", offer, "stuck")
			if c.acts == 0 {
				r.private("jo", c.says)
				r.audited(b, "refused console log")
			} else {
				m := r.told(offer, "Hard reboot of stuck", "SSH answers")
				if !strings.Contains(string(m.Blocks), c.says) {
					t.Errorf("%s", m.Blocks)
				}
			}
			r.idle(b)
			if len(h.did()) != c.acts {
				t.Errorf("did %v", h.did())
			}
			if c.acts == 0 { // and the offer is still good
				h.set(func(h *fakeHands) { h.readErr = nil })
				r.confirm("jo", offer, "stuck")
				r.told(offer, "Hard reboot of stuck", "SSH answers")
			}
		})
	}
}

// A bot that is told to stop while it acts sees the call through, and another
// goes on watching; nothing is done twice.
func TestStoppedInTheMidstOfTheCall(t *testing.T) {
	t.Parallel()
	r, h := actRig(t, newRedisServer(t))
	r.pace.drain = 200 * time.Millisecond
	within, goOn := make(chan struct{}), make(chan struct{})
	h.onAct = func(ctx context.Context) {
		close(within)
		<-goOn
		if ctx.Err() != nil {
			h.set(func(h *fakeHands) { h.actErr = errors.New("the call was cut short") })
		}
	}
	h.ssh = func() (bool, bool) { return false, true }
	_, stop := r.serveFast()
	offer := r.offered("web-1")
	r.confirm("jo", offer, "web-1")
	<-within
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	time.AfterFunc(500*time.Millisecond, func() { close(goOn) }) // past the drain
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	h.set(func(h *fakeHands) { h.onAct, h.ssh = nil, nil })
	b, _ := r.serveFast()
	r.told(offer, "Start of web-1", "SSH answers")
	r.idle(b)
	if len(h.did()) != 1 {
		t.Errorf("did %v", h.did())
	}
	r.audited(b, "begun")
}

// A bot that is told to stop while it watches does not watch on: another does.
func TestStoppedWhileWatching(t *testing.T) {
	t.Parallel()
	r, h := actRig(t, newRedisServer(t))
	r.pace.drain = time.Minute
	h.ssh = func() (bool, bool) { return false, true }
	_, stop := r.serveFast()
	offer := r.offered("web-1")
	r.confirm("jo", offer, "web-1")
	r.told(offer, "Start of web-1", "SSH does not answer yet")
	started := time.Now()
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(started); took > 20*time.Second {
		t.Errorf("it took %s to stop", took)
	}
	h.set(func(h *fakeHands) { h.ssh = nil })
	b, _ := r.serveFast()
	r.told(offer, "Start of web-1", "SSH answers")
	r.idle(b)
	if len(h.did()) != 1 {
		t.Errorf("did %v", h.did())
	}
}
