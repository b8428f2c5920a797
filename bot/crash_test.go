package bot

import (
	"strings"
	"testing"
	"time"
)

// Redis goes away while the form is open: the form says so and stays, nothing is
// done, and the bot lives on.
func TestRedisAwayAtSubmit(t *testing.T) {
	t.Parallel()
	m := newEmbeddedServer(t)
	r, h := actRig(t, m)
	r.pace.admit = 500 * time.Millisecond
	_, _ = r.serve()
	r.press("jo", r.offered("web-1"))
	form := r.confirming("jo")
	m.stop()
	if got := r.submit("jo", form, "web-1", "now"); !strings.Contains(got.Errors[nameBlock], "memory (Redis) does not answer") {
		t.Errorf("%v", got.Errors)
	}
	m.start()
	if len(h.did()) > 0 {
		t.Errorf("did %v", h.did())
	}
}

// Redis goes away after the last look at the instance: what cannot be written
// down is not done.
func TestRedisAwayBeforeTheIntent(t *testing.T) {
	t.Parallel()
	m := newEmbeddedServer(t)
	r, h := actRig(t, m)
	back := make(chan struct{})
	h.onLook = func(n int) {
		if n == 3 { // at the button, at submit, and after the console was saved
			m.stop()
			time.AfterFunc(intentMost+time.Second, func() { m.start(); close(back) })
		}
	}
	r.serveFast()
	r.confirm("jo", r.offered("web-1"), "web-1")
	r.private("jo", "memory (Redis) does not answer. Nothing was started")
	<-back
	if len(h.did()) > 0 {
		t.Errorf("did %v", h.did())
	}
}

// A process is killed after it wrote the intent down, before the call or before
// its answer: nobody knows which. The next one says so and looks, and never acts.
func TestKilledBetweenIntentAndCall(t *testing.T) {
	t.Parallel()
	r, h := actRig(t, newRedisServer(t))
	b, stop := r.serve()
	offer := r.offered("web-1")
	r.idle(b)
	o := r.offerIn(b, offer)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	killed, err := newBot(r.opts, r.pace) // it takes the job, and is never run
	if err != nil {
		t.Fatal(err)
	}
	defer killed.Close()
	j := &job{
		Kind: actJob, Ref: "KILLED", User: r.twin.UserID("jo"), Team: "T0000DEMO", At: time.Now(),
		Press: press{Offer: o.ID, Name: "web-1", Reason: "killed"}, Place: place{Channel: o.Channel, Thread: o.Thread},
	}
	if err := killed.store.enqueue(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	id, _, err := killed.acts.next(t.Context())
	if err != nil || id == "" {
		t.Fatalf("job %q, %v", id, err)
	}
	if got, err := killed.store.claimDeed(t.Context(), o, id, j.User, killed.Actions); got != "yes" || err != nil {
		t.Fatal(got, err)
	}
	line := auditLine{event: auditIntent, user: j.User}
	if mine, err := killed.store.intend(t.Context(), o, id, j.User, time.Minute, time.Now(), line.fields(o, time.Now())); !mine || err != nil {
		t.Fatal(mine, err)
	}
	if mine, err := killed.store.intend(t.Context(), o, id, j.User, time.Minute, time.Now(), line.fields(o, time.Now())); mine || err != nil {
		t.Fatalf("intended twice: %v, %v", mine, err)
	}
	r.twin.AllowMentions("<@" + j.User + ">") // who pressed a button, but for this test
	b, _ = r.serve()
	r.told(offer, "Start of web-1", "No sign that the cloud took it. It was not tried again")
	r.audited(b, "unknown sshhelp was stopped")
	r.idle(b)
	if len(h.did()) > 0 {
		t.Errorf("did %v", h.did())
	}
}
