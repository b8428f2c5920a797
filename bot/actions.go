package bot

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"sshhelp/commands"
	"sshhelp/diag"
)

// Actions say what may be done to instances from Slack, and who may confirm it.
// The zero Actions offer nothing.
//
// The way of an action: offer.go puts a button into the thread after a check
// that calls for one; form.go opens the form for who may see it; pressed.go takes
// what was typed; act.go asks again who it is, looks at the instance again, and
// begins the action by one call; watch.go tells what becomes of it; audit.go
// writes all of it down. In between everything lies in Redis (actstate.go): the
// button and the form carry an opaque ID and nothing that is believed.
type Actions struct {
	Enabled bool
	Hands   commands.Actor // by a credential of its own; nil: there is none
	// Answers reports whether SSH answers at an instance; known is false if that
	// cannot be told. nil: SSH is not waited for.
	Answers func(ctx context.Context, asked diag.Asked, i *diag.Instance) (yes, known bool)

	Users  []string // people who may confirm
	Groups []string // Slack user groups whose members may confirm

	// AskWhom is whom to ask where sshhelp may not act; "": "whoever runs this
	// cloud".
	AskWhom string

	SecondPerson bool          // two people have to confirm
	SecondWithin time.Duration // for the second of them; 0: 10 minutes

	OfferTTL         time.Duration // until a button is void; 0: 15 minutes
	Cooldown         time.Duration // between two actions on one instance; 0: 15 minutes
	Watch            time.Duration // how long an action is watched; 0: 5 minutes
	PerPersonPerHour int           // actions; 0: 5
	PerHour          int           // actions of all people together; 0: 20

	AuditChannel string // every audit line is posted there too; "": nowhere
}

func (a Actions) withDefaults() Actions {
	a.SecondWithin = cmp.Or(a.SecondWithin, 10*time.Minute)
	a.OfferTTL = cmp.Or(a.OfferTTL, 15*time.Minute)
	a.Cooldown = cmp.Or(a.Cooldown, 15*time.Minute)
	a.Watch = cmp.Or(a.Watch, 5*time.Minute)
	a.PerPersonPerHour = cmp.Or(a.PerPersonPerHour, 5)
	a.PerHour = cmp.Or(a.PerHour, 20)
	return a
}

// whom is whom to ask where sshhelp may not act.
func (a Actions) whom() string { return cmp.Or(a.AskWhom, "whoever runs this cloud") }

// can reports whether an action could be carried out at all: a button that never
// works is not shown.
func (a Actions) can() bool {
	return a.Enabled && a.Hands != nil && len(a.Users)+len(a.Groups) > 0
}

// actPace are the times of an action that tests shorten.
type actPace struct {
	look    time.Duration // between two looks at an instance that is watched
	ring    time.Duration // between two tries whether SSH answers
	doubt   time.Duration // how long to look for a sign of a call whose outcome is not known
	trigger time.Duration // after which a form cannot be opened any more: Slack gives 3 s
	call    time.Duration // for the one call that acts
}

// normalActPace: a form needs two calls within the trigger's life, so that what
// has waited longer is not tried. Nova answers an action in well under a second;
// a proxy in front of it gives up after a minute, but then nobody knows more.
func normalActPace() actPace {
	return actPace{look: 2 * time.Second, ring: 5 * time.Second, doubt: time.Minute, trigger: 2500 * time.Millisecond, call: 15 * time.Second}
}

// intentMost is for writing the intent down. Whoever waits longer acts on what
// was seen too long ago.
const intentMost = 3 * time.Second

// lookMost is for one look at the instance by the credential that acts.
const lookMost = 8 * time.Second

// checkActions tells who may confirm actions, and whether the groups of those
// can be read: one that cannot be makes every answer a no.
func checkActions(ctx context.Context, w *web, a Actions) []diag.Check {
	if !a.Enabled {
		return []diag.Check{{What: "Actions", Mark: diag.CheckOK, Text: "off: nothing is changed, nothing is offered"}}
	}
	var list []diag.Check
	for _, id := range a.Groups {
		c := diag.Check{What: "Actions, approvers of group " + id, Mark: diag.CheckOK}
		members, err := w.members(ctx, id)
		switch {
		case err != nil:
			c = failed(c, "usergroups.users.list", err)
			c.Fix = "Name a Slack user group of this workspace (a paid plan's), and give the bot the scope usergroups:read."
		case len(members) == 0:
			c.Mark, c.Text, c.Fix = diag.CheckLimited, "nobody is in it", "Put the on-call people into the group."
		default:
			c.Text = fmt.Sprintf("%d people", len(members))
		}
		list = append(list, c)
	}
	if len(a.Users) > 0 {
		list = append(list, diag.Check{What: "Actions, approvers by name", Mark: diag.CheckOK, Text: fmt.Sprintf("%d people", len(a.Users))})
	}
	if len(list) == 0 {
		list = append(list, diag.Check{
			What: "Actions", Mark: diag.CheckFailed, Text: "enabled, but nobody may confirm",
			Fix: "List IDs under actions.users or actions.groups.",
		})
	}
	return list
}
