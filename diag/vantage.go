package diag

import (
	"slices"
	"time"
)

// A Vantage is a place that probes run from, and whether it can be relied on.
type Vantage struct {
	Name       string       `json:"name"`
	State      VantageState `json:"state"`
	Why        string       `json:"why,omitempty"` // why it is not online
	Version    string       `json:"version,omitempty"`
	Heartbeat  time.Time    `json:"heartbeat,omitzero"`   // last sign of life
	LastAnswer time.Time    `json:"last_answer,omitzero"` // last probe that it answered
}

// A VantageState is how far a vantage point can be relied on.
type VantageState string

const (
	VantageOnline   VantageState = "online"
	VantageDegraded VantageState = "degraded" // alive, but it lets jobs lie or fails its own check
	VantageOffline  VantageState = "offline"  // no sign of life
)

// Vantages is a [Fact] of the places other than this one that were to be asked.
type Vantages []Vantage

// into keeps the worst that is known of a place: each source asks it anew, and
// one that falls silent meanwhile has been online before.
func (f Vantages) into(e *Evidence) {
	for _, v := range f {
		i := slices.IndexFunc(e.Vantages, func(known Vantage) bool { return known.Name == v.Name })
		switch {
		case i < 0:
			e.Vantages = append(e.Vantages, v)
		case v.State.rank() > e.Vantages[i].State.rank():
			e.Vantages[i] = v
		}
	}
}

func (s VantageState) rank() int {
	return slices.Index([]VantageState{VantageOnline, VantageDegraded, VantageOffline}, s)
}

// Remote reports whether a probe of that vantage point was made from elsewhere
// than where the answer is worked out.
func (e *Evidence) Remote(from string) bool {
	return slices.ContainsFunc(e.Vantages, func(v Vantage) bool { return v.Name == from })
}

// FromPerson reports whether a probe was made from where the person sits: from
// this very machine, if that is theirs, or from their own address.
func (e *Evidence) FromPerson(r *Reach) bool {
	if e.Asked.FromWhy == FromHere && !e.Remote(r.From) {
		return true
	}
	return e.Asked.From.IsValid() && r.FromAddr.Unmap() == e.Asked.From.Unmap()
}
