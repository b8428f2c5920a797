package twin

import (
	"net/http"
	"strings"
	"time"

	"sshhelp/sim/scenario"
)

// maxConsole is what Nova keeps of a console log: MAX_CONSOLE_BYTES in
// nova/virt/libvirt/driver.py.
const maxConsole = 100 * 1024

// consoleOutput is the os-getConsoleOutput action.
func (s *Server) consoleOutput(v *scenario.Server, in consoleRequest) answer {
	console := v.Console
	var a answer
	switch {
	case console.Status != 0 && console.Status != http.StatusOK:
		a = consoleError(console.Status, v.ID)
	case *v.Host == "":
		a = novaError(http.StatusConflict, "Instance %s is not ready", v.ID)
	case v.Status == "BUILD":
		a = noServer(v.ID) // the host knows it not yet
	default:
		a = ok(obj{"output": lastLines(asNova(console.Text), in.Length)})
	}
	a.delay = time.Duration(console.Delay)
	return a
}

func consoleError(status int, id string) answer {
	switch status {
	case http.StatusNotFound:
		return novaError(status, "Guest does not have a console available.")
	case http.StatusConflict:
		return novaError(status, "Instance %s is not ready", id)
	case http.StatusNotImplemented:
		return novaError(status, "The requested functionality is not supported.")
	}
	return novaError(status, "Unexpected API Error. Please report this at http://bugs.launchpad.net/nova/ and attach the Nova API log if possible.\n<class 'oslo_messaging.exceptions.MessagingTimeout'>")
}

// asNova is what becomes of a guest's bytes on their way: the last of them,
// every byte above 127 as one U+FFFD, and no control characters but tab and
// newline; colours lose their ESC and stay as "[0;32m".
func asNova(text string) string {
	if len(text) > maxConsole {
		text = text[len(text)-maxConsole:]
	}
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c > 127:
			b.WriteRune('\uFFFD')
		case c >= ' ' || c == '\t' || c == '\n':
			b.WriteByte(c)
		}
	}
	return b.String()
}

// lastLines cuts as Nova does: at newlines, counting what follows the last one
// as a line. nil is all, zero nothing.
func lastLines(text string, length *int) string {
	if length == nil || *length < 0 {
		return text
	}
	if *length == 0 {
		return ""
	}
	lines := strings.Split(text, "\n")
	return strings.Join(lines[max(0, len(lines)-*length):], "\n")
}

// SetConsole sets what the guest has written. It stays over a reboot, unless the
// scenario says what comes after one (a real log begins anew).
func (s *Server) SetConsole(server, text string) error {
	return s.Change(server, func(v *scenario.Server) { v.Console = &scenario.Console{Text: text} })
}

// SetConsoleFault makes the console log answer with a status, late by delay.
func (s *Server) SetConsoleFault(server string, status int, delay time.Duration) error {
	return s.Change(server, func(v *scenario.Server) {
		v.Console = &scenario.Console{Text: v.Console.Text, Status: status, Delay: scenario.Age(delay)}
	})
}
