package twin

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"sshhelp/sim/scenario"
)

func (s *Server) routeGlance(mux *http.ServeMux) {
	versions := func(status int) http.HandlerFunc {
		return s.open(func(c *call) answer {
			return answer{status: status, body: obj{"versions": []obj{{
				"id": "v2.15", "status": "CURRENT", "links": []obj{{"rel": "self", "href": c.base + "/image/v2/"}},
			}}}}
		})
	}
	mux.HandleFunc("GET /image", versions(http.StatusMultipleChoices))
	mux.HandleFunc("GET /image/{$}", versions(http.StatusMultipleChoices))
	mux.HandleFunc("GET /image/versions", versions(http.StatusOK))
	mux.HandleFunc("GET /image/v2/images", s.authed("image", s.listImages))
	mux.HandleFunc("GET /image/v2/images/{id}", s.authed("image", s.showImage))
	mux.HandleFunc("/image/", s.authed("image", func(*call) answer {
		return page(http.StatusNotFound, "The resource could not be found.")
	}))
}

// image has its properties among its own fields, as Glance shows them.
func (s *Server) image(i *scenario.Image) obj {
	path := "/v2/images/" + i.ID
	body := obj{}
	for key, value := range i.Properties {
		body[key] = value
	}
	for key, value := range (obj{
		"id": i.ID, "name": i.Name, "disk_format": "qcow2", "container_format": "bare", "visibility": "public",
		"size": 1 << 30, "virtual_size": 10 << 30, "status": "active", "checksum": "b3997184660a675c60b69a56462a10ea",
		"protected": false, "min_ram": 0, "min_disk": 0, "owner": s.cloud.Projects[0].ID, "os_hidden": false,
		"os_hash_algo": "sha512", "os_hash_value": "6f62a9b831f4b7fb", "tags": []string{},
		"created_at": stamp(s.epoch), "updated_at": stamp(s.epoch), "self": path, "file": path + "/file",
		"schema": "/v2/schemas/image",
	}) {
		body[key] = value
	}
	return body
}

func (s *Server) showImage(c *call) answer {
	id := c.PathValue("id")
	for i := range s.cloud.Images {
		if image := &s.cloud.Images[i]; image.ID == id && !image.Deleted {
			return ok(s.image(image))
		}
	}
	return page(http.StatusNotFound, "No image found with ID "+id)
}

func (s *Server) listImages(c *call) answer {
	q := c.URL.Query()
	list := []obj{}
	for i := range s.cloud.Images {
		if body := s.image(&s.cloud.Images[i]); !s.cloud.Images[i].Deleted && imageMatches(body, q) {
			list = append(list, body)
		}
	}
	if i := slices.IndexFunc(list, func(o obj) bool { return o["id"] == q.Get("marker") }); i >= 0 {
		list = list[i+1:]
	}
	body := obj{"schema": "/v2/schemas/images", "first": "/v2/images?" + without(q, "marker").Encode()}
	n, err := strconv.Atoi(q.Get("limit"))
	if q.Get("limit") != "" && (err != nil || n < 0) {
		return page(http.StatusBadRequest, "limit param must be an integer")
	}
	if n > 0 && n < len(list) {
		list = list[:n]
		q.Set("marker", list[n-1]["id"].(string))
		body["next"] = "/v2/images?" + q.Encode()
	}
	body["images"] = list
	return ok(body)
}

func imageMatches(body obj, q url.Values) bool {
	for key, values := range q {
		if !slices.Contains([]string{"limit", "marker", "sort", "sort_key", "sort_dir"}, key) && body[key] != values[0] {
			return false
		}
	}
	return true
}

func without(q url.Values, key string) url.Values {
	rest := url.Values{}
	for k, v := range q {
		if k != key {
			rest[k] = v
		}
	}
	return rest
}
