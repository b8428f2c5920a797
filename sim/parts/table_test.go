package parts_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"sshhelp/commands"
	"sshhelp/diag"
	"sshhelp/sim/parts"
	"sshhelp/sim/scenario"
)

// A sample is one way to make a cause with real parts.
type sample struct {
	cause string // what the answer must begin with; "" for nothing wrong
	made  string // how it is made, in a few words
	// possible: outside evidence can make it no more than possible.
	possible bool
	// not says why it is not named today. Such a row is printed, and fails nothing.
	not string

	server   func(*scenario.Server) // how its server in the cloud differs
	keyPairs map[string]string      // further key pairs of the cloud
	nowhere  bool                   // nothing is at the address
	narrow   int                    // the MTU of the way; 0: no limit
	inside   func(*made)            // what the guest is like; nil: as it should be
	asked    func(*diag.Asked)      // what the person says besides the server's name
	told     func(*made) []string   // what they paste, after the guest was made
	admin    bool                   // the product's credential is an administrator's
	outside  bool                   // it can be made without root: no account is needed in the guest
}

// only picks rows of the table, and verbose shows what they rest on.
var (
	only    = flag.String("only", "", "the rows of the table whose cause or making holds this `text`")
	verbose = flag.Bool("evidence", false, "print the evidence of rows that are not named first")
)

// all is the table, in the order of the catalogue's families.
func all() []sample {
	return slices.Concat(instanceSamples(), networkSamples(), secgroupSamples(), sshdSamples(), hostkeySamples(), authSamples())
}

// name is that of the sample's server.
func (s *sample) name(i int) string {
	return fmt.Sprintf("%s-%d", strings.ReplaceAll(cmp.Or(s.cause, "healthy"), "/", "-"), i)
}

// instance is the sample's server, with a floating IP of its own.
func (s *sample) instance(i int) scenario.Server {
	server := scenario.Server{
		Name: s.name(i), Ports: []scenario.Port{{Network: "lab", FixedIPs: []string{fixed(i).String()}}},
		FloatingIP: &scenario.FloatingIP{Address: floating(i).String()},
	}
	if s.server != nil {
		s.server(&server)
	}
	return server
}

func fixed(i int) netip.Addr    { return netip.AddrFrom4([4]byte{10, 20, 0, byte(10 + i)}) }
func floating(i int) netip.Addr { return netip.AddrFrom4([4]byte{203, 0, 113, byte(10 + i)}) }
func fixed6(i int) netip.Addr {
	return netip.MustParseAddr(fmt.Sprintf("2001:db8:20::%x", 10+i))
}

// A row is what came of a sample.
type row struct {
	*sample
	lead string        // what the answer begins with
	more []string      // what else it names
	took time.Duration // the diagnosis alone
	by   string        // what evidence it needed
	err  error
}

// TestTable makes every cause that can be made, asks the whole product about
// each, and prints what it names first. It fails if one is not named that has no
// note to say so.
func TestTable(t *testing.T) {
	samples := slices.DeleteFunc(all(), func(s sample) bool {
		return !parts.Root() && !s.outside || !strings.Contains(s.cause+" "+s.made, *only)
	})
	lab := newLab(t, samples)
	rows := make([]row, len(samples))
	slots := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for i := range samples {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			rows[i] = try(t, lab, &samples[i], i)
		})
	}
	wg.Wait()
	report(t, rows)
}

// atOnce bounds how many samples are tried at the same time: most of them wait
// for packets that never come.
const atOnce = 16

func report(t *testing.T, rows []row) {
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 2, 2, 2, ' ', 0)
	fmt.Fprintln(w, "cause\tmade so\tseen by\tnamed first\ttook")
	named := 0
	for _, r := range rows {
		verdict := "yes"
		switch {
		case r.err != nil:
			verdict = "not tried"
			t.Errorf("%s, %s: %v", r.cause, r.made, r.err)
		case r.named():
			named++
		default:
			verdict = "NO: " + cmp.Or(r.lead, "nothing")
			if r.not != "" {
				verdict += " (" + r.not + ")"
			} else {
				t.Errorf("%s, %s: named first is %q, then %q", cmp.Or(r.cause, "nothing wrong"), r.made, r.lead, r.more)
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%.1f s\n", cmp.Or(r.cause, "(nothing wrong)"), r.made, r.by, verdict, r.took.Seconds())
	}
	w.Flush()
	t.Logf("\n%s%d of %d named first", out.String(), named, len(rows))
}

func (r *row) named() bool {
	want := r.cause
	if r.possible {
		want = "possible " + want
	}
	return r.lead == want
}

// try makes a sample and asks the product about it.
func try(t *testing.T, l *lab, s *sample, i int) row {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	m := &made{ctx: ctx, t: t, lab: l, sample: s, server: l.scenario.Server(s.name(i)), user: "debian"}
	if s.server != nil && m.server == nil { // it has a name of its own
		m.server = &l.scenario.Servers[i]
	}
	defer m.close()
	r := row{sample: s, by: "cloud, probes"}
	if !s.nowhere {
		m.make(i)
	}
	var pastes []string
	if s.told != nil && m.err == nil {
		pastes = s.told(m)
	}
	if r.err = m.err; r.err != nil {
		return r
	}
	asked := diag.Asked{Query: m.server.Name, Port: 22, From: parts.Here, FromWhy: diag.FromSaid}
	if s.asked != nil {
		s.asked(&asked)
	}
	d, took, err := diagnose(ctx, l, s.admin, asked, nil)
	if err == nil && len(pastes) > 0 {
		r.by, d = "and what was pasted", again(d, pastes)
	}
	if r.err, r.took = err, took; err != nil {
		return r
	}
	r.lead, r.more = lead(d)
	if !r.named() && *verbose {
		t.Logf("%s: %+v\nreach %+v\npings %+v\npasted %s", m.server.Name, d.Findings, d.Evidence().Reach, d.Evidence().Pings, strings.Join(pastes, "\n"))
	}
	return r
}

func diagnose(ctx context.Context, l *lab, admin bool, asked diag.Asked, watch func(commands.Progress)) (*diag.Diagnosis, time.Duration, error) {
	engine, err := l.engine(admin)
	if err != nil {
		return nil, 0, err
	}
	began := time.Now()
	found, err := engine.Find(ctx, asked, commands.Everything)
	if err != nil {
		return nil, 0, err
	}
	d := engine.Diagnose(ctx, found, watch)
	return d, time.Since(began), nil
}

// again reasons once more, with what the person has pasted since.
func again(d *diag.Diagnosis, pastes []string) *diag.Diagnosis {
	e := *d.Evidence()
	for _, text := range pastes {
		e.Add(diag.ReadPaste(text))
	}
	catalogue, err := newCatalogue()
	if err != nil {
		return d
	}
	return catalogue.Diagnose(&e)
}

// lead is the first confirmed cause, or the first possible one of an answer that
// confirms none; the rest is what else it names.
func lead(d *diag.Diagnosis) (string, []string) {
	var list []string
	list = append(list, d.Causes...)
	for _, p := range d.Possible {
		list = append(list, "possible "+p)
	}
	if len(list) == 0 {
		return "", nil
	}
	return list[0], list[1:]
}
