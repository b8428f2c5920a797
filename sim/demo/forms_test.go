package main

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestForms goes the ways in that are no typed command, and hands a case over: a
// form, a choice of two, the Home tab, the summary.
func TestForms(t *testing.T) {
	t.Parallel()
	d := start(t)
	v := visit(t, d.URL())
	v.write("#composer-input", "/sshhelp")
	v.waitText("#modal h2", "Why does SSH fail?")
	v.shot("form")
	v.fill("instance", "web-1")
	v.fill("from", "office")
	v.press("#modal .primary")
	v.waitText("#modal .wrong", "is not an IP address")
	v.shot("form-mistake")
	v.fill("from", "198.51.100.7")
	v.send()
	v.waitText("#log .block-header", "No rule of the security groups of web-1 lets port 2222 in.")

	v.write("#composer-input", "/sshhelp dev")
	v.waitText("#log .message.ephemeral", "Check this one")
	v.shot("choice")
	v.click(`#log .message.ephemeral button[aria-label^="Check dev"]`)
	v.waitText("#log .block-header", "dev")

	v.write("#composer-input", "/sshhelp web-1 from 198.51.100.7")
	v.waitText("#log .message.ephemeral", "was checked here")
	v.shot("checked-here")

	v.click(`#log button[aria-label^="Hand this case over"]`)
	v.waitText("#modal h2", "Hand over")
	v.shot("summary")
	v.send()
	v.openThread()
	v.waitText("#thread .message", "Handed over")
	v.waitText("#thread .message", "sshhelp-")
	v.shot("handed-over")

	v.click(`[data-channel="sshhelp"]`)
	v.click(`#bar [role="tab"]:nth-child(2)`)
	v.waitText("#log .home", "My checks")
	v.waitText("#log .home", "web-1")
	v.shot("home")
}

// openThread opens the thread of the first message that has one. The message may
// be drawn anew meanwhile, so that a click of the mouse could miss it.
func (v *visitor) openThread() {
	v.t.Helper()
	v.waitFor(`document.querySelector("#log .replies")`)
	v.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#log .replies").click()`))
	v.waitFor(`!document.getElementById("thread").hidden`)
}

// press clicks what may move meanwhile, as a form does while it opens: a click of
// the mouse could miss it.
func (v *visitor) press(selector string) {
	v.t.Helper()
	v.waitFor(`document.querySelector(%s)`, quote(selector))
	v.do(chromedp.Evaluate[chromedp.Void](`document.querySelector(` + quote(selector) + `).click()`))
}

// send presses the form's button and waits until the form is gone.
func (v *visitor) send() {
	v.t.Helper()
	v.press("#modal .primary")
	v.waitFor(`!document.getElementById("modal").open`)
}

// fill puts a text into a field of the form on the screen.
func (v *visitor) fill(block, text string) {
	v.t.Helper()
	v.do(chromedp.Evaluate[chromedp.Void](`(() => { const f = document.querySelector('#modal [data-focus^="` + block + `/"]'); f.value = ` + quote(text) + `; })()`))
}
