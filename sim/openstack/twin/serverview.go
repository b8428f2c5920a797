package twin

import (
	"crypto/sha256"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"sshhelp/sim/scenario"
)

func links(c *call, kind, id string) []obj {
	return []obj{
		{"rel": "self", "href": c.base + "/compute/v2.1/" + kind + "/" + id},
		{"rel": "bookmark", "href": c.base + "/compute/" + kind + "/" + id},
	}
}

func (s *Server) serverShort(c *call, v *scenario.Server) obj {
	return obj{"id": v.ID, "name": v.Name, "links": links(c, "servers", v.ID)}
}

// serverInList is a server in a detailed list, which lacks the server groups.
func (s *Server) serverInList(c *call, v *scenario.Server) obj {
	body := s.serverDetail(c, v)
	delete(body, "server_groups")
	return body
}

// serverDetail is everything of a server that the caller may see in the
// microversion asked for.
func (s *Server) serverDetail(c *call, v *scenario.Server) obj {
	times := s.times[v.ID]
	body := obj{
		"id": v.ID, "name": v.Name, "status": v.Status,
		"tenant_id": s.cloud.Project(v.Project).ID, "user_id": s.cloud.User(v.User).ID,
		"metadata": orEmptyMap(v.Metadata), "hostId": hostID(v), "image": s.imageOf(c, v), "flavor": s.flavorOf(c, v),
		"created": stamp(times.created), "updated": stamp(times.updated), "addresses": s.addresses(v),
		"accessIPv4": "", "accessIPv6": "", "links": links(c, "servers", v.ID),
		"OS-DCF:diskConfig": "MANUAL", "OS-EXT-AZ:availability_zone": zone(v), "config_drive": configDrive(v),
		"key_name": orNull(*v.KeyName), "OS-SRV-USG:launched_at": nil, "OS-SRV-USG:terminated_at": nil,
		"OS-EXT-STS:task_state": orNull(v.TaskState), "OS-EXT-STS:vm_state": v.VMState,
		"OS-EXT-STS:power_state": *v.PowerState, "os-extended-volumes:volumes_attached": s.volumesOf(c, v),
	}
	if launched(v) {
		body["OS-SRV-USG:launched_at"] = micros(times.created)
	}
	if v.Status == "DELETED" {
		body["addresses"], body["OS-SRV-USG:terminated_at"] = obj{}, micros(times.updated)
	}
	if slices.Contains([]string{"ACTIVE", "BUILD", "REBUILD", "RESIZE", "VERIFY_RESIZE", "MIGRATING"}, v.Status) {
		body["progress"] = 0
	}
	if groups := s.groupNames(v); len(groups) > 0 { // without any the key is absent
		body["security_groups"] = groups
	}
	s.addFault(c, v, body)
	s.addByVersion(c, v, body)
	if c.caller.admin() {
		addForAdmin(c, v, body)
	}
	return body
}

// launched reports whether a guest has ever run: not while it is built, nor
// where no host was found for it.
func launched(v *scenario.Server) bool {
	return v.Status != "BUILD" && (v.Status != "ERROR" || *v.Host != "")
}

// addFault: Nova shows why only while the server is broken or gone.
func (s *Server) addFault(c *call, v *scenario.Server, body obj) {
	if v.Fault == nil || v.Status != "ERROR" && v.Status != "DELETED" {
		return
	}
	f := obj{"code": v.Fault.Code, "created": stamp(s.times[v.ID].updated), "message": v.Fault.Message}
	if c.caller.admin() && v.Fault.Details != "" {
		f["details"] = v.Fault.Details
	}
	body["fault"] = f
}

func (s *Server) addByVersion(c *call, v *scenario.Server, body obj) {
	for since, more := range map[int]obj{
		9: {"locked": v.Locked}, 19: {"description": orNull(v.Description)}, 26: {"tags": []string{}},
		63: {"trusted_image_certificates": nil}, 71: {"server_groups": []string{}}, 73: {"locked_reason": nil},
		90: {"OS-EXT-SRV-ATTR:hostname": strings.ToLower(v.Name)},
	} {
		for key, value := range more {
			if c.version >= since {
				body[key] = value
			}
		}
	}
}

func addForAdmin(c *call, v *scenario.Server, body obj) {
	body["OS-EXT-SRV-ATTR:host"] = orNull(*v.Host)
	body["OS-EXT-SRV-ATTR:hypervisor_hostname"] = orNull(*v.Host)
	body["OS-EXT-SRV-ATTR:instance_name"] = "instance-" + v.ID[:8]
	if c.version >= 3 {
		body["OS-EXT-SRV-ATTR:hostname"] = strings.ToLower(v.Name)
		body["OS-EXT-SRV-ATTR:reservation_id"] = "r-" + v.ID[:8]
		body["OS-EXT-SRV-ATTR:launch_index"] = 0
		body["OS-EXT-SRV-ATTR:kernel_id"] = ""
		body["OS-EXT-SRV-ATTR:ramdisk_id"] = ""
		body["OS-EXT-SRV-ATTR:root_device_name"] = "/dev/vda"
		body["OS-EXT-SRV-ATTR:user_data"] = nil
	}
	if c.version >= 16 {
		body["host_status"] = v.HostStatus
	}
}

// hostID hides the host: the same for all servers of a project on one host.
func hostID(v *scenario.Server) string {
	if *v.Host == "" {
		return ""
	}
	return fmt.Sprintf("%x", sha256.Sum224([]byte(v.Project+*v.Host)))
}

func zone(v *scenario.Server) string {
	if *v.Host == "" {
		return ""
	}
	return "nova"
}

// imageOf is "" for a server that boots from a volume.
func (s *Server) imageOf(c *call, v *scenario.Server) any {
	image := s.cloud.Image(*v.Image)
	if image == nil {
		return ""
	}
	return obj{"id": image.ID, "links": []obj{{"rel": "bookmark", "href": c.base + "/compute/images/" + image.ID}}}
}

// flavorOf has no ID from 2.47 on.
func (s *Server) flavorOf(c *call, v *scenario.Server) obj {
	f := s.cloud.Flavor(v.Flavor)
	if c.version < 47 {
		return obj{"id": f.ID, "links": links(c, "flavors", f.ID)[1:]}
	}
	return obj{
		"vcpus": f.VCPUs, "ram": f.RAM, "disk": f.Disk, "ephemeral": 0, "swap": 0,
		"original_name": f.Name, "extra_specs": obj{},
	}
}

func (s *Server) volumesOf(c *call, v *scenario.Server) []obj {
	if *v.Image != "" {
		return []obj{}
	}
	volume := obj{"id": volumeID(v)}
	if c.version >= 3 {
		volume["delete_on_termination"] = false
	}
	return []obj{volume}
}

// addresses are by network; floating IPs stand behind their fixed address.
func (s *Server) addresses(v *scenario.Server) obj {
	all := obj{}
	for i := range v.Ports {
		p := &v.Ports[i]
		list, _ := all[p.Network].([]obj)
		for _, text := range p.FixedIPs {
			list = append(list, address(text, "fixed", p.MAC))
			for _, f := range s.cloud.FloatingIPs {
				if f.PortID == p.ID && f.FixedIP == text {
					list = append(list, address(f.Address, "floating", p.MAC))
				}
			}
		}
		if i == 0 && v.StaleFloatingIP != "" {
			list = append(list, address(v.StaleFloatingIP, "floating", p.MAC))
		}
		if len(list) > 0 {
			all[p.Network] = list
		}
	}
	return all
}

// configDrive is Nova's way to write a truth.
func configDrive(v *scenario.Server) string {
	if v.ConfigDrive {
		return "True"
	}
	return ""
}

func address(text, kind, mac string) obj {
	version := 4
	if a, err := netip.ParseAddr(text); err == nil && a.Is6() {
		version = 6
	}
	return obj{"version": version, "addr": text, "OS-EXT-IPS:type": kind, "OS-EXT-IPS-MAC:mac_addr": mac}
}

// groupNames are the security groups of all ports, each once; before there are
// ports those that were asked for.
func (s *Server) groupNames(v *scenario.Server) []obj {
	var names []string
	if v.Status == "BUILD" && len(v.Ports) == 0 {
		names = v.SecurityGroups
	}
	for i := range v.Ports {
		for _, name := range v.Ports[i].SecurityGroups {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	var list []obj
	for _, name := range names {
		list = append(list, obj{"name": name})
	}
	return list
}

func orEmptyMap(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
