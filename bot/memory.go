package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"sshhelp/diag"
)

// Memory keeps in Redis which host keys were seen: by address, whosever it was
// then, and by instance, whatever its address was. It implements
// commands.Memory. Without a Redis of its own a bot forgets at exit.
type Memory struct{ store *store }

// Memory returns what the bot remembers of host keys. It can be used until the
// bot is closed.
func (b *Bot) Memory() *Memory { return &Memory{b.store} }

// Bounds of what is remembered. A server has three to five host keys, so that
// an address or an instance is known for its last eight owners or rebuilds.
const (
	memoryTTL  = 180 * 24 * time.Hour
	maxSeen    = 32
	maxSeenKey = 200 // characters of an instance's name
)

// A trace is the part of a memory by which it is told from others; it is the
// field of a hash, whose value is "FIRST LAST NAME", in seconds since 1970.
type trace struct {
	Address  string `json:"a"`
	Instance string `json:"i"`
	Type     string `json:"t"`
	SHA256   string `json:"s,omitempty"`
	MD5      string `json:"m,omitempty"`
}

// SeenKeys returns what was seen of the instance and at the addresses.
func (m *Memory) SeenKeys(ctx context.Context, instance string, addresses []netip.Addr) (diag.SeenKeys, error) {
	pipe := m.store.db.Pipeline()
	reads := []*redis.MapStringStringCmd{pipe.HGetAll(ctx, m.store.hostKeysOf(instance))}
	for _, a := range addresses {
		reads = append(reads, pipe.HGetAll(ctx, m.store.hostKeysAt(a)))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fmt.Errorf("read the host keys seen of %s: %w", instance, err)
	}
	seen := diag.SeenKeys{}
	known := map[string]bool{}
	for _, read := range reads {
		for field, value := range read.Val() {
			if s, ok := recall(field, value); ok && !known[field] {
				known[field] = true
				seen = append(seen, s)
			}
		}
	}
	slices.SortFunc(seen, func(a, b diag.SeenKey) int {
		if c := b.Last.Compare(a.Last); c != 0 {
			return c
		}
		return strings.Compare(a.Address+a.Instance+a.Key.Fingerprint(), b.Address+b.Instance+b.Key.Fingerprint())
	})
	return seen, nil
}

// recall reads one field; what another version wrote in another way is left out.
func recall(field, value string) (diag.SeenKey, bool) {
	var t trace
	parts := strings.SplitN(value, " ", 3)
	if json.Unmarshal([]byte(field), &t) != nil || len(parts) != 3 {
		return diag.SeenKey{}, false
	}
	first, err := strconv.ParseInt(parts[0], 10, 64)
	last, err2 := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || err2 != nil {
		return diag.SeenKey{}, false
	}
	return diag.SeenKey{
		Address: t.Address, Instance: t.Instance, Name: parts[2], Key: diag.HostKey{Type: t.Type, SHA256: t.SHA256, MD5: t.MD5},
		First: time.Unix(first, 0).UTC(), Last: time.Unix(last, 0).UTC(),
	}, true
}

// noteScript puts one memory into a hash, keeps since when it is known, and
// drops the oldest ones beyond the bound.
var noteScript = redis.NewScript(`
local first = ARGV[2]
local old = redis.call('HGET', KEYS[1], ARGV[1])
if old then first = string.match(old, '^%d+') or first end
redis.call('HSET', KEYS[1], ARGV[1], first .. ' ' .. ARGV[2] .. ' ' .. ARGV[3])
while redis.call('HLEN', KEYS[1]) > tonumber(ARGV[4]) do
  local all, oldest, at = redis.call('HGETALL', KEYS[1]), nil, nil
  for i = 1, #all, 2 do
    local last = tonumber(string.match(all[i + 1], '^%d+ (%d+)')) or 0
    if not at or last < at or last == at and all[i] < oldest then oldest, at = all[i], last end
  end
  redis.call('HDEL', KEYS[1], oldest)
end
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1
`)

// Remember notes what was seen.
func (m *Memory) Remember(ctx context.Context, seen diag.SeenKeys) error {
	for _, s := range seen[:min(len(seen), maxSeen)] {
		at, err := netip.ParseAddrPort(s.Address)
		if err != nil {
			return fmt.Errorf("remember a host key at %q: %w", s.Address, err)
		}
		field, err := json.Marshal(trace{s.Address, s.Instance, s.Key.Type, s.Key.SHA256, s.Key.MD5})
		if err != nil {
			return fmt.Errorf("remember a host key at %s: %w", s.Address, err)
		}
		for _, key := range []string{m.store.hostKeysAt(at.Addr()), m.store.hostKeysOf(s.Instance)} {
			err := noteScript.Run(ctx, m.store.db, []string{key}, field, s.Last.Unix(), tame(s.Name, maxSeenKey), maxSeen, seconds(memoryTTL)).Err()
			if err != nil {
				return fmt.Errorf("remember the host key at %s: %w", s.Address, err)
			}
		}
	}
	return nil
}
