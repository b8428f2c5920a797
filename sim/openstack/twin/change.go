package twin

import (
	"fmt"

	"sshhelp/sim/scenario"
)

// find returns the server of that ID, or else the first of that name, or nil.
func (s *Server) find(server string) *scenario.Server {
	var named *scenario.Server
	for i := range s.cloud.Servers {
		v := &s.cloud.Servers[i]
		if v.ID == server {
			return v
		}
		if v.Name == server && named == nil {
			named = v
		}
	}
	return named
}

// Change lets a test alter a server, named by name or ID: how gets the one that
// the twin answers from. Its time of change becomes now, and an action under
// way ends there. Pointers and slices in it may be shared with the scenario:
// replace them, do not write through them. how must not call the Server.
func (s *Server) Change(server string, how func(*scenario.Server)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.find(server)
	if v == nil {
		return fmt.Errorf("change server %q: there is none", server)
	}
	delete(s.pending, v.ID)
	how(v)
	s.touch(v)
	return nil
}

func (s *Server) touch(v *scenario.Server) {
	times := s.times[v.ID]
	times.updated = s.opts.Now()
	s.times[v.ID] = times
}

// SetStatus puts a server, named by name or ID, into a status such as SHUTOFF,
// with the states and port status that belong to it.
func (s *Server) SetStatus(server, status string) error {
	known := false
	err := s.Change(server, func(v *scenario.Server) { known = v.Enter(status) })
	if err == nil && !known {
		return fmt.Errorf("set status of %q: Nova has no status %q", server, status)
	}
	return err
}
