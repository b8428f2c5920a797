package commands

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"sshhelp/diag"
)

// Progress tells a watcher that a source has begun or ended.
type Progress struct {
	Source diag.Source
	State  ProgressState
	Took   time.Duration // once it has ended
	Text   string        // why it was skipped or failed
}

// A ProgressState is how far one source is.
type ProgressState string

const (
	Running ProgressState = "running"
	Done    ProgressState = "ok"
	Problem ProgressState = "problem" // it failed: a gap
	Skipped ProgressState = "skipped"
)

// Diagnose gathers evidence about what was found, side by side, and reasons
// from it. It always answers: what could not be gathered is a gap. watch, if
// not nil, is called from one goroutine at a time.
func (e *Engine) Diagnose(ctx context.Context, f *Found, watch func(Progress)) *diag.Diagnosis {
	if watch == nil {
		watch = func(Progress) {}
	}
	known := &diag.Evidence{Now: e.Now(), Asked: f.Asked, Search: &f.Search, Instance: f.Instance(), Gaps: f.Gaps}
	watch = withoutMemory(watch)
	timings := map[diag.Source]float64{diag.SourceServer: f.Took.Seconds()}
	if known.Instance != nil {
		ctx, cancel := context.WithTimeout(ctx, e.Total)
		defer cancel()
		known = e.gather(ctx, known, f.cloud, watch, timings)
		e.remember(ctx, known)
	}
	e.settle(known)
	d := e.Catalogue.Diagnose(known)
	d.Timings = timings
	return d
}

// withoutMemory keeps quiet about what is remembered: it is ours, and nothing
// that a person waits for.
func withoutMemory(watch func(Progress)) func(Progress) {
	return func(p Progress) {
		if p.Source != diag.SourceMemory {
			watch(p)
		}
	}
}

// A job is one source to ask.
type job struct {
	witness Witness
	source  diag.Source
	budget  time.Duration
	skip    string // why it is not asked; "" if it is
}

func (e *Engine) jobs(known *diag.Evidence, cloud Cloud) []job {
	var jobs []job
	for _, s := range cloud.Sources() {
		jobs = append(jobs, job{witness: cloud, source: s, budget: cloudMost})
	}
	if e.Memory != nil {
		jobs = append(jobs, job{witness: recollection{e.Memory}, source: diag.SourceMemory, budget: memoryMost})
	}
	if e.Prober == nil {
		return append(jobs, job{source: diag.SourceSSH, skip: "Nothing was sent to the instance: probing is switched off here."})
	}
	for _, s := range e.Prober.Sources() {
		jobs = append(jobs, job{witness: e.Prober, source: s, budget: probeMost, skip: notProbed(known.Instance, s)})
	}
	return jobs
}

// notProbed says why an instance in its present state is not probed; "" if it
// is. What is off cannot answer, and its address may be somebody else's by now.
func notProbed(i *diag.Instance, s diag.Source) string {
	if s == diag.SourceDNS {
		return ""
	}
	switch i.Status {
	case "SHUTOFF", "PAUSED", "SUSPENDED", "SHELVED", "SHELVED_OFFLOADED", "DELETED", "SOFT_DELETED", "BUILD":
		return "Not tried, because the instance is " + i.Status + "."
	}
	if len(i.Addresses) == 0 {
		return "Not tried, because the instance has no address."
	}
	return ""
}

// answer is what one job brought.
type answer struct {
	job
	fact diag.Fact
	err  error
	took time.Duration
}

// gather asks every source and puts the answers together. Sources never see
// each other's facts, one that fails cancels none, and only this goroutine
// writes the evidence.
func (e *Engine) gather(ctx context.Context, known *diag.Evidence, cloud Cloud, watch func(Progress), timings map[diag.Source]float64) *diag.Evidence {
	whole := *known
	e.nameSiteUser(&whole)
	jobs := e.jobs(known, cloud)
	patience, cancel := context.WithTimeout(ctx, loginPatience)
	defer cancel()
	desk := newCounter(patience, &whole, jobs)
	answers := make(chan answer, len(jobs))
	var wg sync.WaitGroup
	asked := 0
	for _, j := range jobs {
		if j.skip != "" {
			whole.Add(&diag.Gap{Source: j.source, Why: diag.GapSkipped, Text: j.skip})
			watch(Progress{Source: j.source, State: Skipped, Text: j.skip})
			continue
		}
		watch(Progress{Source: j.source, State: Running})
		asked++
		wg.Go(func() { answers <- e.ask(ctx, known, j, desk) })
	}
	for range asked {
		a := <-answers
		if a.fact != nil || a.err != nil {
			timings[a.source] = a.took.Seconds()
		}
		p := e.file(&whole, a)
		e.nameSiteUser(&whole)
		desk.filed(a.source, &whole)
		watch(p)
	}
	wg.Wait()
	return &whole
}

// ask asks one source within its budget. A witness that panics loses its own
// testimony and nothing else: this is its goroutine.
func (e *Engine) ask(ctx context.Context, known *diag.Evidence, j job, desk *counter) (a answer) {
	ctx, cancel := context.WithTimeout(ctx, j.budget)
	defer cancel()
	started := e.Now()
	a = answer{job: j}
	defer func() {
		if r := recover(); r != nil {
			a.fact, a.err = nil, fmt.Errorf("%s panicked: %v\n%s", j.source, r, debug.Stack())
		}
		a.took = e.Now().Sub(started)
	}()
	if caller, ok := j.witness.(Caller); ok && j.source == diag.SourceSSH {
		a.fact, a.err = caller.ReadLogin(ctx, known, desk.logins)
		return a
	}
	a.fact, a.err = j.witness.Read(ctx, known, j.source)
	return a
}

// file adds one answer to the evidence and says how it went.
func (e *Engine) file(whole *diag.Evidence, a answer) Progress {
	if a.fact != nil {
		whole.Add(a.fact)
	}
	switch {
	case a.err == nil && a.fact == nil: // nothing to ask
		return Progress{Source: a.source, State: Skipped, Took: a.took}
	case a.err == nil:
		return Progress{Source: a.source, State: Done, Took: a.took}
	}
	gap := e.gap(a)
	whole.Add(gap)
	state := Problem
	if gap.Why == diag.GapSkipped {
		state = Skipped
	}
	return Progress{Source: a.source, State: state, Took: a.took, Text: gap.Text}
}

// gap turns a source's error into words. An error that is no gap is ours: the
// log gets it whole, a person only that it happened.
func (e *Engine) gap(a answer) *diag.Gap {
	var gap *diag.Gap
	if errors.As(a.err, &gap) {
		return gap
	}
	e.Logger.Warn("source failed", "source", a.source, "took", a.took, "err", a.err)
	if errors.Is(a.err, context.DeadlineExceeded) || errors.Is(a.err, context.Canceled) {
		return &diag.Gap{Source: a.source, Why: diag.GapCanceled, Text: a.source.Title() + ": there was no time left to look."}
	}
	return &diag.Gap{Source: a.source, Why: diag.GapFailed, Text: a.source.Title() + " could not be read; the log says why."}
}

// imageName is "" if the image could not be read.
func imageName(known *diag.Evidence) string {
	if known.Image == nil {
		return ""
	}
	return known.Image.Name
}

// nameSiteUser asks the site's configuration for the account of the image.
func (e *Engine) nameSiteUser(known *diag.Evidence) {
	if e.User != nil {
		known.SiteUser = e.User(imageName(known))
	}
}

// settle fills in what follows from the evidence as a whole: where the person
// sits at the probing machine, the address that it used is theirs, unless
// address translation on the way must have changed it; and the account that a
// site configured for the image.
func (e *Engine) settle(known *diag.Evidence) {
	e.nameSiteUser(known)
	if known.Asked.FromWhy != diag.FromHere || known.Asked.From.IsValid() {
		return
	}
	for _, r := range known.Reach {
		if !known.Remote(r.From) && r.FromAddr.IsValid() && (!diag.Private(r.FromAddr) || diag.Private(r.Target.Addr())) {
			known.Asked.From = r.FromAddr.Unmap()
			return
		}
	}
}
