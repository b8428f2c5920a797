package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/slack-go/slack"
)

// errUnknown: a message may have been posted, or not. It must not be again.
var errUnknown = errors.New("it is not known whether the message was posted")

// pending and a token stand in a claim while its message has no ts yet.
const pending = "pending:"

// postOnce posts a message that has a ref and a part, or finds it if it was
// posted before, here or by a replica that is gone. The claim is taken before
// the call, so that a second post is impossible; only Slack's plain refusal
// gives it back. Slack has no idempotency key, so after an unknown outcome the
// message is looked for by its metadata; if it is not there, errUnknown.
func (b *Bot) postOnce(ctx context.Context, channel, thread string, p priority, m message) (string, error) {
	key := b.store.posted(m.ref, m.part)
	known, err := b.claim(ctx, key)
	switch {
	case err != nil:
		return "", fmt.Errorf("claim message %s of %s: %w", m.part, m.ref, err)
	case strings.HasPrefix(known, pending):
		return b.settle(ctx, key, channel, thread, m)
	case known != "":
		return known, nil
	}
	ts, err := b.web.post(ctx, channel, thread, p, m)
	switch {
	case err == nil:
		b.note(ctx, key, ts)
		return ts, nil
	case refusedPlainly(err):
		if err := b.store.db.Del(ctx, key).Err(); err != nil {
			b.log.Warn("cannot give a claim back", "key", key, "err", err)
		}
		return "", err
	}
	b.log.Warn("a post had no answer", "ref", m.ref, "part", m.part, "err", err)
	return b.settle(ctx, key, channel, thread, m)
}

// ensure posts a message once. One whose fate is not known is most likely there, and
// saying it twice helps nobody.
func (b *Bot) ensure(ctx context.Context, channel, thread string, m message) error {
	_, err := b.postOnce(ctx, channel, thread, answer, m)
	if errors.Is(err, errUnknown) {
		return nil
	}
	return err
}

// claimScript takes the claim on a message or returns what stands in it.
var claimScript = redis.NewScript(`
local known = redis.call('GET', KEYS[1])
if known and known ~= ARGV[1] then return known end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return ''
`)

// claim takes the claim on a message. If it is taken already, known is what
// stands in it: a ts, or pending and a token. Our own token, from a try whose
// outcome was lost, is no other's claim.
func (b *Bot) claim(ctx context.Context, key string) (known string, err error) {
	token := pending + rand.Text()
	err = insist(ctx, func(ctx context.Context) error {
		known, err = claimScript.Run(ctx, b.store.db, []string{key}, token, seconds(b.store.ttl)).Text()
		return err
	})
	return known, err
}

// refusedPlainly tells a refusal, after which nothing was posted, from an
// outcome that is not known. Slack says of internal_error and its like that a
// part may have been done.
func refusedPlainly(err error) bool {
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) {
		return true
	}
	if neverLeft(err) {
		return true
	}
	var sent *url.Error
	if errors.Is(err, context.Canceled) && !errors.As(err, &sent) {
		return true // it waited for its turn and never left
	}
	switch slackCode(err) {
	case "", "internal_error", "fatal_error", "service_unavailable", "request_timeout":
		return false
	}
	return true
}

// settle looks for a message whose fate is not known.
func (b *Bot) settle(ctx context.Context, key, channel, thread string, m message) (string, error) {
	for _, wait := range b.web.lookAgain {
		if wait > 0 && !pause(ctx, wait) {
			return "", ctx.Err()
		}
		ts, err := b.web.find(ctx, channel, thread, b.me.bot, m.ref, m.part)
		if err != nil {
			b.log.Warn("cannot look for a message", "ref", m.ref, "part", m.part, "err", err)
			continue
		}
		if ts != "" {
			b.note(ctx, key, ts)
			return ts, nil
		}
	}
	return "", errUnknown
}

// note puts the ts into the claim. Without it the next to ask finds the message
// by its metadata.
func (b *Bot) note(ctx context.Context, key, ts string) {
	err := insist(ctx, func(ctx context.Context) error { return b.store.db.Set(ctx, key, ts, b.store.ttl).Err() })
	if err != nil {
		b.log.Warn("cannot note a message", "key", key, "ts", ts, "err", err)
	}
}

// find looks among the newest messages of a channel or thread for ours with this
// ref and part; "" if it is not there.
func (w *web) find(ctx context.Context, channel, thread, bot, ref, part string) (string, error) {
	const newest = 100
	var list []slack.Message
	method, oldest := "conversations.history", fmt.Sprint(time.Now().Add(-time.Hour).Unix())
	if thread != "" {
		method = "conversations.replies"
	}
	err := w.call(ctx, method, "", reply, func(ctx context.Context) error {
		if thread != "" {
			var err error
			list, _, _, err = w.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
				ChannelID: channel, Timestamp: thread, Oldest: oldest, Limit: newest, IncludeAllMetadata: true,
			})
			return err
		}
		got, err := w.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: channel, Oldest: oldest, Limit: newest, IncludeAllMetadata: true,
		})
		if err == nil {
			list = got.Messages
		}
		return err
	})
	if err != nil {
		return "", err
	}
	for _, m := range list {
		at := m.Metadata.EventPayload
		if m.BotID == bot && m.Metadata.EventType == metadataType && at["id"] == ref && at["part"] == part {
			return m.Timestamp, nil
		}
	}
	return "", nil
}
