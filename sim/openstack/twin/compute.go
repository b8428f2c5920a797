package twin

import (
	"encoding/json"
	"net/http"
	"slices"

	"sshhelp/sim/scenario"
)

// keyPair: from 2.2 on with its type, which is not that of the key.
func keyPair(c *call, k *scenario.KeyPair) obj {
	body := obj{"name": k.Name, "public_key": k.PublicKey, "fingerprint": k.Fingerprint()}
	if c.version >= 2 {
		body["type"] = "ssh"
	}
	return body
}

// listKeyPairs: key pairs are the user's, not the project's.
func (s *Server) listKeyPairs(c *call) answer {
	list := []obj{}
	for i := range s.cloud.KeyPairs {
		if k := &s.cloud.KeyPairs[i]; k.User == c.caller.user.Name && !k.Deleted {
			list = append(list, obj{"keypair": keyPair(c, k)})
		}
	}
	return ok(obj{"keypairs": list})
}

func (s *Server) showKeyPair(c *call) answer {
	user, name := c.caller.user, c.PathValue("name")
	if id := c.URL.Query().Get("user_id"); id != "" && c.version >= 10 {
		if !c.caller.admin() && id != user.ID {
			return novaForbidden("os_compute_api:os-keypairs:show")
		}
		if i := slices.IndexFunc(s.cloud.Users, func(u scenario.User) bool { return u.ID == id }); i >= 0 {
			user = &s.cloud.Users[i]
		}
	}
	k := s.cloud.KeyPair(user.Name, name)
	if k == nil || k.Deleted {
		return novaError(http.StatusNotFound, "Keypair %s not found for user %s", name, user.ID)
	}
	body := keyPair(c, k)
	body["user_id"], body["id"] = user.ID, 1
	body["created_at"], body["updated_at"] = micros(s.epoch), nil
	body["deleted"], body["deleted_at"] = false, nil
	return ok(obj{"keypair": body})
}

func flavor(c *call, f *scenario.Flavor) obj {
	body := obj{
		"id": f.ID, "name": f.Name, "ram": f.RAM, "disk": f.Disk, "swap": "", "vcpus": f.VCPUs,
		"OS-FLV-EXT-DATA:ephemeral": 0, "OS-FLV-DISABLED:disabled": false, "os-flavor-access:is_public": true,
		"rxtx_factor": json.Number("1.0"), "links": links(c, "flavors", f.ID),
	}
	if c.version >= 55 {
		body["description"] = nil
	}
	if c.version >= 61 {
		body["extra_specs"] = obj{}
	}
	if c.version >= 75 {
		body["swap"] = 0
	}
	return body
}

func (s *Server) listFlavors(c *call) answer {
	list := []obj{}
	for i := range s.cloud.Flavors {
		f := &s.cloud.Flavors[i]
		if c.URL.Path == "/compute/v2.1/flavors" {
			short := obj{"id": f.ID, "name": f.Name, "links": links(c, "flavors", f.ID)}
			if c.version >= 55 {
				short["description"] = nil
			}
			list = append(list, short)
			continue
		}
		list = append(list, flavor(c, f))
	}
	return ok(obj{"flavors": list})
}

func (s *Server) showFlavor(c *call) answer {
	id := c.PathValue("id")
	for i := range s.cloud.Flavors {
		if f := &s.cloud.Flavors[i]; f.ID == id {
			return ok(obj{"flavor": flavor(c, f)})
		}
	}
	return novaError(http.StatusNotFound, "Flavor %s could not be found.", id)
}

func (s *Server) listInterfaces(c *call) answer {
	v := s.server(c)
	if v == nil {
		return noServer(c.PathValue("id"))
	}
	list := []obj{}
	for i := range v.Ports {
		p := &v.Ports[i]
		one := obj{
			"net_id": s.cloud.Network(p.Network).ID, "port_id": p.ID, "mac_addr": p.MAC,
			"port_state": p.Status, "fixed_ips": s.fixedIPs(p),
		}
		if c.version >= 70 {
			one["tag"] = nil
		}
		list = append(list, one)
	}
	return ok(obj{"interfaceAttachments": list})
}

// listServerGroups shows Neutron's groups in the words of the old compute API,
// ingress rules only.
func (s *Server) listServerGroups(c *call) answer {
	v := s.server(c)
	if v == nil {
		return noServer(c.PathValue("id"))
	}
	list := []obj{}
	for _, name := range s.groupNames(v) {
		g := s.cloud.SecurityGroup(v.Project, name["name"].(string))
		rules := []obj{}
		for i := range g.Rules {
			if g.Rules[i].Direction == "ingress" {
				rules = append(rules, oldRule(g, &g.Rules[i]))
			}
		}
		list = append(list, obj{
			"id": g.ID, "name": g.Name, "description": "", "rules": rules, "tenant_id": s.cloud.Project(g.Project).ID,
		})
	}
	return ok(obj{"security_groups": list})
}

func oldRule(g *scenario.SecurityGroup, r *scenario.Rule) obj {
	body := obj{
		"id": r.ID, "parent_group_id": g.ID, "ip_protocol": orNull(r.Protocol),
		"from_port": portOrNull(r, r.Ports.Min), "to_port": portOrNull(r, r.Ports.Max),
		"group": obj{}, "ip_range": obj{"cidr": "0.0.0.0/0"},
	}
	switch {
	case r.RemoteGroup != "":
		body["group"], body["ip_range"] = obj{"name": r.RemoteGroup, "tenant_id": g.Project}, obj{}
	case r.RemoteIPPrefix != "":
		body["ip_range"] = obj{"cidr": r.RemoteIPPrefix}
	case r.EtherType == "IPv6":
		body["ip_range"] = obj{"cidr": "::/0"}
	}
	return body
}
