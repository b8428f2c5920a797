package main

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestReboot: nothing explains why render-4 is silent, so a hard reboot is
// offered; support may not confirm it, on-call does, sees it work, and the answer
// turns green. The channel of the on-call people has it all in writing.
func TestReboot(t *testing.T) {
	t.Parallel()
	d := start(t)
	v := visit(t, d.URL())
	v.become("mia")
	v.write("#composer-input", "/sshhelp render-4")
	v.waitText("#log .block-header", "render-4")
	v.openThread()
	v.waitText("#thread button", "Hard reboot")
	v.shot("offer")
	v.click(`#thread .danger`)
	v.waitText("body", "may confirm")
	v.shot("offer-refused")
	v.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#modal[open] footer .button")?.click()`))
	v.waitFor(`!document.getElementById("modal").open`)

	v.become("jo")
	v.waitText("#thread button", "Hard reboot")
	v.click(`#thread .danger`)
	v.waitText("#modal h2", "Hard reboot")
	v.fill("name", "render-3")
	v.fill("reason", "The host does not apply its rules.")
	v.press("#modal .primary")
	v.waitText("#modal", "That is not the name or ID")
	v.shot("confirm-mistake")
	v.fill("name", "render-4")
	v.send()
	v.waitText("#thread .message", "console")
	v.waitText("#log .block-header", "Nothing wrong was found")
	v.shot("green")
	v.click(`[data-channel="on-call"]`)
	v.waitText("#log .message", "render-4")
	v.shot("audit")
}
