package bot

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/slack-go/slack"

	"sshhelp/commands"
)

// auditMost bounds the stream in Redis; the log and the channel keep all.
const auditMost = 10000

// An auditLine is one step of an action, or of a try at one.
type auditLine struct {
	event  string // one of the constants below
	user   string
	team   string
	reason string // what the person gave as the reason
	detail string // for refusals, why; else what came of it
}

const (
	auditOffered = "offered"
	auditOpened  = "opened"  // the form, for somebody who may
	auditRefused = "refused" // and nothing was done
	auditFirst   = "first"   // of two confirmations
	auditIntent  = "intent"  // the call is about to be made
	auditBegun   = "begun"   // the cloud has accepted it
	auditNot     = "not-begun"
	auditUnknown = "unknown" // whether the cloud has taken it
	auditEnded   = "ended"   // watching
)

// fields are the line as it stands in the stream.
func (a auditLine) fields(o *offer, now time.Time) map[string]string {
	f := map[string]string{
		"at": now.UTC().Format(time.RFC3339Nano), "event": a.event, "user": a.user, "team": a.team, "reason": a.reason, "detail": a.detail,
	}
	if o != nil {
		maps.Copy(f, map[string]string{
			"offer": o.ID, "ref": o.Ref, "action": string(o.Action), "instance": o.Instance.ID, "name": o.Instance.Name,
			"cloud": o.Instance.Cloud, "channel": o.Channel, "thread": o.Thread, "cause": o.Cause,
		})
	}
	return f
}

// audit writes a step down: in the log, in the stream, and in the channel if
// there is one. Where the stream does not take it the log has it; only an intent
// must be in the stream before it is followed (see intend).
func (b *Bot) audit(ctx context.Context, o *offer, a auditLine) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	f := a.fields(o, time.Now())
	b.logAudit(f)
	err := insist(ctx, func(ctx context.Context) error {
		return b.store.db.XAdd(ctx, &redis.XAddArgs{Stream: b.store.audit(), MaxLen: auditMost, Approx: true, Values: f}).Err()
	})
	if err != nil {
		b.log.Warn("an audit line is in the log only", "event", a.event, "err", err)
	}
	b.publish(ctx, o, a)
}

func (b *Bot) logAudit(f map[string]string) {
	attrs := make([]any, 0, len(f))
	for _, key := range slices.Sorted(maps.Keys(f)) {
		if f[key] != "" {
			attrs = append(attrs, slog.String(key, f[key]))
		}
	}
	b.log.Info("audit", attrs...)
}

// publish posts a line into the audit channel. What was merely offered or opened
// would be noise there.
func (b *Bot) publish(ctx context.Context, o *offer, a auditLine) {
	if b.Actions.AuditChannel == "" || o == nil || a.event == auditOffered || a.event == auditOpened {
		return
	}
	if _, err := b.web.post(ctx, b.Actions.AuditChannel, "", reply, auditMessage(o, a)); err != nil {
		b.log.Warn("an audit line is not in the channel", "event", a.event, "channel", b.Actions.AuditChannel, "err", err)
	}
}

// auditMessage is inert: whoever named an instance or wrote a reason cannot ping
// anybody with it.
func auditMessage(o *offer, a auditLine) message {
	d, _ := commands.DeedOf(o.Action) // the zero deed says less
	l := line(bold(d.Title+" of "), code(tame(o.Instance.Name, 100)), plain(" ("+o.Instance.ID+"): "), bold(a.event))
	if a.detail != "" {
		l.Elements = append(l.Elements, plain(", "+a.detail))
	}
	if a.user != "" {
		l.Elements = append(l.Elements, plain(" · by "), code(a.user))
	}
	if a.reason != "" {
		l.Elements = append(l.Elements, plain(" · reason: “"+a.reason+"”"))
	}
	l.Elements = append(l.Elements, plain(" · reference "+o.Ref))
	return message{
		text:   escape(tame(d.Title+" of "+o.Instance.Name+": "+a.event, maxTop)),
		blocks: []slack.Block{slack.NewRichTextBlock("", l)},
	}
}

// noteRefusal writes a refusal down.
func (b *Bot) noteRefusal(ctx context.Context, o *offer, j *job, no *refusal) {
	b.audit(ctx, o, auditLine{event: auditRefused, user: j.User, team: j.Team, reason: j.Press.Reason, detail: no.reason})
}
