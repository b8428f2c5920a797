package diag

import "testing"

// TestConfiguration: whom an attempt was to may stand in a configuration only.
func TestConfiguration(t *testing.T) {
	const denied = "\nPermission denied (publickey).\n"
	for _, test := range []struct {
		name, text, user, host string
		port                   uint16
	}{
		{"one host", "Host web\n  HostName 203.0.113.9\n  User debian\n  Port 2222\n" + denied, "debian", "203.0.113.9", 2222},
		{"quoted, with equals signs", "> Host=web\n> Hostname = 203.0.113.9\n> user=debian" + denied, "debian", "203.0.113.9", 0},
		{"the one that is called", "Host db\n User root\nHost web w\n User debian\n Port 2200\n$ ssh w" + denied, "debian", "w", 2200},
		{"several, none called", "Host db\n User root\nHost web\n User debian" + denied, "", "", 0},
		{"for all hosts", "Host *\n User root" + denied, "", "", 0},
		{"what was said stays", "Host web\n User debian\n$ ssh bob@web" + denied, "bob", "web", 0},
		{"ssh -G", "user debian\nhostname 203.0.113.9\nport 22\naddressfamily any" + denied, "debian", "203.0.113.9", 22},
		{"sentences", "User bob cannot log in\nHost unknown to me\nPort 22 is open" + denied, "", "", 0},
	} {
		a := ReadPaste(test.text).Deciding()
		if a == nil || a.User != test.user || a.Host != test.host || a.Port != test.port {
			t.Errorf("%s: %+v", test.name, a)
		}
	}
}
