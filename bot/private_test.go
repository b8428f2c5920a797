package bot

import (
	"bytes"
	"context"
	"errors"
	"image/color"
	"image/png"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"sshhelp/commands"
	"sshhelp/diag"
	"sshhelp/sim/slack/twin"
)

// TestMine: one's own checks with their verdicts, and nobody else's.
func TestMine(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	r.command("/sshhelp mine")
	r.private("mia", "remembers no check of yours")
	r.command("/sshhelp web-1")
	r.root("web-1 is shut off.")
	r.commandAs("sam", "#ssh-help", "/sshhelp web-2")
	r.roots(2)
	r.idle(b)
	r.command("/sshhelp mine")
	list := r.private("mia", "Your checks")
	holds(t, "list", list, "web-1 is shut off.", "/archives/")
	if strings.Contains(string(list.Blocks), "web-2") {
		t.Errorf("somebody else's check: %s", list.Blocks)
	}
}

// TestStatus: each part says how it is, in private.
func TestStatus(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.serve()
	r.command("/sshhelp status")
	holds(t, "status", r.private("mia", "How sshhelp is"), "connections of this replica", "Redis", "Version")
}

// TestInstanceCalledStatus: quotes reach an instance whose name is a command.
func TestInstanceCalledStatus(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.engine.instances = append(r.engine.instances, diag.Instance{ID: "7", Name: "status", Status: "SHUTOFF"})
	r.serve()
	r.command(`/sshhelp "status"`)
	r.root("status is shut off.")
}

// TestStats: a check counts once by what led it, and once more when a recheck
// turned it green.
func TestStats(t *testing.T) {
	onBoth(t, func(t *testing.T, m memory) {
		r := newRig(t, m)
		b, _ := r.serve()
		r.command("/sshhelp web-1")
		root := r.root("web-1 is shut off.")
		r.idle(b)
		r.engine.set(func(e *fakeEngine) {
			at := netip.MustParseAddr("203.0.113.5")
			e.instances[0].Status, e.instances[0].Addresses = "ACTIVE", []diag.Address{{IP: at, Floating: true}}
			e.reach = []diag.Reach{{
				Target: netip.AddrPortFrom(at, 22), Connect: diag.Dial{Outcome: diag.OK},
				SSH: &diag.SSHFacts{Ident: diag.OK, Kex: diag.OK, Version: "SSH-2.0-OpenSSH_9.2"},
			}}
		})
		for _, told := range []string{"Changed.", "No change."} { // green twice is solved once
			if _, err := r.twin.As("mia").Say("#ssh-help", root.TS, "recheck"); err != nil {
				t.Fatal(err)
			}
			r.replyWith(root.TS, told)
			r.idle(b)
		}
		weeks, err := b.figures(t.Context(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		now := weeks[len(weeks)-1]
		if now.checks != 1 || now.solved != 1 || now.causes["instance/shutoff"] != 1 {
			t.Errorf("figures %+v", now)
		}
		r.command("/sshhelp stats")
		holds(t, "stats", r.private("mia", "Checks of the last weeks"), "instance/shutoff", week(time.Now()))
		r.wait("the picture", func(m twin.Message) bool { return len(m.Files) == 1 && m.Files[0].Name == "checks.png" })
	})
}

// TestStatsOfOthers: figures about everything are not for who may ask about a
// part.
func TestStatsOfOthers(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	r.opts.Access = Access{Scopes: map[string]commands.Scope{"U00000MIA": northP1}}
	r.serve()
	r.command("/sshhelp stats")
	r.private("mia", "may ask about a part of it only")
}

func TestWeek(t *testing.T) {
	for day, want := range map[string]string{"2026-11-21": "2026-W47", "2027-01-01": "2026-W53", "2026-01-01": "2026-W01"} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := week(at); got != want {
			t.Errorf("%s is in %s, want %s", day, got, want)
		}
	}
}

func TestSince(t *testing.T) {
	now := time.Now()
	for ago, want := range map[time.Duration]string{
		time.Second: "less than a minute ago", 90 * time.Second: "a minute ago", 3 * time.Minute: "3 minutes ago",
		3 * time.Hour: "3 hours ago", 72 * time.Hour: "3 days ago",
	} {
		if got := since(now.Add(-ago), now); got != want {
			t.Errorf("%s: %q, want %q", ago, got, want)
		}
	}
}

// TestGathered: what is ok is one line for each part; what is not stands out.
func TestGathered(t *testing.T) {
	got := gathered([]diag.Check{
		{What: "Redis", Mark: diag.CheckOK, Text: "answers"},
		{What: "OpenStack north: ports", Mark: diag.CheckOK},
		{What: "OpenStack north: console log", Mark: diag.CheckOK},
		{What: "OpenStack north: host status", Mark: diag.CheckLimited, Text: "not shown"},
		{What: "OpenStack south: ports", Mark: diag.CheckOK},
		{What: "OpenStack south: instances", Mark: diag.CheckFailed},
	})
	var lines []string
	for _, c := range got {
		lines = append(lines, c.What+" "+string(c.Mark))
	}
	want := []string{"Redis ok", "OpenStack north ok", "OpenStack north: host status limited", "OpenStack south: ports ok", "OpenStack south: instances failed"}
	if !slices.Equal(lines, want) {
		t.Errorf("%q, want %q", lines, want)
	}
}

// TestFeedback: a person's thumb counts once, and the last one counts.
func TestFeedback(t *testing.T) {
	onBoth(t, func(t *testing.T, m memory) {
		r := newRig(t, m)
		b, _ := r.serve()
		r.command("/sshhelp web-1")
		root := r.root("web-1 is shut off.")
		evidence := r.replyWith(root.TS, "Evidence")
		r.idle(b)
		_, value, _ := strings.Cut(string(evidence.Blocks), feedbackAction)
		_, value, _ = strings.Cut(value, `"value":"`)
		ref, _, _ := strings.Cut(value, ":")
		for n, thumb := range []string{uselessThumb, uselessThumb, helpedThumb} {
			click := twin.Target{Channel: "#ssh-help", TS: evidence.TS, Action: feedbackAction, Value: ref + ":" + thumb}
			if _, err := r.twin.As("mia").Click(r.ctx(), click); err != nil {
				t.Fatal(err)
			}
			r.until("thanks", func(context.Context) error {
				thanks := 0
				for _, m := range r.twin.Messages("#ssh-help") {
					if strings.HasPrefix(m.Text, "Thank you.") {
						thanks++
					}
				}
				if thanks <= n {
					return errors.New("no thanks yet")
				}
				return nil
			})
		}
		weeks, err := b.figures(t.Context(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if now := weeks[len(weeks)-1]; now.helped != 1 || now.useless != 0 {
			t.Errorf("helped %d, useless %d", now.helped, now.useless)
		}
	})
}

// TestChart: the highest bar is as high as there is room, the others in
// proportion.
func TestChart(t *testing.T) {
	data, err := chart([]weekOf{{name: "2026-W46", checks: 40, solved: 10}, {name: "2026-W47", checks: 20}})
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	height := func(x int, of color.Color) (n int) {
		for y := range chartHeight {
			if img.At(x, y) == of {
				n++
			}
		}
		return n
	}
	left := (weekWidth-2*barWidth)/2 + 2
	for _, want := range []struct {
		x, n int
		of   color.Color
	}{{left, 150, begun}, {left + barWidth, 37, mended}, {left + weekWidth, 75, begun}, {left + weekWidth + barWidth, 0, mended}} {
		if got := height(want.x, want.of); got != want.n {
			t.Errorf("the bar at %d is %d high, want %d", want.x, got, want.n)
		}
	}
}
