package twin_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"sshhelp/sim/slack/twin"
)

// page is a web page's side: it knows only HTTP.
type page struct {
	t  *testing.T
	tw *twin.Twin
}

func (p page) post(name, body string) map[string]any {
	p.t.Helper()
	req, _ := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.tw.URL()+"/sim/"+name, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	return answer(p.t, req, "")
}

func (p page) get(path string) map[string]any {
	p.t.Helper()
	req, _ := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.tw.URL()+"/sim/"+path, nil)
	return answer(p.t, req, "")
}

func TestPageCommandAndClick(t *testing.T) {
	tw := start(t, twin.Options{})
	p, b := page{t, tw}, connect(t, tw)
	answered := make(chan map[string]any, 1)
	go func() { answered <- p.post("command", `{"user":"sam","channel":"#ssh-help","text":"/sshhelp web-1"}`) }()
	e := b.await(t, "slash_commands")
	if err := b.Ack(*e.Request, map[string]any{"text": "Checking.", "blocks": json.RawMessage("[" + acts(button("Stop", `,"action_id":"stop","value":"7"`)) + "]")}); err != nil {
		t.Fatal(err)
	}
	got := <-answered
	m, _ := got["message"].(map[string]any)
	if got["ok"] != true || got["text"] != "Checking." || got["latency_ms"].(float64) <= 0 || m["ephemeral_to"] != tw.UserID("sam") || got["blocks"] == nil {
		t.Fatal(got)
	}
	go func() {
		answered <- p.post("click", fmt.Sprintf(`{"user":"sam","channel":%q,"ts":%q,"action_id":"stop"}`, m["channel"], m["ts"]))
	}()
	if in := b.interaction(t, nil); in.ActionCallback.BlockActions[0].Value != "7" {
		t.Errorf("%+v", in)
	}
	if got = <-answered; got["ok"] != true || got["envelope_id"] == "" {
		t.Errorf("%v", got)
	}
}

func TestPageModal(t *testing.T) {
	tw := start(t, twin.Options{})
	p, b := page{t, tw}, connect(t, tw)
	v := open(t, tw, b, form1)
	if s := p.get("state?user=sam"); s["view"].(map[string]any)["id"] != v.ID || len(s["view_stack"].([]any)) != 1 {
		t.Fatal(s["view"])
	}
	got := p.post("submit", fmt.Sprintf(`{"user":"sam","view_id":%q,"values":{}}`, v.ID))
	if got["error"] != "invalid_input" || got["errors"].(map[string]any)["name"] == nil {
		t.Errorf("%v", got)
	}
	if got = p.post("select", fmt.Sprintf(`{"user":"sam","view_id":%q,"block_id":"os","action_id":"v","value":"win"}`, v.ID)); got["ok"] != true {
		t.Errorf("%v", got)
	}
	answered := make(chan map[string]any, 1)
	go func() {
		answered <- p.post("submit", fmt.Sprintf(`{"user":"sam","view_id":%q,"values":{"name":{"v":"web-1"},"where":{"v":[%q]}}}`, v.ID, tw.ChannelID("random")))
	}()
	in := b.interaction(t, slack.NewErrorsViewSubmissionResponse(map[string]string{"name": "unknown"}))
	if s := in.View.State.Values; s["os"]["v"].SelectedOption.Value != "win" || s["name"]["v"].Value != "web-1" || s["where"]["v"].SelectedConversation != tw.ChannelID("random") {
		t.Errorf("%+v", s)
	}
	if got = <-answered; got["ok"] != true || got["errors"].(map[string]any)["name"] != "unknown" || got["view"] == nil {
		t.Errorf("%v", got)
	}
	if got = p.post("close", fmt.Sprintf(`{"user":"sam","view_id":%q}`, v.ID)); got["ok"] != true || got["view"] != nil {
		t.Errorf("%v", got)
	}
}

func TestPageTalksAndUploads(t *testing.T) {
	tw := start(t, twin.Options{})
	p := page{t, tw}
	root := p.post("say", `{"user":"mia","channel":"#ssh-help","text":"help"}`)["message"].(map[string]any)
	ts := root["ts"].(string)
	form := &bytes.Buffer{}
	mw := multipart.NewWriter(form)
	for k, v := range map[string]string{"user": "mia", "channel": "#ssh-help", "thread_ts": ts, "text": "see"} {
		_ = mw.WriteField(k, v)
	}
	f, _ := mw.CreateFormFile("file", "ssh.txt")
	_, _ = io.WriteString(f, "debug1: <script>")
	mw.Close()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, tw.URL()+"/sim/upload", form)
	req.Header.Set("Content-Type", mw.FormDataContentType())
	up := answer(t, req, "")["message"].(map[string]any)
	if up["thread_ts"] != ts || up["text"] != "see" {
		t.Fatal(up)
	}
	id := up["files"].([]any)[0].(map[string]any)["id"].(string)
	resp, err := http.Get(tw.URL() + "/sim/file/" + id)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if data, _ := io.ReadAll(resp.Body); string(data) != "debug1: <script>" || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%q %v", data, resp.Header)
	}
	for _, call := range []string{
		`upload {"user":"mia","channel":"#ssh-help","name":"b.txt","content":"b"}`,
		`react {"user":"mia","channel":"#ssh-help","ts":"` + ts + `","name":"eyes"}`,
		`react {"user":"mia","channel":"#ssh-help","ts":"` + ts + `","name":"eyes","remove":true}`,
		`edit {"user":"mia","channel":"#ssh-help","ts":"` + ts + `","text":"help!"}`,
		`home {"user":"mia"}`,
		`invite {"user":"mia","channel":"#random"}`,
		`kick {"user":"mia","channel":"#random"}`,
		`delete {"user":"mia","channel":"#ssh-help","ts":"` + ts + `"}`,
		`fail {"method":"auth.test","status":429,"retry_after_s":3,"count":1}`,
		`delay {"method":"auth.test","ms":1}`,
		`disconnect {"reason":"warning"}`,
	} {
		name, body, _ := strings.Cut(call, " ")
		if got := p.post(name, body); got["ok"] != true {
			t.Errorf("%s: %v", call, got)
		}
	}
	if _, err := api(tw).AuthTest(); err == nil || !strings.Contains(err.Error(), "3s") {
		t.Errorf("ordered rate limit: %v", err)
	}
}

func TestPageRefusals(t *testing.T) {
	tw := start(t, twin.Options{})
	p := page{t, tw}
	for call, want := range map[string]string{
		`say {"user":"nobody","channel":"#ssh-help","text":"x"}`:                               "user_not_found",
		`say {"user":"sshhelp","channel":"#ssh-help","text":"x"}`:                              "user_not_found",
		`say {"user":"gus","channel":"#random","text":"x"}`:                                    "channel_not_found",
		`say {"user":"mia","channel":"#ssh-help","text":""}`:                                   "no_text",
		`say {"user":"mia","channel":"#ssh-help","texts":"x"}`:                                 "bad_request",
		`command {"user":"mia","channel":"#ssh-help","text":"/nope"}`:                          "dispatch_unknown_command",
		`command {"user":"mia","channel":"#ssh-help","text":"/sshhelp x"}`:                     "dispatch_failed",
		`click {"user":"mia","channel":"#ssh-help","ts":"1.1","action_id":"x"}`:                "message_not_found",
		`click {"user":"mia","view_id":"V1","action_id":"x"}`:                                  "not_found",
		`submit {"user":"mia","view_id":"V1"}`:                                                 "not_found",
		`close {"user":"mia","view_id":"V1"}`:                                                  "not_found",
		`shortcut {"user":"mia","callback_id":"explain_ssh","channel":"#ssh-help","ts":"1.1"}`: "message_not_found",
		`react {"user":"mia","channel":"#ssh-help","ts":"1.1","name":"eyes"}`:                  "message_not_found",
		`fail {"method":"auth.test","count":1}`:                                                "invalid_fault",
		`edit {"user":"mia","channel":"#ssh-help","ts":"1.1","text":"x"}`:                      "message_not_found",
		`upload {"user":"mia","channel":"#ssh-help","thread_ts":"1","name":"x","content":"x"}`: "invalid_arguments",
	} {
		name, body, _ := strings.Cut(call, " ")
		if got := p.post(name, body); got["ok"] != false || got["error"] != want {
			t.Errorf("%s: %v, want %s", call, got, want)
		}
	}
}

func TestPageReports(t *testing.T) {
	tw := start(t, twin.Options{})
	p := page{t, tw}
	b := connect(t, tw)
	_, _, _ = b.api.PostMessage(tw.ChannelID("ssh-help"), slack.MsgOptionText("<!here>", false))
	b.inner(t)
	if _, err := tw.WaitAck(limited(t), func(twin.Ack) bool { return true }); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"acks": 1, "violations": 1, "sockets": 1, "calls": 2, "users": 4} {
		if got := p.get(path)[path].([]any); len(got) != want {
			t.Errorf("%s: %v, want %d", path, got, want)
		}
	}
}

func TestPagesOfOtherOriginsAreKeptOut(t *testing.T) {
	tw := start(t, twin.Options{})
	for origin, want := range map[string]string{
		"http://127.0.0.1:9999": "http://127.0.0.1:9999", "http://localhost:1": "http://localhost:1",
		"https://evil.example": "", "null": "",
	} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodOptions, tw.URL()+"/sim/say", nil)
		req.Header.Set("Origin", origin)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := resp.Header.Get("Access-Control-Allow-Origin"); got != want {
			t.Errorf("%s: %q, want %q", origin, got, want)
		}
	}
}

// reader reads a change stream.
type reader struct {
	t *testing.T
	*bufio.Scanner
}

func stream(t *testing.T, tw *twin.Twin, query string) reader {
	t.Helper()
	req, _ := http.NewRequestWithContext(limited(t), http.MethodGet, tw.URL()+"/sim/events?"+query, nil)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return reader{t, bufio.NewScanner(resp.Body)}
}

// event returns the next event's name and data.
func (r reader) event() (name string, data map[string]any) {
	r.t.Helper()
	for r.Scan() {
		switch key, value, _ := strings.Cut(r.Text(), ": "); key {
		case "event":
			name = value
		case "data":
			if err := json.Unmarshal([]byte(value), &data); err != nil {
				r.t.Fatal(err)
			}
		case "":
			return name, data
		}
	}
	r.t.Fatal("the stream has ended", r.Err())
	return "", nil
}

func TestChangeStream(t *testing.T) {
	tw := start(t, twin.Options{})
	c := api(tw)
	mia := stream(t, tw, "user=mia")
	name, hello := mia.event()
	if name != "hello" || hello["revision"] != 0.0 {
		t.Fatal(name, hello)
	}
	ch := tw.ChannelID("ssh-help")
	_, _ = c.PostEphemeral(ch, tw.UserID("jo"), slack.MsgOptionText("not for mia", false))
	m, _ := tw.As("jo").Say("#ssh-help", "", "hello")
	_ = tw.As("mia").React("#ssh-help", m.TS, "wave", true)
	_, _ = tw.As("jo").Edit("#ssh-help", m.TS, "hello!")
	_ = tw.As("jo").Delete("#ssh-help", m.TS)
	last := 1.0
	for _, want := range []string{"message_posted", "reaction", "message_changed", "message_deleted"} {
		name, c := mia.event()
		if name != "change" || c["kind"] != want || c["ts"] != m.TS || c["channel"] != ch || c["revision"].(float64) != last+1 {
			t.Errorf("%s %v, want %s with revision %v", name, c, want, last+1)
		}
		if msg, _ := c["message"].(map[string]any); want == "message_changed" && msg["text"] != "hello!" {
			t.Errorf("%v", c)
		}
		last = c["revision"].(float64)
	}
	if n := tw.Revision(); float64(n) != last {
		t.Errorf("revision %d, want %v", n, last)
	}
	resumed := stream(t, tw, "user=jo&since=0")
	if name, c := resumed.event(); name != "change" || c["user"] != tw.UserID("jo") || c["revision"] != 1.0 {
		t.Errorf("resumed with %s %v", name, c)
	}
	if name, _ := stream(t, tw, "user=jo&since=99").event(); name != "reset" {
		t.Errorf("a revision that never was: %s", name)
	}
}

func TestStreamShowsViewsAndSockets(t *testing.T) {
	tw := start(t, twin.Options{})
	sam := stream(t, tw, "user=sam")
	sam.event()
	b := connect(t, tw)
	if _, c := sam.event(); c["kind"] != "socket" || c["sockets"] != 1.0 {
		t.Errorf("%v", c)
	}
	v := open(t, tw, b, form1)
	if _, c := sam.event(); c["kind"] != "view" || c["view"].(map[string]any)["id"] != v.ID {
		t.Errorf("%v", c)
	}
	if _, err := tw.As("sam").CloseView(v.ID, false); err != nil {
		t.Fatal(err)
	}
	_, c := sam.event()
	if shut, present := c["view"]; c["kind"] != "view" || shut != nil || !present {
		t.Errorf("%v", c)
	}
}

func TestStreamEndsWithTheTwin(t *testing.T) {
	tw, err := twin.New(twin.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := stream(t, tw, "user=sam")
	r.event()
	tw.Close()
	if r.Scan() {
		t.Errorf("after Close: %q", r.Text())
	}
}
