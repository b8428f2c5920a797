package bot

import "testing"

// TestShortcut: the message's own thread gets the answer, with the account and
// port that its ssh output shows.
func TestShortcut(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	said, err := r.twin.As("sam").Say("#ssh-help", "", "I get this all day:\nssh -p 2222 ubuntu@web-1\nssh: connect to host web-1 port 2222: Connection timed out")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.twin.As("mia").Shortcut(r.ctx(), explainShortcut, "#ssh-help", said.TS); err != nil {
		t.Fatal(err)
	}
	r.replyWith(said.TS, "web-1 is shut off.")
	r.idle(b)
	asked := r.engine.asked()
	if len(asked) != 1 || asked[0].User != "ubuntu" || asked[0].Port != 2222 {
		t.Errorf("asked %+v", asked)
	}
}

// TestShortcutOnTalk: a message that names no instance is told to be that, in
// private.
func TestShortcutOnTalk(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	said, err := r.twin.As("sam").Say("#ssh-help", "", "Lunch at 12:30?")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.twin.As("mia").Shortcut(r.ctx(), explainShortcut, "#ssh-help", said.TS); err != nil {
		t.Fatal(err)
	}
	r.private("mia", "names no instance")
	r.idle(b)
	nothingPosted(t, r, "#ssh-help")
}

// TestShortcutOnOutput: output that names no server is read all the same, for the
// asker alone; a private key is answered with a warning and kept nowhere.
func TestShortcutOnOutput(t *testing.T) {
	r := newRig(t, newEmbeddedServer(t))
	b, _ := r.serve()
	for text, told := range map[string]string{
		"Load key \"/home/sam/.ssh/id_rsa\": bad permissions\nPermission denied (publickey).":                      "names no instance",
		"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU=\n-----END OPENSSH PRIVATE KEY-----": "A private key was posted here",
	} {
		said, err := r.twin.As("sam").Say("#ssh-help", "", text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.twin.As("mia").Shortcut(r.ctx(), explainShortcut, "#ssh-help", said.TS); err != nil {
			t.Fatal(err)
		}
		r.private("mia", told)
	}
	r.idle(b)
	nothingPosted(t, r, "#ssh-help")
}

func TestSubject(t *testing.T) {
	for text, want := range map[string]string{
		"cannot reach 203.0.113.9.":                                    "203.0.113.9",
		"(203.0.113.9:22)":                                             "203.0.113.9",
		"server 7D0C1111-0000-4000-8000-000000000001 is gone":          "7D0C1111-0000-4000-8000-000000000001",
		"[2001:db8::9]:2222 hangs":                                     "2001:db8::9",
		"ssh: connect to host 203.0.113.5 port 22: Connection refused": "203.0.113.5",
		"it is 127.0.0.1 or 0.0.0.0":                                   "",
		"at 12:30, version 1.2.3":                                      "",
	} {
		if got := subject(text); got != want {
			t.Errorf("%q is about %q, want %q", text, got, want)
		}
	}
}
