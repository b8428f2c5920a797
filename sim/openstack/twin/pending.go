package twin

import (
	"time"

	"sshhelp/sim/scenario"
)

// pending is a step under way. Nothing waits for it: whoever looks next after
// its time finds it done.
type pending struct {
	step
	at time.Time
}

// SetActionTime sets how long actions such as a reboot take from now on. At
// first they are done when they are answered.
func (s *Server) SetActionTime(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.actionTime = d
}

// begin starts a step, as Nova does after it has answered 202.
func (s *Server) begin(v *scenario.Server, st step) {
	s.pending[v.ID] = pending{st, s.opts.Now().Add(s.actionTime)}
	v.TaskState = st.task
	if v.VMState == "active" && st.task == "rebooting" {
		v.Status = "REBOOT"
	}
	if v.VMState == "active" && st.task == "rebooting_hard" {
		v.Status = "HARD_REBOOT"
	}
	s.touch(v)
	s.settle()
}

// settle ends the steps whose time has come.
func (s *Server) settle() {
	for id, p := range s.pending {
		if s.opts.Now().Before(p.at) {
			continue
		}
		delete(s.pending, id)
		v := s.find(id)
		v.Enter(p.to)
		if p.name == "reboot" && v.AfterReboot != nil && v.AfterReboot.Console != nil {
			v.Console = v.AfterReboot.Console
		}
		s.touch(v)
	}
}
