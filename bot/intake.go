package bot

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	admitMost  = 300 * time.Millisecond // of Slack's 3 s for an ack
	maxBacklog = 5000                   // jobs waiting or under way, all replicas together
)

// A wish is what an envelope asks the bot to do.
type wish struct {
	seen string // the key by which a second delivery is known
	job  *job   // what to do
	gate string // if set: job only if this key exists in Redis,
	or   *job   // else this; nil: nothing
}

// A fate is what became of a wish.
type fate string

const (
	queued    fate = "queued"
	duplicate fate = "duplicate" // taken before
	foreign   fate = "foreign"   // not in a thread of ours
	many      fate = "many"      // more than one person may ask in a minute
	busy      fate = "busy"      // too much work is waiting
)

// admitScript takes a wish or not, in one step: a crash between noting that an
// event was seen and queueing it would lose it. Of those who ask too often the
// first request above the limit is answered (ARGV[8]), the others are not.
var admitScript = redis.NewScript(`
local work, other, notes, rate, seen, gate = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local job = ARGV[1]
if ARGV[2] == '1' and redis.call('EXISTS', gate) == 0 then
  work, job = other, ARGV[3]
  if ARGV[9] ~= '' then
    if redis.call('EXISTS', KEYS[7]) == 1 then return 'foreign' end
    rate, ARGV[8] = rate .. ARGV[9], ''
  end
end
if job == '' then return 'foreign' end
if redis.call('EXISTS', seen) == 1 then return 'duplicate' end
if redis.call('XLEN', work) >= tonumber(ARGV[4]) then return 'busy' end
redis.call('SET', seen, '1', 'EX', ARGV[5])
local n = redis.call('INCR', rate)
redis.call('EXPIRE', rate, ARGV[6])
if n > tonumber(ARGV[7]) then
  if n == tonumber(ARGV[7]) + 1 and ARGV[8] ~= '' then redis.call('XADD', notes, '*', 'job', ARGV[8]) end
  return 'many'
end
redis.call('XADD', work, '*', 'job', job)
return 'queued'
`)

// admit queues a wish unless there is a reason not to. An error means that it is
// not known to be queued; asking again is safe.
func (b *Bot) admit(ctx context.Context, w wish) (fate, error) {
	ctx, cancel := context.WithTimeout(ctx, b.pace.admit)
	defer cancel()
	k := b.store.keys
	work := k.stream(w.job.Kind)
	gated, or, other, tooMany, apart := "0", "", work, "", ""
	if w.gate != "" {
		gated = "1"
	}
	if w.or != nil {
		or, other = w.or.encode(), k.stream(w.or.Kind)
		if w.or.Kind == adoptJob && w.or.Text == "" {
			apart = ":adopt" // talk between people must not use up what they may ask, nor be answered
		}
	}
	if w.job.Place.Message != "" {
		tooMany = w.job.tell(tooManyText(b.PerUserPerMinute)).encode()
	}
	got, err := admitScript.Run(ctx, b.store.db,
		[]string{work, other, k.stream(tellJob), k.rate(w.job.User, w.job.At), k.seen(w.seen), w.gate, k.notOurs(w.job.Place.Channel, w.job.Place.Thread)},
		w.job.encode(), gated, or, maxBacklog, seconds(seenTTL), seconds(rateTTL), b.PerUserPerMinute, tooMany, apart).Text()
	if err != nil {
		return "", fmt.Errorf("queue %s: %w", w.seen, err)
	}
	return fate(got), nil
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d.Seconds())) }
