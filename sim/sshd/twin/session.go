package twin

import (
	"fmt"
	"io"

	"golang.org/x/crypto/ssh"
)

// sessions serves those that logged in, until they go.
func (s *Server) sessions(c *ssh.ServerConn, channels <-chan ssh.NewChannel) error {
	for asked := range channels {
		if asked.ChannelType() != "session" {
			asked.Reject(ssh.UnknownChannelType, "only sessions")
			continue
		}
		channel, requests, err := asked.Accept()
		if err != nil {
			return fmt.Errorf("accept session: %w", err)
		}
		s.running.Go(func() { s.session(c.User(), channel, requests) })
	}
	return nil
}

// session greets whoever asks for a shell or a command, and ends.
func (s *Server) session(user string, channel ssh.Channel, requests <-chan *ssh.Request) {
	defer channel.Close()
	for r := range requests {
		switch r.Type {
		case "shell", "exec":
			r.Reply(true, nil)
			text, status := s.greeting(user)
			io.WriteString(channel, text)
			channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{status}))
			return
		default:
			r.Reply(r.Type == "pty-req" || r.Type == "env", nil)
		}
	}
}

// greeting is what a session prints and ends with. To root, cloud images say
// what cloud-init put before its key: which account to use (status 142).
func (s *Server) greeting(user string) (text string, status uint32) {
	if s.options.Behaviour == "root-banner" && user == "root" {
		return "Please login as the user \"debian\" rather than the user \"root\".\r\n\r\n", 142
	}
	return fmt.Sprintf("Welcome, %s. You are in; this is the end of the twin.\r\n", user), 0
}
