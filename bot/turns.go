package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// A check runs one job at a time. What is asked for meanwhile is merged: the
// change is put down, and the job that runs makes it and runs once more. The
// lock holds the id of the job that runs, so that whoever takes that job over
// gets in again.

// enterScript takes the lock or puts the change down.
var enterScript = redis.NewScript(`
local lock, merge = KEYS[1], KEYS[2]
local holder = redis.call('GET', lock)
if holder and holder ~= ARGV[1] then
  redis.call('RPUSH', merge, ARGV[3])
  redis.call('EXPIRE', merge, ARGV[4])
  return 0
end
redis.call('SET', lock, ARGV[1], 'EX', ARGV[2])
return 1
`)

// leaveScript gives the lock back unless there are changes to make.
var leaveScript = redis.NewScript(`
local lock, merge = KEYS[1], KEYS[2]
if redis.call('LLEN', merge) > 0 then return 0 end
if redis.call('GET', lock) == ARGV[1] then redis.call('DEL', lock) end
return 1
`)

// abandonScript gives the lock back and forgets what was put down.
var abandonScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1], KEYS[2]) end
return 1
`)

// abandon gives a check back that cannot be run now.
func (s *store) abandon(ctx context.Context, ref, holder string) error {
	if err := abandonScript.Run(ctx, s.db, []string{s.lock(ref), s.merge(ref)}, holder).Err(); err != nil {
		return fmt.Errorf("give check %s up: %w", ref, err)
	}
	return nil
}

// enter reports whether the job may run the check; if not, its change will be
// made by the job that does.
func (s *store) enter(ctx context.Context, ref, holder string, c change) (bool, error) {
	data, err := json.Marshal(c)
	if err != nil {
		return false, fmt.Errorf("encode change to %s: %w", ref, err)
	}
	got, err := enterScript.Run(ctx, s.db, []string{s.lock(ref), s.merge(ref)}, holder, seconds(lockTTL), string(data), seconds(s.ttl)).Int()
	if err != nil {
		return false, fmt.Errorf("lock check %s: %w", ref, err)
	}
	return got == 1, nil
}

// leave reports whether the job has given the check back; if not, there are
// changes to make.
func (s *store) leave(ctx context.Context, ref, holder string) (bool, error) {
	var got int
	err := insist(ctx, func(ctx context.Context) (err error) {
		got, err = leaveScript.Run(ctx, s.db, []string{s.lock(ref), s.merge(ref)}, holder).Int()
		return err
	})
	if err != nil {
		return false, fmt.Errorf("unlock check %s: %w", ref, err)
	}
	return got == 1, nil
}

// mergeInto makes the changes that were put down, and reports whether any calls for
// another look. They are taken off the list only
// when the record that holds them is saved: a crash in between makes them again.
func (s *store) mergeInto(ctx context.Context, r *record) (look bool, err error) {
	list, err := s.db.LRange(ctx, s.merge(r.Ref), 0, -1).Result()
	if err != nil || len(list) == 0 {
		return false, err
	}
	var errs []error
	for _, data := range list {
		var c change
		if err := json.Unmarshal([]byte(data), &c); err != nil {
			errs = append(errs, fmt.Errorf("decode change to %s: %w", r.Ref, err))
			continue
		}
		look = look || c.looks()
		r.changes(c)
		r.note(time.Now(), "", c.String())
	}
	errs = append(errs, s.save(ctx, r), s.db.LTrim(ctx, s.merge(r.Ref), int64(len(list)), -1).Err())
	return look, errors.Join(errs...)
}
