package scenario

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A Server is one instance. Only Name is needed.
type Server struct {
	Name        string `yaml:"name"`
	ID          string `yaml:"id"` // derived from the name if empty
	Description string `yaml:"description"`
	Project     string `yaml:"project"`
	User        string `yaml:"user"` // who launched it
	Status      string `yaml:"status"`
	// TaskState, VMState and PowerState follow from Status if left out.
	TaskState  string `yaml:"task_state"`
	VMState    string `yaml:"vm_state"`
	PowerState *int   `yaml:"power_state"`
	// Host is the compute host; compute-1 if nil, or none if the status
	// says that it has none.
	Host *string `yaml:"host"`
	// HostStatus is UP if empty. Only administrators see it.
	HostStatus string `yaml:"host_status"`
	Locked     bool   `yaml:"locked"`
	Fault      *Fault `yaml:"fault"`
	// Created is how long ago; a day if zero. Updated is the same if zero.
	Created Age `yaml:"created"`
	Updated Age `yaml:"updated"`

	// Image by name; the default one if nil, booted from a volume if empty.
	Image               *string           `yaml:"image"`
	VolumeImageMetadata map[string]string `yaml:"volume_image_metadata"`
	Flavor              string            `yaml:"flavor"`
	// KeyName; the default one if nil, none if empty. It need not exist.
	KeyName  *string           `yaml:"key_name"`
	Metadata map[string]string `yaml:"metadata"`

	// SecurityGroups by name; the default ones if nil.
	SecurityGroups []string `yaml:"security_groups"`
	// Ports; one on the default network if nil, none if empty.
	Ports []Port `yaml:"ports"`
	// FloatingIP is tied to the first IPv4 address of the first port.
	FloatingIP *FloatingIP `yaml:"floating_ip"`
	// StaleFloatingIP is one that Nova still shows on the first port while
	// Neutron has it elsewhere.
	StaleFloatingIP string `yaml:"stale_floating_ip"`
	// ConfigDrive: it has a config drive.
	ConfigDrive bool `yaml:"config_drive"`

	Console *Console `yaml:"console"`
	SSHD    []SSHD   `yaml:"sshd"`
	// AfterReboot is what a reboot changes; nothing if nil.
	AfterReboot *AfterReboot `yaml:"after_reboot"`
	// AdminUser is the account that a healthy console speaks of; the
	// image's os_admin_user if empty.
	AdminUser string `yaml:"admin_user"`
}

// AfterReboot is how a guest is after a reboot, in so far as it is different.
type AfterReboot struct {
	Console *Console `yaml:"console"`
	SSHD    []SSHD   `yaml:"sshd"`
}

// A Console is what the console log call answers.
type Console struct {
	// Text of the log, as the guest wrote it. These words in it are
	// replaced: @NAME@, @ADDRESS@, @MAC@, @USER@ (the image's account),
	// @HOSTKEYS@ and @AUTHKEYS@ (as cloud-init prints them).
	Text string `yaml:"text"`
	// File to read Text from, beside the scenario.
	File string `yaml:"file"`
	// Status of the answer if it is not 200.
	Status int `yaml:"status"`
	// Delay before the answer.
	Delay Age `yaml:"delay"`
}

// UnmarshalYAML reads the short form: the text alone.
func (c *Console) UnmarshalYAML(n *yaml.Node) error {
	c.Text = n.Value
	return nil
}

// An Age is how long ago something was. In a file it is written as by
// time.ParseDuration, or in days as 3d.
type Age time.Duration

// UnmarshalYAML reads 90s, 25m, 2h or 3d.
func (a *Age) UnmarshalYAML(n *yaml.Node) error {
	if days, ok := strings.CutSuffix(n.Value, "d"); ok {
		if f, err := strconv.ParseFloat(days, 64); err == nil && f >= 0 {
			*a = Age(f * 24 * float64(time.Hour))
			return nil
		}
	}
	d, err := time.ParseDuration(n.Value)
	if err != nil || d < 0 {
		return fmt.Errorf("%q is not an age such as 90s, 25m, 2h or 3d", n.Value)
	}
	*a = Age(d)
	return nil
}

// Before returns the time that long before now.
func (a Age) Before(now time.Time) time.Time { return now.Add(-time.Duration(a)) }

// A state is what Nova shows for a status besides it.
type state struct {
	vm, task string
	power    int  // 0 none, 1 running, 3 paused, 4 shut down
	running  bool // the hypervisor has a process, so the port is up
	hosted   bool // it has a compute host
}

// states are Nova's, from nova/api/openstack/common.py (_STATE_MAP).
var states = map[string]state{
	"ACTIVE":            {"active", "", 1, true, true},
	"BUILD":             {"building", "spawning", 0, false, true},
	"REBOOT":            {"active", "rebooting", 1, true, true},
	"HARD_REBOOT":       {"active", "rebooting_hard", 1, true, true},
	"PASSWORD":          {"active", "updating_password", 1, true, true},
	"REBUILD":           {"active", "rebuilding", 1, true, true},
	"MIGRATING":         {"active", "migrating", 1, true, true},
	"RESIZE":            {"active", "resize_migrating", 1, true, true},
	"VERIFY_RESIZE":     {"resized", "", 1, true, true},
	"REVERT_RESIZE":     {"resized", "resize_reverting", 1, true, true},
	"SHUTOFF":           {"stopped", "", 4, false, true},
	"PAUSED":            {"paused", "", 3, true, true},
	"SUSPENDED":         {"suspended", "", 4, false, true},
	"RESCUE":            {"rescued", "", 1, true, true},
	"ERROR":             {"error", "", 0, false, true},
	"SHELVED":           {"shelved", "", 4, false, true},
	"SHELVED_OFFLOADED": {"shelved_offloaded", "", 4, false, false},
	"SOFT_DELETED":      {"soft-delete", "", 4, false, true},
	"DELETED":           {"deleted", "", 0, false, true},
}

// IsStatus reports whether Nova has such a status.
func IsStatus(status string) bool { _, known := states[status]; return known }

// Enter puts s into a status, with the states, power and port status that
// belong to it, and reports whether there is such a status. Ports that were
// disabled or failed to bind stay down. Slices and pointers are replaced, so a
// shallow copy of s keeps what it had.
func (s *Server) Enter(status string) bool {
	st, known := states[status]
	if !known {
		return false
	}
	s.Status, s.VMState, s.TaskState, s.PowerState = status, st.vm, st.task, &st.power
	host := ""
	if st.hosted {
		host = "compute-1"
		if s.Host != nil && *s.Host != "" {
			host = *s.Host
		}
	}
	s.Host = &host
	ports := make([]Port, len(s.Ports))
	for i, p := range s.Ports {
		p.Status = st.portStatus(&p)
		ports[i] = p
	}
	if s.Ports != nil {
		s.Ports = ports
	}
	return true
}

// portStatus is that of a port of a server in this state.
func (st state) portStatus(p *Port) string {
	if st.running && *p.AdminStateUp && p.VIFType == "ovs" {
		return "ACTIVE"
	}
	return "DOWN"
}
