package bot

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"sshhelp/commands"
	"sshhelp/diag"
)

// fakeEngine is a small world of instances with the real reasoning on top: a
// twin of the interface, not of the calls.
type fakeEngine struct {
	mu        sync.Mutex
	instances []diag.Instance
	near      []string
	findErr   error
	gate      chan struct{} // if set, a diagnosis waits for it in its middle
	steps     int           // of extra progress
	pause     time.Duration // between steps
	panics    bool
	reach     []diag.Reach // what probes see
	diagnosed []diag.Asked
	begun     chan struct{}
}

func newFakeEngine() *fakeEngine {
	return &fakeEngine{
		begun: make(chan struct{}, 1000),
		instances: []diag.Instance{
			{ID: "11111111-aaaa", Name: "web-1", Status: "SHUTOFF", Power: "shutdown"},
			{ID: "22222222-aaaa", Name: "twins", Status: "ACTIVE"},
			{ID: "33333333-aaaa", Name: "twins", Status: "SHUTOFF"},
			{ID: "44444444-aaaa", Name: "web-2", Status: "ACTIVE", Addresses: []diag.Address{{IP: netip.MustParseAddr("203.0.113.9"), Floating: true}}},
			{ID: "55555555-aaaa", Name: hostile, Status: "SHUTOFF"},
			{ID: "66666666-aaaa", Name: "theirs", Status: "SHUTOFF", Cloud: "north", Project: "p1"},
			{ID: "77777777-aaaa", Name: "stuck", Status: "ACTIVE", Metadata: map[string]string{"stuck": "yes"}},
		},
	}
}

// hostile is a name that would ping everybody if it were printed raw.
const hostile = "<!channel> <@U0000JO|jo> <!subteam^S0000ONCALL> `<!here>` &lt;!everyone&gt;"

// Find implements [Engine].
func (e *fakeEngine) Find(_ context.Context, asked diag.Asked, scope commands.Scope) (*commands.Found, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.findErr != nil {
		return nil, e.findErr
	}
	f := &commands.Found{Asked: asked, Search: diag.Search{Query: asked.Query, Matches: []diag.Instance{}}}
	for _, i := range e.instances {
		if (i.Name == asked.Query || i.ID == asked.Query) && scope.Allows(i.Cloud, i.Project) {
			f.Search.Matches = append(f.Search.Matches, i)
		}
	}
	if len(f.Search.Matches) == 0 {
		f.Search.Near = e.near
	}
	return f, nil
}

// Diagnose implements [Engine].
func (e *fakeEngine) Diagnose(ctx context.Context, f *commands.Found, watch func(commands.Progress)) *diag.Diagnosis {
	e.mu.Lock()
	e.diagnosed = append(e.diagnosed, f.Asked)
	gate, steps, rest, panics, reach := e.gate, e.steps, e.pause, e.panics, e.reach
	e.mu.Unlock()
	e.begun <- struct{}{}
	if panics {
		panic("the engine fell over")
	}
	if watch == nil {
		watch = func(commands.Progress) {}
	}
	watch(commands.Progress{Source: diag.SourceNetwork, State: commands.Running})
	for range steps {
		watch(commands.Progress{Source: diag.SourceConsole, State: commands.Running})
		pause(ctx, rest)
	}
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
		}
	}
	watch(commands.Progress{Source: diag.SourceNetwork, State: commands.Done, Took: time.Millisecond})
	watch(commands.Progress{Source: diag.SourceConsole, State: commands.Problem, Text: "no console"})
	known := &diag.Evidence{
		Now: time.Now(), Asked: f.Asked, Search: &f.Search, Instance: f.Instance(),
		Gaps:  []diag.Gap{{Source: diag.SourceConsole, Why: diag.GapForbidden, Text: "The console could not be read."}},
		Reach: reach,
	}
	if i := known.Instance; i != nil && i.Status == "ACTIVE" && len(i.Addresses) > 0 {
		seen(known)
	}
	d := testCatalogue.Diagnose(known)
	d.Timings = map[diag.Source]float64{diag.SourceServer: 0.1, diag.SourceNetwork: 0.25}
	return d
}

// seen adds what an instance that runs shows.
func seen(known *diag.Evidence) {
	at := known.Instance.Addresses[0].IP
	known.Gaps = nil
	known.Add(diag.ReadConsole("[    0.000000] Linux version 6.1\n[  OK  ] Reached target Multi-User System.\nweb login: "))
	known.Add(&diag.Network{Ports: []diag.Port{{ID: "p1", PortSecurity: true, Floating: []diag.FloatingIP{{IP: at}}, Groups: []diag.Group{{Name: "web", Rules: []diag.Rule{
		{ID: "r1", Ingress: true, Protocol: "tcp", MinPort: 22, MaxPort: 22, Remote: netip.MustParsePrefix("198.51.100.0/24")},
	}}}}}})
	known.Add(&diag.Names{Name: "web-2.example.org", Outcome: diag.OK, Addrs: []netip.Addr{at}})
}

// Reason implements [Engine].
func (e *fakeEngine) Reason(known *diag.Evidence, texts []string) *diag.Diagnosis {
	return commands.New(commands.Options{Catalogue: testCatalogue}).Reason(known, texts)
}

// set changes the world.
func (e *fakeEngine) set(change func(e *fakeEngine)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change(e)
}

// asked lists what was diagnosed.
func (e *fakeEngine) asked() []diag.Asked {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]diag.Asked{}, e.diagnosed...)
}

// testCatalogue knows a few causes, with foreign text in all their words.
var testCatalogue = func() *diag.Catalogue {
	c, err := diag.NewCatalogue([]*diag.Cause{
		{
			ID: "instance/shutoff", Title: "the instance is shut off", Doc: "It is off.", Breaks: diag.AtInstance,
			Text: "{name} is shut off.",
			Check: func(p *diag.Pass) diag.Verdict {
				if p.Instance == nil || p.Instance.Status != "SHUTOFF" {
					return diag.Verdict{State: diag.RuledOut}
				}
				return diag.Verdict{State: diag.Confirmed, Because: []diag.Observation{{
					Source: diag.SourceServer, Where: "instance " + p.Instance.ID, Text: "SHUTOFF " + p.Instance.Name,
				}}}
			},
			Fix: diag.Remedy{Action: diag.Start, Steps: []diag.Step{
				{Do: "Start {name}.", Code: "openstack server start {id}\nopenstack server show {name}"},
				{Do: "Wait until it has booted.", Risk: diag.Restarts},
			}},
		},
		{
			ID: "boot/kernel-panic", Title: "its kernel panicked", Doc: "It panicked.", Breaks: diag.AtGuest,
			Text: "The kernel of {name} has panicked.",
			Check: func(p *diag.Pass) diag.Verdict {
				if p.Instance == nil || p.Instance.Metadata["stuck"] == "" {
					return diag.Verdict{State: diag.RuledOut}
				}
				return diag.Verdict{State: diag.Confirmed}
			},
			Fix: diag.Remedy{Action: diag.HardReboot, Steps: []diag.Step{{Do: "Hard reboot {name}.", Risk: diag.Restarts}}},
		},
		{
			ID: "instance/not-found", Title: "there is no such instance", Doc: "It is not there.", Breaks: diag.AtName,
			Text: "There is no instance {query}.",
			Check: func(p *diag.Pass) diag.Verdict {
				if p.Instance != nil || p.Search == nil || len(p.Search.Matches) > 0 {
					return diag.Verdict{State: diag.RuledOut}
				}
				return diag.Verdict{State: diag.Confirmed}
			},
			Fix: diag.Remedy{Steps: []diag.Step{{Do: "Check the spelling."}}},
		},
		{
			ID: "instance/building", Title: "it is being built", Doc: "It is being built.", Breaks: diag.AtInstance,
			Text: "{name} is still being built.",
			Check: func(p *diag.Pass) diag.Verdict {
				if p.Instance == nil || p.Instance.Status != "BUILD" {
					return diag.Verdict{State: diag.RuledOut}
				}
				return diag.Verdict{State: diag.Confirmed}
			},
			Fix: diag.Remedy{Steps: []diag.Step{{Do: "Wait."}}},
		},
		{
			ID: "auth/key-refused", Title: "the login is refused", Doc: "It is refused.", Breaks: diag.AtKey,
			Text: "The server refuses the login of {who}.",
			Check: func(p *diag.Pass) diag.Verdict {
				for i := range p.Pastes {
					if a := p.Pastes[i].Deciding(); a != nil && a.Denied {
						return diag.Verdict{State: diag.Confirmed, Args: diag.Args{"who": a.User}}
					}
				}
				return diag.Verdict{State: diag.RuledOut}
			},
			Fix: diag.Remedy{Steps: []diag.Step{{Do: "Use the key of the instance."}}},
		},
		{
			ID: "secgroup/source-excluded", Title: "your address is not let in", Doc: "It is excluded.", Breaks: diag.AtRules,
			Text: "{from} is not let in.",
			Check: func(p *diag.Pass) diag.Verdict {
				if !p.Asked.From.IsValid() || p.Asked.From == netip.MustParseAddr("203.0.113.7") {
					return diag.Verdict{State: diag.RuledOut}
				}
				return diag.Verdict{State: diag.Confirmed}
			},
			Fix: diag.Remedy{Steps: []diag.Step{{Do: "Add a rule for {from}."}}},
		},
	})
	if err != nil {
		panic(err)
	}
	return c
}()
