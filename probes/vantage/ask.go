package vantage

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"sshhelp/diag"
)

// A testimony is what came of asking one place.
type testimony struct {
	facts diag.Facts
	names *diag.Names // apart: of several, one is taken
}

// standingOf is the testimony of a place that gave none.
func standingOf(v diag.Vantage) testimony { return testimony{facts: diag.Facts{diag.Vantages{v}}} }

// unasked is the testimony where it is not even known how the place is.
func unasked(source diag.Source, why diag.GapWhy, format string, args ...any) testimony {
	return testimony{facts: diag.Facts{&diag.Gap{Source: source, Why: why, Text: fmt.Sprintf(format, args...)}}}
}

// ask asks one place, if it is online. It ends with ctx at the latest.
func (p *panel) ask(ctx context.Context, known *diag.Evidence, name string, source diag.Source) testimony {
	now, err := p.standing(ctx, name)
	switch {
	case err != nil:
		p.line.log.Warn("cannot tell how a vantage point is", "vantage", name, "err", err)
		return unasked(source, diag.GapUnavailable, "%s was not asked: Redis, by which it is reached, does not answer.", name)
	case now.State != diag.VantageOnline:
		return standingOf(now.Vantage)
	}
	left := p.timeLeft(ctx)
	if left <= 0 {
		return unasked(source, diag.GapCanceled, "%s was not asked: there was no time left.", name)
	}
	j := newJob(rand.Text(), source, known, min(left, p.line.pace.pickup), left)
	text, err := json.Marshal(j)
	if err == nil {
		err = p.line.put(ctx, name, string(text))
	}
	switch {
	case errors.Is(err, errFull):
		return standingOf(degraded(now.Vantage, err.Error()))
	case err != nil:
		p.line.log.Warn("cannot ask a vantage point", "vantage", name, "err", err)
		return unasked(source, diag.GapUnavailable, "%s was not asked: Redis, by which it is reached, does not answer.", name)
	}
	return p.await(ctx, j, now.Vantage)
}

// timeLeft is what a place may use of the asker's time.
func (p *panel) timeLeft(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return maxBudget
	}
	return min(maxBudget, time.Until(deadline)-p.line.pace.margin)
}

func (p *panel) standing(ctx context.Context, name string) (standing, error) {
	ctx, cancel := context.WithTimeout(ctx, p.line.pace.away)
	defer cancel()
	all, err := p.line.look(ctx, name)
	if err != nil {
		return standing{}, err
	}
	return all[0], nil
}

func degraded(v diag.Vantage, why string) diag.Vantage {
	v.State, v.Why = diag.VantageDegraded, why
	return v
}

// A wait is how far a job is, as its asker sees it.
type wait struct {
	owner string    // the process that has taken it up; "" for none yet
	since time.Time // when it was queued or taken up
	deaf  time.Time // since when Redis does not answer; zero: it does
	blank time.Time // since when it knows nothing of the place: it has lost its memory
}

// await waits for the answer to a job, for as long as one may come.
func (p *panel) await(ctx context.Context, j *job, v diag.Vantage) testimony {
	w := wait{since: time.Now()}
	for {
		r, err := p.line.replied(ctx, j.ID)
		switch {
		case ctx.Err() != nil:
			return unasked(j.Source, diag.GapCanceled, "%s did not answer before our time was over.", v.Name)
		case err != nil:
			if w.deaf.IsZero() {
				w.deaf = time.Now()
			}
			if time.Since(w.deaf) > p.line.pace.away {
				p.line.log.Warn("cannot hear a vantage point", "vantage", v.Name, "err", err)
				return unasked(j.Source, diag.GapUnavailable, "The answer of %s was lost: Redis, by which it comes, does not answer.", v.Name)
			}
			rest(ctx, 100*time.Millisecond)
			continue
		case r != nil && r.Done:
			return p.testimony(j, v, r, w.since)
		case r != nil:
			w = wait{owner: r.By, since: time.Now()}
		}
		w.deaf = time.Time{}
		if gone := p.givenUp(ctx, v, &w); gone != nil {
			return standingOf(*gone)
		}
	}
}

// givenUp says why an answer will not come any more; nil while it may. A process
// that is gone may have handed its job to another of the same place.
func (p *panel) givenUp(ctx context.Context, v diag.Vantage, w *wait) *diag.Vantage {
	if w.owner == "" {
		if time.Since(w.since) <= p.line.pace.pickup {
			return nil
		}
		v = degraded(v, "it did not take up a job within "+span(p.line.pace.pickup))
		return &v
	}
	now, err := p.standing(ctx, v.Name)
	switch {
	case err != nil, now.has(w.owner):
		return nil // how Redis is shows at the next wait
	case now.Heartbeat.IsZero() && w.blank.IsZero():
		w.blank = time.Now()
		return nil
	case now.Heartbeat.IsZero() && time.Since(w.blank) <= p.line.pace.silent:
		return nil
	case now.State == diag.VantageOnline:
		*w = wait{since: time.Now()}
		return nil
	}
	return &now.Vantage
}

// testimony files an answer.
func (p *panel) testimony(j *job, v diag.Vantage, r *reply, begun time.Time) testimony {
	if err := r.mistake(j, v.Name); err != nil {
		p.line.log.Warn("an answer is not used", "vantage", v.Name, "job", j.ID, "err", err)
		return standingOf(degraded(v, "its answer did not fit the question"))
	}
	v.LastAnswer = time.Now()
	facts := append(diag.Facts{diag.Vantages{v}}, r.facts(v.Name, begun)...)
	return testimony{facts: facts, names: r.Names}
}
