package twin

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"

	"sshhelp/sim/scenario"
)

type consoleRequest struct {
	Length *int `json:"length"`
}

// A step is one action that changes a server.
type step struct {
	name, rule string
	from       []string // vm_state in which it may begin
	task       string   // task_state while it goes on
	to         string   // status afterwards
}

// steps are the actions that the twin knows, by the key of their body; states
// and names are those of nova/compute/api.py.
var steps = map[string]step{
	"os-start": {"start", "servers:start", []string{"stopped"}, "powering-on", "ACTIVE"},
	"os-stop":  {"stop", "servers:stop", []string{"active", "error"}, "powering-off", "SHUTOFF"},
	"pause":    {"pause", "os-pause-server:pause", []string{"active"}, "pausing", "PAUSED"},
	"unpause":  {"unpause", "os-pause-server:unpause", []string{"paused"}, "unpausing", "ACTIVE"},
	"suspend":  {"suspend", "os-suspend-server:suspend", []string{"active"}, "suspending", "SUSPENDED"},
	"resume":   {"resume", "os-suspend-server:resume", []string{"suspended"}, "resuming", "ACTIVE"},
	"unshelve": {"unshelve", "os-shelve:unshelve", []string{"shelved", "shelved_offloaded"}, "unshelving", "ACTIVE"},
	"unrescue": {"unrescue", "os-rescue", []string{"rescued"}, "unrescuing", "ACTIVE"},
	"reboot":   {rule: "servers:reboot"}, // see reboots
}

// reboots are by the type asked for.
var reboots = map[string]step{
	"SOFT": {"reboot", "servers:reboot", []string{"active"}, "rebooting", "ACTIVE"},
	"HARD": {"reboot", "servers:reboot", []string{"active", "stopped", "paused", "suspended", "error"}, "rebooting_hard", "ACTIVE"},
}

// hardRebootDuring are the tasks that a hard reboot may cut short.
var hardRebootDuring = []string{"", "rebooting", "rebooting_hard", "resuming", "unpausing", "pausing", "suspending"}

// act is POST /servers/{id}/action.
func (s *Server) act(c *call) answer {
	var body map[string]json.RawMessage
	if err := json.NewDecoder(c.Body).Decode(&body); err != nil || len(body) != 1 {
		return novaError(http.StatusBadRequest, "Malformed request body")
	}
	for name, args := range body {
		c.action = name
		if name == "os-getConsoleOutput" {
			return s.actConsole(c, args)
		}
		if st, known := steps[name]; known {
			return s.actStep(c, name, st, args)
		}
		return novaError(http.StatusBadRequest, "There is no such action: %s", name)
	}
	return answer{} // unreachable: the body has one key
}

// may says why the caller may not do that to the server in the path, or gives
// the server.
func (s *Server) may(c *call, rule string) (*scenario.Server, answer) {
	v := s.server(c)
	switch {
	case v == nil:
		return nil, noServer(c.PathValue("id"))
	case !c.caller.member():
		return nil, novaForbidden("os_compute_api:" + rule)
	}
	return v, answer{}
}

func (s *Server) actConsole(c *call, args json.RawMessage) answer {
	var in *consoleRequest
	strict := json.NewDecoder(bytes.NewReader(args))
	strict.DisallowUnknownFields()
	if strict.Decode(&in) != nil || in == nil {
		return novaError(http.StatusBadRequest, "Invalid input for field/attribute os-getConsoleOutput. Value: %s.", args)
	}
	v, a := s.may(c, "os-console-output")
	if v == nil {
		return a
	}
	return s.consoleOutput(v, *in)
}

func (s *Server) actStep(c *call, name string, st step, args json.RawMessage) answer {
	v, a := s.may(c, st.rule)
	if v == nil {
		return a
	}
	tasks := []string{""}
	if name == "reboot" {
		var in struct {
			Type string `json:"type"`
		}
		known := false
		if json.Unmarshal(args, &in) == nil {
			st, known = reboots[in.Type]
		}
		if !known {
			return novaError(http.StatusBadRequest, "Invalid input for field/attribute type. Value: %s. '%s' is not one of ['HARD', 'SOFT']", in.Type, in.Type)
		}
		c.action += " " + in.Type
		if in.Type == "HARD" {
			tasks = hardRebootDuring
		}
	}
	if a := mayBegin(c, v, st, tasks); a.status != 0 {
		return a
	}
	s.begin(v, st)
	if s.opts.OnAction != nil {
		server, action := *v, c.action
		c.after = func() { s.opts.OnAction(server, action) }
	}
	return answer{status: http.StatusAccepted}
}

// mayBegin returns why the step may not begin now.
func mayBegin(c *call, v *scenario.Server, st step, tasks []string) answer {
	switch {
	case v.Locked && !c.caller.admin():
		return novaError(http.StatusConflict, "Instance %s is locked", v.ID)
	case *v.Host == "" && v.VMState != "shelved_offloaded":
		return novaError(http.StatusConflict, "Instance %s is not ready", v.ID)
	case !slices.Contains(st.from, v.VMState):
		return novaError(http.StatusConflict, "Cannot '%s' instance %s while it is in vm_state %s", st.name, v.ID, v.VMState)
	case !slices.Contains(tasks, v.TaskState):
		return novaError(http.StatusConflict, "Cannot '%s' instance %s while it is in task_state %s", st.name, v.ID, v.TaskState)
	}
	return answer{}
}
