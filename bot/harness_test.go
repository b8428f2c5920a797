package bot

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"sshhelp/sim/slack/twin"
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(child())
	}
	os.Exit(m.Run())
}

// memory is a Redis that a test can stop and start again.
type memory interface {
	url() string
	stop()
	start()
}

// onBoth runs a test on redis-server and on the embedded server.
func onBoth(t *testing.T, run func(t *testing.T, m memory)) {
	t.Run("redis-server", func(t *testing.T) { run(t, newRedisServer(t)) })
	t.Run("embedded", func(t *testing.T) { run(t, newEmbeddedServer(t)) })
}

// redisServer is Debian's redis-server on a loopback port. It keeps nothing, so
// that a restart is also a loss of memory.
type redisServer struct {
	t    *testing.T
	port string
	cmd  *exec.Cmd
}

func newRedisServer(t *testing.T) *redisServer {
	t.Helper()
	r := &redisServer{t: t, port: freePort(t)}
	r.start()
	t.Cleanup(r.stop)
	return r
}

func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	return port
}

func (r *redisServer) url() string { return "redis://127.0.0.1:" + r.port + "/0" }

func (r *redisServer) start() {
	r.t.Helper()
	cmd := exec.Command("redis-server", "--bind", "127.0.0.1", "--port", r.port, "--dir", r.t.TempDir(), "--save", "", "--appendonly", "no")
	out, err := cmd.StdoutPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		r.t.Fatalf("start redis-server (Debian package redis-server): %v", err)
	}
	r.cmd = cmd
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "Ready to accept connections") {
			return
		}
	}
	r.t.Fatal("redis-server ended before it was ready")
}

func (r *redisServer) stop() {
	if r.cmd == nil {
		return
	}
	_ = r.cmd.Process.Kill() // it may be gone
	_ = r.cmd.Wait()         // killed
	r.cmd = nil
}

// embeddedServer is the bot's own, shared by address.
type embeddedServer struct {
	t    *testing.T
	e    *embedded // nil while stopped
	addr string
	pass string
}

func newEmbeddedServer(t *testing.T) *embeddedServer {
	t.Helper()
	e, err := startEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	m := &embeddedServer{t, e, e.server.Addr(), e.password}
	t.Cleanup(m.stop)
	return m
}

func (m *embeddedServer) url() string {
	return "redis://:" + m.pass + "@" + m.addr + "/0"
}

func (m *embeddedServer) stop() {
	if m.e != nil {
		m.e.close()
		m.e = nil
	}
}

// start makes a new server at the old address: miniredis answers no blocking
// command after its own Restart.
func (m *embeddedServer) start() {
	e, err := startEmbeddedAt(m.addr, m.pass)
	if err != nil {
		m.t.Fatal(err)
	}
	m.e = e
}

// quick is a pace for tests.
func quick() pace {
	p := normalPace()
	p.block, p.edit, p.grace = 100*time.Millisecond, 100*time.Millisecond, 20*time.Millisecond
	p.lease, p.drain = 3*time.Second, 5*time.Second
	p.due, p.haste = 20*time.Millisecond, 1000
	p.lookAgain = []time.Duration{0, 50 * time.Millisecond}
	p.acts.look, p.acts.ring, p.acts.doubt, p.acts.trigger = 20*time.Millisecond, 20*time.Millisecond, 300*time.Millisecond, 20*time.Second
	p.admit = 2 * time.Second // a machine that runs all tests at once is slow; Slack waits 3 s
	return p
}

// rig is a workspace, an engine and the options of the bots that serve it.
type rig struct {
	t      *testing.T
	twin   *twin.Twin
	engine *fakeEngine
	opts   Options
	pace   pace

	hookWaits []time.Duration // of the webhook; nil: the real ones
}

// newRig starts a workspace on m; m nil means the bot's own embedded server.
func newRig(t *testing.T, m memory, scenario ...func(*twin.Options)) *rig {
	t.Helper()
	timing := twin.RealTiming()
	timing.Retries = []time.Duration{0, 500 * time.Millisecond, time.Second}
	o := twin.Options{Timing: &timing}
	for _, change := range scenario {
		change(&o)
	}
	tw, err := twin.New(o)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, twin: tw, engine: newFakeEngine(), pace: quick()}
	r.opts = Options{
		BotToken: tw.BotToken(), AppToken: tw.AppToken(), APIURL: tw.APIURL(), Access: Access{Everyone: true},
		Engine: r.engine, Logger: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})),
		PerUserPerMinute: 600,
	}
	if m != nil {
		r.opts.RedisURL = m.url()
	}
	t.Cleanup(tw.Close)
	t.Cleanup(r.check)
	return r
}

// check holds what must be true at the end of every test: nobody was pinged,
// nothing was said into the void, and Slack refused none of our blocks.
func (r *rig) check() {
	for _, v := range r.twin.Violations() {
		r.t.Errorf("pinged somebody: %v", v)
	}
	for _, m := range r.twin.LostEphemerals() {
		r.t.Errorf("shown to nobody: %q", m.Text)
	}
	for _, c := range r.twin.Calls("") {
		if strings.Contains(c.Error, "blocks") || strings.HasPrefix(c.Error, "invalid_arg") {
			r.t.Errorf("Slack refused a %s: %s", c.Method, c.Error)
		}
	}
}

// serve runs a bot until the test ends or stop is called, and waits for its
// connection. stop returns what Run returned.
func (r *rig) serve() (b *Bot, stop func() error) {
	r.t.Helper()
	b, err := newBot(r.opts, r.pace)
	if err != nil {
		r.t.Fatal(err)
	}
	if r.hookWaits != nil {
		b.webhook.waits = r.hookWaits
	}
	before := len(r.twin.Sockets())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	if err := r.twin.WaitSockets(r.ctx(), before+b.Connections); err != nil {
		r.t.Fatal(err)
	}
	var result error
	stopped := false
	stop = func() error {
		cancel()
		if !stopped {
			result, stopped = <-ended, true
		}
		return result
	}
	r.t.Cleanup(func() {
		if err := stop(); err != nil {
			r.t.Errorf("Run: %v", err)
		}
	})
	return b, stop
}

// ctx bounds one wait.
func (r *rig) ctx() context.Context {
	ctx, cancel := context.WithTimeout(r.t.Context(), 30*time.Second)
	r.t.Cleanup(cancel)
	return ctx
}

// command types a slash command as mia and returns the ack's text.
func (r *rig) command(text string) string { return r.commandAs("mia", "#ssh-help", text) }

func (r *rig) commandAs(user, channel, text string) string {
	r.t.Helper()
	got, err := r.twin.As(user).Command(r.ctx(), channel, text)
	if err != nil {
		r.t.Fatalf("%s: %v", text, err)
	}
	return got.Text
}

// wait returns the first message that matches.
func (r *rig) wait(what string, match func(m twin.Message) bool) twin.Message {
	r.t.Helper()
	m, err := r.twin.WaitMessage(r.ctx(), match)
	if err != nil {
		for _, m := range r.twin.Messages("#ssh-help") {
			r.t.Logf("there is: %s %q to %q", m.TS, m.Text, m.EphemeralTo)
		}
		r.t.Fatalf("%s: %v", what, err)
	}
	return m
}

// root waits for the final root message of a check of an instance.
func (r *rig) root(verdict string) twin.Message {
	r.t.Helper()
	return r.wait("root message "+verdict, func(m twin.Message) bool {
		return m.Metadata != nil && strings.Contains(string(m.Metadata.EventPayload), `"root"`) && strings.Contains(m.Text, verdict)
	})
}

// private waits for something that only user sees.
func (r *rig) private(user, text string) twin.Message {
	r.t.Helper()
	id := r.twin.UserID(user)
	return r.wait("private "+text, func(m twin.Message) bool {
		return m.EphemeralTo == id && strings.Contains(m.Text+string(m.Blocks), text)
	})
}

// replyWith waits for a reply of ours in a thread that holds all texts.
func (r *rig) replyWith(thread string, texts ...string) twin.Message {
	r.t.Helper()
	return r.wait("reply "+strings.Join(texts, " "), func(m twin.Message) bool {
		lacks := func(text string) bool { return !strings.Contains(m.Text, text) }
		return m.ThreadTS == thread && m.TS != thread && m.BotID != "" && !slices.ContainsFunc(texts, lacks)
	})
}

// ours lists the public messages of the bot in a channel.
func (r *rig) ours(channel string) (roots, replies []twin.Message) {
	for _, m := range r.twin.Messages(channel) {
		switch {
		case m.BotID == "" || m.EphemeralTo != "":
		case m.IsReply():
			replies = append(replies, m)
		default:
			roots = append(roots, m)
		}
	}
	return roots, replies
}

// idle waits until no work lies in Redis.
func (r *rig) idle(b *Bot) {
	r.t.Helper()
	r.until("no work is left", func(ctx context.Context) error {
		for _, stream := range []string{b.checks.stream, b.notes.stream, b.forms.stream, b.acts.stream} {
			n, err := b.store.db.XLen(ctx, stream).Result()
			if err == nil && n > 0 {
				err = fmt.Errorf("%d jobs left", n)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// until asks again and again until there is no error.
func (r *rig) until(what string, ask func(context.Context) error) {
	r.t.Helper()
	ctx := r.ctx()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ask(ctx)
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			r.t.Fatalf("%s: %v", what, errors.Join(err, ctx.Err()))
		}
	}
}
