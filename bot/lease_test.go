package bot

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// TestLongCheckKeepsItsLease: a heart that beats is not taken over.
func TestLongCheckKeepsItsLease(t *testing.T) {
	onBoth(t, func(t *testing.T, m memory) {
		r := newRig(t, m)
		r.pace.lease = 1200 * time.Millisecond
		r.engine.steps, r.engine.pause = 30, 100*time.Millisecond
		a, _ := r.serve()
		r.serve()
		r.command("/sshhelp web-1")
		r.replyWith(r.root("web-1 is shut off.").TS, "Evidence")
		r.idle(a)
		if n := len(r.engine.asked()); n != 1 {
			t.Errorf("%d diagnoses, want 1", n)
		}
	})
}

// TestLeaseLost: who stood still for too long stops when it learns that another
// has the job, and leaves the message alone.
func TestLeaseLost(t *testing.T) {
	onBoth(t, func(t *testing.T, m memory) {
		r := newRig(t, m)
		r.pace.lease = 1200 * time.Millisecond
		r.engine.gate = make(chan struct{})
		b, _ := r.serve()
		r.command("/sshhelp web-1")
		<-r.engine.begun
		root := r.root("Checking web-1")
		id := b.checks.ids(true)[0]
		err := b.store.db.XClaimJustID(t.Context(), &redis.XClaimArgs{
			Stream: b.checks.stream, Group: group, Consumer: "another", Messages: []string{id},
		}).Err()
		if err != nil {
			t.Fatal(err)
		}
		<-r.engine.begun // again, when the other's lease has run out
		if now := r.root("web-1"); now.Text != root.Text {
			t.Errorf("the loser wrote %q", now.Text)
		}
		close(r.engine.gate)
		if done := r.root("web-1 is shut off."); done.TS != root.TS {
			t.Errorf("finished in %s, want %s", done.TS, root.TS)
		}
		r.idle(b)
	})
}

// TestHandOver: a replica that must go before its check has ended leaves it to
// another, which need not wait for the lease to run out.
func TestHandOver(t *testing.T) {
	onBoth(t, func(t *testing.T, m memory) {
		r := newRig(t, m)
		r.pace.lease, r.pace.drain = 9*time.Second, 50*time.Millisecond
		r.engine.gate = make(chan struct{})
		_, stop := r.serve()
		r.command("/sshhelp web-1")
		<-r.engine.begun
		root := r.root("Checking web-1")
		if err := stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
		close(r.engine.gate)
		started := time.Now()
		b, _ := r.serve()
		if done := r.root("web-1 is shut off."); done.TS != root.TS {
			t.Errorf("finished in %s, want %s", done.TS, root.TS)
		}
		if took := time.Since(started); took >= 6*time.Second {
			t.Errorf("taken over after %s, as if it had been killed", took)
		}
		r.idle(b)
	})
}

// TestGivenUp: a job that takes its process down each time does not go round
// forever.
func TestGivenUp(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	j := &job{Kind: checkJob, Ref: "POISON", User: "U00000MIA", Team: "T0000DEMO", Place: place{Channel: "C0SSHHELP"}}
	j.order("web-1")
	r.said("mia", "#ssh-help", "", "hello")
	if err := b.store.db.Set(t.Context(), b.store.tries("9-1"), maxTries, time.Minute).Err(); err != nil {
		t.Fatal(err)
	}
	err := b.store.db.XAdd(t.Context(), &redis.XAddArgs{Stream: b.checks.stream, ID: "9999999999999-1", Values: []string{"job", j.encode()}}).Err()
	if err != nil {
		t.Fatal(err)
	}
	r.root("web-1 is shut off.") // its first try
	r.idle(b)
	if err := b.store.db.Set(t.Context(), b.store.tries("9999999999999-2"), maxTries, time.Minute).Err(); err != nil {
		t.Fatal(err)
	}
	j.Ref = "POISON2"
	err = b.store.db.XAdd(t.Context(), &redis.XAddArgs{Stream: b.checks.stream, ID: "9999999999999-2", Values: []string{"job", j.encode()}}).Err()
	if err != nil {
		t.Fatal(err)
	}
	r.private("mia", "Something went wrong inside sshhelp")
	err = b.store.db.XAdd(t.Context(), &redis.XAddArgs{Stream: b.checks.stream, ID: "9999999999999-3", Values: []string{"job", "no JSON"}}).Err()
	if err != nil {
		t.Fatal(err)
	}
	r.idle(b)
	if n := len(r.engine.asked()); n != 1 {
		t.Errorf("%d diagnoses, want 1", n)
	}
}
