package vantage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"sshhelp/diag"
)

// A standing is what is known of one place.
type standing struct {
	diag.Vantage
	lives []life // processes that are there
	busy  int    // jobs under way, of all its processes
	slots int
}

// States tells of each place whether it can be relied on. It fails only if Redis
// does not answer: then nothing is known of any.
func (l *Line) States(ctx context.Context, names []string) (diag.Vantages, error) {
	standings, err := l.look(ctx, names...)
	if err != nil {
		return nil, err
	}
	var all diag.Vantages
	for _, s := range standings {
		all = append(all, s.Vantage)
	}
	return all, nil
}

// look reads the signs of life of all places in one round trip.
func (l *Line) look(ctx context.Context, names ...string) ([]standing, error) {
	var clock *redis.TimeCmd
	beats, oldest := make([]*redis.MapStringStringCmd, len(names)), make([]*redis.StringCmd, len(names))
	_, _ = l.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		clock = p.Time(ctx)
		for i, name := range names {
			beats[i], oldest[i] = p.HGetAll(ctx, l.beats(name)), p.LIndex(ctx, l.jobs(name), 0)
		}
		return nil
	})
	now := clock.Val().UnixMilli()
	var all []standing
	for i, name := range names {
		// A queue that is empty is an error too, and none of these.
		if err := cmp.Or(clock.Err(), beats[i].Err()); err != nil {
			return nil, fmt.Errorf("read the state of vantage point %s: %w", name, err)
		}
		lain := time.Duration(0)
		if ms, _, ok := stamped(oldest[i].Val()); ok {
			lain = time.Duration(now-ms) * time.Millisecond
		}
		all = append(all, l.judge(name, lives(beats[i].Val(), now), lain, time.Now()))
	}
	return all, nil
}

// judge weighs the signs of life of a place. here is the time by this machine's
// clock, in which the answer tells times.
func (l *Line) judge(name string, all []life, lain time.Duration, here time.Time) standing {
	s := standing{Vantage: diag.Vantage{Name: name, State: diag.VantageOffline, Why: "it has given no sign of life yet"}}
	slices.SortFunc(all, func(a, b life) int { return cmp.Compare(a.silent, b.silent) })
	for _, one := range all {
		state, why := l.stateOf(one)
		if s.Heartbeat.IsZero() || better(state, s.State) {
			s.State, s.Why, s.Version, s.Heartbeat = state, why, one.Version, here.Add(-one.silent)
		}
		if one.Answered != nil {
			at := here.Add(-one.silent - time.Duration(*one.Answered)*time.Millisecond)
			s.LastAnswer = latest(s.LastAnswer, at)
		}
		if !one.Gone && one.silent <= l.pace.silent {
			s.lives, s.busy, s.slots = append(s.lives, one), s.busy+one.Busy, s.slots+one.Slots
		}
	}
	if s.State == diag.VantageOnline && lain > l.pace.lie {
		s.State, s.Why = diag.VantageDegraded, "a job has waited there for "+span(lain)
	}
	return s
}

// stateOf judges one process.
func (l *Line) stateOf(one life) (diag.VantageState, string) {
	switch {
	case one.Gone:
		return diag.VantageOffline, "it was stopped " + span(one.silent) + " ago"
	case one.silent > l.pace.silent:
		return diag.VantageOffline, "no sign of life for " + span(one.silent)
	case one.Leaving:
		return diag.VantageOffline, "it is being stopped"
	case one.Format != format:
		return diag.VantageDegraded, fmt.Sprintf("it is of another version (%s) and cannot read our jobs", cmp.Or(one.Version, "unknown"))
	case one.Check.Mark == diag.CheckFailed || one.Check.Mark == diag.CheckUnknown:
		return diag.VantageDegraded, "its own check fails: " + one.Check.Text
	}
	return diag.VantageOnline, ""
}

func better(a, b diag.VantageState) bool {
	order := []diag.VantageState{diag.VantageOnline, diag.VantageDegraded, diag.VantageOffline}
	return slices.Index(order, a) < slices.Index(order, b)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// has reports whether a process of the place is still there to answer.
func (s *standing) has(process string) bool {
	return slices.ContainsFunc(s.lives, func(one life) bool { return one.process == process })
}

// span puts a time into words, in its largest unit.
func span(d time.Duration) string {
	n, unit := int(d/time.Second), "second"
	switch {
	case d >= 48*time.Hour:
		n, unit = int(d/(24*time.Hour)), "day"
	case d >= 2*time.Hour:
		n, unit = int(d/time.Hour), "hour"
	case d >= 2*time.Minute:
		n, unit = int(d/time.Minute), "minute"
	}
	if n = max(n, 0); n != 1 {
		unit += "s"
	}
	return strconv.Itoa(n) + " " + unit
}
