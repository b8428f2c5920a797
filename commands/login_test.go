package commands

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"sshhelp/diag"
)

// caller is a prober that asks about accounts: it connects at once, waits for
// the login question, and notes when it was answered.
type caller struct {
	town
	begun    time.Time
	answered time.Time
	logins   []diag.Login
}

func newCaller() *caller {
	return &caller{town: town{sources: []diag.Source{diag.SourceSSH}}}
}

// ReadLogin implements [Caller].
func (c *caller) ReadLogin(ctx context.Context, _ *diag.Evidence, login func(context.Context) []diag.Login) (diag.Fact, error) {
	c.begun = time.Now()
	c.logins = login(ctx)
	c.answered = time.Now()
	return diag.Reaches{{Target: netip.MustParseAddrPort("203.0.113.5:22"), Connect: diag.Dial{Outcome: diag.OK}}}, nil
}

const launchLine = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIImTRJU5Y3kj/VNv80MvQJOZ9kW0fnUL2UQp1JaFF6/P launch"

// tellsLogin is a cloud whose image, key pair and console come after their
// delays; a negative one never comes.
func tellsLogin(image, keyPair, console time.Duration) *town {
	delays := map[diag.Source]time.Duration{diag.SourceImage: image, diag.SourceKeyPair: keyPair, diag.SourceConsole: console}
	return &town{
		search: found(web), sources: []diag.Source{diag.SourceNetwork, diag.SourceImage, diag.SourceKeyPair, diag.SourceConsole},
		read: func(ctx context.Context, s diag.Source) (diag.Fact, error) {
			wait := delays[s]
			if wait < 0 || s == diag.SourceNetwork {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			time.Sleep(wait)
			switch s {
			case diag.SourceImage:
				return &diag.Image{AdminUser: "debian"}, nil
			case diag.SourceKeyPair:
				return &diag.KeyPair{Name: "launch", PublicKey: launchLine}, nil
			}
			return &diag.Console{}, nil
		},
	}
}

// ask diagnoses and returns how long after its beginning the question was
// answered.
func ask(t *testing.T, prober Witness, cloud Cloud, asked diag.Asked) (took func(*caller) time.Duration, d *diag.Diagnosis) {
	t.Helper()
	e := engine(t, prober, cloud)
	f, err := e.Find(t.Context(), asked, Everything)
	if err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	d = e.Diagnose(t.Context(), f, nil)
	return func(c *caller) time.Duration { return c.answered.Sub(started) }, d
}

// TestLoginWaitsForItsSources: the probe begins at once; only the question waits,
// until all that tell of it have come, and not for the network, which hangs.
func TestLoginWaitsForItsSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newCaller()
		started := time.Now()
		took, _ := ask(t, p, tellsLogin(time.Second, 2*time.Second, 3*time.Second), diag.Asked{Query: "web-1", Port: 22, User: "alice"})
		if !p.begun.Equal(started) {
			t.Errorf("the probe began after %v", p.begun.Sub(started))
		}
		if got := took(p); got != 3*time.Second {
			t.Errorf("answered after %v, want 3 s", got)
		}
		if len(p.logins) != 2 || p.logins[0].User != "alice" || p.logins[1].User != "debian" {
			t.Fatalf("logins %+v, want alice and debian", p.logins)
		}
		if keys := p.logins[1].Keys; len(keys) != 1 || keys[0].Whose != diag.LaunchKey || keys[0].Line != launchLine {
			t.Errorf("keys %+v", keys)
		}
	})
}

// TestLoginDoesNotWaitForLong: a console that hangs ends the waiting by patience,
// and the question is put with what is known.
func TestLoginDoesNotWaitForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newCaller()
		took, _ := ask(t, p, tellsLogin(time.Second, time.Second, -1), diag.Asked{Query: "web-1", Port: 22})
		if got := took(p); got != loginPatience {
			t.Errorf("answered after %v, want %v", got, loginPatience)
		}
		if len(p.logins) != 1 || p.logins[0].User != "debian" || len(p.logins[0].Keys) != 1 {
			t.Errorf("logins %+v, want debian with the launch key", p.logins)
		}
	})
}

// TestLoginOfFailedSources: what failed is not waited for, and what was never to
// be asked is not either.
func TestLoginOfFailedSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newCaller()
		cloud := &town{search: found(web), sources: []diag.Source{diag.SourceConsole}, read: func(context.Context, diag.Source) (diag.Fact, error) {
			time.Sleep(time.Second)
			return nil, errors.New("not today")
		}}
		took, _ := ask(t, p, cloud, diag.Asked{Query: "web-1", Port: 22, User: "alice"})
		if got := took(p); got != time.Second {
			t.Errorf("answered after %v, want 1 s", got)
		}
		if len(p.logins) != 1 || p.logins[0].User != "alice" || len(p.logins[0].Keys) != 0 {
			t.Errorf("logins %+v, want alice without a key", p.logins)
		}
	})
}

// TestLoginEnds: where the diagnosis has no time left, nothing is asked.
func TestLoginEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newCaller()
		e := engine(t, p, tellsLogin(-1, -1, -1))
		e.Total = 2 * time.Second
		f, err := e.Find(t.Context(), diag.Asked{Query: "web-1", Port: 22, User: "alice"}, Everything)
		if err != nil {
			t.Fatal(err)
		}
		started := time.Now()
		e.Diagnose(t.Context(), f, nil)
		if took := time.Since(started); took != 2*time.Second || p.logins != nil {
			t.Errorf("took %v, asked %+v", took, p.logins)
		}
	})
}

// TestLoginOfSite: the site's own account is asked about before the image's.
func TestLoginOfSite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newCaller()
		e := engine(t, p, tellsLogin(time.Second, 0, 0))
		e.User = func(string) string { return "nectar" }
		f, err := e.Find(t.Context(), diag.Asked{Query: "web-1", Port: 22}, Everything)
		if err != nil {
			t.Fatal(err)
		}
		e.Diagnose(t.Context(), f, nil)
		if len(p.logins) != 2 || p.logins[0].User != "nectar" || p.logins[1].User != "debian" {
			t.Errorf("logins %+v, want nectar, then debian", p.logins)
		}
	})
}

// TestNobodyWaitsForNothing: where no source tells of logins, the answer is there
// at once; and a prober that is no Caller is read as ever.
func TestNobodyWaitsForNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newCaller()
		took, _ := ask(t, p, &town{search: found(web)}, diag.Asked{Query: "web-1", Port: 22})
		if took(p) != 0 || len(p.logins) != 0 {
			t.Errorf("answered after %v: %+v", took(p), p.logins)
		}
		read := false
		plain := &town{sources: []diag.Source{diag.SourceSSH}, read: func(context.Context, diag.Source) (diag.Fact, error) {
			read = true
			return diag.Reaches{}, nil
		}}
		if _, _ = ask(t, plain, &town{search: found(web)}, diag.Asked{Query: "web-1", Port: 22}); !read {
			t.Error("not read")
		}
	})
}

// elephant is a Memory.
type elephant struct {
	known diag.SeenKeys
	err   error
	hangs bool
	noted diag.SeenKeys
	asked []netip.Addr
}

// SeenKeys implements [Memory].
func (m *elephant) SeenKeys(ctx context.Context, _ string, addresses []netip.Addr) (diag.SeenKeys, error) {
	m.asked = addresses
	if m.hangs {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return m.known, m.err
}

// Remember implements [Memory].
func (m *elephant) Remember(ctx context.Context, seen diag.SeenKeys) error {
	m.noted = seen
	if m.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return m.err
}

// shows is a prober that sees one host key.
func shows() *town {
	return &town{sources: []diag.Source{diag.SourceSSH}, read: func(context.Context, diag.Source) (diag.Fact, error) {
		return diag.Reaches{{
			Target: netip.MustParseAddrPort("203.0.113.5:22"), Connect: diag.Dial{Outcome: diag.OK},
			SSH: &diag.SSHFacts{Ident: diag.OK, Kex: diag.OK, HostKeys: []diag.HostKey{{Type: "ssh-ed25519", SHA256: "SHA256:new"}}},
		}}, nil
	}}
}

// TestRemembersHostKeys: what was seen before is evidence, what is seen now is
// noted, and neither is a source that a person waits for.
func TestRemembersHostKeys(t *testing.T) {
	old := diag.SeenKeys{{Address: "203.0.113.5:22", Instance: "other", Name: "secret-1", Key: diag.HostKey{Type: "ssh-ed25519", SHA256: "SHA256:old"}}}
	m := &elephant{known: slices.Clone(old)}
	e := engine(t, shows(), &town{search: found(web)})
	e.Memory = m
	f, err := e.Find(t.Context(), diag.Asked{Query: "web-1", Port: 22}, Everything)
	if err != nil {
		t.Fatal(err)
	}
	var told []diag.Source
	d := e.Diagnose(t.Context(), f, func(p Progress) { told = append(told, p.Source) })
	if got := d.Evidence().SeenKeys; len(got) != 1 || got[0].Key != old[0].Key || got[0].Instance == "other" || got[0].Name != "" {
		t.Errorf("evidence of keys seen before %+v, want it without whose it was", got)
	}
	if !slices.Equal(m.asked, []netip.Addr{netip.MustParseAddr("203.0.113.5")}) {
		t.Errorf("asked about %v", m.asked)
	}
	if len(m.noted) != 1 || m.noted[0].Key.SHA256 != "SHA256:new" || m.noted[0].Instance != web.ID || m.noted[0].Address != "203.0.113.5:22" {
		t.Errorf("noted %+v", m.noted)
	}
	if slices.Contains(told, diag.SourceMemory) {
		t.Error("the memory shows in the progress")
	}
}

// TestMemoryFailsQuietly: a memory that fails or hangs is a gap, and costs a
// second at most when reading and when noting.
func TestMemoryFailsQuietly(t *testing.T) {
	for name, m := range map[string]*elephant{"fails": {err: errors.New("redis is down")}, "hangs": {hangs: true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := engine(t, shows(), &town{search: found(web)})
				e.Memory = m
				f, err := e.Find(t.Context(), diag.Asked{Query: "web-1", Port: 22}, Everything)
				if err != nil {
					t.Fatal(err)
				}
				started := time.Now()
				d := e.Diagnose(t.Context(), f, nil)
				if took := time.Since(started); took > 2*memoryMost {
					t.Errorf("took %v", took)
				}
				gap := func(g diag.Gap) bool { return g.Source == diag.SourceMemory }
				if !slices.ContainsFunc(d.Gaps, gap) || d.Evidence().SeenKeys != nil || d.ExitStatus() != 0 {
					t.Errorf("gaps %+v, keys %v, exit %d", d.Gaps, d.Evidence().SeenKeys, d.ExitStatus())
				}
			})
		})
	}
}
