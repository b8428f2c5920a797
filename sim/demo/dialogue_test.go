package main

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// timeout is what somebody's ssh -vvv says when no packet comes back.
const timeout = "OpenSSH_9.2p1 Debian-2+deb12u7, OpenSSL 3.0.17 1 Jul 2025\n" +
	"debug1: Reading configuration data /etc/ssh/ssh_config\n" +
	"debug1: Connecting to wiki port 2222.\n" +
	"ssh: connect to host wiki port 2222: Connection timed out"

// TestDialogue is a case from the first question to the hand-over: the verdict,
// what the person's ssh says, where they are, and a summary for on-call. Nobody
// learns a command after the first.
func TestDialogue(t *testing.T) {
	t.Parallel()
	d := start(t)
	v := visit(t, d.URL())
	v.write("#composer-input", "/sshhelp wiki")
	v.waitText("#log .block-header, #log .content", "wiki")
	v.openThread()
	v.waitText("#thread .message", "Evidence")
	v.shot("dialogue-1-verdict")

	v.paste("#reply-input", "this is all I get:\n```"+timeout+"```")
	v.waitText("#thread .message", "Connection timed out")
	v.waitFor(`[...document.querySelectorAll('#thread .message[data-author="sshhelp"]')].some((m) => /Changed\.|No change\./.test(m.textContent))`)
	v.shot("dialogue-2-pasted")

	v.write("#reply-input", "thanks! I'm at home, my address is 203.0.113.7")
	v.waitText("#thread .message", "you connect from 203.0.113.7")
	v.waitText("#log .block-header, #log .content", "you connect from 203.0.113.7")
	v.shot("dialogue-3-where")

	v.write("#reply-input", "ok. can you hand this over to on-call please?")
	v.waitText("#thread .message.ephemeral", "Look at the summary")
	v.click(`#thread .message.ephemeral button[aria-label^="Hand this case over"]`)
	v.waitText("#modal h2", "Hand over")
	v.shot("dialogue-4-summary")
	v.send()
	v.waitText("#thread .message", "Handed over")
	v.waitText("#thread .message", "the channel for escalations")
	v.shot("dialogue-5-handed-over")
	v.become("jo")
	v.click(`[data-channel="on-call"]`)
	v.waitText("#log .message", "Handed over")
	v.shot("dialogue-6-on-call")
}

// paste puts a text of several lines into a field and sends it.
func (v *visitor) paste(field, text string) {
	v.t.Helper()
	v.do(chromedp.Evaluate[chromedp.Void](`(() => { const f = document.querySelector(` + quote(field) + `); f.focus(); f.value = ` + quote(text) + `; f.dispatchEvent(new Event("input", { bubbles: true })); })()`))
	v.write(field, "")
}
