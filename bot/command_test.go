package bot

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sshhelp/diag"
	"sshhelp/sim/slack/twin"
)

func TestCommandIsAnswered(t *testing.T) {
	onBoth(t, func(t *testing.T, m memory) {
		r := newRig(t, m)
		b, _ := r.serve()
		r.until("ready", func(context.Context) error { return errors.Join(b.Ready(), b.Healthy()) })
		if got, want := r.command("/sshhelp web-1"), "Checking web-1. Results will appear in this channel."; got != want {
			t.Errorf("ack %q, want %q", got, want)
		}
		root := r.root("web-1 is shut off.")
		evidence := r.replyWith(root.TS, "Evidence")
		r.idle(b)
		if roots, replies := r.ours("#ssh-help"); len(roots) != 1 || len(replies) != 1 {
			t.Errorf("%d root messages and %d replies, want one of each", len(roots), len(replies))
		}
		holds(t, "root", root, "BROKEN", "openstack server start 11111111-aaaa\\n", "restarts the instance", "SHUTOFF web-1", "Asked by", "reference", `"recheck"`)
		holds(t, "evidence", evidence, "instance/shutoff", "The console could not be read", "0.25 s", "hop by hop")
		for _, c := range r.twin.Calls("chat.postMessage") {
			if c.Error != "" {
				t.Errorf("post refused: %s", c.Error)
			}
		}
	})
}

func holds(t *testing.T, what string, m twin.Message, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(string(m.Blocks), text) {
			t.Errorf("%s does not hold %q: %s", what, text, m.Blocks)
		}
	}
}

// TestWithoutRedis serves with the server that comes with the bot.
func TestWithoutRedis(t *testing.T) {
	r := newRig(t, nil)
	b, stop := r.serve()
	r.command("/sshhelp web-1")
	r.replyWith(r.root("web-1 is shut off.").TS, "Evidence")
	if err := stop(); err != nil {
		t.Errorf("Run: %v", err)
	}
	if err := b.Ready(); err == nil {
		t.Error("ready after its end")
	}
}

func TestPrivateReplies(t *testing.T) {
	tests := []struct{ line, ack string }{
		{"/sshhelp help", "/sshhelp 203.0.113.9 from 198.51.100.7"},
		{"/sshhelp web-1 port 70000", "is not a port"},
		{"/sshhelp web-1 port 0", "is not a port"},
		{"/sshhelp web-1 from 10.0.0.0/8", "is a network, not an address"},
		{"/sshhelp 10.0.0.0/8", "is a network, not an address"},
		{"/sshhelp web-1 from <!channel>", "is not an IP address"},
		{"/sshhelp " + strings.Repeat("x", 4000), "characters long"},
	}
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	for _, tt := range tests {
		if got := r.command(tt.line); !strings.Contains(got, tt.ack) {
			t.Errorf("%.40s: ack %q, want %q in it", tt.line, got, tt.ack)
		}
	}
	r.idle(b)
	nothingPosted(t, r, "#ssh-help")
}

func nothingPosted(t *testing.T, r *rig, channel string) {
	t.Helper()
	if roots, replies := r.ours(channel); len(roots)+len(replies) > 0 {
		t.Errorf("posted to %s: %v %v", channel, roots, replies)
	}
}

func TestNoneOrSeveralIsToldInPrivate(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.engine.near = []string{"web-1", "web-2"}
	b, _ := r.serve()
	r.command("/sshhelp web-9")
	holds(t, "none", r.private("mia", "There is no instance web-9."), "web-2")
	r.command("/sshhelp twins")
	holds(t, "several", r.private("mia", "2 instances fit"), "22222222-aaaa", "33333333-aaaa")
	r.idle(b)
	nothingPosted(t, r, "#ssh-help")

	r.command("/sshhelp 33333333-aaaa")
	r.root("twins is shut off.")
}

func TestCloudThatCannotBeSearched(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.engine.findErr = diag.ErrUnreachable
	b, _ := r.serve()
	r.command("/sshhelp web-1")
	r.private("mia", "does not answer")
	r.idle(b)
	nothingPosted(t, r, "#ssh-help")
}

// TestHostileNames: the rig fails the test if anything pings.
func TestHostileNames(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.engine.instances = append(r.engine.instances, diag.Instance{ID: "6", Name: "<!channel>", Status: "SHUTOFF"})
	b, _ := r.serve()
	if got := r.command("/sshhelp <!channel>"); !strings.Contains(got, "&lt;!channel&gt;") {
		t.Errorf("ack %q", got)
	}
	root := r.root("&lt;!channel&gt; is shut off.")
	if strings.Contains(root.Text, "<!") {
		t.Errorf("root text %q", root.Text)
	}
	r.command("/sshhelp 55555555-aaaa")
	r.replyWith(r.root("&lt;!subteam").TS, "Evidence")
	if _, err := r.twin.As("mia").Say("#ssh-help", root.TS, "user <!channel>"); err != nil {
		t.Fatal(err)
	}
	r.private("mia", "is not an account name")
	r.idle(b)
}

func TestNotInChannel(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t), func(o *twin.Options) {
		o.Scenario = twin.DefaultScenario()
		o.Scenario.Channels = append(o.Scenario.Channels, twin.ChannelSpec{Name: "secret", Private: true})
	})
	b, _ := r.serve()
	for user, channel := range map[string]string{"mia": "#random", "sam": "#secret"} {
		r.commandAs(user, channel, "/sshhelp web-1")
		holds(t, channel, r.private(user, "is shut off."), "/invite @sshhelp", "openstack server start")
		r.idle(b)
		nothingPosted(t, r, channel)
	}
}

func TestWhoMayAsk(t *testing.T) {
	onlySam := Access{Users: []string{"U00000SAM"}}
	tests := []struct {
		name    string
		access  Access
		user    string
		channel string
		told    string // "" means that it is answered
	}{
		{"nobody by default", Access{}, "mia", "#ssh-help", "cannot use sshhelp here yet"},
		{"another person", onlySam, "mia", "#ssh-help", "cannot use sshhelp here yet"},
		{"the person", onlySam, "sam", "#ssh-help", ""},
		{"the workspace", Access{Teams: []string{"T0000DEMO"}}, "mia", "#ssh-help", ""},
		{"another workspace", Access{Teams: []string{"T0000ELSE"}}, "mia", "#ssh-help", "cannot use sshhelp here yet"},
		{"the channel", Access{Channels: []string{"C00SSHHELP"}}, "mia", "#ssh-help", ""},
		{"a guest", Access{Everyone: true}, "gus", "#ssh-help", "Guests"},
		{"a stranger", Access{Everyone: true}, "eve", "#ssh-help", "Guests"},
		{"a shared channel", Access{Everyone: true}, "mia", "#shared", "shared with another organisation"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, newEmbeddedServer(t), func(o *twin.Options) {
				o.Scenario = twin.DefaultScenario()
				o.Scenario.Users = append(o.Scenario.Users, twin.UserSpec{ID: "U00000EVE", Name: "eve", Team: "T0000ELSE", IsStranger: true})
				o.Scenario.Channels = append(o.Scenario.Channels, twin.ChannelSpec{ID: "C000SHARED", Name: "shared", ExtShared: true, Bot: true})
				for i := range o.Scenario.Channels {
					if o.Scenario.Channels[i].Name == "ssh-help" {
						o.Scenario.Channels[i].ID = "C00SSHHELP"
					}
				}
			})
			r.opts.Access = tt.access
			b, _ := r.serve()
			ack := r.commandAs(tt.user, tt.channel, "/sshhelp web-1")
			if tt.told == "" {
				r.root("web-1 is shut off.")
				return
			}
			if !strings.Contains(ack, tt.told) {
				r.private(tt.user, tt.told)
			}
			r.idle(b)
			nothingPosted(t, r, tt.channel)
			if n := len(r.engine.asked()); n > 0 {
				t.Errorf("%d diagnoses for somebody who may not ask", n)
			}
		})
	}
}

// TestUnknownPersonIsRefused: a look-up that fails is a no.
func TestUnknownPersonIsRefused(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.twin.Fail("users.info", twin.Fault{Error: "internal_error"}, 1)
	b, _ := r.serve()
	r.command("/sshhelp web-1")
	r.private("mia", "did not say whether you may ask")
	r.idle(b)
	nothingPosted(t, r, "#ssh-help")
	r.command("/sshhelp web-1")
	r.root("web-1 is shut off.")
}

func TestTooManyRequests(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.opts.PerUserPerMinute = 2
	b, _ := r.serve()
	acks := ""
	for range 6 { // a minute may end in between
		acks += r.command("/sshhelp web-9") + "\n"
	}
	if !strings.Contains(acks, "more than 2 times within a minute") {
		t.Errorf("acks:\n%s", acks)
	}
	if acks = r.commandAs("sam", "#ssh-help", "/sshhelp web-9"); !strings.HasPrefix(acks, "Checking") {
		t.Errorf("another person's ack %q", acks)
	}
	r.idle(b)
}

func TestSettingsReachTheEngine(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.serve()
	r.command("/sshhelp web-1")
	r.root("web-1 is shut off.")
	r.command("/sshhelp web-2 from 198.51.100.7 user ubuntu port 2222")
	r.root("198.51.100.7 is not let in.")
	asked := r.engine.asked()
	if want := (diag.Asked{Query: "web-1", Port: 22}); asked[0] != want {
		t.Errorf("nothing said: %+v, want %+v", asked[0], want)
	}
	want := diag.Asked{Query: "web-2", User: "ubuntu", Port: 2222, PortSaid: true, From: netip.MustParseAddr("198.51.100.7"), FromWhy: diag.FromSaid}
	if asked[1] != want {
		t.Errorf("with all: %+v, want %+v", asked[1], want)
	}
}

// TestPanicStaysInItsJob: whoever asked hears a reference, and the next is served.
func TestPanicStaysInItsJob(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.engine.panics = true
	b, _ := r.serve()
	r.command("/sshhelp web-1")
	r.wait("the root to say that it failed", func(m twin.Message) bool { return strings.Contains(m.Text, "Something went wrong inside sshhelp") })
	r.idle(b)
	r.engine.set(func(e *fakeEngine) { e.panics = false })
	r.command("/sshhelp web-1")
	r.root("web-1 is shut off.")
}

func TestShutdownDrains(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.engine.gate = make(chan struct{})
	_, stop := r.serve()
	r.command("/sshhelp web-1")
	<-r.engine.begun
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	if err := r.twin.WaitSockets(r.ctx(), 0); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
		t.Error("ended with a check under way")
	case <-time.After(50 * time.Millisecond):
	}
	close(r.engine.gate)
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
	r.replyWith(r.root("web-1 is shut off.").TS, "Evidence")
}

// TestShutdownInTheMiddle: what an embedded Redis held is gone with the process,
// and the root message says so.
func TestShutdownInTheMiddle(t *testing.T) {
	r := newRig(t, nil)
	r.pace.drain = 50 * time.Millisecond
	r.engine.gate = make(chan struct{})
	_, stop := r.serve()
	r.command("/sshhelp web-1")
	<-r.engine.begun
	if err := stop(); err != nil {
		t.Errorf("Run: %v", err)
	}
	r.root("restarted before this check ended")
}
