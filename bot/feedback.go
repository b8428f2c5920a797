package bot

import (
	"context"
	"strings"

	"github.com/redis/go-redis/v9"
	"github.com/slack-go/slack"
)

// feedbackAction is the pair of buttons under the evidence. Their values are the
// reference of a check and a thumb.
const feedbackAction = "feedback"

const (
	statHelped   = "helped" // people who say that the answer helped
	statUseless  = "useless"
	helpedThumb  = "up"
	uselessThumb = "down"
)

// feedbackBlock asks whether the answer helped.
func feedbackBlock(ref string) slack.Block {
	yes := slack.NewFeedbackButton(formText("It helped"), ref+":"+helpedThumb).WithAccessibilityLabel("This answer helped")
	no := slack.NewFeedbackButton(formText("It did not"), ref+":"+uselessThumb).WithAccessibilityLabel("This answer did not help")
	return slack.NewContextActionsBlock("", slack.NewFeedbackButtonsBlockElement(feedbackAction, yes, no))
}

// feedbackClicked takes a thumb. It goes into the week's figures without a name.
func (b *Bot) feedbackClicked(i *interaction) *wish {
	ref, _, _ := strings.Cut(i.Actions[0].Value, ":")
	j := i.job(feedbackJob, ref)
	j.Text = i.Actions[0].Value
	return &wish{job: j, gate: b.store.check(ref), or: j.tell(forgottenText)}
}

// feedback counts a person's thumb once for each check; the last one counts.
func (b *Bot) feedback(ctx context.Context, j *job) error {
	r, err := b.store.load(ctx, j.Ref)
	if err != nil || r.Channel != j.Place.Channel {
		return err
	}
	if why := b.gate.refusalOf(ctx, j, r); why != "" {
		return b.tell(ctx, j, message{text: why})
	}
	_, thumb, _ := strings.Cut(j.Text, ":")
	field := statUseless
	if thumb == helpedThumb {
		field = statHelped
	}
	err = thumbScript.Run(ctx, b.store.db, []string{b.store.thumbs(r.Ref), b.store.stats(week(r.Started))},
		j.User, field, seconds(b.store.ttl), seconds(statsTTL)).Err()
	if err != nil {
		return err
	}
	b.log.Info("feedback", "ref", r.Ref, "says", field)
	return b.tell(ctx, j, message{text: thanksText})
}

const thanksText = "Thank you. It goes into the week's figures, without your name. If something is missing or wrong, write it in the thread or press *Escalate*."

// thumbScript moves a person's thumb, in the check's hash and in the week's sums.
var thumbScript = redis.NewScript(`
local old = redis.call('HGET', KEYS[1], ARGV[1])
if old == ARGV[2] then return 0 end
if old then redis.call('HINCRBY', KEYS[2], old, -1) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('HINCRBY', KEYS[2], ARGV[2], 1)
redis.call('EXPIRE', KEYS[2], ARGV[4])
return 1
`)
