package vantage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Options are what a [Line] is made of.
type Options struct {
	RedisURL  string       // redis://, rediss:// or unix://
	KeyPrefix string       // "": "sshhelp:"; the same on all sides
	Logger    *slog.Logger // nil: nothing is logged
}

// A Line is the connection over which places talk. It is safe for concurrent
// use.
type Line struct {
	keys
	pace pace
	db   *redis.Client
	log  *slog.Logger
}

// Open makes a line. Nothing is sent yet: a Redis that is down now may be up in
// a second. The error keeps the URL, and so its password, to itself.
func Open(o Options) (*Line, error) {
	opts, err := redis.ParseURL(o.RedisURL)
	if err != nil {
		return nil, errors.New("the Redis URL cannot be read: want redis://[user:password@]host:port/db, rediss:// for TLS, or unix://")
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	quietRedis(o.Logger)
	return &Line{
		keys: keys{cmp.Or(o.KeyPrefix, "sshhelp:")}, pace: normalPace(),
		db: redis.NewClient(tune(opts)), log: o.Logger,
	}, nil
}

// Close ends the line.
func (l *Line) Close() error { return l.db.Close() }

// tune makes the client fail within the caller's deadline. Every wait for an
// answer holds a connection, so there may be many. Plain Redis and Valkey refuse
// the default handshake for maintenance notifications.
func tune(o *redis.Options) *redis.Options {
	o.ContextTimeoutEnabled = true
	o.DialTimeout = 2 * time.Second
	o.DialerRetries = 1
	o.MaxRetries = 1
	o.PoolSize = 512
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return o
}

var quietOnce sync.Once

// quietRedis gives go-redis, which has one logger per process and writes to
// stderr by default, the log of the first line.
func quietRedis(log *slog.Logger) {
	quietOnce.Do(func() { redis.SetLogger(redisLog{log}) })
}

type redisLog struct{ log *slog.Logger }

// Printf implements go-redis's logger.
func (l redisLog) Printf(_ context.Context, format string, v ...any) {
	l.log.Debug("redis client", "said", fmt.Sprintf(format, v...))
}

var nameForm = regexp.MustCompile(`^[\pL\pN][\pL\pN ._/-]{0,62}$`)

// validName says what is wrong with the name of a place.
func validName(name string) error {
	if !nameForm.MatchString(name) {
		return fmt.Errorf("%q is no name for a vantage point: want a short one such as melbourne or office-1", name)
	}
	return nil
}
