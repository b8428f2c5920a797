package twin_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"sshhelp/sim/slack/twin"
)

// wire is a bare connection, for what slack-go hides. Frames arrive decoded in its channel, which is closed at the end.
type wire struct {
	*websocket.Conn
	frames chan map[string]any
	pings  chan string
}

func dial(t *testing.T, tw *twin.Twin) *wire {
	t.Helper()
	_, url, err := api(tw).StartSocketModeContext(limited(t))
	if err != nil {
		t.Fatal(err)
	}
	conn, _, err := websocket.DefaultDialer.DialContext(limited(t), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{conn, make(chan map[string]any, 100), make(chan string, 100)}
	conn.SetPingHandler(func(s string) error {
		w.pings <- s
		return nil
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(w.frames)
		for {
			_, data, err := conn.ReadMessage()
			if err != nil {
				return
			}
			var f map[string]any
			if json.Unmarshal(data, &f) != nil {
				f = map[string]any{"type": "malformed"}
			}
			w.frames <- f
		}
	}()
	t.Cleanup(func() { conn.Close(); <-done })
	return w
}

// frame returns the next frame; ok is false when the connection has ended.
func (w *wire) frame(t *testing.T) (map[string]any, bool) {
	t.Helper()
	select {
	case f, ok := <-w.frames:
		return f, ok
	case <-limited(t).Done():
		t.Fatal("no frame came")
		return nil, false
	}
}

// expect returns the next frame, which must be of this type.
func (w *wire) expect(t *testing.T, typ string) map[string]any {
	t.Helper()
	f, ok := w.frame(t)
	if !ok || f["type"] != typ {
		t.Fatalf("frame %v %t, want %s", f, ok, typ)
	}
	return f
}

func (w *wire) ack(t *testing.T, id any, payload any) {
	t.Helper()
	if err := w.WriteJSON(map[string]any{"envelope_id": id, "payload": payload}); err != nil {
		t.Fatal(err)
	}
}

func TestHelloAndPings(t *testing.T) {
	tw := start(t, twin.Options{Timing: quick()})
	first := dial(t, tw).expect(t, "hello")
	second := dial(t, tw)
	hello := second.expect(t, "hello")
	if first["num_connections"] != 1.0 || hello["num_connections"] != 2.0 {
		t.Errorf("connections counted %v, %v", first["num_connections"], hello["num_connections"])
	}
	if d := hello["debug_info"].(map[string]any); d["approximate_connection_time"] != 3600.0 {
		t.Errorf("debug_info %v", d)
	}
	for range 2 {
		select {
		case <-second.pings:
		case <-limited(t).Done():
			t.Fatal("no ping")
		}
	}
}

func TestTicketsAreForOnce(t *testing.T) {
	tw := start(t, twin.Options{})
	_, url, err := api(tw).StartSocketModeContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	conn, _, err := websocket.DefaultDialer.DialContext(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, resp, err := websocket.DefaultDialer.DialContext(t.Context(), url, nil); err == nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("second use: %v", err)
	}
}

func TestTenConnectionsAndNoMore(t *testing.T) {
	tw := start(t, twin.Options{})
	for range 10 {
		dial(t, tw).expect(t, "hello")
	}
	eleventh := dial(t, tw)
	if f := eleventh.expect(t, "disconnect"); f["reason"] != "too_many_websockets" {
		t.Errorf("reason %v", f["reason"])
	}
	if _, open := eleventh.frame(t); open {
		t.Error("the eleventh connection stays open")
	}
	if n := len(tw.Sockets()); n != 10 {
		t.Errorf("%d open", n)
	}
}

func TestEachEnvelopeGoesToOneConnectionAtRandom(t *testing.T) {
	tw := start(t, twin.Options{Seed: 7})
	a, b := dial(t, tw), dial(t, tw)
	a.expect(t, "hello")
	b.expect(t, "hello")
	const n = 40
	for i := range n {
		if _, err := tw.As("mia").Say("#ssh-help", "", fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	got := map[*wire]int{}
	for range n {
		select {
		case f := <-a.frames:
			a.ack(t, f["envelope_id"], nil)
			got[a]++
		case f := <-b.frames:
			b.ack(t, f["envelope_id"], nil)
			got[b]++
		case <-limited(t).Done():
			t.Fatal("envelopes are missing", got[a], got[b])
		}
	}
	if got[a] < n/5 || got[b] < n/5 {
		t.Errorf("spread %d and %d", got[a], got[b])
	}
}

func TestUnackedEventsAreRetried(t *testing.T) {
	tw := start(t, twin.Options{Timing: quick()})
	w := dial(t, tw)
	w.expect(t, "hello")
	if _, err := tw.As("mia").Say("#ssh-help", "", "hello"); err != nil {
		t.Fatal(err)
	}
	var events, envelopes []any
	for attempt := range 3 {
		f := w.expect(t, "events_api")
		if f["retry_attempt"] != float64(attempt) || (f["retry_reason"] == "timeout") != (attempt > 0) {
			t.Errorf("attempt %d: %v %v", attempt, f["retry_attempt"], f["retry_reason"])
		}
		events = append(events, f["payload"].(map[string]any)["event_id"])
		envelopes = append(envelopes, f["envelope_id"])
		if attempt == 2 {
			w.ack(t, f["envelope_id"], nil)
		}
	}
	if events[0] != events[1] || events[1] != events[2] || envelopes[0] == envelopes[1] {
		t.Errorf("events %v in envelopes %v", events, envelopes)
	}
	ack, err := tw.WaitAck(limited(t), func(a twin.Ack) bool { return a.EnvelopeID == envelopes[2] })
	if err != nil || ack.Attempt != 2 || ack.Late || ack.What != "message" || ack.Type != "events_api" {
		t.Errorf("ack %+v %v", ack, err)
	}
	w.ack(t, envelopes[0], nil)
	if ack, err = tw.WaitAck(limited(t), func(a twin.Ack) bool { return a.EnvelopeID == envelopes[0] }); err != nil || !ack.Late {
		t.Errorf("ack after the clock: %+v %v", ack, err)
	}
	w.ack(t, "env-unheard-of", nil)
	if ack, err = tw.WaitAck(limited(t), func(a twin.Ack) bool { return a.EnvelopeID == "env-unheard-of" }); err != nil || !ack.Unknown {
		t.Errorf("ack for nothing: %+v %v", ack, err)
	}
}

func TestEventsWaitForABotThatComesBack(t *testing.T) {
	tm := *quick()
	tm.Retries = []time.Duration{0, 100 * time.Millisecond, time.Hour}
	tw := start(t, twin.Options{Timing: &tm})
	if _, err := tw.As("mia").Say("#ssh-help", "", "anybody?"); err != nil {
		t.Fatal(err)
	}
	w := dial(t, tw)
	w.expect(t, "hello")
	if f := w.expect(t, "events_api"); f["retry_attempt"] == 0.0 {
		t.Errorf("attempt %v", f["retry_attempt"])
	}
}

func TestUnackedCommand(t *testing.T) {
	tw := start(t, twin.Options{Timing: quick()})
	sam, ctx := tw.As("sam"), limited(t)
	r, err := sam.Command(ctx, "#ssh-help", "/sshhelp web-1")
	if err == nil || err.Error() != twin.DispatchFailed || r.Message == nil {
		t.Errorf("without a connection: %+v %v", r, err)
	}
	w := dial(t, tw)
	w.expect(t, "hello")
	r, err = sam.Command(ctx, "#ssh-help", "/sshhelp web-1")
	if err == nil || err.Error() != twin.OperationTimeout {
		t.Errorf("without an ack: %+v %v", r, err)
	}
	if m := r.Message; m == nil || m.EphemeralTo != sam.ID() || m.Text != `/sshhelp failed with the error "operation_timeout"` {
		t.Errorf("notice %+v", m)
	}
	w.expect(t, "slash_commands")
	if _, err = sam.Command(ctx, "#ssh-help", "/other x"); err == nil || err.Error() != "dispatch_unknown_command" {
		t.Errorf("unknown command: %v", err)
	}
}

func TestAckOfTwentyKilobytesIsDroppedSilently(t *testing.T) {
	tw := start(t, twin.Options{Timing: quick()})
	w := dial(t, tw)
	w.expect(t, "hello")
	for size, want := range map[int]string{20000: "", 20480: twin.OperationTimeout} {
		done := during(func() (twin.Receipt, error) { return tw.As("sam").Command(limited(t), "#ssh-help", "/sshhelp x") })
		w.ack(t, w.expect(t, "slash_commands")["envelope_id"], map[string]any{"text": strings.Repeat("x", size)})
		r := <-done
		if r.err != nil && r.err.Error() != want || r.err == nil && want != "" {
			t.Errorf("ack with %d bytes of text: %v, want %q", size, r.err, want)
		}
	}
	if acks := tw.Acks(); len(acks) != 2 || acks[0].Dropped == acks[1].Dropped {
		t.Errorf("acks %+v", acks)
	}
}

func TestPayloadIsIgnoredWhereItIsNotAccepted(t *testing.T) {
	tw := start(t, twin.Options{})
	w := dial(t, tw)
	w.expect(t, "hello")
	if _, err := tw.As("mia").Say("#ssh-help", "", "hello"); err != nil {
		t.Fatal(err)
	}
	f := w.expect(t, "events_api")
	if f["accepts_response_payload"] != false {
		t.Error("an event accepts a payload")
	}
	w.ack(t, f["envelope_id"], map[string]any{"text": "ignored"})
	ack, err := tw.WaitAck(limited(t), func(a twin.Ack) bool { return a.EnvelopeID == f["envelope_id"] })
	if err != nil || !ack.Ignored || len(tw.Messages("ssh-help")) != 1 {
		t.Errorf("%+v %v", ack, err)
	}
}

func TestDuplicates(t *testing.T) {
	tw := start(t, twin.Options{})
	w := dial(t, tw)
	w.expect(t, "hello")
	tw.Duplicate(2)
	if _, err := tw.As("mia").Say("#ssh-help", "", "hello"); err != nil {
		t.Fatal(err)
	}
	one, two := w.expect(t, "events_api"), w.expect(t, "events_api")
	if one["envelope_id"] == two["envelope_id"] || one["payload"].(map[string]any)["event_id"] != two["payload"].(map[string]any)["event_id"] {
		t.Errorf("event came as %v and %v", one["envelope_id"], two["envelope_id"])
	}
	w.ack(t, two["envelope_id"], nil)
	w.ack(t, one["envelope_id"], nil)
	done := during(func() (twin.Receipt, error) { return tw.As("sam").Command(limited(t), "#ssh-help", "/sshhelp x") })
	one, two = w.expect(t, "slash_commands"), w.expect(t, "slash_commands")
	if one["envelope_id"] != two["envelope_id"] {
		t.Error("a command came in two envelopes")
	}
	w.ack(t, one["envelope_id"], map[string]any{"text": "a"})
	w.ack(t, two["envelope_id"], map[string]any{"text": "b"})
	if r := <-done; r.err != nil || r.Text != "a" {
		t.Errorf("%+v", r)
	}
	ack, err := tw.WaitAck(limited(t), func(a twin.Ack) bool { return a.Repeated })
	if err != nil || ack.EnvelopeID != one["envelope_id"] {
		t.Errorf("%+v %v", ack, err)
	}
}

func TestDisconnects(t *testing.T) {
	tw := start(t, twin.Options{Timing: quick()})
	for _, reason := range []string{"refresh_requested", "link_disabled"} {
		w := dial(t, tw)
		w.expect(t, "hello")
		tw.Disconnect(reason)
		if f := w.expect(t, "disconnect"); f["reason"] != reason {
			t.Errorf("reason %v", f["reason"])
		}
		if _, open := w.frame(t); open {
			t.Errorf("open after %s", reason)
		}
	}
	if err := tw.WaitSockets(limited(t), 0); err != nil {
		t.Fatal(err)
	}
	w := dial(t, tw)
	w.expect(t, "hello")
	tw.Disconnect("warning")
	w.expect(t, "disconnect")
	if _, err := tw.As("mia").Say("#ssh-help", "", "still here?"); err != nil {
		t.Fatal(err)
	}
	w.ack(t, w.expect(t, "events_api")["envelope_id"], nil)
	if f := w.expect(t, "disconnect"); f["reason"] != "refresh_requested" {
		t.Errorf("after the grace: %v", f)
	}
}

func TestSlackGoReconnectsAfterRefresh(t *testing.T) {
	tw := start(t, twin.Options{Timing: quick()})
	b := connect(t, tw)
	first := tw.Sockets()[0].ID
	tw.Disconnect("refresh_requested")
	e, err := b.next(limited(t))
	if e.Type == socketmode.EventTypeIncomingError { // of the old connection, if it is read once more
		e, err = b.next(limited(t))
	}
	if err != nil || e.Type != socketmode.EventTypeHello {
		t.Fatalf("received %v %v, want hello", e.Type, err)
	}
	if s := tw.Sockets(); s[len(s)-1].ID == first {
		t.Errorf("sockets %+v", s)
	}
}

func TestConnectionsAreRotated(t *testing.T) {
	tm := *quick()
	tm.ConnectionLife, tm.Grace = 50*time.Millisecond, 10*time.Millisecond
	tw := start(t, twin.Options{Timing: &tm})
	w := dial(t, tw)
	w.expect(t, "hello")
	for _, reason := range []string{"warning", "refresh_requested"} {
		if f := w.expect(t, "disconnect"); f["reason"] != reason {
			t.Errorf("reason %v, want %s", f["reason"], reason)
		}
	}
}

func TestStalledConnectionSwallowsAndKeepsCounting(t *testing.T) {
	tw := start(t, twin.Options{Timing: quick()})
	w := dial(t, tw)
	w.expect(t, "hello")
	tw.Stall(tw.Sockets()[0].ID)
	if _, err := tw.As("sam").Command(limited(t), "#ssh-help", "/sshhelp x"); err == nil || err.Error() != twin.OperationTimeout {
		t.Errorf("command into a stalled connection: %v", err)
	}
	select {
	case f := <-w.frames:
		t.Errorf("a stalled connection delivered %v", f)
	default:
	}
	if s := tw.Sockets(); len(s) != 1 || !s[0].Stalled {
		t.Errorf("sockets %+v", s)
	}
	tw.Cut(tw.Sockets()[0].ID)
	if err := tw.WaitSockets(limited(t), 0); err != nil {
		t.Error(err)
	}
}

func TestMalformedFramesAreTolerated(t *testing.T) {
	tw := start(t, twin.Options{})
	b := connect(t, tw)
	tw.InjectFrame([]byte("{not json"))
	b.await(t, socketmode.EventTypeIncomingError)
	tw.InjectFrame([]byte(`{"type":"events_api","envelope_id":"x","payload":{"type":"event_callback","event":{"type":"no_such"}}}`))
	b.await(t, socketmode.EventTypeErrorBadMessage)
	tw.SendEvent("ssh-help", map[string]any{"type": "app_uninstalled"})
	if _, ok := b.inner(t).(*slackevents.AppUninstalledEvent); !ok {
		t.Error("the connection does not work any more")
	}
}

func TestGarbageFromTheBot(t *testing.T) {
	tw := start(t, twin.Options{})
	w := dial(t, tw)
	w.expect(t, "hello")
	if err := w.WriteMessage(websocket.TextMessage, []byte("hm?")); err != nil {
		t.Fatal(err)
	}
	if _, err := tw.WaitAck(limited(t), func(a twin.Ack) bool { return a.Unknown && a.Size == 3 }); err != nil {
		t.Error(err)
	}
}

func TestCloseLeavesNothingOpen(t *testing.T) {
	tw, err := twin.New(twin.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := dial(t, tw)
	w.expect(t, "hello")
	held := tw.Hold("auth.test")
	defer held()
	called := make(chan error, 1)
	go func() { _, err := api(tw).AuthTest(); called <- err }()
	tw.Close()
	if _, open := w.frame(t); open {
		t.Error("socket open after Close")
	}
	if err := <-called; err == nil {
		t.Error("a held call succeeded after Close")
	}
	if c, err := net.Dial("tcp", strings.TrimPrefix(tw.URL(), "http://")); err == nil {
		c.Close()
		t.Error("still listening")
	}
	if _, err := tw.WaitMessage(t.Context(), func(twin.Message) bool { return false }); err == nil {
		t.Error("waiting for a message of a closed twin")
	}
}

func TestSocketErrorsEndSlackGo(t *testing.T) {
	tw := start(t, twin.Options{})
	client := socketmode.New(slack.New("xoxb-demo", slack.OptionAPIURL(tw.APIURL()), slack.OptionAppLevelToken("xapp-wrong")))
	if err := client.RunContext(limited(t)); err == nil || err.Error() != "invalid_auth" {
		t.Errorf("%v", err)
	}
}
