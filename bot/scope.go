package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sshhelp/commands"
)

// groupID tells the ID of a Slack user group, which begins with S, from those of
// workspaces, channels and people.
func groupID(id string) bool { return strings.HasPrefix(id, "S") }

// grants returns what the request's own IDs may look at. pending: there are user
// groups that the person may be in, which only Slack can tell.
func (a Access) grants(team, channel, user string) (scope commands.Scope, pending []string) {
	if a.listed(team, channel, user) {
		return commands.Everything, nil
	}
	for id, granted := range a.Scopes {
		switch {
		case id == team || id == channel || id == user:
			scope = append(scope, granted...)
		case groupID(id):
			pending = append(pending, id)
		}
	}
	slices.Sort(pending)
	return scope, pending
}

// scope returns what a person may look at from a channel; groups that Slack does
// not tell of add nothing.
func (g *gatekeeper) scope(ctx context.Context, team, channel, user string) commands.Scope {
	scope, groups := g.access.grants(team, channel, user)
	for _, id := range groups {
		if g.member(ctx, id, user) {
			scope = append(scope, g.access.Scopes[id]...)
		}
	}
	return scope
}

// refusalOf says why a person may not go on with a check; "" if they may. That
// somebody else may look at the instance does not let them.
func (g *gatekeeper) refusalOf(ctx context.Context, j *job, r *record) string {
	if why := g.refusal(ctx, j.Team, j.Place.Channel, j.User); why != "" {
		return why
	}
	if r.Cloud != "" && !g.scope(ctx, j.Team, j.Place.Channel, j.User).Allows(r.Cloud, r.Project) {
		return outOfScopeText
	}
	return ""
}

const outOfScopeText = "You may use sshhelp, but not for the project that this instance belongs to. Whoever asked first can go on here."

// member reports whether a person is in a user group. A look-up that fails is a
// no, and not remembered.
func (g *gatekeeper) member(ctx context.Context, group, user string) bool {
	const yes = "yes"
	return g.groups.get(g.now(), group+" "+user, func() (string, bool) {
		members, err := g.web.members(ctx, group)
		if err != nil {
			g.web.log.Warn("counted as no member: cannot look a user group up", "group", group, "user", user, "err", err)
			return "", false
		}
		if slices.Contains(members, user) {
			return yes, true
		}
		return "", true
	}) == yes
}

// members returns the people of a user group (scope usergroups:read; paid plans
// only). A group that was switched off has none.
func (w *web) members(ctx context.Context, group string) (users []string, err error) {
	err = w.call(ctx, "usergroups.users.list", "", answer, func(ctx context.Context) error {
		users, err = w.api.GetUserGroupMembersContext(ctx, group)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("members of %s: %w", group, err)
	}
	return users, nil
}
