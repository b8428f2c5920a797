package bot

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"sshhelp/diag"
)

// Where time is the remedy, the bot looks again by itself: once, and it says when.
// What is due lies in a sorted set, from which any replica takes it.

// waits is how long it takes, as a rule, until what keeps people out is over. A
// guest boots within a minute or two; fail2ban bans for ten minutes by default
// (jail.conf, bantime), OpenSSH throttles for seconds (sshd_config(5),
// PerSourcePenalties).
var waits = map[string]time.Duration{
	"instance/building": 2 * time.Minute,
	"instance/busy":     time.Minute,
	"boot/in-progress":  time.Minute,
	"auth/booting":      time.Minute,
	"sshd/throttled":    time.Minute,
	"sshd/banned":       10*time.Minute + 10*time.Second,
}

// plan says when to look again by itself; the zero time for not at all. After a
// look that nobody has asked for comes no further one.
func (b *Bot) plan(r *record, d *diag.Diagnosis) time.Time {
	lead := d.Lead()
	if lead == nil || r.byItself {
		return time.Time{}
	}
	wait, known := waits[lead.ID]
	if !known {
		return time.Time{}
	}
	return time.Now().Add(wait / time.Duration(max(1, b.pace.haste)))
}

// schedule puts down when the check is due, or that it is not.
func (b *Bot) schedule(ctx context.Context, r *record) error {
	ctx, done := context.WithTimeout(ctx, time.Second) // an answer does not wait for it
	defer done()
	if r.Due.IsZero() {
		_, err := b.store.cancel(ctx, r.Ref)
		return err
	}
	j := &job{
		Kind: followJob, Ref: r.Ref, Change: change{Recheck: true}, ByItself: true, User: r.User, Team: r.Team, At: r.Due,
		Place: place{Channel: r.Channel},
	}
	_, err := b.store.db.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, b.store.dueJobs(), r.Ref, j.encode())
		p.ZAdd(ctx, b.store.due(), redis.Z{Score: float64(r.Due.UnixMilli()), Member: r.Ref})
		return nil
	})
	if err != nil {
		return fmt.Errorf("plan to look again at %s: %w", r.Ref, err)
	}
	return nil
}

// cancel forgets that a check is due, and reports whether it was.
func (s *store) cancel(ctx context.Context, ref string) (bool, error) {
	n, err := s.db.ZRem(ctx, s.due(), ref).Result()
	if err == nil {
		err = s.db.HDel(ctx, s.dueJobs(), ref).Err()
	}
	if err != nil {
		return false, fmt.Errorf("cancel the look at %s: %w", ref, err)
	}
	return n > 0, nil
}

// dueScript queues what is due and forgets it, in one step: no two replicas take
// the same, and none is lost between the two.
var dueScript = redis.NewScript(`
local list = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, 20)
for _, ref in ipairs(list) do
  local job = redis.call('HGET', KEYS[2], ref)
  if job then redis.call('XADD', KEYS[3], '*', 'job', job) end
  redis.call('ZREM', KEYS[1], ref)
  redis.call('HDEL', KEYS[2], ref)
end
return #list
`)

// awaitDue queues what is due until ctx ends.
func (b *Bot) awaitDue(ctx context.Context) {
	for pause(ctx, b.pace.due) {
		err := dueScript.Run(ctx, b.store.db, []string{b.store.due(), b.store.dueJobs(), b.store.stream(followJob)}, time.Now().UnixMilli()).Err()
		if err != nil && ctx.Err() == nil {
			b.log.Debug("cannot look what is due", "err", err)
		}
	}
}
