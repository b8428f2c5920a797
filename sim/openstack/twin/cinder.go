package twin

import (
	"net/http"

	"sshhelp/sim/scenario"
)

// routeCinder serves the volumes from which servers boot, for the sake of the
// image that such a volume was made of: Nova tells nothing of it.
func (s *Server) routeCinder(mux *http.ServeMux) {
	mux.HandleFunc("GET /volume/v3/{project}/volumes/{id}", s.authed("volumev3", s.showVolume))
	mux.HandleFunc("/volume/", s.authed("volumev3", func(*call) answer {
		return novaError(http.StatusNotFound, "The resource could not be found.")
	}))
}

func volumeID(v *scenario.Server) string { return scenario.ID("volume", v.ID) }

func (s *Server) showVolume(c *call) answer {
	id := c.PathValue("id")
	for i := range s.cloud.Servers {
		v := &s.cloud.Servers[i]
		if volumeID(v) == id && *v.Image == "" && c.caller.sees(v.Project) {
			return ok(obj{"volume": obj{
				"id": id, "name": "", "status": "in-use", "size": 10, "bootable": "true", "encrypted": false,
				"created_at": micros(s.times[v.ID].created), "updated_at": nil, "user_id": s.cloud.User(v.User).ID,
				"os-vol-tenant-attr:tenant_id": s.cloud.Project(v.Project).ID, "metadata": obj{},
				"volume_image_metadata": orEmptyMap(v.VolumeImageMetadata), "availability_zone": "nova",
				"attachments": []obj{{
					"id": id, "attachment_id": scenario.ID("attachment", v.ID), "volume_id": id, "server_id": v.ID,
					"device": "/dev/vda", "host_name": nil, "attached_at": micros(s.times[v.ID].created),
				}},
			}})
		}
	}
	return novaError(http.StatusNotFound, "Volume %s could not be found.", id)
}
