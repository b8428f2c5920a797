package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"
)

// A refusal is why nothing is done: what the person is told, in plain text, and
// the word that the audit knows it by. nil is none.
type refusal struct {
	reason string
	text   string
}

// mayConfirm says why a person may not confirm an action in a channel. Slack is
// asked each time, never a memory of ours: rights may have been taken away since.
// A look-up that fails is a no. Names are never looked at, only IDs.
func (b *Bot) mayConfirm(ctx context.Context, team, channel, user string) *refusal {
	u, err := b.web.user(ctx, user)
	if err != nil {
		b.log.Warn("refused: cannot look a person up", "user", user, "err", err)
		return &refusal{"person not looked up", unsureText}
	}
	if no := b.isColleague(u, team); no != nil {
		return no
	}
	if why := b.unsafeRoom(ctx, channel); why != nil {
		return why
	}
	if slices.Contains(b.Actions.Users, user) {
		return nil
	}
	return b.inGroup(ctx, user)
}

// isColleague refuses robots, guests, and people of other workspaces: both by
// what the click says and by what Slack says of the person.
func (b *Bot) isColleague(u *slack.User, team string) *refusal {
	switch {
	case u.IsBot || u.Deleted:
		return &refusal{"robot or former member", robotText}
	case u.IsStranger || u.IsRestricted || u.IsUltraRestricted:
		return &refusal{"guest", guestText}
	case team != b.me.team, u.TeamID != b.me.team && !slices.Contains(u.Enterprise.Teams, b.me.team):
		return &refusal{"another workspace", guestText}
	}
	return nil
}

// unsafeRoom refuses channels that people of another organisation read.
func (b *Bot) unsafeRoom(ctx context.Context, channel string) *refusal {
	if (place{Channel: channel}).direct() {
		return nil
	}
	switch why, known := b.gate.room(ctx, channel); {
	case why == "" && known:
		return nil
	case why == sharedText:
		return &refusal{"shared channel", why}
	}
	return &refusal{"channel not looked up", unsureText}
}

// inGroup asks for the members of each group. One that cannot be read makes the
// answer a no unless another has the person.
func (b *Bot) inGroup(ctx context.Context, user string) *refusal {
	failed := false
	for _, group := range b.Actions.Groups {
		members, err := b.web.members(ctx, group)
		if err != nil {
			b.log.Warn("cannot read a user group", "group", group, "err", err)
			failed = true
			continue
		}
		if slices.Contains(members, user) {
			return nil
		}
	}
	if failed {
		return &refusal{"group not looked up", "Slack did not say whether you are one of those who may confirm this, so nothing was done. Please try again in a minute."}
	}
	return &refusal{"not an approver", fmt.Sprintf("You may not confirm this. Ask %s.", b.Actions.whom())}
}

// standing says why an offer cannot be taken up any more.
func (b *Bot) standing(ctx context.Context, o *offer, now time.Time) *refusal {
	d, err := b.store.deedOf(ctx, o.ID)
	if err != nil {
		return memoryRefusal(err)
	}
	if d.Holder != "" {
		return &refusal{"used", "Somebody has confirmed this already; the thread says what comes of it."}
	}
	newest, err := b.store.currentOffer(ctx, o.Ref)
	if err != nil {
		return memoryRefusal(err)
	}
	switch {
	case newest.ID != o.ID:
		return &refusal{"replaced", "There has been a newer check since, so this button is void. Its thread has what is offered now."}
	case now.After(o.Until):
		return &refusal{"expired", "This was offered too long ago: the instance may be in another state by now. Press Recheck for a new offer."}
	}
	return nil
}

// memoryRefusal is for a Redis that does not answer: without it nothing is known
// of the offer, and nothing could be written down.
func memoryRefusal(err error) *refusal {
	return &refusal{"no memory: " + err.Error(), noMemoryText}
}
