package bot

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"sshhelp/sim/slack/twin"
)

// rootText waits until the root message of a thread holds a text in its blocks.
func (r *rig) rootText(ts, text string) twin.Message {
	r.t.Helper()
	return r.wait("root with "+text, func(m twin.Message) bool { return m.TS == ts && strings.Contains(string(m.Blocks), text) })
}

func (r *rig) reacted(ts string) {
	r.t.Helper()
	r.wait("eyes", func(m twin.Message) bool { return m.TS == ts && len(m.Reactions) == 1 && m.Reactions[0].Name == "eyes" })
}

const clientOutput = "debug1: Connecting to 203.0.113.9 [203.0.113.9] port 22.\ndebug1: Connection established.\ndebug1: Authentications that can continue: publickey\nubuntu@203.0.113.9: Permission denied (publickey).\n"

// TestPlainSentences: the thread needs no command.
func TestPlainSentences(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	root := r.checked(b, "/sshhelp web-2", "not known whether")
	r.said("mia", "#ssh-help", root.TS, "still not working, I'm on 198.51.100.7 now")
	r.replyWith(root.TS, "Changed. 198.51.100.7 is not let in.")
	r.said("mia", "#ssh-help", root.TS, "my key is SHA256:jG6S6kJ9Fhwrr3hXMt3R6TNcYJqf4VvQpSPWSe4Shd0 and I log in as debian")
	r.replyWith(root.TS, "No change.")
	r.idle(b)
	asked := r.engine.asked()
	last := asked[len(asked)-1]
	if last.User != "debian" || last.Key == nil || last.Key.Fingerprint != "SHA256:jG6S6kJ9Fhwrr3hXMt3R6TNcYJqf4VvQpSPWSe4Shd0" || last.From.String() != "198.51.100.7" {
		t.Errorf("last asked %+v", last)
	}
}

func TestShowInTheThread(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	root := r.checked(b, "/sshhelp web-2", "not known whether")
	before := len(r.engine.asked())
	for line, says := range map[string]string{
		"show rules":              "tcp 22 from 198.51.100.0/24",
		"show me the console":     "Reached target",
		"what do the probes say?": "DNS web-2.example.org",
		"show path":               "instance",
	} {
		m := r.said("sam", "#ssh-help", root.TS, line)
		r.wait(line, func(m twin.Message) bool {
			return m.ThreadTS == root.TS && m.BotID != "" && strings.Contains(string(m.Blocks), says)
		})
		r.reacted(m.TS)
	}
	r.idle(b)
	if n := len(r.engine.asked()); n != before {
		t.Errorf("%d diagnoses to show what is known", n-before)
	}
	if err := b.store.db.Del(t.Context(), b.store.evidence(refOf(t, root))).Err(); err != nil {
		t.Fatal(err)
	}
	r.said("sam", "#ssh-help", root.TS, "show rules")
	r.private("sam", "not remembered any more")
}

func TestHowTo(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	root := r.checked(b, "/sshhelp web-1", "web-1 is shut off.")
	r.said("sam", "#ssh-help", root.TS, "how do I make a key?")
	r.private("sam", "ssh-keygen -t ed25519")
	if got := r.command("/sshhelp keys"); !strings.Contains(got, "ssh-keygen -t ed25519") {
		t.Errorf("keys: %q", got)
	}
	if got := r.command("/sshhelp client"); !strings.Contains(got, "OpenSSH Client") {
		t.Errorf("client: %q", got)
	}
	if got := r.command("/sshhelp thanks"); !strings.Contains(got, "Which instance?") {
		t.Errorf("thanks: %q", got)
	}
	if got := r.command("/sshhelp escalate"); !strings.Contains(got, "in the thread of a check") {
		t.Errorf("escalate: %q", got)
	}
	r.idle(b)
}

// TestQuiet: told to be quiet, the bot is, but for a key that lies open, until
// somebody calls it.
func TestQuiet(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	root := r.checked(b, "/sshhelp web-1", "web-1 is shut off.")
	r.said("sam", "#ssh-help", root.TS, "please stop")
	r.private("sam", "says nothing more in this thread")
	r.said("sam", "#ssh-help", root.TS, "recheck")
	r.said("sam", "#ssh-help", root.TS, "show rules")
	r.said("sam", "#ssh-help", root.TS, clientOutput)
	r.said("mia", "#ssh-help", root.TS, "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----")
	r.replyWith(root.TS, "A private key was posted here")
	if err := r.twin.WaitAcked(r.ctx()); err != nil { // what was said before it may come in after it
		t.Fatal(err)
	}
	r.idle(b)
	if n := len(r.engine.asked()); n != 1 {
		t.Errorf("%d diagnoses, want the first one only", n)
	}
	r.said("sam", "#ssh-help", root.TS, "you can talk again")
	r.private("sam", "answers in this thread again")
	r.said("sam", "#ssh-help", root.TS, "recheck")
	r.replyWith(root.TS, "No change.")
	r.said("sam", "#ssh-help", root.TS, "quiet")
	r.idle(b)
	r.said("sam", "#ssh-help", root.TS, "@sshhelp recheck")
	r.idle(b)
	r.until("the mention is answered", func(context.Context) error {
		if len(r.engine.asked()) != 3 {
			return errors.New("not yet")
		}
		return nil
	})
}

// TestPasteInTheThread: what is pasted is read with what is known, at once and
// without another look, and what it says is gone with the next one.
func TestPasteInTheThread(t *testing.T) {
	onBoth(t, func(t *testing.T, m memory) {
		r := newRig(t, m)
		b, _ := r.serve()
		root := r.checked(b, "/sshhelp web-2", "not known whether")
		paste := r.said("mia", "#ssh-help", root.TS, "it says:\n```"+clientOutput+"```")
		r.reacted(paste.TS)
		r.replyWith(root.TS, "Changed. The server refuses the login of ubuntu.")
		r.root("The server refuses the login of ubuntu.")
		r.idle(b)
		if n := len(r.engine.asked()); n != 1 {
			t.Errorf("%d diagnoses, want none for a paste", n-1)
		}
		if _, err := r.twin.As("mia").Upload("#ssh-help", root.TS, "ssh.log", []byte(clientOutput), ""); err != nil {
			t.Fatal(err)
		}
		r.replyWith(root.TS, "No change. The server refuses the login of ubuntu.")
		r.said("mia", "#ssh-help", root.TS, "recheck")
		r.replyWith(root.TS, "Changed.", "not known whether")
		r.idle(b)
	})
}

func TestFilesThatAreNotRead(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	root := r.checked(b, "/sshhelp web-2", "not known whether")
	up := func(name string, data string) {
		if _, err := r.twin.As("sam").Upload("#ssh-help", root.TS, name, []byte(data), ""); err != nil {
			t.Fatal(err)
		}
	}
	up("holiday.png", clientOutput)
	up("notes.txt", "Dear all, here are the minutes of the meeting.")
	up("binary.txt", clientOutput+"\x00\x01")
	up("huge.log", strings.Repeat(clientOutput, 6000))
	r.private("sam", "larger than 1 MiB")
	up("id_ed25519.txt", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n")
	r.replyWith(root.TS, "A private key was posted here")
	r.idle(b)
	_, replies := r.ours("#ssh-help")
	if len(replies) != 2 {
		t.Errorf("%d replies, want evidence and a warning", len(replies))
	}
	for _, c := range r.twin.Calls("files.info") {
		if c.Error != "" {
			t.Errorf("files.info: %s", c.Error)
		}
	}
}

// TestPasteWhileRunning: it is read by the run that is under way.
func TestPasteWhileRunning(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.engine.gate = make(chan struct{})
	b, _ := r.serve()
	r.command("/sshhelp web-2")
	<-r.engine.begun
	root := r.root("Checking web-2")
	paste := r.said("mia", "#ssh-help", root.TS, clientOutput)
	r.reacted(paste.TS)
	r.until("it is put down", func(ctx context.Context) error {
		if b.store.db.XLen(ctx, b.checks.stream).Val() != 1 {
			return errors.New("not yet")
		}
		return nil
	})
	close(r.engine.gate)
	r.replyWith(root.TS, "Changed. The server refuses the login of ubuntu.")
	r.idle(b)
	if n := len(r.engine.asked()); n != 1 {
		t.Errorf("%d diagnoses, want 1", n)
	}
}

// TestNothingRawInRedis: what is remembered of a paste holds no secret.
func TestNothingRawInRedis(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	root := r.checked(b, "/sshhelp web-2", "not known whether")
	r.said("mia", "#ssh-help", root.TS, clientOutput+"export OS_PASSWORD=hunter2verysecret\n-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAsecretsecretsecret\n-----END RSA PRIVATE KEY-----\n")
	r.replyWith(root.TS, "Changed.")
	r.idle(b)
	keys, err := b.store.db.Keys(t.Context(), "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		dump, err := b.store.db.Dump(t.Context(), key).Result()
		if err != nil {
			dump = b.store.db.Get(t.Context(), key).Val()
		}
		for _, secret := range []string{"hunter2", "MIIEpAIB"} {
			if strings.Contains(dump, secret) {
				t.Errorf("%s holds %s", key, secret)
			}
		}
	}
	rec, err := b.store.load(t.Context(), refOf(t, root))
	if err != nil || len(rec.Pastes) != 1 || strings.Contains(rec.Pastes[0], "hunter2") || strings.Contains(rec.Pastes[0], "MIIE") {
		t.Errorf("%v, remembered %q", err, rec.Pastes)
	}
}

// TestLooksAgainByItself: once, as announced, and whoever serves then.
func TestLooksAgainByItself(t *testing.T) {
	onBoth(t, func(t *testing.T, m memory) {
		r := newRig(t, m)
		r.pace.haste = 60 // 2 s
		r.engine.set(func(e *fakeEngine) { e.instances[3].Status = "BUILD" })
		b, stop := r.serve()
		root := r.checked(b, "/sshhelp web-2", "web-2 is still being built.")
		r.rootText(root.TS, "sshhelp looks again by itself at")
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		first, _ := r.serve()
		second, _ := r.serve()
		r.engine.set(func(e *fakeEngine) { e.instances[3].Status = "ACTIVE" })
		r.replyWith(root.TS, "Looked again, as announced. Changed.", "not known whether")
		r.idle(first)
		r.idle(second)
		if n := len(r.engine.asked()); n != 2 {
			t.Errorf("%d diagnoses, want 2", n)
		}
		if now := r.root("not known whether"); strings.Contains(string(now.Blocks), "looks again") {
			t.Error("the root message still announces a look")
		}
	})
}

// TestNoSecondLookByItself: what is still so then is left to people.
func TestNoSecondLookByItself(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.engine.set(func(e *fakeEngine) { e.instances[3].Status = "BUILD" })
	b, _ := r.serve()
	r.command("/sshhelp web-2")
	root := r.root("web-2 is still being built.")
	r.replyWith(root.TS, "Looked again, as announced. No change.")
	r.idle(b)
	if n, err := b.store.db.ZCard(t.Context(), b.store.due()).Result(); n != 0 || err != nil {
		t.Errorf("%d looks are due, %v", n, err)
	}
}

func TestCancelTheLook(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.pace.haste = 1
	r.engine.set(func(e *fakeEngine) { e.instances[3].Status = "BUILD" })
	b, _ := r.serve()
	root := r.checked(b, "/sshhelp web-2", "web-2 is still being built.")
	r.said("sam", "#ssh-help", root.TS, "cancel")
	r.private("sam", "does not look again by itself")
	r.wait("root without announcement", func(m twin.Message) bool {
		return m.TS == root.TS && !strings.Contains(string(m.Blocks), "looks again") && strings.Contains(m.Text, "still being built")
	})
	r.said("sam", "#ssh-help", root.TS, "cancel")
	r.private("sam", "was not going to")
	r.said("sam", "#ssh-help", root.TS, "recheck")
	r.rootText(root.TS, "looks again by itself")
	r.idle(b)
	due, err := b.store.db.ZRangeWithScores(t.Context(), b.store.due(), 0, -1).Result()
	if err != nil || len(due) != 1 {
		t.Fatalf("%v %v", due, err)
	}
	if in := time.Until(time.UnixMilli(int64(due[0].Score))); in < 100*time.Second || in > 120*time.Second {
		t.Errorf("due in %s, want about 2 minutes", in)
	}
	r.said("sam", "#ssh-help", root.TS, "quiet")
	r.private("sam", "says nothing more")
	r.idle(b)
	if n := b.store.db.ZCard(t.Context(), b.store.due()).Val(); n != 0 {
		t.Errorf("%d looks are due in a thread that is to be quiet", n)
	}
}
