package commands

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sshhelp/diag"
)

// town is a Cloud whose answers and delays are set by the test.
type town struct {
	name    string
	search  *diag.Search
	err     error
	sources []diag.Source
	read    func(ctx context.Context, s diag.Source) (diag.Fact, error)
}

func (c *town) Name() string                                       { return c.name }
func (c *town) Find(context.Context, string) (*diag.Search, error) { return c.search, c.err }
func (c *town) Sources() []diag.Source                             { return c.sources }
func (c *town) Read(ctx context.Context, _ *diag.Evidence, s diag.Source) (diag.Fact, error) {
	return c.read(ctx, s)
}

var web = diag.Instance{
	ID: "7d0c", Name: "web-1", Status: "ACTIVE",
	Addresses: []diag.Address{{IP: netip.MustParseAddr("203.0.113.5"), Floating: true}},
}

// shut is a cause for these tests: the instance is shut off.
var shut = &diag.Cause{
	ID: "instance/shutoff", Title: "it is shut off", Doc: "x", Text: "{name} is shut off.", Breaks: diag.AtInstance,
	Check: func(p *diag.Pass) diag.Verdict {
		if p.Instance != nil && p.Instance.Status == "SHUTOFF" {
			return diag.Verdict{State: diag.Confirmed}
		}
		return diag.Verdict{}
	},
	Fix: diag.Remedy{Steps: []diag.Step{{Do: "Start it."}}},
}

func engine(t *testing.T, prober Witness, clouds ...Cloud) *Engine {
	t.Helper()
	catalogue, err := diag.NewCatalogue([]*diag.Cause{shut})
	if err != nil {
		t.Fatal(err)
	}
	return New(Options{Clouds: clouds, Prober: prober, Catalogue: catalogue})
}

func found(i diag.Instance) *diag.Search { return &diag.Search{Matches: []diag.Instance{i}} }

// A source that fails, one that hangs and one that answers: the answer comes
// with what is known, within the budget, and names both gaps.
func TestDiagnoseWithGaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := &town{
			name: "north", search: found(web),
			sources: []diag.Source{diag.SourceNetwork, diag.SourceConsole, diag.SourceImage},
			read: func(ctx context.Context, s diag.Source) (diag.Fact, error) {
				switch s {
				case diag.SourceNetwork:
					return nil, &diag.Gap{Source: s, Why: diag.GapForbidden, Text: "May not."}
				case diag.SourceConsole:
					<-ctx.Done()
					return nil, fmt.Errorf("read: %w", ctx.Err())
				}
				return &diag.Image{Distro: "debian"}, nil
			},
		}
		e := engine(t, nil, cloud)
		started := time.Now()
		f, err := e.Find(t.Context(), diag.Asked{Query: "web-1", Port: 22}, Everything)
		if err != nil {
			t.Fatal(err)
		}
		var states []string
		d := e.Diagnose(t.Context(), f, func(p Progress) { states = append(states, string(p.Source)+" "+string(p.State)) })

		if took := time.Since(started); took != cloudMost {
			t.Errorf("took %v, want the console's budget %v", took, cloudMost)
		}
		if len(d.Gaps) != 3 || !slices.ContainsFunc(d.Gaps, func(g diag.Gap) bool { return g.Text == "May not." }) {
			t.Errorf("gaps %+v", d.Gaps)
		}
		for _, want := range []string{"network running", "network problem", "console problem", "image ok"} {
			if !slices.Contains(states, want) {
				t.Errorf("progress lacks %q: %q", want, states)
			}
		}
		if d.Evidence().Image == nil || d.Evidence().Network != nil {
			t.Error("the image must be known and the network not")
		}
	})
}

// A source that panics is a gap; the process and the other sources live on.
func TestPanicIsAGap(t *testing.T) {
	cloud := &town{search: found(web), sources: []diag.Source{diag.SourceConsole, diag.SourceImage}, read: func(_ context.Context, s diag.Source) (diag.Fact, error) {
		if s == diag.SourceConsole {
			panic("an index out of range")
		}
		return &diag.Image{Distro: "debian"}, nil
	}}
	e := engine(t, nil, cloud)
	f, err := e.Find(t.Context(), diag.Asked{Query: "web-1"}, Everything)
	if err != nil {
		t.Fatal(err)
	}
	d := e.Diagnose(t.Context(), f, nil)
	gap := func(g diag.Gap) bool { return g.Source == diag.SourceConsole && g.Why == diag.GapFailed }
	if !slices.ContainsFunc(d.Gaps, gap) || d.Evidence().Image == nil {
		t.Errorf("gaps %+v, image %v", d.Gaps, d.Evidence().Image)
	}
	if strings.Contains(d.Gaps[0].Text+d.Gaps[1].Text, "index") {
		t.Error("a person is shown the inner error")
	}
}

// What is off is not probed, and the answer says that it was not.
func TestShutoffIsNotProbed(t *testing.T) {
	off := web
	off.Status = "SHUTOFF"
	prober := &town{sources: []diag.Source{diag.SourcePing, diag.SourceSSH}, read: func(context.Context, diag.Source) (diag.Fact, error) {
		t.Error("probed")
		return nil, nil
	}}
	e := engine(t, prober, &town{search: found(off)})
	f, err := e.Find(t.Context(), diag.Asked{Query: "web-1", Port: 22}, Everything)
	if err != nil {
		t.Fatal(err)
	}
	d := e.Diagnose(t.Context(), f, nil)
	if !slices.Equal(d.Causes, []string{"instance/shutoff"}) || d.ExitStatus() != 1 {
		t.Errorf("causes %q, exit %d", d.Causes, d.ExitStatus())
	}
	if len(d.Gaps) != 2 || d.Gaps[0].Why != diag.GapSkipped {
		t.Errorf("gaps %+v", d.Gaps)
	}
}

func TestFindInSeveralClouds(t *testing.T) {
	north := &town{name: "north", search: found(web)}
	south := &town{name: "south", err: fmt.Errorf("list servers: %w", diag.ErrUnreachable)}
	f, err := engine(t, nil, north, south).Find(t.Context(), diag.Asked{Query: "web-1"}, Everything)
	if err != nil || !f.One() || len(f.Gaps) != 1 || !strings.Contains(f.Gaps[0].Text, "south could not be searched") {
		t.Errorf("found %+v, %v", f, err)
	}
	_, err = engine(t, nil, south).Find(t.Context(), diag.Asked{Query: "web-1"}, Everything)
	if !errors.Is(err, diag.ErrUnreachable) {
		t.Errorf("no cloud answers: %v", err)
	}
	_, err = engine(t, nil, north, south).Find(t.Context(), diag.Asked{Query: "web-1", Cloud: "west"}, Everything)
	var u *UsageError
	if !errors.As(err, &u) || !strings.Contains(err.Error(), "north, south") {
		t.Errorf("unknown cloud: %v", err)
	}
}

func TestNoneAndSeveral(t *testing.T) {
	none := &town{search: &diag.Search{Near: []string{"web-11"}}}
	e := engine(t, nil, none)
	f, _ := e.Find(t.Context(), diag.Asked{Query: "web-1"}, Everything)
	if d := e.Diagnose(t.Context(), f, nil); d.ExitStatus() != 2 || !slices.Equal(d.Near, []string{"web-11"}) {
		t.Errorf("none: exit %d, near %q", d.ExitStatus(), d.Near)
	}
	other := web
	other.ID = "8e1d"
	e = engine(t, nil, &town{search: &diag.Search{Matches: []diag.Instance{web, other}}})
	f, _ = e.Find(t.Context(), diag.Asked{Query: "web-1"}, Everything)
	if d := e.Diagnose(t.Context(), f, nil); d.ExitStatus() != 2 || len(d.Matches) != 2 || !strings.Contains(d.Verdict, "2 instances") {
		t.Errorf("several: exit %d, %q", d.ExitStatus(), d.Verdict)
	}
}

// TestOneInstanceTwice: two credentials for one cloud find one instance.
func TestOneInstanceTwice(t *testing.T) {
	first, second := &town{name: "member", search: found(web)}, &town{name: "reader", search: found(web)}
	f, err := engine(t, nil, first, second).Find(t.Context(), diag.Asked{Query: "web-1"}, Everything)
	if err != nil || !f.One() || f.cloud != Cloud(first) {
		t.Errorf("found %+v, %v", f, err)
	}
}

// The terminal's own address is the person's, unless it cannot be what the
// cloud sees.
func TestFromHere(t *testing.T) {
	for _, tt := range []struct{ local, want string }{{"198.51.100.7", "198.51.100.7"}, {"192.168.1.4", "invalid IP"}} {
		prober := &town{sources: []diag.Source{diag.SourceSSH}, read: func(context.Context, diag.Source) (diag.Fact, error) {
			return diag.Reaches{{
				Target:   netip.MustParseAddrPort("203.0.113.5:22"),
				FromAddr: netip.MustParseAddr(tt.local), Connect: diag.Dial{Outcome: diag.TimedOut},
			}}, nil
		}}
		e := engine(t, prober, &town{search: found(web)})
		f, _ := e.Find(t.Context(), diag.Asked{Query: "web-1", FromWhy: diag.FromHere}, Everything)
		d := e.Diagnose(t.Context(), f, nil)
		if got := d.Evidence().Asked.From.String(); got != tt.want {
			t.Errorf("local address %s: from %s, want %s", tt.local, got, tt.want)
		}
	}
}
