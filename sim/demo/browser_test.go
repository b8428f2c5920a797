package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// shotsEnv names a folder to keep the screenshots in.
const shotsEnv = "DEMO_SCREENSHOTS"

// stepMost is how long one thing may take to show on the page. A check waits up
// to five seconds for a port that never answers.
const stepMost = 40 * time.Second

// A visitor is somebody in front of the page, in a real browser.
type visitor struct {
	t     *testing.T
	ctx   context.Context
	shots string
}

// visit opens the page in a headless Chromium with a profile of its own. What
// the page complains of fails the test.
func visit(t *testing.T, url string) *visitor {
	t.Helper()
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("lang", "en-US"), chromedp.WSURLReadTimeout(time.Minute))
	allocator, stop := chromedp.NewExecAllocator(t.Context(), flags...)
	ctx, cancel := chromedp.NewContext(allocator)
	v := &visitor{t: t, ctx: ctx, shots: shotsFolder(t)}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 800)); err != nil {
		t.Fatalf("start Chromium, which this test needs: %v", err)
	}
	var listening sync.WaitGroup
	complaints(v, &listening, runtime.ExceptionThrown, func(e runtime.EventExceptionThrown) string {
		return e.ExceptionDetails.Text + " " + e.ExceptionDetails.URL + "\n" + description(e.ExceptionDetails.Exception)
	})
	complaints(v, &listening, log.EntryAdded, func(e log.EventEntryAdded) string {
		if e.Entry.Level != log.EntryLevelError {
			return ""
		}
		return e.Entry.Text + " " + e.Entry.URL
	})
	t.Cleanup(func() { cancel(); stop(); listening.Wait() })
	v.call(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, log.Enable, cdp.Empty{})
		return err
	})
	v.open(url)
	return v
}

// complaints makes events of the page that are complaints failures of the test.
func complaints[E any](v *visitor, wg *sync.WaitGroup, event cdp.Event[E], complaint func(E) string) {
	events := chromedp.Events(v.ctx, event)
	wg.Go(func() {
		for e, err := range events {
			if err != nil {
				return // the browser is going
			}
			if text := complaint(e); text != "" {
				v.t.Errorf("the page complains: %s", text)
			}
		}
	})
}

func description(o *runtime.RemoteObject) string {
	if o == nil {
		return ""
	}
	return o.Description
}

// open goes to an address and waits until the chat is there.
func (v *visitor) open(url string) {
	v.t.Helper()
	v.do(chromedp.Navigate(url))
	v.waitFor(`document.documentElement.dataset.ready === "true"`)
}

func shotsFolder(t *testing.T) string {
	dir := os.Getenv(shotsEnv)
	if dir == "" {
		return t.TempDir()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func (v *visitor) do(steps ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, stepMost)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		v.t.Fatalf("in the browser: %v", err)
	}
}

func (v *visitor) call(f func(context.Context, *chromedp.Target) error) {
	v.t.Helper()
	v.do(chromedp.Func(f))
}

// waitFor waits until a JavaScript expression is true.
func (v *visitor) waitFor(format string, args ...any) {
	v.t.Helper()
	expression := fmt.Sprintf(format, args...)
	ctx, cancel := context.WithTimeout(v.ctx, stepMost)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Poll[chromedp.Void]("Boolean("+expression+")", chromedp.WithPollingTimeout(stepMost))); err != nil {
		v.shot("failed-" + strings.ReplaceAll(v.t.Name(), "/", "-"))
		v.t.Fatalf("never came true: %s: %v\nthe page says:\n%s", expression, err, v.text("body"))
	}
}

// waitText waits until an element that a selector names holds a text.
func (v *visitor) waitText(selector, text string) {
	v.t.Helper()
	v.waitFor(`[...document.querySelectorAll(%s)].some((e) => e.textContent.includes(%s))`, quote(selector), quote(text))
}

func quote(s string) string {
	b, _ := json.Marshal(s) // a string can always be encoded
	return string(b)
}

func (v *visitor) text(selector string) string {
	v.t.Helper()
	return eval[string](v, `[...document.querySelectorAll(`+quote(selector)+`)].map((e) => e.innerText).join("\n")`)
}

func eval[T any](v *visitor, expression string) T {
	v.t.Helper()
	result, err := chromedp.Run(v.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		v.t.Fatalf("evaluate %s: %v", expression, err)
	}
	return result
}

// write types into a field and sends it.
func (v *visitor) write(field, text string) {
	v.t.Helper()
	v.do(chromedp.SendKeys(chromedp.CSS(field), text+kb.Enter))
}

func (v *visitor) click(selector string) {
	v.t.Helper()
	v.do(chromedp.Click(chromedp.CSS(selector)))
}

// become changes who the visitor is.
func (v *visitor) become(name string) {
	v.t.Helper()
	v.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('input[data-user="` + name + `"]').click()`))
	v.waitFor(`new URLSearchParams(location.hash.slice(1)).get("u") === %s && document.querySelector('input[data-user="%s"]').checked`, quote(name), name)
}

// shot takes a screenshot.
func (v *visitor) shot(name string) {
	v.t.Helper()
	png, err := chromedp.Run(v.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		v.t.Fatalf("screenshot %s: %v", name, err)
	}
	if err := os.WriteFile(filepath.Join(v.shots, name+".png"), png, 0o644); err != nil {
		v.t.Fatal(err)
	}
}

// dark turns the dark theme on or off.
func (v *visitor) dark(on bool) {
	v.t.Helper()
	value := map[bool]string{true: "dark", false: "light"}[on]
	v.call(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}},
		})
		return err
	})
	v.waitFor(`document.getAnimations().every((a) => !(a instanceof CSSTransition))`)
}
