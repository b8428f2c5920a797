package twin_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"sshhelp/sim/slack/twin"
)

// start serves a workspace for the length of a test; violations fail it.
func start(t *testing.T, opts twin.Options) *twin.Twin {
	t.Helper()
	tw, err := twin.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tw.Close)
	return tw
}

// limited is the context of everything that waits in tests.
func limited(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func api(tw *twin.Twin) *slack.Client { return apiWith(tw, tw.BotToken()) }

func apiWith(tw *twin.Twin, token string) *slack.Client {
	return slack.New(token, slack.OptionAPIURL(tw.APIURL()), slack.OptionAppLevelToken(tw.AppToken()),
		slack.OptionHTTPClient(&http.Client{Timeout: 10 * time.Second}))
}

// bot is slack-go's socket client; what it receives comes out of its channel.
type bot struct {
	*socketmode.Client
	api *slack.Client
	got chan socketmode.Event
	err chan error
}

// connect runs a bot until the test ends and waits until it is greeted.
func connect(t *testing.T, tw *twin.Twin) *bot {
	t.Helper()
	before := len(tw.Sockets())
	client := api(tw)
	b := &bot{Client: socketmode.New(client), api: client, got: make(chan socketmode.Event, 100), err: make(chan error, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	pumped := make(chan struct{})
	go func() { b.err <- b.RunContext(ctx) }()
	go func() {
		defer close(pumped)
		for {
			select {
			case e := <-b.Events:
				switch e.Type {
				case socketmode.EventTypeConnecting, socketmode.EventTypeConnected:
				default:
					b.got <- e
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-pumped; <-b.err })
	b.await(t, socketmode.EventTypeHello)
	if err := tw.WaitSockets(limited(t), before+1); err != nil {
		t.Fatal(err)
	}
	return b
}

// await returns the next thing received, which must be of the type given.
func (b *bot) await(t *testing.T, typ socketmode.EventType) socketmode.Event {
	t.Helper()
	e, err := b.next(limited(t))
	if err != nil || e.Type != typ {
		t.Fatalf("received %v %v %v, want %s", e.Type, e.Data, err, typ)
	}
	return e
}

func (b *bot) next(ctx context.Context) (socketmode.Event, error) {
	select {
	case e := <-b.got:
		return e, nil
	case <-ctx.Done():
		return socketmode.Event{}, errors.New("nothing received")
	}
}

// inner returns the event inside the next Events API envelope, acked.
func (b *bot) inner(t *testing.T) any {
	t.Helper()
	e := b.await(t, socketmode.EventTypeEventsAPI)
	if err := b.Ack(*e.Request); err != nil {
		t.Fatal(err)
	}
	return e.Data.(slackevents.EventsAPIEvent).InnerEvent.Data
}

// pending is something a user does that waits for the ack.
type pending struct {
	twin.Receipt
	err error
}

// during runs f, which waits for the bot, beside the test.
func during(f func() (twin.Receipt, error)) <-chan pending {
	done := make(chan pending, 1)
	go func() {
		r, err := f()
		done <- pending{r, err}
	}()
	return done
}

func quick() *twin.Timing {
	tm := twin.RealTiming().Scaled(0.02) // ack 60 ms, retries 0, 1.2 s, 6 s, trigger 60 ms
	tm.Retries = []time.Duration{0, 20 * time.Millisecond, 40 * time.Millisecond}
	tm.Ping = 100 * time.Millisecond
	tm.Grace = 50 * time.Millisecond
	return &tm
}
