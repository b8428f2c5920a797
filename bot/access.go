package bot

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"sshhelp/commands"
)

// Access says who may ask, and about what. The zero Access refuses everybody. A
// request is allowed if any one list holds its workspace, its channel or its
// person, and then for everything that the credentials see; or if a scope is
// theirs, and then for that. Guests and people of other workspaces are refused in
// any case.
type Access struct {
	Everyone bool     // everybody who can reach the app
	Teams    []string // workspace or organisation IDs
	Channels []string
	Users    []string
	// Scopes grants less than everything, by the ID of a workspace, a channel, a
	// person, or a user group (S...). Several that fit add up.
	Scopes map[string]commands.Scope
}

// allows judges by what the request itself says. Who may be in a user group that
// has a scope is let pass here, before the ack, and judged in [gatekeeper.refusal].
func (a Access) allows(team, channel, user string) bool {
	scope, groups := a.grants(team, channel, user)
	return len(scope)+len(groups) > 0
}

func (a Access) listed(team, channel, user string) bool {
	return a.Everyone || slices.Contains(a.Users, user) || slices.Contains(a.Channels, channel) || slices.Contains(a.Teams, team)
}

// gatekeeper looks up what a request does not say: whether its person is a
// guest, a stranger or a robot, and whether outsiders read its channel. A look-up
// that fails is a no.
type gatekeeper struct {
	access   Access
	web      *web
	now      func() time.Time
	people   cache
	channels cache
	groups   cache
}

// refusal says why a person may not ask in a channel; "" if they may.
func (g *gatekeeper) refusal(ctx context.Context, team, channel, user string) string {
	if len(g.scope(ctx, team, channel, user)) == 0 {
		return notAllowedText(channel, user)
	}
	if why := g.person(ctx, user); why != "" {
		return why
	}
	if (place{Channel: channel}).direct() {
		return ""
	}
	return g.channels.get(g.now(), channel, func() (string, bool) { return g.room(ctx, channel) })
}

// person says why somebody may not use the bot anywhere; "" if that depends.
func (g *gatekeeper) person(ctx context.Context, id string) string {
	return g.people.get(g.now(), id, func() (string, bool) { return g.lookUp(ctx, id) })
}

func (g *gatekeeper) lookUp(ctx context.Context, id string) (why string, known bool) {
	u, err := g.web.user(ctx, id)
	switch {
	case err != nil:
		g.web.log.Warn("refused: cannot look a person up", "user", id, "err", err)
		return unsureText, false
	case u.IsBot, u.Deleted:
		return robotText, true
	case u.IsStranger, u.IsRestricted, u.IsUltraRestricted:
		return guestText, true
	}
	return "", true
}

// room refuses channels that are shared with another organisation. A channel
// that Slack does not show to us is private and we are not in it: nothing can be
// posted there, and the answer will be for the asker alone.
func (g *gatekeeper) room(ctx context.Context, id string) (why string, known bool) {
	c, err := g.web.channel(ctx, id)
	switch {
	case slackCode(err) == "channel_not_found":
		return "", false
	case err != nil:
		g.web.log.Warn("refused: cannot look a channel up", "channel", id, "err", err)
		return unsureText, false
	case c.IsExtShared, c.IsPendingExtShared:
		return sharedText, true
	}
	return "", true
}

const (
	cacheFor  = 5 * time.Minute
	cacheMost = 2000
)

// cache remembers refusals ("" for none) for a while. The zero cache is empty.
type cache struct {
	mu   sync.Mutex
	have map[string]cached
}

type cached struct {
	why   string
	until time.Time
}

func (c *cache) get(now time.Time, key string, look func() (why string, known bool)) string {
	c.mu.Lock()
	old, ok := c.have[key]
	c.mu.Unlock()
	if ok && now.Before(old.until) {
		return old.why
	}
	why, known := look()
	if !known {
		return why
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.have == nil || len(c.have) >= cacheMost {
		c.have = map[string]cached{}
	}
	c.have[key] = cached{why, now.Add(cacheFor)}
	return why
}

// What people are told; never more than they need to get on.
const (
	guestText  = "Guests and people of other organisations cannot use sshhelp. Ask somebody of this workspace to check for you."
	robotText  = "sshhelp answers people only."
	sharedText = "This channel is shared with another organisation, so sshhelp does not answer here. Ask in a channel of your own, or in a direct message."
	unsureText = "Slack did not say whether you may ask here, so nothing was done. Please try again in a minute."
)

func notAllowedText(channel, user string) string {
	return fmt.Sprintf("You cannot use sshhelp here yet. Whoever runs it can allow this channel (`%s`) or you (`%s`).", escape(channel), escape(user))
}
