package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// Run serves until ctx ends, then drains: sockets are closed first, so that
// Slack turns to other replicas, and jobs under way are finished or handed over.
// It returns nil after a drain, a [*PermanentError] for what only a person can
// put right, or another error when Slack has been out of reach for too long.
func (b *Bot) Run(ctx context.Context) error {
	defer func() {
		if err := b.Close(); err != nil {
			b.log.Warn("cannot close Redis", "err", err)
		}
	}()
	if err := b.introduce(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	b.log.Info("started", "version", b.Version, "team", b.me.team, "user", b.me.user, "embedded_redis", b.store.embedded != nil)

	working, stopWork := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stopWork(nil)
	var jobs sync.WaitGroup
	jobs.Go(func() { b.checks.run(working) })
	jobs.Go(func() { b.notes.run(working) })
	jobs.Go(func() { b.forms.run(working) })
	jobs.Go(func() { b.acts.run(working) })
	looking, stopLooking := context.WithCancel(working)
	defer stopLooking()
	jobs.Go(func() { b.awaitDue(looking) })

	cause := b.listen(ctx)
	stopLooking()
	b.checks.stop()
	b.notes.stop()
	b.forms.stop()
	b.acts.stop()
	drained := make(chan struct{})
	go func() { jobs.Wait(); close(drained) }() // ends with jobs, which stopWork bounds
	select {
	case <-drained:
	case <-time.After(b.pace.drain):
		b.log.Warn("shutdown: no more time to drain, jobs under way are handed over")
		stopWork(errShutdown)
		<-drained
	}
	return cause
}

// listen keeps the sockets open until ctx ends or something is beyond repair.
func (b *Bot) listen(ctx context.Context) error {
	hearing, deafen := context.WithCancel(context.WithoutCancel(ctx))
	defer deafen()
	var wg sync.WaitGroup
	for i := range b.Connections {
		wg.Go(func() { b.connect(hearing, i) })
	}
	cause := b.await(ctx)
	timer := time.NewTimer(b.pace.grace) // for acks on their way
	defer timer.Stop()
	<-timer.C
	deafen()
	wg.Wait()
	return cause
}

// await returns nil when ctx ends, or the reason to give up.
func (b *Bot) await(ctx context.Context) error {
	tick := time.NewTicker(min(5*time.Second, b.pace.mute))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-b.fatal:
			return err
		case <-tick.C:
			if quiet := b.links.quiet(); quiet > b.pace.mute {
				return fmt.Errorf("no Slack connection for %s: giving up, so that whoever runs this process starts it anew", quiet.Round(time.Second))
			}
		}
	}
}

// introduce asks Slack who we are. It goes on trying while Slack is out of
// reach, and gives up when Slack refuses the token.
func (b *Bot) introduce(ctx context.Context) error {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		who, err := b.web.whoami(ctx)
		if err == nil {
			b.me = identity{team: who.TeamID, user: who.UserID, name: who.User, bot: who.BotID, url: who.URL, deaf: deaf(who.Header.Get("X-OAuth-Scopes"))}
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if p := permanent("auth.test", err); p != nil {
			return p
		}
		if b.links.quiet() > b.pace.mute {
			return fmt.Errorf("ask Slack who we are: %w", err)
		}
		b.log.Warn("Slack does not say who we are yet", "err", err, "retry_in", wait)
		if !pause(ctx, wait) {
			return ctx.Err()
		}
	}
}

// deaf reports whether the granted scopes leave replies in threads unheard unless
// they mention us. Where Slack does not say, we take it that all is heard.
func deaf(scopes string) bool {
	return scopes != "" && !strings.Contains(scopes, "channels:history") && !strings.Contains(scopes, "groups:history")
}

// pause waits for d; false if ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// slackCode returns Slack's error code, "" if err is none of Slack's own.
func slackCode(err error) string {
	var refused slack.SlackErrorResponse
	if errors.As(err, &refused) {
		return refused.Err
	}
	return ""
}
