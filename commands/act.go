package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sshhelp/diag"
)

// An Actor changes instances of one cloud, by a credential of its own.
type Actor interface {
	// Look reads an instance as it is now. Errors wrap diag.ErrGone if this
	// credential sees none of that ID.
	Look(ctx context.Context, id string) (*diag.Instance, error)
	// Console reads its whole console log, not redacted; a *diag.Gap if it has
	// none, or none for this credential.
	Console(ctx context.Context, id string) (string, error)
	// Act begins an action by one call, which is never repeated. An error that
	// wraps diag.ErrOutcome leaves open whether it began; any other means that
	// it did not.
	Act(ctx context.Context, id string, action diag.Action) error
}

// A Bell tells whether SSH answers, without asking more than that.
type Bell interface {
	// Answers is about the addresses of known.Instance and the port in
	// known.Asked. told is false if nothing may be probed.
	Answers(ctx context.Context, known *diag.Evidence) (yes, told bool)
}

// Hands are the actors of all clouds as one. It is safe for concurrent use.
type Hands struct {
	// Actors are asked in order for an instance; the first that sees it acts.
	Actors []Actor
	// Bell tells whether SSH answers; nil if nothing is to be probed.
	Bell Bell
	// Port of SSH where nobody said one; 0: 22.
	Port uint16
	Now  func() time.Time // nil: time.Now
}

// Look implements [Actor].
func (h *Hands) Look(ctx context.Context, id string) (*diag.Instance, error) {
	_, i, err := h.holder(ctx, id)
	return i, err
}

// holder finds the actor that sees an instance.
func (h *Hands) holder(ctx context.Context, id string) (Actor, *diag.Instance, error) {
	errs := []error{}
	for _, a := range h.Actors {
		i, err := a.Look(ctx, id)
		if err == nil {
			return a, i, nil
		}
		errs = append(errs, err)
	}
	// Only if all of them looked is it known to be gone.
	for _, err := range errs {
		if !errors.Is(err, diag.ErrGone) {
			return nil, nil, err
		}
	}
	return nil, nil, cmp.Or(errors.Join(errs...), fmt.Errorf("look at %s: %w", id, diag.ErrGone))
}

// actor is the one that acts on an instance. With one actor nothing is asked.
func (h *Hands) actor(ctx context.Context, id string) (Actor, error) {
	if len(h.Actors) == 1 {
		return h.Actors[0], nil
	}
	a, _, err := h.holder(ctx, id)
	return a, err
}

// Console implements [Actor].
func (h *Hands) Console(ctx context.Context, id string) (string, error) {
	a, err := h.actor(ctx, id)
	if err != nil {
		return "", err
	}
	return a.Console(ctx, id)
}

// Act implements [Actor].
func (h *Hands) Act(ctx context.Context, id string, action diag.Action) error {
	a, err := h.actor(ctx, id)
	if err != nil {
		return err
	}
	return a.Act(ctx, id, action)
}

// Answers reports whether an SSH server names itself at an address of the
// instance; known is false where nothing may be probed, so that nobody waits
// for what cannot come.
func (h *Hands) Answers(ctx context.Context, asked diag.Asked, i *diag.Instance) (yes, known bool) {
	if h.Bell == nil {
		return false, false
	}
	if asked.Port == 0 {
		asked.Port = cmp.Or(h.Port, 22)
	}
	now := time.Now
	if h.Now != nil {
		now = h.Now
	}
	return h.Bell.Answers(ctx, &diag.Evidence{Now: now(), Asked: asked, Instance: i})
}

// A Deed is what people are told of an action, and when it makes sense.
type Deed struct {
	Action diag.Action
	Title  string // "Hard reboot", at most 24 characters, as a modal's title is
	Does   string // what it does, one sentence
	Costs  string // what is lost by it, one sentence
	Past   string // "hard rebooted"
	// Console: what the console has shown until now is lost with it.
	Console bool
	from    []string // the states in which it makes sense
}

// deeds are in the order of the gentlest first.
var deeds = []Deed{
	{
		Action: diag.Unpause, Title: "Unpause", Past: "unpaused", from: []string{"PAUSED"},
		Does:  "It goes on where it was paused.",
		Costs: "Nothing is lost. Its clock has stood still, and connections may have timed out.",
	},
	{
		Action: diag.Resume, Title: "Resume", Past: "resumed", from: []string{"SUSPENDED"},
		Does:  "Its memory is read back from disk, and it goes on where it was suspended.",
		Costs: "Nothing is lost. Its clock has stood still, and connections may have timed out.",
	},
	{
		Action: diag.Start, Title: "Start", Past: "started", from: []string{"SHUTOFF"}, Console: true,
		Does:  "It is powered on and boots.",
		Costs: "The console log of its last boot is lost; it is saved to this thread first. Whoever shut it off may have had a reason.",
	},
	{
		Action: diag.Unshelve, Title: "Unshelve", Past: "unshelved", from: []string{"SHELVED", "SHELVED_OFFLOADED"},
		Does:  "It is given a host again and boots. That can take minutes.",
		Costs: "Nothing is lost, but it takes up room in the project's quota again.",
	},
	{
		Action: diag.Unrescue, Title: "Unrescue", Past: "unrescued", from: []string{"RESCUE"}, Console: true,
		Does:  "It leaves the rescue image and boots from its own disk.",
		Costs: "Whoever repairs it in rescue mode is thrown out. The console log is lost; it is saved to this thread first.",
	},
	{
		Action: diag.HardReboot, Title: "Hard reboot", Past: "hard rebooted", from: []string{"ACTIVE", "ERROR"}, Console: true,
		Does:  "It is powered off without being asked, set up anew on its host, and boots.",
		Costs: "What its programs had not yet written to disk is lost, and so is the console log, which is saved to this thread first.",
	},
}

// DeedOf returns what there is to say of an action; false for one that nobody
// can be offered.
func DeedOf(a diag.Action) (Deed, bool) {
	i := slices.IndexFunc(deeds, func(d Deed) bool { return d.Action == a })
	if i < 0 {
		return Deed{}, false
	}
	return deeds[i], true
}

// A Proposal is an action that the evidence calls for.
type Proposal struct {
	Deed
	Cause string // ID of the finding that calls for it
	Why   string // its sentence; it may hold foreign text
	Sure  bool   // the cause is confirmed, and not one suspect of several
}

// Propose returns the action that on-call can be offered after a diagnosis; nil
// if there is none. An action of a cause that is only possible is proposed if
// nothing is confirmed: suspects that cannot be told apart from outside, such as a
// firewall inside the guest and rules that its host does not apply, are for
// on-call to weigh. None is proposed in a state in which it makes no sense.
func Propose(d *diag.Diagnosis) *Proposal {
	if d.Instance == nil {
		return nil
	}
	for _, f := range d.Findings {
		if f.Under != "" || f.State != d.Findings[0].State {
			break // consequences, and what stands behind a certainty
		}
		deed, ok := DeedOf(f.Cause.Fix.Action)
		if ok && Refuses(deed.Action, d.Instance) == "" {
			return &Proposal{Deed: deed, Cause: f.ID, Why: f.Text, Sure: f.State == diag.Confirmed}
		}
	}
	return nil
}

// Refuses says why an action makes no sense for an instance as it is; "" if it
// does. The sentence is for people.
func Refuses(a diag.Action, i *diag.Instance) string {
	deed, ok := DeedOf(a)
	switch {
	case !ok:
		return "There is no such action."
	case !slices.Contains(deed.from, i.Status):
		return fmt.Sprintf("It is %s now, and only what is %s can be %s.", stated(i.Status), eitherOf(deed.from), deed.Past)
	case i.Task != "":
		return "The cloud is at work on it already (" + i.Task + ")."
	case i.Locked:
		return "It is locked: its owner or an administrator has to unlock it first."
	}
	return ""
}

func stated(status string) string { return cmp.Or(status, "in a state that the cloud does not tell") }

func eitherOf(list []string) string {
	if len(list) == 1 {
		return list[0]
	}
	return fmt.Sprintf("%s or %s", list[0], list[1])
}

// Swapped says what is different about an instance since an action was offered
// for it; "" if it is the same one and still in the state for which it was. An
// active instance that has changed since then may have been rebooted meanwhile.
func Swapped(a diag.Action, then, now *diag.Instance) string {
	switch {
	case then.ID != now.ID:
		return "It is another instance than the one that was checked."
	case then.Name != now.Name:
		return "Its name has changed since it was checked."
	case then.Status != now.Status:
		return fmt.Sprintf("It was %s when this was offered, and is %s now.", stated(then.Status), stated(now.Status))
	case a == diag.HardReboot && !then.Updated.Equal(now.Updated):
		return "The cloud has done something to it since it was checked; perhaps somebody else has rebooted it."
	}
	return ""
}

// Reached reports whether an action has come to its end: the instance is up and
// the cloud is done with it.
func Reached(i *diag.Instance) bool { return i.Status == "ACTIVE" && i.Task == "" }

// StateOf is an instance's state as it is told while people wait: "ACTIVE", or
// "HARD_REBOOT (reboot_started_hard)".
func StateOf(i *diag.Instance) string {
	if i.Task == "" {
		return stated(i.Status)
	}
	return stated(i.Status) + " (" + i.Task + ")"
}
