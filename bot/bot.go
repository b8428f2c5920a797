package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"sshhelp/commands"
	"sshhelp/diag"
)

// An Engine finds instances and diagnoses them; [commands.Engine] is one. It
// must be safe for concurrent use.
type Engine interface {
	Find(ctx context.Context, asked diag.Asked, scope commands.Scope) (*commands.Found, error)
	Diagnose(ctx context.Context, f *commands.Found, watch func(commands.Progress)) *diag.Diagnosis
	// Reason diagnoses from evidence that is there already.
	Reason(known *diag.Evidence, texts []string) *diag.Diagnosis
}

// Options are what a [Bot] is made of. Zero values mean what their comments say.
type Options struct {
	BotToken    string // xoxb-...
	AppToken    string // xapp-..., with connections:write
	APIURL      string // ends in a slash; "": Slack's own
	Connections int    // Socket Mode connections, 1 to 3; 0: 1

	RedisURL  string        // "": an embedded server, for one replica, forgotten at exit
	KeyPrefix string        // "": "sshhelp:"
	StateTTL  time.Duration // of a conversation after its last use; 0: 7 days

	Access Access
	Engine Engine       // may be nil for [Check] only
	Logger *slog.Logger // nil: nothing is logged

	Actions Actions // the zero value: sshhelp changes nothing

	MaxChecks        int // at once; 0: 8
	PerUserPerMinute int // requests of one person; 0: 10

	Escalation Escalation

	Version string // for the log and for people
	// Status says how the clouds and places that probes run from are; nil: nothing.
	Status func(context.Context) []diag.Check
}

func (o Options) withDefaults() Options {
	o.APIURL = cmp.Or(o.APIURL, slack.APIURL)
	o.Connections = min(3, max(1, o.Connections))
	o.KeyPrefix = cmp.Or(o.KeyPrefix, "sshhelp:")
	o.StateTTL = cmp.Or(o.StateTTL, 7*24*time.Hour)
	o.MaxChecks = cmp.Or(o.MaxChecks, 8)
	o.PerUserPerMinute = cmp.Or(o.PerUserPerMinute, 10)
	o.Actions = o.Actions.withDefaults()
	o.Version = cmp.Or(o.Version, "unknown")
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// A Bot serves one Slack app. Make it with [New], run it once with [Bot.Run].
type Bot struct {
	Options
	pace    pace
	log     *slog.Logger
	store   *store
	web     *web
	gate    *gatekeeper
	webhook *webhook
	links   *links
	checks  *work
	notes   *work
	forms   *work
	acts    *work
	acting  actPace
	me      identity    // set before the sockets open
	plain   atomic.Bool // Slack refuses status lines under threads
	fatal   chan error
	closed  sync.Once
}

// identity is who we are in the workspace, from auth.test.
type identity struct {
	team, user, name, bot string
	url                   string // of the workspace
	// deaf: the token grants no message history, so that only what mentions us is
	// heard in threads.
	deaf bool
}

// pace holds the times that tests shorten.
type pace struct {
	lease     time.Duration // a job whose heartbeat is older is taken over
	block     time.Duration // how long one read of the stream waits
	edit      time.Duration // between two edits of one message
	drain     time.Duration // for jobs under way at shutdown
	grace     time.Duration // for acks to leave before the sockets close
	deaf      time.Duration // without hello until Healthy fails
	mute      time.Duration // without hello until Run gives up
	lookAgain []time.Duration
	acts      actPace
	due       time.Duration // between two looks at what is due
	haste     int           // by how much waiting for an instance is shortened; 0: not at all
	admit     time.Duration // for taking up what an envelope asks, before its ack
}

// normalPace: the lease is how long a killed replica's check stands still, and
// three heartbeats must fit in it. A drain ends a little after the longest
// diagnosis.
func normalPace() pace {
	return pace{
		lease: 12 * time.Second, block: 2 * time.Second, edit: 1500 * time.Millisecond, drain: 25 * time.Second,
		grace: 100 * time.Millisecond, due: 5 * time.Second, admit: admitMost, deaf: 3 * time.Minute, mute: 10 * time.Minute,
		lookAgain: []time.Duration{0, time.Second, 3 * time.Second}, acts: normalActPace(),
	}
}

// New makes a bot. Nothing goes over the network yet, but an embedded Redis is
// started on a loopback port if RedisURL is empty; Run or Close ends it.
func New(o Options) (*Bot, error) { return newBot(o, normalPace()) }

func newBot(o Options, p pace) (*Bot, error) {
	if o.BotToken == "" || o.AppToken == "" {
		return nil, errors.New("the bot needs a bot token and an app token")
	}
	if o.Engine == nil {
		return nil, errors.New("the bot needs an engine")
	}
	o = o.withDefaults()
	s, err := openStore(o)
	if err != nil {
		return nil, err
	}
	b := &Bot{Options: o, pace: p, log: o.Logger, store: s, fatal: make(chan error, 1)}
	b.web = newWeb(o, b.fail)
	b.web.lookAgain = p.lookAgain
	b.gate = &gatekeeper{access: o.Access, web: b.web, now: time.Now}
	b.webhook = newWebhook(o)
	b.links = newLinks(o.Connections, time.Now)
	b.checks = newWork(s, s.stream(checkJob), p, o.MaxChecks, b.log, b.perform)
	b.notes = newWork(s, s.stream(tellJob), p, maxNotes, b.log, b.perform)
	b.forms = newWork(s, s.stream(formJob), p, maxForms, b.log, b.perform)
	b.acts = newWork(s, s.stream(actJob), p, maxActs, b.log, b.perform)
	b.acting = p.acts
	return b, nil
}

// fail ends Run with err; the first one wins.
func (b *Bot) fail(err error) {
	select {
	case b.fatal <- err:
	default:
	}
}

// Close frees what New has taken. Run closes by itself.
func (b *Bot) Close() (err error) {
	b.closed.Do(func() { err = b.store.close() })
	return err
}

// Healthy returns an error when the bot has been deaf for so long that only a
// restart may help.
func (b *Bot) Healthy() error {
	if quiet := b.links.quiet(); quiet > b.pace.deaf {
		return fmt.Errorf("no Slack connection for %s", quiet.Round(time.Second))
	}
	return nil
}

// Ready returns an error unless a connection has said hello and Redis answers.
func (b *Bot) Ready() error {
	if b.links.greeted() == 0 {
		return errors.New("no Slack connection has said hello")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := b.store.ping(ctx); err != nil {
		return fmt.Errorf("redis does not answer: %w", err)
	}
	return nil
}

// newHTTPClient bounds every call to Slack; slack-go's own client waits forever.
func newHTTPClient(rt http.RoundTripper) *http.Client {
	return &http.Client{Timeout: 15 * time.Second, Transport: rt}
}
