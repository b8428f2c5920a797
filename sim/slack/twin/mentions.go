package twin

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Violation is a live mention that the bot sent and nobody allowed: it would have pinged somebody.
type Violation struct {
	Method  string `json:"method"` // the API method, or "response_url", or "ack"
	Channel string `json:"channel,omitempty"`
	Where   string `json:"where"` // JSON pointer into the message or view
	Token   string `json:"token"` // e.g. "<!channel>"
	Text    string `json:"text"`  // the text around it, cut
}

func (v Violation) String() string {
	return fmt.Sprintf("%s in %s: %s at %s: %q", v.Method, or(v.Channel, "no channel"), v.Token, v.Where, v.Text)
}

// watch is the mention detector: what is allowed, and who has been talking to the bot where.
type watch struct {
	allowed    map[string]bool
	actors     map[string][]string // channel, or "" for views, to users
	violations []Violation
}

func (w *watch) init(allowed []string) {
	w.allowed, w.actors = map[string]bool{}, map[string][]string{}
	for _, a := range allowed {
		w.allowed[a] = true
	}
}

// AllowMentions adds tokens, written as they stand in a message ("<!subteam^S0000ONCALL>"), that the bot may send.
func (t *Twin) AllowMentions(tokens ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, tok := range tokens {
		t.watch.allowed[tok] = true
	}
}

// Violations returns the mentions that were sent and not allowed: all but date tokens, mentions of people who
// addressed the bot before (in that channel, or by a modal or Home), and tokens of AllowMentions. A test fails if there
// are any.
func (t *Twin) Violations() []Violation {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.watch.violations)
}

// acted notes that user did something the bot can answer to in channel. mu is held.
func (t *Twin) acted(channel, user string) {
	if !slices.Contains(t.watch.actors[channel], user) {
		t.watch.actors[channel] = append(t.watch.actors[channel], user)
	}
}

// liveToken finds what Slack turns into a mention in mrkdwn; backquotes do not stop it reliably.
var liveToken = regexp.MustCompile(`<(?:!|@)[^<>]*>`)

// inspect scans text, blocks and attachments that the bot sends. mu is held.
func (t *Twin) inspect(method, channel string, parts map[string]any) {
	for at, v := range parts {
		if data, ok := v.(json.RawMessage); ok {
			v = nil
			if len(data) > 0 && json.Unmarshal(data, &v) != nil {
				continue // what is no JSON was refused already
			}
		}
		t.scan(method, channel, "/"+at, v)
	}
}

// scan walks a message or view. plain_text, raw_text and preformatted text are inert.
func (t *Twin) scan(method, channel, at string, v any) {
	switch v := v.(type) {
	case string:
		for _, tok := range liveToken.FindAllString(v, -1) {
			t.mention(method, channel, at, tok, v)
		}
	case []any:
		for i, e := range v {
			t.scan(method, channel, fmt.Sprintf("%s/%d", at, i), e)
		}
	case obj:
		t.scanObject(method, channel, at, v)
	}
}

// inert are objects whose text Slack shows as it is; quiet are fields that are never shown.
var (
	inert = []string{plain, "raw_text", "raw_number", "text", "link", "emoji", "color", "date"}
	quiet = []string{"value", "block_id", "action_id", "private_metadata", "callback_id", "external_id", "url", "image_url", "type", "task_id", "hash"}
)

func (t *Twin) scanObject(method, channel, at string, o obj) {
	typ, _ := o["type"].(string)
	switch typ {
	case "user":
		t.mention(method, channel, at, "<@"+fmt.Sprint(o["user_id"])+">", "rich text")
	case "usergroup":
		t.mention(method, channel, at, "<!subteam^"+fmt.Sprint(o["usergroup_id"])+">", "rich text")
	case "broadcast":
		t.mention(method, channel, at, "<!"+fmt.Sprint(o["range"])+">", "rich text")
	}
	if oneOf(typ, inert) {
		return
	}
	for field, v := range o {
		if !oneOf(field, quiet) {
			t.scan(method, channel, at+"/"+field, v)
		}
	}
}

func (t *Twin) mention(method, channel, at, token, text string) {
	bare, _, _ := strings.Cut(strings.TrimSuffix(token, ">"), "|")
	bare += ">"
	user := strings.TrimSuffix(strings.TrimPrefix(bare, "<@"), ">")
	switch {
	case strings.HasPrefix(token, "<!date^"), t.watch.allowed[bare], t.watch.allowed[token]:
	case strings.HasPrefix(token, "<@") && t.asked(channel, user):
	default:
		if len(text) > 120 {
			text = text[:120]
		}
		t.watch.violations = remember(t.watch.violations, Violation{method, channel, at, token, text}, keepCalls)
		t.log.Warn("live mention", "method", method, "channel", channel, "at", at, "token", token)
		t.ring()
	}
}

// asked says whether user addressed the bot in channel, or by a modal, Home or shortcut, which lead anywhere. In a view
// (channel "") everybody who ever addressed the bot may be named.
func (t *Twin) asked(channel, user string) bool {
	if channel != "" {
		return slices.Contains(t.watch.actors[channel], user) || slices.Contains(t.watch.actors[""], user)
	}
	for _, users := range t.watch.actors {
		if slices.Contains(users, user) {
			return true
		}
	}
	return false
}
