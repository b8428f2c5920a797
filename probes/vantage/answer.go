package vantage

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"sshhelp/diag"
)

// A reply is what a place says of a job: first that a process has taken it up,
// then what its probes saw.
type reply struct {
	Format int          `json:"format"`
	By     string       `json:"by"`
	Done   bool         `json:"done,omitzero"`
	Names  *diag.Names  `json:"names,omitempty"`
	Pings  diag.Pings   `json:"pings,omitempty"`
	Reach  diag.Reaches `json:"reach,omitempty"`
	Gap    *diag.Gap    `json:"gap,omitempty"`

	unread error // it could not be read
}

// newAnswer files what a prober's Read returned.
func newAnswer(by string, source diag.Source, fact diag.Fact, err error) *reply {
	r := &reply{Format: format, By: by, Done: true}
	switch f := fact.(type) {
	case *diag.Names:
		r.Names = f
	case diag.Pings:
		r.Pings = f
	case diag.Reaches:
		r.Reach = f
	}
	var gap *diag.Gap
	switch {
	case errors.As(err, &gap):
		r.Gap = gap
	case err != nil:
		r.Gap = failed(source, "It could not be looked at; the log there says why.")
	}
	return r
}

func failed(source diag.Source, text string) *diag.Gap {
	return &diag.Gap{Source: source, Why: diag.GapFailed, Text: text}
}

// encode returns a reply that is not too long to be read.
func (r *reply) encode(source diag.Source) string {
	text, err := json.Marshal(r)
	if err == nil && len(text) <= maxAnswer {
		return string(text)
	}
	r = &reply{Format: format, By: r.By, Done: true, Gap: failed(source, "What was seen is too much to be told.")}
	text, _ = json.Marshal(r) // of plain values: cannot fail
	return string(text)
}

// decodeReply reads a reply. One that cannot be read is the last, and a mistake.
func decodeReply(text string) *reply {
	var r reply
	err := errors.New("it is too long")
	if len(text) <= maxAnswer {
		err = json.Unmarshal([]byte(text), &r)
	}
	if err == nil && r.Format != format {
		err = fmt.Errorf("it has format %d, not %d", r.Format, format)
	}
	if err != nil {
		return &reply{Done: true, unread: fmt.Errorf("an answer of %d bytes: %w", len(text), err)}
	}
	return &r
}

// mistake says why an answer does not belong to the job that a place was given:
// it speaks for another place, or of addresses that nobody asked about. Whoever
// writes to Redis could otherwise make a healthy instance look dead.
func (r *reply) mistake(j *job, name string) error {
	foreign := func(from string, a netip.Addr) error {
		switch {
		case from != name:
			return fmt.Errorf("an answer in the name of %q", from)
		case a.IsValid() && !j.asksOf(a):
			return fmt.Errorf("an answer about %s, which was not asked for", a)
		}
		return nil
	}
	errs := []error{r.unread}
	for i := range r.Reach {
		errs = append(errs, foreign(r.Reach[i].From, r.Reach[i].Target.Addr()))
	}
	for i := range r.Pings {
		errs = append(errs, foreign(r.Pings[i].From, r.Pings[i].Target))
	}
	if r.Names != nil {
		errs = append(errs, foreign(r.Names.From, netip.Addr{}))
	}
	return errors.Join(errs...)
}

// facts are what the answer adds to the evidence. The times are of another
// clock, so they are set to when the job was taken up, on this one.
func (r *reply) facts(name string, begun time.Time) diag.Facts {
	var facts diag.Facts
	for i := range r.Reach {
		r.Reach[i].StartedAt = begun
	}
	if len(r.Reach) > 0 {
		facts = append(facts, r.Reach)
	}
	if len(r.Pings) > 0 {
		facts = append(facts, r.Pings)
	}
	if r.Gap != nil {
		facts = append(facts, &diag.Gap{Source: r.Gap.Source, Why: r.Gap.Why, Text: "From " + name + ": " + r.Gap.Text})
	}
	return facts
}
