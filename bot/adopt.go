package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"sshhelp/diag"
)

// When Redis has lost a check, its thread is still there: the message that carries
// the verdict holds in its metadata what was asked and by whom. A reply that would
// have been understood has the thread looked at, once, and the talk goes on.

// notOursTTL is how long a thread that is none of ours is not looked at again.
const notOursTTL = 6 * time.Hour

// adopts makes a job that looks whose thread it is before it is done; fallback is
// told to the person if it is not ours, "" for silence.
func (j job) adopts(fallback string) *job {
	j.Kind, j.Text = adoptJob, fallback
	return &j
}

// adopt goes on in a thread that is forgotten, if it is one of ours.
func (b *Bot) adopt(ctx context.Context, j *job) error {
	r, err := b.web.rootIn(ctx, j.Place.Channel, j.Place.Thread, b.me.bot)
	if err != nil {
		b.log.Info("cannot look whose thread it is", "channel", j.Place.Channel, "thread", j.Place.Thread, "err", err)
	}
	if r == nil {
		if err == nil {
			if err := b.store.keep(ctx, b.store.notOurs(j.Place.Channel, j.Place.Thread), true, notOursTTL); err != nil {
				b.log.Warn("a thread that is not ours will be looked at again", "err", err)
			}
		}
		if j.Text == "" {
			return nil
		}
		return b.tell(ctx, j, message{text: j.Text})
	}
	r.Team, r.Channel, r.Thread, r.Started = j.Team, j.Place.Channel, j.Place.Thread, j.At
	b.log.Info("a forgotten check goes on", "ref", r.Ref, "channel", r.Channel, "thread", r.Thread)
	if err := b.store.save(ctx, r); err != nil {
		return err
	}
	j.Kind, j.Text, j.Ref = followJob, "", r.Ref
	return b.followUp(ctx, j)
}

// rootIn finds the newest message of ours in a thread that carries a verdict, and
// makes of its metadata what is known of the check; nil if there is none.
func (w *web) rootIn(ctx context.Context, channel, thread, bot string) (*record, error) {
	var list []slack.Message
	err := w.call(ctx, "conversations.replies", "", reply, func(ctx context.Context) (err error) {
		list, _, _, err = w.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: channel, Timestamp: thread, Limit: 100, IncludeAllMetadata: true,
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read thread %s of %s: %w", thread, channel, err)
	}
	var found *record
	for _, m := range list {
		if r := remembered(m, bot); r != nil {
			found = r
		}
	}
	return found, nil
}

// remembered reads what a message of ours says of its check.
func remembered(m slack.Message, bot string) *record {
	at := m.Metadata.EventPayload
	if m.BotID != bot || m.Metadata.EventType != metadataType || at["part"] != rootPart {
		return nil
	}
	ref, _ := at["id"].(string)
	by, _ := at["by"].(string)
	text, _ := at["asked"].(string)
	var asked diag.Asked
	if ref == "" || json.Unmarshal([]byte(text), &asked) != nil || asked.Query == "" {
		return nil
	}
	return &record{Ref: ref, Root: m.Timestamp, User: by, Asked: asked}
}

// asking is what a root message's metadata says of the request.
func (r *record) asking() map[string]any {
	data, err := json.Marshal(r.Asked)
	if err != nil {
		panic("bot: a request cannot be encoded: " + err.Error()) // unreachable: plain fields only
	}
	return map[string]any{"asked": string(data), "by": r.User}
}
