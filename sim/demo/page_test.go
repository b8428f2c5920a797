package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestPage goes through the page as a visitor does: asks, reads the verdict and
// the evidence, goes on in the thread, and changes who they are.
func TestPage(t *testing.T) {
	t.Parallel()
	d := start(t)
	v := visit(t, d.URL())
	v.waitText(".empty h2", "Locked out, Sam?")
	v.shot("empty")

	v.do(chromedp.SendKeys(chromedp.CSS("#composer-input"), "/ss"))
	v.waitText(".suggestions li", "Why can I not SSH")
	v.shot("suggestions")
	v.write("#composer-input", "hhelp web-1")
	v.waitText("#log .block-header", "Checking web-1")
	v.shot("running")
	v.waitText("#log .block-header", "No rule of the security groups of web-1 lets port 2222 in.")
	v.shot("verdict")
	if left := eval[string](v, `document.getElementById("composer-input").value`); left != "" {
		t.Errorf("the composer still holds %q", left)
	}

	v.click("#log .replies")
	v.waitText("#thread .content", "secgroup/port-closed [confirmed]")
	v.shot("thread")
	v.write("#reply-input", "from 198.51.100.7")
	v.waitText("#log pre", "--remote-ip 198.51.100.7/32") // the command is filled in now
	v.write("#reply-input", "recheck")
	v.waitFor(`document.querySelectorAll('#thread .message[data-author="sshhelp"]').length >= 4`)
	v.waitText("#thread .message", "No change.")
	v.shot("thread-replies")
	v.dark(true)
	v.shot("thread-dark")
	v.dark(false)

	v.write("#composer-input", "/sshhelp db-2")
	v.waitText("#log .block-header", "db-2 does not find the disk")
	v.write("#composer-input", "/sshhelp gpu-7")
	v.waitText("#log .block-header", "gpu-7")
	v.waitText("#log .content", "No valid host was found")
	v.do(chromedp.EmulateViewport(1600, 900))
	v.waitFor(`!document.getElementById("tries").hidden && !document.getElementById("thread").hidden`)
	v.shot("wide")
}

// TestOnlyTheAskerSees: what is private is marked, and gone for somebody else.
func TestOnlyTheAskerSees(t *testing.T) {
	t.Parallel()
	d := start(t)
	v := visit(t, d.URL())
	v.write("#composer-input", "/sshhelp wbe-1")
	v.waitText("#log .message.ephemeral .content", "web-1") // a name much like it
	v.waitText("#log .message.ephemeral .only-you", "Only visible to you")
	v.shot("unknown")
	v.become("mia")
	v.waitText(".who", "Mia Sorensen")
	v.waitFor(`!document.querySelector("#log .message.ephemeral")`)
	if text := v.text("#log"); strings.Contains(text, "wbe-1") {
		t.Errorf("mia sees what only sam should:\n%s", text)
	}
	v.shot("unknown-as-mia")
	v.become("sam")
	v.waitText("#log .message.ephemeral .content", "wbe-1")
	v.click("#log .message.ephemeral .text-button")
	v.waitFor(`document.querySelectorAll("#log .message.ephemeral").length === 1`)
}

// TestNarrow: on a small window one thing is shown at a time, and all can be
// reached.
func TestNarrow(t *testing.T) {
	t.Parallel()
	d := start(t)
	v := visit(t, d.URL())
	v.do(chromedp.EmulateViewport(390, 780))
	v.open(d.URL() + "?narrow") // another document: the window counts when the page begins
	v.shot("narrow-empty")
	v.click("#toggle-tries")
	v.waitFor(`document.querySelector("#tries").getBoundingClientRect().width === innerWidth`)
	v.shot("narrow-tries")
	v.click(`[data-try="db-1"] .reveal`)
	v.waitText(`[data-try="db-1"] .why`, "instance/shutoff")
	v.click(`[data-try="db-1"] .try-name`)
	v.waitFor(`document.getElementById("composer-input").value === "/sshhelp db-1"`)
	v.write("#composer-input", "")
	v.waitText("#log .block-header", "db-1 is shut off")
	v.waitFor(`document.querySelector("#log .replies")`)
	v.shot("narrow-verdict")
	v.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#log .replies").click()`))
	v.waitText("#thread .content", "instance/shutoff [confirmed]")
	v.shot("narrow-thread")
	v.click("#close-thread")
	v.click(`[aria-label="Channels"].button`)
	v.waitFor(`document.querySelector("#side").getBoundingClientRect().left === 0`)
	v.shot("narrow-side")
	v.click(`[data-channel="random"]`)
	v.waitText("#log .message", "I can't get into web-1 any more")
	if wide := eval[int](v, "document.documentElement.scrollWidth"); wide > 390 {
		t.Errorf("the page is %d pixels wide in a window of 390", wide)
	}
}
