package diag

import (
	"cmp"
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
// this very machine, if that is theirs, or from their own public address. A private
// one is in use in many places.
func (e *Evidence) FromPerson(r *Reach) bool {
	if e.Asked.FromWhy == FromHere && !e.Remote(r.From) {
		return true
	}
	return e.Asked.From.IsValid() && !Private(e.Asked.From) && r.FromAddr.Unmap() == e.Asked.From.Unmap()
}

// deciding returns the probes of the asked port that count for the person: those
// made from where they sit, if they tell anything, else all.
func (e *Evidence) deciding() []*Reach {
	var own, all []*Reach
	for i := range e.Reach {
		r := &e.Reach[i]
		if r.Target.Port() != e.Asked.Port {
			continue
		}
		all = append(all, r)
		if e.FromPerson(r) && r.Connect.Outcome.Told() {
			own = append(own, r)
		}
	}
	if len(own) > 0 {
		return own
	}
	return all
}

// Split returns two probes of one address that disagree: from one place SSH works
// as far as the log-in, from the other it does not, and the rules do not say why.
// Both are nil if there are none, or if it works from where the person sits. What
// makes the difference is then on the way, or goes by where one connects from.
func (e *Evidence) Split() (works, fails *Reach) {
	for i := range e.Reach {
		r := &e.Reach[i]
		if r.Target.Port() != e.Asked.Port || !r.works() {
			continue
		}
		if e.FromPerson(r) {
			return nil, nil
		}
		for k := range e.Reach {
			other := &e.Reach[k]
			if works == nil && other.Target == r.Target && other.From != r.From && other.breaks() && !e.ShutOut(other) {
				works, fails = r, other
			}
		}
	}
	return works, fails
}

// Disagrees reports whether places do; see [Evidence.Split].
func (e *Evidence) Disagrees() bool {
	works, _ := e.Split()
	return works != nil
}

// works reports whether SSH works as far as the log-in.
func (r *Reach) works() bool {
	return r.SSH != nil && r.SSH.Ident == OK && !broke(r.SSH.Kex)
}

// breaks reports whether SSH was seen to fail.
func (r *Reach) breaks() bool {
	return broke(r.Connect.Outcome) || r.SSH != nil && (broke(r.SSH.Ident) || broke(r.SSH.Kex))
}

// breaksAt is the hop at which SSH fails.
func (r *Reach) breaksAt() HopName {
	if broke(r.Connect.Outcome) {
		return AtPort
	}
	return AtSSH
}

// disputed tells of a hop at which places disagree; "" for any other. It is not
// known then how the person fares there.
func (e *Evidence) disputed(name HopName) (text string, because []Observation) {
	works, fails := e.Split()
	if works == nil || fails.breaksAt() != name {
		return "", nil
	}
	return "it works from " + works.place() + ", not from " + fails.place(), []Observation{works.Observe(), fails.Observe()}
}

// elsewhere is " from PLACE" for a place that is not here.
func elsewhere(place string) string {
	if place == "here" {
		return ""
	}
	return " from " + place
}

// opens returns a probe that counts for the person by which TCP opened on the
// asked port, nil if none did or places disagree.
func (e *Evidence) opens() *Reach {
	if text, _ := e.disputed(AtPort); text != "" {
		return nil
	}
	for _, r := range e.deciding() {
		if r.Connect.Outcome == OK {
			return r
		}
	}
	return nil
}

// place names where a probe was made.
func (r *Reach) place() string { return cmp.Or(r.From, "here") }

// Observe quotes how far a probe came.
func (r *Reach) Observe() Observation {
	switch {
	case r.SSH == nil || broke(r.Connect.Outcome):
		return r.ObserveConnect()
	case r.works():
		return Observation{Source: SourceSSH, Where: "ssh " + r.Where(), Text: cmp.Or(r.SSH.Version, "an SSH server answers")}
	}
	return Observation{Source: SourceSSH, Where: "ssh " + r.Where(), Text: r.SSH.failure()}
}

// apart puts a disagreement into a sentence.
func apart(works, fails *Reach, subject string) string {
	s := "An SSH server answers" + subject + " at " + works.Target.String() + " from " + works.place() + ", but from " + fails.place() + " "
	switch {
	case fails.Connect.Outcome == TimedOut:
		s += "nothing answers there"
	case broke(fails.Connect.Outcome):
		s += "no connection comes about (" + fails.ObserveConnect().Text + ")"
	case broke(fails.SSH.Ident):
		s += "the port opens and no SSH server answers (" + fails.SSH.failure() + ")"
	default:
		s += "the key exchange fails (" + fails.SSH.failure() + ")"
	}
	return s + ": it depends on where one connects from."
}

// askFrom and askElsewhere are the questions that are left where places disagree.
const (
	askFrom      = "Which address do you connect from, as the outside sees it? (Search the web for \"what is my IP\".)"
	askElsewhere = "Does it work from another network, such as your phone's?"
)
