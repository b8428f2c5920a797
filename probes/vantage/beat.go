package vantage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"sshhelp/diag"
)

// A beat is one sign of life of a process. Times are spans before it was given.
type beat struct {
	Format   int        `json:"format"` // of the jobs that it understands
	Version  string     `json:"version,omitempty"`
	Slots    int        `json:"slots"`
	Busy     int        `json:"busy"`
	Check    diag.Check `json:"check"`                // what its own check said
	Answered *int64     `json:"answered_ms,omitzero"` // since its last answer
	Leaving  bool       `json:"leaving,omitzero"`     // it takes no more jobs, and finishes those it has
	Gone     bool       `json:"gone,omitzero"`        // it has ended in good order
}

// beatScript notes a sign of life, and forgets processes of the same place that
// have long been silent: they were replaced by this one.
var beatScript = redis.NewScript(now + `
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local last = string.match(all[i + 1], '^%d+')
  if now - tonumber(last or 0) > tonumber(ARGV[4]) then redis.call('HDEL', KEYS[1], all[i]) end
end
redis.call('HSET', KEYS[1], ARGV[1], stamp .. ' ' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`)

// replaced is how long a silent process is remembered beside a living one.
const replaced = time.Minute

func (l *Line) give(ctx context.Context, name, process string, b beat) error {
	text, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("encode a sign of life: %w", err)
	}
	return beatScript.Run(ctx, l.db, []string{l.beats(name)}, process, text, beatsTTL.Milliseconds(), replaced.Milliseconds()).Err()
}

// A life is what is known of one process.
type life struct {
	beat
	process string
	silent  time.Duration // since its last sign
}

// lives reads the signs of life of a place. Those that cannot be read are left
// out: they are no sign.
func lives(entries map[string]string, now int64) []life {
	var list []life
	for process, entry := range entries {
		ms, text, ok := stamped(entry)
		one := life{process: process, silent: time.Duration(now-ms) * time.Millisecond}
		if ok && len(text) <= maxJob && json.Unmarshal([]byte(text), &one.beat) == nil {
			list = append(list, one)
		}
	}
	return list
}
