package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/slack-go/slack"
)

// maxMine is how many of a person's checks are listed.
const maxMine = 10

// noteMine lists a check among its asker's. Nothing hangs on it.
func (b *Bot) noteMine(ctx context.Context, r *record) {
	key := b.store.mine(r.User)
	_, err := b.store.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.ZAdd(ctx, key, redis.Z{Score: float64(r.Started.Unix()), Member: r.Ref})
		p.ZRemRangeByRank(ctx, key, 0, -2*maxMine-1) // some are forgotten before the list is
		p.Expire(ctx, key, b.store.ttl)
		return nil
	})
	if err != nil {
		b.log.Warn("a check is missing from its asker's list", "ref", r.Ref, "err", err)
	}
}

// mine returns a person's checks that are still remembered, the newest first.
func (b *Bot) mine(ctx context.Context, user string) ([]*record, error) {
	refs, err := b.store.db.ZRangeArgs(ctx, redis.ZRangeArgs{Key: b.store.mine(user), Start: 0, Stop: -1, Rev: true}).Result()
	if err != nil {
		return nil, fmt.Errorf("list the checks of %s: %w", user, err)
	}
	var list []*record
	for _, ref := range refs {
		r, err := b.store.load(ctx, ref)
		switch {
		case errors.Is(err, errForgotten):
			continue
		case err != nil:
			return nil, err
		case r.User == user && r.Root != "":
			list = append(list, r)
		}
		if len(list) == maxMine {
			break
		}
	}
	return list, nil
}

// showMine tells a person of their checks, in private.
func (b *Bot) showMine(ctx context.Context, j *job) error {
	list, err := b.mine(ctx, j.User)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return b.tell(ctx, j, message{text: noneOfMineText})
	}
	return b.tell(ctx, j, message{text: "Your checks", blocks: []slack.Block{heading("Your checks"), b.mineBlock(list)}})
}

const noneOfMineText = "sshhelp remembers no check of yours. Start one: `/sshhelp web-1`"

// mineBlock lists checks with what came of them and a link to their threads.
func (b *Bot) mineBlock(list []*record) slack.Block {
	entries := slack.NewRichTextList(slack.RTEListBullet, 0)
	for _, r := range list {
		verdict := "still running"
		if r.Last != nil {
			verdict = r.Last.Verdict
		}
		at := r.Started.UTC().Format("2006-01-02 15:04 UTC")
		entries.Elements = append(entries.Elements, line(
			slack.NewRichTextSectionDateElement(r.Started.Unix(), "{date_short_pretty} {time}", nil, &at), plain(" "),
			slack.NewRichTextSectionLinkElement(b.link(r.Channel, r.Root), tame(cmp.Or(r.Name, r.Asked.Query), 80), nil), plain(": "+verdict),
		))
	}
	return slack.NewRichTextBlock("", entries)
}

// link leads to a message (Slack's own form of permalinks); it is made without a
// call, and leads nowhere for who may not see the message.
func (b *Bot) link(channel, ts string) string {
	return strings.TrimSuffix(b.me.url, "/") + "/archives/" + channel + "/p" + strings.ReplaceAll(ts, ".", "")
}

// days puts how long something is kept into words.
func days(d time.Duration) string {
	if d < 48*time.Hour {
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// since puts how long ago something was into words.
func since(at, now time.Time) string {
	switch d := now.Sub(at); {
	case d < time.Minute:
		return "less than a minute ago"
	case d < 2*time.Minute:
		return "a minute ago"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours ago", int(d.Hours()))
	default:
		return fmt.Sprintf("%d days ago", int(d.Hours()/24))
	}
}
