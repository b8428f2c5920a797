package commands

import (
	"context"
	"log/slog"
	"net/netip"
	"time"

	"sshhelp/diag"
)

// A Witness can be asked for facts about an instance that was found. Reads of
// different sources run side by side.
type Witness interface {
	// Sources lists what it can be asked for.
	Sources() []diag.Source
	// Read asks for one of them. known holds what was asked and the instance,
	// and must not be changed. A nil fact without an error means that there is
	// nothing to ask; an error that is a *diag.Gap is told to the person as it is.
	Read(ctx context.Context, known *diag.Evidence, source diag.Source) (diag.Fact, error)
}

// A Caller is a prober that can ask an SSH server about accounts and keys too, on
// the connection that it has open anyway.
type Caller interface {
	Witness
	// ReadLogin is Read for [diag.SourceSSH]. It connects at once; login waits
	// until it is known which accounts and keys to ask about, at most two, and
	// gives none if there are none or ctx ends.
	ReadLogin(ctx context.Context, known *diag.Evidence, login func(context.Context) []diag.Login) (diag.Fact, error)
}

// A Memory keeps the host keys that were seen, so that a changed one is noticed
// and can be explained.
type Memory interface {
	// SeenKeys returns what was seen of the instance, and at the addresses
	// whosever they were then.
	SeenKeys(ctx context.Context, instance string, addresses []netip.Addr) (diag.SeenKeys, error)
	// Remember notes what a diagnosis has seen.
	Remember(ctx context.Context, seen diag.SeenKeys) error
}

// A Cloud finds instances and bears witness to them.
type Cloud interface {
	Name() string
	// Find looks an instance up. Finding none or several is no error. Errors
	// wrap diag.ErrUnreachable or diag.ErrCredentials where they mean that.
	Find(ctx context.Context, query string) (*diag.Search, error)
	Witness
}

// Options are what an [Engine] is made of.
type Options struct {
	Clouds    []Cloud
	Prober    Witness // nil: nothing is probed, and the answer says so
	Memory    Memory  // nil: nobody remembers host keys
	Catalogue *diag.Catalogue
	Logger    *slog.Logger
	Now       func() time.Time // nil: time.Now
	Total     time.Duration    // of one diagnosis; 0: 20 s
	Port      uint16           // of SSH where nobody says one; 0: 22
	// User names the account for an image by its name ("" if that is not known),
	// where the site knows better than the image's properties; nil or "": it
	// does not.
	User func(image string) string
}

// An Engine finds instances and diagnoses them. It is safe for concurrent use.
type Engine struct {
	Options
}

// New returns an engine with defaults filled in.
func New(o Options) *Engine {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Total == 0 {
		o.Total = total
	}
	if o.Port == 0 {
		o.Port = 22
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Engine{o}
}

// Budgets. A source that overruns its own becomes a stated gap; the whole never
// takes longer than total, whatever clouds and networks do.
const (
	total     = 20 * time.Second
	findMost  = 15 * time.Second
	cloudMost = 8 * time.Second  // the console of a busy host takes seconds; 60 s means a dead one
	probeMost = 19 * time.Second // three SYNs, then a banner that may wait for the guest's DNS
)
