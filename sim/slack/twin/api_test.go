package twin_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"sshhelp/sim/slack/twin"
)

// strict is a workspace with one of everything that can be refused.
const strict = `
team: {name: Demo, id: T0000DEMO}
scopes: [commands, chat:write, channels:read, channels:history, groups:history, groups:read, users:read, usergroups:read, reactions:write, im:history]
users:
  - {name: mia, email: mia@example.com}
  - {name: gus, is_ultra_restricted: true, is_restricted: true}
  - {name: ext, team: T0000EXT, is_stranger: true}
  - {name: asleep, inactive: true}
channels:
  - {name: in, bot: true}
  - {name: out}
  - {name: secret, private: true, members: [mia]}
  - {name: vault, private: true, bot: true, members: [mia]}
  - {name: old, bot: true, archived: true}
  - {name: shared, bot: true, ext_shared: true}
usergroups:
  - {handle: oncall, users: [mia]}
`

func scenario(t *testing.T, yaml string) *twin.Scenario {
	t.Helper()
	sc, err := twin.LoadScenario(strings.NewReader(yaml))
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

// form calls a method with form arguments and returns the answer.
func form(t *testing.T, tw *twin.Twin, method, token string, args ...string) map[string]any {
	t.Helper()
	v := url.Values{}
	for i := 0; i < len(args); i += 2 {
		v.Set(args[i], args[i+1])
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, tw.APIURL()+method, strings.NewReader(v.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return answer(t, req, token)
}

// jsonCall is form with a JSON body.
func jsonCall(t *testing.T, tw *twin.Twin, method, token, body string) map[string]any {
	t.Helper()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, tw.APIURL()+method, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	return answer(t, req, token)
}

func answer(t *testing.T, req *http.Request, token string) map[string]any {
	t.Helper()
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatalf("%s: %v in %q", req.URL.Path, err, data)
	}
	return out
}

func TestTokens(t *testing.T) {
	tw := start(t, twin.Options{})
	for _, c := range []struct{ method, token, want string }{
		{"auth.test", "", "not_authed"},
		{"auth.test", "xoxb-other", "invalid_auth"},
		{"auth.test", "xapp-demo", "not_allowed_token_type"},
		{"auth.test", "xoxb-demo", ""},
		{"apps.connections.open", "xoxb-demo", "not_allowed_token_type"},
		{"apps.connections.open", "xapp-other", "invalid_auth"},
		{"apps.connections.open", "xapp-demo", ""},
		{"chat.unheard", "xoxb-demo", "unknown_method"},
	} {
		got := form(t, tw, c.method, c.token)
		if e, _ := got["error"].(string); e != c.want || got["ok"] != (c.want == "") {
			t.Errorf("%s with %q: %v, want %q", c.method, c.token, got, c.want)
		}
	}
	if got := form(t, tw, "apps.connections.open", "", "token", "xapp-demo"); got["error"] != "not_authed" {
		t.Errorf("app token in the body: %v", got)
	}
	if got := form(t, tw, "auth.test", "", "token", "xoxb-demo"); got["ok"] != true {
		t.Errorf("bot token in the body: %v", got)
	}
}

func TestAuthTestTellsScopes(t *testing.T) {
	tw := start(t, twin.Options{})
	r, err := api(tw).AuthTest()
	if err != nil || r.UserID != tw.BotUser() || r.BotID != tw.BotID() || r.TeamID != "T0000DEMO" {
		t.Fatalf("%+v %v", r, err)
	}
	if scopes := r.Header.Get("X-OAuth-Scopes"); !slices.Contains(strings.Split(scopes, ","), "chat:write") {
		t.Errorf("scopes %q", scopes)
	}
}

func TestMissingScopeSaysWhich(t *testing.T) {
	tw := start(t, twin.Options{Scenario: scenario(t, "{scopes: [chat:write], channels: [{name: in, bot: true}]}")})
	for method, needed := range map[string]string{
		"users.info": "users:read", "reactions.add": "reactions:write", "files.info": "files:read",
		"usergroups.users.list": "usergroups:read", "files.getUploadURLExternal": "files:write", "conversations.open": "im:write",
	} {
		got := form(t, tw, method, tw.BotToken())
		if got["error"] != "missing_scope" || got["needed"] != needed || got["provided"] != "chat:write" {
			t.Errorf("%s: %v, want needed %s", method, got, needed)
		}
	}
	_, err := api(tw).GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: tw.ChannelID("in")})
	if e, ok := errors.AsType[slack.SlackErrorResponse](err); !ok || e.Err != "missing_scope" {
		t.Errorf("conversations.info: %v", err)
	}
}

func TestScopeGoesByChannelType(t *testing.T) {
	sc := scenario(t, strings.Replace(strict, "groups:read, ", "", 1))
	tw := start(t, twin.Options{Scenario: sc})
	if got := form(t, tw, "conversations.info", tw.BotToken(), "channel", tw.ChannelID("in")); got["ok"] != true {
		t.Errorf("public: %v", got)
	}
	if got := form(t, tw, "conversations.info", tw.BotToken(), "channel", tw.ChannelID("vault")); got["needed"] != "groups:read" {
		t.Errorf("private: %v", got)
	}
}

// TestRefusals is the list of what Slack refuses and how.
func TestRefusals(t *testing.T) {
	tw := start(t, twin.Options{Scenario: scenario(t, strict)})
	mia := tw.As("mia")
	ch := tw.ChannelID
	theirs, _ := mia.Say("#in", "", "hello")
	root, _ := mia.Say("#in", "", "root")
	reply, _ := mia.Say("#in", root.TS, "reply")
	_, own, _ := api(tw).PostMessage(ch("in"), slack.MsgOptionText("mine", false))
	eph, _ := api(tw).PostEphemeral(ch("in"), mia.ID(), slack.MsgOptionText("psst", false))
	_, inVault, _ := api(tw).PostMessage(ch("vault"), slack.MsgOptionText("kept", false))
	if err := mia.Kick("#vault"); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 40001)
	for _, c := range []struct {
		method string
		args   []string
		want   string
	}{
		{"chat.postMessage", []string{"channel", ch("out"), "text", "x"}, "not_in_channel"},
		{"chat.postMessage", []string{"channel", ch("secret"), "text", "x"}, "channel_not_found"},
		{"chat.postMessage", []string{"channel", "C0NOWHERE", "text", "x"}, "channel_not_found"},
		{"chat.postMessage", []string{"channel", "#in", "text", "x"}, "channel_not_found"},
		{"chat.postMessage", []string{"channel", ch("old"), "text", "x"}, "is_archived"},
		{"chat.postMessage", []string{"channel", ch("in")}, "no_text"},
		{"chat.postMessage", []string{"channel", ch("in"), "text", "", "blocks", "[]"}, "no_text"},
		{"chat.postMessage", []string{"channel", ch("in"), "text", long}, "msg_too_long"},
		{"chat.postMessage", []string{"channel", ch("in"), "text", "x", "blocks", "{}"}, "invalid_blocks_format"},
		{"chat.postMessage", []string{"channel", ch("in"), "text", "x", "blocks", `[{"type":"nosuch"}]`}, "invalid_blocks"},
		{"chat.postMessage", []string{"channel", ch("in"), "text", "x", "attachments", `{}`}, "invalid_attachments"},
		{"chat.postMessage", []string{"channel", ch("in"), "text", "x", "metadata", `{"event_type":"a"}`}, "invalid_metadata_format"},
		{"chat.postMessage", []string{"channel", ch("in"), "text", "x", "thread_ts", reply.TS}, "cannot_reply_to_message"},
		{"chat.postMessage", []string{"channel", ch("in"), "text", "x", "thread_ts", "1234567890.000001"}, "thread_not_found"},
		{"chat.postMessage", []string{"channel", ch("in"), "text", "x", "thread_ts", "yesterday"}, "invalid_arguments"},
		{"chat.postEphemeral", []string{"channel", ch("vault"), "user", mia.ID(), "text", "x"}, "channel_not_found"},
		{"chat.postEphemeral", []string{"channel", ch("out"), "user", mia.ID(), "text", "x"}, "not_in_channel"},
		{"chat.postEphemeral", []string{"channel", ch("in"), "user", "U0NOBODY", "text", "x"}, "user_not_in_channel"},
		{"chat.postEphemeral", []string{"channel", ch("in"), "user", "mia", "text", "x"}, "user_not_in_channel"},
		{"chat.postEphemeral", []string{"channel", ch("in"), "user", mia.ID()}, "no_text"},
		{"chat.update", []string{"channel", ch("in"), "ts", theirs.TS, "text", "x"}, "cant_update_message"},
		{"chat.update", []string{"channel", ch("in"), "ts", eph, "text", "x"}, "message_not_found"},
		{"chat.update", []string{"channel", ch("in"), "ts", own}, "no_text"},
		{"chat.update", []string{"channel", ch("in"), "ts", own, "text", strings.Repeat("x", 4001)}, "msg_too_long"},
		{"chat.update", []string{"channel", ch("vault"), "ts", inVault, "text", "x"}, "channel_not_found"},
		{"chat.delete", []string{"channel", ch("in"), "ts", theirs.TS}, "cant_delete_message"},
		{"chat.delete", []string{"channel", ch("in"), "ts", eph}, "message_not_found"},
		{"chat.getPermalink", []string{"channel", ch("in"), "message_ts", "1.2"}, "message_not_found"},
		{"reactions.add", []string{"channel", ch("in"), "timestamp", eph, "name", "eyes"}, "message_not_found"},
		{"reactions.add", []string{"channel", ch("in"), "timestamp", "x", "name", "eyes"}, "bad_timestamp"},
		{"reactions.add", []string{"channel", ch("in"), "timestamp", own, "name", ":eyes:"}, "invalid_name"},
		{"reactions.add", []string{"channel", ch("out"), "timestamp", own, "name", "eyes"}, "not_in_channel"},
		{"reactions.remove", []string{"channel", ch("in"), "timestamp", own, "name", "eyes"}, "no_reaction"},
		{"conversations.info", []string{"channel", ch("secret")}, "channel_not_found"},
		{"conversations.replies", []string{"channel", ch("in"), "ts", "1234567890.000001"}, "thread_not_found"},
		{"conversations.replies", []string{"channel", ch("in"), "ts", eph}, "thread_not_found"},
		{"conversations.history", []string{"channel", ch("out")}, "not_in_channel"},
		{"conversations.history", []string{"channel", ch("in"), "cursor", "x"}, "invalid_cursor"},
		{"users.info", []string{"user", "mia"}, "user_not_found"},
		{"usergroups.users.list", []string{"usergroup", "oncall"}, "no_such_subteam"},
		{"assistant.threads.setStatus", []string{"channel_id", ch("in"), "thread_ts", "1.1", "status", "x"}, "invalid_thread_ts"},
		{"assistant.threads.setStatus", []string{
			"channel_id", ch("in"), "thread_ts", own, "status", "x", "loading_messages",
			strings.Repeat("a,", 10) + "a",
		}, "invalid_arguments"},
		{"views.open", []string{"trigger_id", "1.2.x", "view", `{"type":"modal","title":{"type":"plain_text","text":"t"},"blocks":[]}`}, "invalid_trigger_id"},
		{"views.open", []string{"trigger_id", "1.2.x", "view", `{"type":"dialog"}`}, "invalid_arguments"},
		{"views.update", []string{"view_id", "V1", "view", `{"type":"modal","title":{"type":"plain_text","text":"t"},"blocks":[]}`}, "not_found"},
		{"views.publish", []string{"user_id", "U0NOBODY", "view", `{"type":"home","blocks":[]}`}, "user_not_found"},
	} {
		got := form(t, tw, c.method, tw.BotToken(), c.args...)
		if got["error"] != c.want {
			t.Errorf("%s %.120v: %v, want %s", c.method, c.args, got, c.want)
		}
	}
}

func TestJSONBodiesAreTakenToo(t *testing.T) {
	tw := start(t, twin.Options{})
	body := `{"channel":"` + tw.ChannelID("ssh-help") + `","text":"a & b","blocks":[{"type":"divider"}],"metadata":{"event_type":"x","event_payload":{"n":1}}}`
	got := jsonCall(t, tw, "chat.postMessage", tw.BotToken(), body)
	if got["ok"] != true {
		t.Fatal(got)
	}
	m := tw.Messages("ssh-help")[0]
	if m.Text != "a & b" || m.Metadata == nil || !bytes.Contains(m.Blocks, []byte("divider")) {
		t.Errorf("%+v", m)
	}
	if got := jsonCall(t, tw, "chat.postMessage", tw.BotToken(), "{"); got["error"] != "invalid_json" {
		t.Errorf("broken JSON: %v", got)
	}
}

func TestPeopleAndGroups(t *testing.T) {
	tw := start(t, twin.Options{Scenario: scenario(t, strict)})
	c := api(tw)
	gus, err := c.GetUserInfo(tw.UserID("gus"))
	if err != nil || !gus.IsRestricted || !gus.IsUltraRestricted || gus.Locale != "en-US" {
		t.Errorf("guest %+v %v", gus, err)
	}
	ext, err := c.GetUserInfo(tw.UserID("ext"))
	if err != nil || !ext.IsStranger || ext.TeamID != "T0000EXT" {
		t.Errorf("stranger %+v %v", ext, err)
	}
	mia, _ := c.GetUserInfo(tw.UserID("mia"))
	if mia.Profile.Email != "" {
		t.Error("e-mail shown without users:read.email")
	}
	if got := form(t, tw, "users.info", tw.BotToken(), "user", tw.UserID("mia")); got["user"].(map[string]any)["locale"] != nil {
		t.Error("locale shown without include_locale")
	}
	groups, err := c.GetUserGroups(slack.GetUserGroupsOptionIncludeUsers(true))
	if err != nil || len(groups) != 1 || groups[0].Handle != "oncall" || !slices.Equal(groups[0].Users, []string{mia.ID}) {
		t.Errorf("groups %+v %v", groups, err)
	}
	tw.SetGroup("oncall", "gus")
	members, err := c.GetUserGroupMembers(groups[0].ID)
	if err != nil || !slices.Equal(members, []string{gus.ID}) {
		t.Errorf("members %v %v", members, err)
	}
	tw.SetUser("gus", func(u *twin.UserSpec) { u.Deleted = true })
	if gus, _ = c.GetUserInfo(gus.ID); !gus.Deleted {
		t.Error("not deleted")
	}
}

func TestFreePlanHasNoGroups(t *testing.T) {
	tw := start(t, twin.Options{Scenario: scenario(t, strict+"free_plan: true\n")})
	if _, err := api(tw).GetUserGroups(); err == nil || err.Error() != "plan_upgrade_required" {
		t.Errorf("%v", err)
	}
}

func TestConversationInfo(t *testing.T) {
	tw := start(t, twin.Options{Scenario: scenario(t, strict)})
	for name, want := range map[string][3]bool{"in": {true, false, false}, "out": {false, false, false}, "vault": {true, true, false}, "shared": {true, false, true}} {
		c, err := api(tw).GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: tw.ChannelID(name)})
		if err != nil || [3]bool{c.IsMember, c.IsPrivate, c.IsExtShared} != want || c.Name != name {
			t.Errorf("%s: %+v %v", name, c, err)
		}
	}
}

func TestFaults(t *testing.T) {
	tw := start(t, twin.Options{})
	c, ch := api(tw), tw.ChannelID("ssh-help")
	tw.RateLimit("chat.postMessage", 1500*time.Millisecond, 1)
	_, _, err := c.PostMessage(ch, slack.MsgOptionText("x", false))
	if e, ok := errors.AsType[*slack.RateLimitedError](err); !ok || e.RetryAfter != 2*time.Second {
		t.Errorf("rate limit: %v", err)
	}
	tw.Fail("chat.postMessage", twin.Fault{Error: "internal_error"}, 1)
	tw.Fail("chat.postMessage", twin.Fault{Status: 503}, 1)
	if _, _, err = c.PostMessage(ch, slack.MsgOptionText("x", false)); err == nil || err.Error() != "internal_error" {
		t.Errorf("error: %v", err)
	}
	_, _, err = c.PostMessage(ch, slack.MsgOptionText("x", false))
	if e, ok := errors.AsType[slack.StatusCodeError](err); !ok || e.Code != 503 {
		t.Errorf("status: %v", err)
	}
	if n := len(tw.Messages("ssh-help")); n != 0 {
		t.Errorf("%d messages came of refused calls", n)
	}
	tw.Fail("chat.postMessage", twin.Fault{Lost: true}, 1)
	if _, _, err = c.PostMessage(ch, slack.MsgOptionText("x", false)); err == nil {
		t.Error("a lost answer was received")
	}
	if n := len(tw.Messages("ssh-help")); n != 1 {
		t.Errorf("%d messages after a lost answer, want the one", n)
	}
	tw.Fail("*", twin.Fault{Error: "fatal_error"}, 1)
	if _, err = c.AuthTest(); err == nil || err.Error() != "fatal_error" {
		t.Errorf("any method: %v", err)
	}
	tw.Fail("auth.test", twin.Fault{Error: "fatal_error"}, 5)
	tw.Fail("auth.test", twin.Fault{}, -1)
	if _, err = c.AuthTest(); err != nil {
		t.Errorf("taken back: %v", err)
	}
	var codes []string
	for _, call := range tw.Calls("chat.postMessage") {
		codes = append(codes, call.Error)
	}
	if want := []string{"429", "internal_error", "503", ""}; !slices.Equal(codes, want) {
		t.Errorf("calls %q, want %q", codes, want)
	}
}

func TestHoldAndDelay(t *testing.T) {
	tw := start(t, twin.Options{})
	release := tw.Hold("auth.test")
	done := make(chan error, 1)
	go func() { _, err := api(tw).AuthTest(); done <- err }()
	if _, err := api(tw).GetUserInfo(tw.UserID("mia")); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-done:
		t.Fatal("held call returned", err)
	default:
	}
	release()
	release()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	tw.Delay("auth.test", 30*time.Millisecond)
	begin := time.Now()
	if _, err := api(tw).AuthTest(); err != nil || time.Since(begin) < 30*time.Millisecond {
		t.Errorf("delayed call took %v, %v", time.Since(begin), err)
	}
}

func TestRealLimits(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	tw := start(t, twin.Options{RealLimits: true, Now: func() time.Time { return now }})
	post := func(channel string) error {
		_, _, err := api(tw).PostMessage(channel, slack.MsgOptionText("x", false))
		return err
	}
	for i := range 4 {
		if err := post(tw.ChannelID("ssh-help")); err != nil {
			t.Fatalf("post %d of a short burst: %v", i, err)
		}
	}
	err := post(tw.ChannelID("ssh-help"))
	if e, ok := errors.AsType[*slack.RateLimitedError](err); !ok || e.RetryAfter != time.Second {
		t.Errorf("fifth post: %v", err)
	}
	if err := post(tw.UserID("mia")); err != nil {
		t.Errorf("another channel: %v", err)
	}
	for range 20 {
		if _, err = api(tw).GetUserGroups(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err = api(tw).GetUserGroups(); err == nil {
		t.Error("tier 2 took 21 calls at once")
	}
}
