package cloud

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"strings"
	"time"

	"sshhelp/diag"
)

// A server is Nova's, as it comes. What this credential or version does not
// show is the zero value.
type server struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Status     string            `json:"status"`
	Project    string            `json:"tenant_id"`
	User       string            `json:"user_id"`
	Task       string            `json:"OS-EXT-STS:task_state"`
	VMState    string            `json:"OS-EXT-STS:vm_state"`
	Power      int               `json:"OS-EXT-STS:power_state"`
	Created    stamp             `json:"created"`
	Updated    stamp             `json:"updated"`
	Launched   stamp             `json:"OS-SRV-USG:launched_at"`
	Terminated stamp             `json:"OS-SRV-USG:terminated_at"`
	HostStatus string            `json:"host_status"`
	Host       string            `json:"OS-EXT-SRV-ATTR:host"`
	Locked     bool              `json:"locked"`
	LockReason string            `json:"locked_reason"`
	KeyName    string            `json:"key_name"`
	Metadata   map[string]string `json:"metadata"`
	Drive      *string           `json:"config_drive"` // "True" or ""
	Image      imageRef          `json:"image"`
	Addresses  addresses         `json:"addresses"`
	Fault      *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Created stamp  `json:"created"`
	} `json:"fault"`
	Flavor struct {
		ID   string `json:"id"`            // until 2.46
		Name string `json:"original_name"` // since 2.47
	} `json:"flavor"`
	Volumes []struct {
		ID string `json:"id"`
	} `json:"os-extended-volumes:volumes_attached"`
}

// instance is the server as diag knows it.
func (s *server) instance(cloud string) diag.Instance {
	i := diag.Instance{
		ID: s.ID, Name: s.Name, Cloud: cloud, Project: s.Project, User: s.User,
		Status: s.Status, Task: s.Task, VMState: s.VMState, Power: power[s.Power],
		Created: s.Created.Time, Updated: s.Updated.Time, Launched: s.Launched.Time, Terminated: s.Terminated.Time,
		HostStatus: s.HostStatus, Host: s.Host, Locked: s.Locked, LockReason: s.LockReason,
		KeyName: s.KeyName, ImageID: s.Image.id, ImageMeta: s.Image.properties, Flavor: s.Flavor.Name,
		Metadata: s.Metadata, Addresses: s.Addresses,
	}
	if i.Flavor == "" {
		i.Flavor = s.Flavor.ID
	}
	if i.Addresses == nil {
		i.Addresses = []diag.Address{}
	}
	if s.Fault != nil {
		i.Fault = &diag.Fault{Code: s.Fault.Code, Message: s.Fault.Message, At: s.Fault.Created.Time}
	}
	if s.Drive != nil {
		drive := strings.EqualFold(*s.Drive, "True")
		i.ConfigDrive = &drive
	}
	for _, v := range s.Volumes {
		i.Volumes = append(i.Volumes, v.ID)
	}
	return i
}

// power puts Nova's power states into words (nova.compute.power_state); 0 is
// "no state".
var power = map[int]string{1: "running", 3: "paused", 4: "shutdown", 6: "crashed", 7: "suspended"}

// A stamp is a time as Nova writes it: RFC 3339, or without a zone but in UTC.
type stamp struct{ time.Time }

// UnmarshalJSON leaves the zero time for what is no time.
func (s *stamp) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) != nil {
		return nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05.999999"} {
		if t, err := time.Parse(layout, text); err == nil {
			s.Time = t.UTC()
			return nil
		}
	}
	return nil
}

// An imageRef is an object, or "" for a server that boots from a volume.
type imageRef struct {
	id         string
	properties map[string]string // since 2.98, which some clouds answer unasked
}

// UnmarshalJSON leaves the zero value for what is no image.
func (r *imageRef) UnmarshalJSON(data []byte) error {
	var body struct {
		ID         string            `json:"id"`
		Properties map[string]string `json:"properties"`
	}
	if decode(data, &body) == nil {
		r.id, r.properties = body.ID, body.Properties
	}
	return nil
}

// addresses are by network name; the order of networks is Nova's own, which a
// map would lose.
type addresses []diag.Address

// UnmarshalJSON keeps what can be read.
func (a *addresses) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil
		}
		var raw json.RawMessage
		var list []address
		if d.Decode(&raw) != nil {
			return nil
		}
		if decode(raw, &list) == nil {
			a.add(name.(string), list)
		}
	}
	return nil
}

type address struct {
	IP   string `json:"addr"`
	Kind string `json:"OS-EXT-IPS:type"`
	MAC  string `json:"OS-EXT-IPS-MAC:mac_addr"`
}

func (a *addresses) add(network string, list []address) {
	for _, l := range list {
		if ip, err := netip.ParseAddr(l.IP); err == nil {
			*a = append(*a, diag.Address{IP: ip.Unmap(), Floating: l.Kind == "floating", MAC: l.MAC, Network: network})
		}
	}
}
