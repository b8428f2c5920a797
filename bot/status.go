package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"sshhelp/diag"
)

// statusMost is how long the parts may take to say how they are.
const statusMost = 10 * time.Second

// status is how the bot and what it rests on are now: one line each.
func (b *Bot) status(ctx context.Context) []diag.Check {
	ctx, cancel := context.WithTimeout(ctx, statusMost)
	defer cancel()
	list := []diag.Check{b.slackStatus(), b.redisStatus(ctx)}
	if b.Status != nil {
		list = append(list, b.Status(ctx)...)
	}
	return list
}

func (b *Bot) slackStatus() diag.Check {
	c := diag.Check{What: "Slack", Mark: diag.CheckOK, Text: fmt.Sprintf("%d of %d connections of this replica are up", b.links.greeted(), b.Connections)}
	if b.links.greeted() < b.Connections {
		c.Mark = diag.CheckLimited
	}
	return c
}

// redisStatus tells whether Redis answers, and how much work waits there.
func (b *Bot) redisStatus(ctx context.Context) diag.Check {
	c := diag.Check{What: "Redis", Mark: diag.CheckOK}
	n, err := b.store.db.XLen(ctx, b.checks.stream).Result()
	switch {
	case err != nil:
		b.log.Warn("status: Redis does not answer", "err", err)
		c.Mark, c.Text = diag.CheckFailed, "does not answer"
	case b.store.embedded != nil:
		c.Mark, c.Text = diag.CheckLimited, "embedded: conversations are forgotten when this process ends"
	default:
		c.Text = fmt.Sprintf("answers; %d checks waiting or under way", n)
	}
	return c
}

// showStatus tells a person how the bot is, in private.
func (b *Bot) showStatus(ctx context.Context, j *job) error {
	return b.tell(ctx, j, message{text: "How sshhelp is", blocks: append([]slack.Block{heading("How sshhelp is")}, b.statusBlock(ctx))})
}

func (b *Bot) statusBlock(ctx context.Context) slack.Block {
	list := slack.NewRichTextList(slack.RTEListBullet, 0)
	for _, c := range gathered(b.status(ctx)) {
		list.Elements = append(list.Elements, line(bold(c.What), plain(": "+string(c.Mark)+". "+c.Text)))
	}
	list.Elements = append(list.Elements, line(bold("Version"), plain(": "+b.Version)))
	return slack.NewRichTextBlock("", list)
}

// gathered puts the lines of one part ("OpenStack north: ports") that are all ok
// into one, so that what is not stands out.
func gathered(list []diag.Check) []diag.Check {
	bad := map[string]bool{}
	for _, c := range list {
		part, _, _ := strings.Cut(c.What, ":")
		bad[part] = bad[part] || c.Mark == diag.CheckFailed || c.Mark == diag.CheckUnknown
	}
	var kept []diag.Check
	for _, c := range list {
		part, _, inPart := strings.Cut(c.What, ":")
		switch {
		case !inPart || bad[part] || c.Mark != diag.CheckOK:
			kept = append(kept, c)
		case !slices.ContainsFunc(kept, func(k diag.Check) bool { return k.What == part }):
			kept = append(kept, diag.Check{What: part, Mark: diag.CheckOK, Text: "answers"})
		}
	}
	return kept
}
