package vantage

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// now is the part of the scripts that gives the time of the Redis server in
// milliseconds, the one clock that all sides share.
const now = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local stamp = string.format('%.0f', now)
`

var putScript = redis.NewScript(now + `
if redis.call('LLEN', KEYS[1]) >= tonumber(ARGV[2]) then return 'full' end
redis.call('RPUSH', KEYS[1], stamp .. ' ' .. ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 'queued'
`)

// errFull: too many jobs wait for the place.
var errFull = errors.New("too many jobs wait there")

// put queues a job for a place.
func (l *Line) put(ctx context.Context, name, text string) error {
	got, err := putScript.Run(ctx, l.db, []string{l.jobs(name)}, text, maxQueue, jobsTTL.Milliseconds()).Text()
	switch {
	case err != nil:
		return fmt.Errorf("queue a job for %s: %w", name, err)
	case got == "full":
		return errFull
	}
	return nil
}

// next waits for a job; "" if none came. It must not be interrupted: a job that
// is on its way to a caller who has left is lost.
func (l *Line) next(name string) (string, error) {
	return l.pop(context.Background(), l.jobs(name))
}

// pop waits for the first entry of a list and takes it; "" if none came for a
// while. (The client's own BLPop knows whole seconds only.)
func (l *Line) pop(ctx context.Context, key string) (string, error) {
	got, err := l.db.Do(ctx, "BLPOP", key, strconv.FormatFloat(l.pace.block.Seconds(), 'f', -1, 64)).StringSlice()
	switch {
	case errors.Is(err, redis.Nil):
		return "", nil
	case err != nil || len(got) != 2:
		return "", fmt.Errorf("wait for %s: %w", key, err)
	}
	return got[1], nil
}

// stamped parts what a script has stored into its time and the rest.
func stamped(entry string) (ms int64, rest string, ok bool) {
	stamp, rest, _ := strings.Cut(entry, " ")
	ms, err := strconv.ParseInt(stamp, 10, 64)
	return ms, rest, err == nil
}

// takeScript gives a job to the first who asks while it is worth something, and
// tells the asker so. A time in the future is not the server's own.
var takeScript = redis.NewScript(now + `
local age = now - tonumber(ARGV[1])
if age < -1000 then return {'forged', 0} end
if age > tonumber(ARGV[2]) then return {'late', age} end
if not redis.call('SET', KEYS[1], ARGV[3], 'NX', 'PX', ARGV[4]) then return {'again', age} end
redis.call('RPUSH', KEYS[2], ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[6])
return {'taken', age}
`)

// take claims a job that was queued at ms. Its fate is "taken", or why it must
// not be run: "late", "again", "forged". age is how long it has lain.
func (l *Line) take(ctx context.Context, j *job, ms int64, by string) (fate string, age time.Duration, err error) {
	taken := (&reply{Format: format, By: by}).encode(j.Source)
	got, err := takeScript.Run(ctx, l.db, []string{l.ran(j.ID), l.reply(j.ID)},
		ms, j.Wait, by, ranTTL.Milliseconds(), taken, replyTTL.Milliseconds()).Slice()
	if err != nil || len(got) != 2 {
		return "", 0, fmt.Errorf("take up a job: %w", err)
	}
	fate, _ = got[0].(string)
	lain, _ := got[1].(int64)
	return fate, time.Duration(lain) * time.Millisecond, nil
}

// answer sends an answer to whoever waits for it.
func (l *Line) answer(ctx context.Context, id, text string) error {
	_, err := l.db.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.RPush(ctx, l.reply(id), text)
		p.PExpire(ctx, l.reply(id), replyTTL)
		return nil
	})
	return err
}

// handBack lets another process of the same place take a job that was begun. It
// keeps the time at which it was queued.
func (l *Line) handBack(ctx context.Context, name, id, entry string) error {
	_, err := l.db.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Del(ctx, l.ran(id))
		p.LPush(ctx, l.jobs(name), entry)
		p.PExpire(ctx, l.jobs(name), jobsTTL)
		return nil
	})
	return err
}

// replied waits for the next reply to a job; nil if none came for a while.
func (l *Line) replied(ctx context.Context, id string) (*reply, error) {
	text, err := l.pop(ctx, l.reply(id))
	if err != nil || text == "" {
		return nil, err
	}
	return decodeReply(text), nil
}
