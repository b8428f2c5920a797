package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/slack-go/slack"
)

// web is the Web API as far as the bot speaks it. Every call waits for its turn
// in the outbox. A token that is refused ends the bot through fail.
type web struct {
	api       *slack.Client
	http      *http.Client
	out       *outbox
	log       *slog.Logger
	fail      func(error)
	apiURL    string
	lookAgain []time.Duration // pauses before looking for a message of unknown fate
}

func newWeb(o Options, fail func(error)) *web {
	client := newHTTPClient(&opener{next: http.DefaultTransport, lane: newLane(openEvery, float64(o.Connections+openBurst))})
	return &web{
		api:    slack.New(o.BotToken, slack.OptionAppLevelToken(o.AppToken), slack.OptionAPIURL(o.APIURL), slack.OptionHTTPClient(client)),
		apiURL: o.APIURL, http: client, out: newOutbox(o.Logger), log: o.Logger, fail: fail,
	}
}

// A message is what is sent: text for notifications and screen readers, in
// mrkdwn and already escaped, and blocks for everybody else.
type message struct {
	text   string
	blocks []slack.Block
	ref    string // for the metadata; "" for none
	part   string
	more   map[string]any // for the metadata besides
}

// metadataType marks our messages, so that one whose post had no answer can be
// found again. It belongs into the app's manifest.
const metadataType = "sshhelp_check"

func (m message) options(thread string) []slack.MsgOption {
	options := []slack.MsgOption{
		slack.MsgOptionText(m.text, false),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
	if len(m.blocks) > 0 {
		options = append(options, slack.MsgOptionBlocks(m.blocks...))
	}
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	if m.ref != "" {
		payload := map[string]any{"id": m.ref, "part": m.part}
		maps.Copy(payload, m.more)
		options = append(options, slack.MsgOptionMetadata(slack.SlackMetadata{EventType: metadataType, EventPayload: payload}))
	}
	return options
}

// call makes one call in its turn and reports refusals that end everything.
func (w *web) call(ctx context.Context, method, channel string, p priority, do func(context.Context) error) error {
	err := w.out.do(ctx, method, channel, p, do)
	if err == nil {
		return nil
	}
	if refused := permanent(method, err); refused != nil {
		w.log.Error("Slack refuses for good", "method", method, "code", refused.Code, "fix", refused.Fix)
		if refused.endsRun() {
			w.fail(refused)
		}
	}
	return fmt.Errorf("%s: %w", method, err)
}

func (w *web) whoami(ctx context.Context) (who *slack.AuthTestResponse, err error) {
	err = w.out.do(ctx, "auth.test", "", answer, func(ctx context.Context) error {
		who, err = w.api.AuthTestContext(ctx)
		return err
	})
	return who, err
}

// post sends a message and returns its ts. It is made once: see [Bot.postOnce].
func (w *web) post(ctx context.Context, channel, thread string, p priority, m message) (ts string, err error) {
	err = w.call(ctx, "chat.postMessage", channel, p, func(ctx context.Context) error {
		_, ts, err = w.api.PostMessageContext(ctx, channel, m.options(thread)...)
		return err
	})
	return ts, err
}

// direct sends a message to one person, and returns where it stands: Slack opens
// the conversation by itself.
func (w *web) direct(ctx context.Context, user string, m message) (channel, ts string, err error) {
	err = w.call(ctx, "chat.postMessage", user, answer, func(ctx context.Context) error {
		channel, ts, err = w.api.PostMessageContext(ctx, user, m.options("")...)
		return err
	})
	return channel, ts, err
}

// update edits a message. It may be repeated at will.
func (w *web) update(ctx context.Context, channel, ts string, p priority, m message) error {
	return w.call(ctx, "chat.update", channel, p, func(ctx context.Context) error {
		_, _, _, err := w.api.UpdateMessageContext(ctx, channel, ts, m.options("")...)
		return err
	})
}

// roomToEdit reports whether a progress edit could go at once.
func (w *web) roomToEdit() bool { return w.out.lane("chat.update", "").room() }

// whisper shows a message to one person in a channel.
func (w *web) whisper(ctx context.Context, channel, thread, user string, m message) error {
	return w.call(ctx, "chat.postEphemeral", channel, answer, func(ctx context.Context) error {
		_, err := w.api.PostEphemeralContext(ctx, channel, user, m.options(thread)...)
		return err
	})
}

// respond shows a message to the person who gave a command or clicked. It works
// in channels where the bot is not a member.
func (w *web) respond(ctx context.Context, url string, m message) error {
	body, err := json.Marshal(map[string]any{
		"response_type": "ephemeral", "replace_original": false, "text": m.text, "blocks": append([]slack.Block{}, m.blocks...),
	})
	if err != nil {
		return fmt.Errorf("encode a response: %w", err)
	}
	return w.out.do(ctx, "response_url", "", answer, func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return fmt.Errorf("response_url: %w", err)
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := w.http.Do(req)
		if err != nil {
			return fmt.Errorf("response_url: %w", errors.Unwrap(err)) // the outer error holds the URL, which is a secret
		}
		defer resp.Body.Close()
		said, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10)) // only for the error below
		if resp.StatusCode == http.StatusTooManyRequests {
			after, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
			return &slack.RateLimitedError{RetryAfter: time.Duration(max(1, after)) * time.Second}
		}
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("response_url: status %d: %s", resp.StatusCode, said)
		}
		return nil
	})
}

// react adds our reaction; one that is there already is as good.
func (w *web) react(ctx context.Context, channel, ts, name string) error {
	err := w.call(ctx, "reactions.add", channel, reply, func(ctx context.Context) error {
		return w.api.AddReactionContext(ctx, name, slack.NewRefToMessage(channel, ts))
	})
	if slackCode(err) == "already_reacted" {
		return nil
	}
	return err
}

func (w *web) user(ctx context.Context, id string) (u *slack.User, err error) {
	err = w.call(ctx, "users.info", "", answer, func(ctx context.Context) error {
		u, err = w.api.GetUserInfoContext(ctx, id)
		return err
	})
	return u, err
}

func (w *web) channel(ctx context.Context, id string) (c *slack.Channel, err error) {
	err = w.call(ctx, "conversations.info", "", answer, func(ctx context.Context) error {
		c, err = w.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
		return err
	})
	return c, err
}
