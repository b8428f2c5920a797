package bot

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"sshhelp/sim/slack/twin"
)

// A child is a bot in a process of its own, so that it can be killed as a pod is.
const childEnv = "SSHHELP_BOT_TEST_CHILD"

// childHangs makes the child's engine never end a diagnosis.
const childHangs = "HANGS"

// child serves, and says on stdout when a diagnosis has begun.
func child() int {
	engine := newFakeEngine()
	if os.Getenv(childHangs) != "" {
		engine.gate = make(chan struct{})
	}
	b, err := newBot(Options{
		BotToken: os.Getenv("BOT_TOKEN"), AppToken: os.Getenv("APP_TOKEN"), APIURL: os.Getenv("API_URL"),
		RedisURL: os.Getenv(childEnv), Access: Access{Everyone: true}, Engine: engine, PerUserPerMinute: 6000,
	}, quick())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	go func() {
		for range engine.begun {
			fmt.Println("begun")
		}
	}()
	if err := b.Run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// serveChild starts a child and waits for its connection. begun has a line for
// each diagnosis; kill ends it without a word.
func (r *rig) serveChild(m memory, env ...string) (begun *bufio.Scanner, kill func(), pid int) {
	r.t.Helper()
	before := len(r.twin.Sockets())
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+m.url(), "API_URL="+r.opts.APIURL, "BOT_TOKEN="+r.opts.BotToken, "APP_TOKEN="+r.opts.AppToken)
	cmd.Env = append(cmd.Env, env...)
	cmd.Stderr = r.t.Output()
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		r.t.Fatal(err)
	}
	dead := false
	kill = func() {
		if !dead {
			_ = cmd.Process.Kill() // it is there until Wait
			_ = cmd.Wait()         // killed
			dead = true
		}
	}
	r.t.Cleanup(kill)
	if err := r.twin.WaitSockets(r.ctx(), before+1); err != nil {
		r.t.Fatal(err)
	}
	return bufio.NewScanner(out), kill, cmd.Process.Pid
}

// TestKilledInTheMiddle: another replica finishes what a killed one began, in
// the same message.
func TestKilledInTheMiddle(t *testing.T) {
	onBoth(t, func(t *testing.T, m memory) {
		r := newRig(t, m)
		begun, kill, _ := r.serveChild(m, childHangs+"=1")
		r.command("/sshhelp web-1")
		root := r.root("Checking web-1")
		if !begun.Scan() {
			t.Fatal("the child did not begin")
		}
		kill()
		if err := r.twin.WaitSockets(r.ctx(), 0); err != nil {
			t.Fatal(err)
		}
		b, _ := r.serve()
		if done := r.root("web-1 is shut off."); done.TS != root.TS {
			t.Errorf("finished in %s, want %s", done.TS, root.TS)
		}
		r.replyWith(root.TS, "Evidence")
		r.idle(b)
		if roots, replies := r.ours("#ssh-help"); len(roots) != 1 || len(replies) != 1 {
			t.Errorf("%d root messages and %d replies, want one of each", len(roots), len(replies))
		}
		r.said("mia", "#ssh-help", root.TS, "recheck")
		r.replyWith(root.TS, "No change.")
	})
}

// TestFollowUpOfAKilledReplica: settings that were merged are not lost with the
// process that was to use them.
func TestFollowUpOfAKilledReplica(t *testing.T) {
	m := newRedisServer(t)
	r := newRig(t, m)
	begun, kill, _ := r.serveChild(m, childHangs+"=1")
	r.command("/sshhelp web-2")
	root := r.root("Checking web-2")
	if !begun.Scan() {
		t.Fatal("the child did not begin")
	}
	ask := r.said("mia", "#ssh-help", root.TS, "from 198.51.100.7")
	r.wait("eyes", func(m twin.Message) bool { return m.TS == ask.TS && len(m.Reactions) == 1 })
	r.said("mia", "#ssh-help", root.TS, "port 0") // is answered when all before it was taken
	r.private("mia", "is not a port")
	kill()
	if err := r.twin.WaitSockets(r.ctx(), 0); err != nil {
		t.Fatal(err)
	}
	b, _ := r.serve()
	r.replyWith(root.TS, "Changed. 198.51.100.7 is not let in.")
	r.idle(b)
}
