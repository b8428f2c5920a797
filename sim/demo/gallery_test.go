package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"sshhelp/sim/slack/twin"
)

// An app is a bot of this test's own, which shows what the product does not use
// (yet): every kind of block, and modals.
type app struct {
	t      *testing.T
	socket *socketmode.Client
	seen   chan slack.InteractionCallback // clicks and choices
	sent   chan slack.InteractionCallback // submissions
}

// connect has the app listen until the test ends.
func connect(t *testing.T, tw *twin.Twin) *app {
	t.Helper()
	client := slack.New(tw.BotToken(), slack.OptionAPIURL(tw.APIURL()), slack.OptionAppLevelToken(tw.AppToken()),
		slack.OptionHTTPClient(&http.Client{Timeout: 10 * time.Second}))
	a := &app{t: t, socket: socketmode.New(client), seen: make(chan slack.InteractionCallback, 20), sent: make(chan slack.InteractionCallback, 20)}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- a.socket.RunContext(ctx) }()
	go func() { a.listen(ctx); ended <- nil }()
	t.Cleanup(func() { cancel(); <-ended; <-ended })
	wait, stop := context.WithTimeout(t.Context(), stepMost)
	defer stop()
	if err := tw.WaitSockets(wait, 1); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *app) listen(ctx context.Context) {
	for {
		select {
		case e := <-a.socket.Events:
			a.receive(e)
		case <-ctx.Done():
			return
		}
	}
}

func (a *app) receive(e socketmode.Event) {
	switch data := e.Data.(type) {
	case slack.SlashCommand:
		a.ack(e, nil)
		if _, err := a.socket.OpenView(data.TriggerID, read[slack.ModalViewRequest](a.t, "modal.json")); err != nil {
			a.t.Errorf("open the modal: %v", err)
		}
	case slack.InteractionCallback:
		if data.Type != slack.InteractionTypeViewSubmission {
			a.ack(e, nil)
			a.seen <- data
			return
		}
		if data.View.State.Values["instance"]["v"].Value == "nothing" {
			a.ack(e, slack.NewErrorsViewSubmissionResponse(map[string]string{"instance": "There is no such instance."}))
			return
		}
		a.ack(e, nil)
		a.sent <- data
	}
}

func (a *app) ack(e socketmode.Event, payload any) {
	var err error
	if payload == nil {
		err = a.socket.Ack(*e.Request)
	} else {
		err = a.socket.Ack(*e.Request, payload)
	}
	if err != nil {
		a.t.Errorf("ack: %v", err)
	}
}

func read[T any](t *testing.T, file string) (v T) {
	data, err := os.ReadFile("testdata/" + file)
	if err == nil {
		err = json.Unmarshal(data, &v)
	}
	if err != nil {
		t.Errorf("read %s: %v", file, err)
	}
	return v
}

func next(t *testing.T, from <-chan slack.InteractionCallback) slack.InteractionCallback {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), stepMost)
	defer cancel()
	select {
	case got := <-from:
		return got
	case <-ctx.Done():
		t.Fatal("the app was told nothing")
		return slack.InteractionCallback{}
	}
}

// stage is the page in front of a workspace with that app.
func stage(t *testing.T) (*app, *visitor) {
	t.Helper()
	tw, err := twin.New(twin.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tw.Close)
	p, err := servePage(Options{Listen: "127.0.0.1:0", Log: t.Output()}, tw.URL(), []Group{{Title: "Group", Tries: []Try{{Type: "web-1", Says: "It hurts.", Why: "It should not.", Cause: "x/y"}}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	a := connect(t, tw)
	return a, visit(t, p.url)
}

// TestGallery: every kind of block is drawn as what it is, its elements reach
// the app, and nothing foreign becomes markup or leads away.
func TestGallery(t *testing.T) {
	t.Parallel()
	a, v := stage(t)
	if _, _, err := a.socket.PostMessage("C0SSHHELP", slack.MsgOptionText("All of it", false), slack.MsgOptionBlocks(read[slack.Blocks](t, "gallery.json").BlockSet...)); err != nil {
		t.Fatal(err)
	}
	v.waitText("#log .block-header", "Every kind of block")
	v.do(chromedp.EmulateViewport(1280, 1320))
	v.shot("gallery")
	for selector, want := range map[string]string{
		".text strong": "bold\nState\nHost", ".text em": "italic", ".text s": "struck", ".text code": "code", ".text a": "a link",
		".text blockquote": "a quote", ".text pre": "a block\n  of code", ".text .mention": "@Jo Okafor", ".text time": "2023-11-14",
		"ol.rich-list": "the third step", ".pre-box pre": "openstack server start web-1\nssh debian@127.30.0.11", ".rich blockquote": "quoted",
		"th": "Hop\nState", "td strong": "broken", ".image": "a picture that is not fetched", ".block-context": "Asked by @Sam Weber\ntook 1.2 s",
	} {
		if diff := cmp.Diff(want, v.text("#log "+selector)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", selector, diff)
		}
	}
	if n := eval[int](v, `document.querySelectorAll("#log img, #log [href^=javascript], #log b").length`); n != 0 {
		t.Errorf("%d elements were made of foreign text", n)
	}
	if n := eval[int](v, `document.querySelector("#log ol").start`); n != 3 {
		t.Errorf("the list begins with %d, want 3", n)
	}
	v.click(`#log .button.primary`)
	if got := next(t, a.seen).ActionCallback.BlockActions[0]; got.ActionID != "go" || got.Value != "a" {
		t.Errorf("clicked %s %q, want go a", got.ActionID, got.Value)
	}
	v.do(chromedp.Evaluate[chromedp.Void](`(() => { const s = document.querySelector("#log select"); s.value = "2"; s.dispatchEvent(new Event("change")); })()`))
	if got := next(t, a.seen).ActionCallback.BlockActions[0]; got.SelectedOption.Value != "2" {
		t.Errorf("chosen %q, want 2", got.SelectedOption.Value)
	}
	v.click(`#log [aria-label="More"].icon-only`)
	v.click(`#log .block-actions .menu button:nth-child(2)`)
	if got := next(t, a.seen).ActionCallback.BlockActions[0]; got.SelectedOption.Value != "y" {
		t.Errorf("chosen %q in the menu, want y", got.SelectedOption.Value)
	}
}

// TestConfirm: an element that asks first does nothing when told not to.
func TestConfirm(t *testing.T) {
	t.Parallel()
	a, v := stage(t)
	if _, _, err := a.socket.PostMessage("C0SSHHELP", slack.MsgOptionText("All of it", false), slack.MsgOptionBlocks(read[slack.Blocks](t, "gallery.json").BlockSet...)); err != nil {
		t.Fatal(err)
	}
	v.waitText("#log .button.danger", "Danger")
	v.click("#log .button.danger")
	v.waitText("#confirm[open]", "What is in memory will be lost.")
	v.shot("confirm")
	v.click("#confirm .button:not(.danger)")
	v.waitFor(`!document.querySelector("#confirm[open]")`)
	v.click("#log .button.danger")
	v.click("#confirm .button.danger")
	if got := next(t, a.seen).ActionCallback.BlockActions[0]; got.ActionID != "no" {
		t.Errorf("clicked %s, want no", got.ActionID)
	}
	if len(a.seen) != 0 {
		t.Error("what was declined was done")
	}
}

// TestModal: a modal keeps what was typed, shows what is wrong with it, and
// sends it.
func TestModal(t *testing.T) {
	t.Parallel()
	a, v := stage(t)
	v.write("#composer-input", "/sshhelp")
	v.waitText("#modal[open] h2", "Check an instance")
	v.shot("modal")
	v.press("#modal .primary")
	v.waitText("#modal .problem", "Please complete this required field.")
	v.do(chromedp.SendKeys(chromedp.CSS(`#modal [data-block="instance"] input`), "nothing"))
	v.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('#modal input[value="mac"]').click()`))
	v.press("#modal .primary")
	v.waitText("#modal .problem", "There is no such instance.")
	v.dark(true)
	v.shot("modal-error-dark")
	if got := eval[string](v, `document.querySelector('#modal [data-block="instance"] input').value`); got != "nothing" {
		t.Errorf("the field holds %q after the error, want what was typed", got)
	}
	v.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('#modal [data-block="instance"] input').value = ""`))
	v.do(chromedp.SendKeys(chromedp.CSS(`#modal [data-block="instance"] input`), "web-1"+kb.Enter))
	values := next(t, a.sent).View.State.Values
	got := []string{values["instance"]["v"].Value, values["from"]["v"].Value, values["system"]["v"].SelectedOption.Value}
	if diff := cmp.Diff([]string{"web-1", "198.51.100.7", "mac"}, got); diff != "" {
		t.Errorf("the app got (-want +got):\n%s", diff)
	}
	v.waitFor(`!document.querySelector("#modal[open]")`)
}
