package main

import "testing"

func TestShots(t *testing.T) {
	d := start(t)
	v := visit(t, d.URL())
	v.shot("01-empty")
	v.do()
	v.write("#composer-input", "/sshhelp web-1")
	v.waitText("#log .block-header", "Checking web-1")
	v.shot("02-running")
	v.waitText("#log .block-header", "No rule of the security groups of web-1")
	v.waitFor(`document.querySelector("#log .replies")`)
	v.shot("03-verdict")
	v.click("#log .replies")
	v.waitText("#thread", "secgroup/port-closed")
	v.shot("04-thread")
	v.write("#reply-input", "from 198.51.100.7")
	v.waitText("#thread .count", "2 replies")
	v.write("#reply-input", "recheck")
	v.waitText("#thread .count", "4 replies")
	v.shot("05-follow")
	v.dark(true)
	v.shot("06-dark")
}
