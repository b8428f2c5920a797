package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"sshhelp/commands"
	"sshhelp/diag"
)

// store is what the bot keeps in Redis.
type store struct {
	keys
	db       *redis.Client
	embedded *embedded // nil if Redis is somebody else's
	ttl      time.Duration
}

// openStore connects lazily: a Redis that is down now may be up in a second.
func openStore(o Options) (*store, error) {
	quietRedis(o.Logger)
	s := &store{keys: keys{o.KeyPrefix}, ttl: o.StateTTL}
	opts := &redis.Options{}
	if o.RedisURL == "" {
		e, err := startEmbedded()
		if err != nil {
			return nil, err
		}
		s.embedded = e
		opts.Addr, opts.Password = e.server.Addr(), e.password
	} else {
		var err error
		if opts, err = redis.ParseURL(o.RedisURL); err != nil {
			return nil, errRedisURL
		}
	}
	s.db = redis.NewClient(tune(opts))
	return s, nil
}

// tune makes the client fail within the caller's deadline, so that a Redis that
// hangs costs no ack. Plain Redis and Valkey refuse the default handshake for
// maintenance notifications.
func tune(o *redis.Options) *redis.Options {
	o.ContextTimeoutEnabled = true
	o.DialTimeout = 2 * time.Second
	o.DialerRetries = 1
	o.MaxRetries = 1
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return o
}

// errRedisURL keeps the URL, and so its password, out of the log.
var errRedisURL = errors.New("the Redis URL cannot be read: want redis://[user:password@]host:port/db, rediss:// for TLS, or unix://")

var quietOnce sync.Once

// quietRedis gives go-redis, which has one logger per process and writes to
// stderr by default, the log of the first bot.
func quietRedis(log *slog.Logger) {
	quietOnce.Do(func() { redis.SetLogger(redisLog{log}) })
}

type redisLog struct{ log *slog.Logger }

// Printf implements go-redis's logger.
func (l redisLog) Printf(_ context.Context, format string, v ...any) {
	l.log.Debug("redis client", "said", fmt.Sprintf(format, v...))
}

// patience is how long a job under way waits for a Redis that is away.
const patience = 20 * time.Second

// insist does an operation again until Redis has answered, so that a job under
// way survives a restart of Redis. What must not be done twice has a key of its
// own in op.
func insist(ctx context.Context, op func(context.Context) error) error {
	limit, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		try, done := context.WithTimeout(limit, 2*time.Second)
		err := op(try)
		done()
		if err == nil || !away(err) || !pause(limit, wait) {
			return err
		}
	}
}

// away tells an answer of Redis from none.
func away(err error) bool {
	var said redis.Error
	loading := strings.HasPrefix(err.Error(), "LOADING")
	return loading || !errors.As(err, &said)
}

func (s *store) ping(ctx context.Context) error { return s.db.Ping(ctx).Err() }

func (s *store) close() error {
	err := s.db.Close()
	if s.embedded != nil {
		s.embedded.close()
	}
	return err
}

// A record is what is remembered of a check: enough to go on in its thread, on
// any replica.
type record struct {
	Ref     string     `json:"ref"`
	Team    string     `json:"team"`
	Channel string     `json:"channel"`
	Thread  string     `json:"thread"` // ts of the thread that its replies stand in
	Root    string     `json:"root"`   // ts of the message that carries the verdict
	User    string     `json:"user"`   // who asked first
	Asked   diag.Asked `json:"asked"`
	// Instance is the ID of what was found; Name, Cloud and Project are its own, for who
	// may go on with the check.
	Instance string           `json:"instance,omitempty"`
	Name     string           `json:"name,omitempty"`
	Cloud    string           `json:"cloud,omitempty"`
	Project  string           `json:"project,omitempty"` // ID
	Last     *result          `json:"last,omitempty"`    // of the newest finished run
	Started  time.Time        `json:"started"`
	Red      bool             `json:"red,omitzero"`     // something was wrong at first, and no recheck was green since
	Tried    []commands.Tried `json:"tried,omitempty"`  // in the thread, the newest last, at most maxTried
	Pastes   []string         `json:"pastes,omitempty"` // what people gave since the last look, redacted; the newest
	Due      time.Time        `json:"due,omitzero"`     // when the bot looks again by itself

	byItself bool // this run was due, nobody asked for it
}

// maxTried bounds what is remembered of a thread's doings.
const maxTried = 50

// note adds to what was tried.
func (r *record) note(at time.Time, who, what string) {
	r.Tried = append(r.Tried, commands.Tried{At: at, Who: who, What: what})
	r.Tried = r.Tried[max(0, len(r.Tried)-maxTried):]
}

// A result is as much of a diagnosis as is needed to say what changed since.
type result struct {
	Verdict string        `json:"verdict"`
	Path    []hopNote     `json:"path"`
	Took    time.Duration `json:"took,omitempty"`
}

type hopNote struct {
	Name  diag.HopName  `json:"name"`
	State diag.HopState `json:"state"`
}

// errForgotten: there is no such check, or not any more.
var errForgotten = errors.New("no such check is remembered")

// save writes the record and renews its life and its thread's.
func (s *store) save(ctx context.Context, r *record) error {
	data, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode check %s: %w", r.Ref, err)
	}
	err = insist(ctx, func(ctx context.Context) error {
		_, err := s.db.Pipelined(ctx, func(p redis.Pipeliner) error {
			p.Set(ctx, s.check(r.Ref), data, s.ttl)
			if r.Thread != "" {
				p.Set(ctx, s.thread(r.Channel, r.Thread), r.Ref, s.ttl)
			}
			return nil
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("save check %s: %w", r.Ref, err)
	}
	return nil
}

func (s *store) load(ctx context.Context, ref string) (*record, error) {
	data, err := s.db.Get(ctx, s.check(ref)).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, errForgotten
	}
	if err != nil {
		return nil, fmt.Errorf("load check %s: %w", ref, err)
	}
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("decode check %s: %w", ref, err)
	}
	return &r, nil
}

// refOf returns the check that a thread is about.
func (s *store) refOf(ctx context.Context, channel, thread string) (string, error) {
	ref, err := s.db.Get(ctx, s.thread(channel, thread)).Result()
	if errors.Is(err, redis.Nil) {
		return "", errForgotten
	}
	if err != nil {
		return "", fmt.Errorf("look up thread %s in %s: %w", thread, channel, err)
	}
	return ref, nil
}
