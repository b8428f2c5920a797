package cloud

import (
	"context"
	"maps"
	"net/http"
	"net/url"

	"sshhelp/diag"
)

// readImage asks Glance for the image; for a server that boots from a volume,
// Cinder for what the volume was made from.
func (c *Cloud) readImage(ctx context.Context, i *diag.Instance) (diag.Fact, error) {
	if i.ImageID == "" {
		return c.readVolumeImage(ctx, i)
	}
	var body map[string]any
	err := c.ask(ctx, call{op: "read image " + i.ImageID, service: glance, path: "images/" + url.PathEscape(i.ImageID)}, &body)
	if statusOf(err) == http.StatusNotFound {
		return nil, &diag.Gap{
			Source: diag.SourceImage, Why: diag.GapNotFound,
			Text: "The image that the instance was made from is gone, so that its properties are not known.",
		}
	}
	if err != nil {
		return nil, err
	}
	properties := map[string]string{}
	for key, value := range body {
		if text, ok := value.(string); ok && !glanceOwn[key] {
			properties[key] = text
		}
	}
	name, _ := body["name"].(string)
	return image(i.ImageID, name, properties), nil
}

// glanceOwn are fields of every image, which are no properties of this one.
var glanceOwn = map[string]bool{
	"id": true, "name": true, "status": true, "visibility": true, "checksum": true, "owner": true, "self": true,
	"file": true, "schema": true, "container_format": true, "disk_format": true, "created_at": true,
	"updated_at": true, "os_hash_algo": true, "os_hash_value": true, "direct_url": true,
}

func image(id, name string, properties map[string]string) *diag.Image {
	return &diag.Image{
		ID: id, Name: name, Distro: properties["os_distro"], OSType: properties["os_type"],
		AdminUser: properties["os_admin_user"], Properties: properties,
	}
}

// maxVolumes bounds how many volumes are asked for the one that is booted.
const maxVolumes = 4

// readVolumeImage looks through the volumes for the one that was made from an
// image. Nova does not say which of them it boots; data volumes are made empty.
func (c *Cloud) readVolumeImage(ctx context.Context, i *diag.Instance) (diag.Fact, error) {
	if len(i.ImageMeta) > 0 {
		return imageOfVolume(i.ImageMeta), nil
	}
	if len(i.Volumes) == 0 {
		return nil, &diag.Gap{Source: diag.SourceImage, Why: diag.GapNotFound, Text: "The cloud names no image for the instance."}
	}
	ids := i.Volumes[:min(len(i.Volumes), maxVolumes)]
	found, errs := make([]map[string]string, len(ids)), make([]error, len(ids))
	tasks := make([]func(), len(ids))
	for n, id := range ids {
		tasks[n] = func() { found[n], errs[n] = c.volumeMeta(ctx, id) }
	}
	together(tasks...)
	for n := range ids {
		if len(found[n]) > 0 {
			return imageOfVolume(found[n]), nil
		}
	}
	for _, err := range errs {
		if s := statusOf(err); err != nil && s != http.StatusNotImplemented && s != http.StatusNotFound {
			return nil, err
		}
	}
	return nil, &diag.Gap{
		Source: diag.SourceImage, Why: diag.GapNotFound,
		Text: "The instance boots from a volume, and the cloud does not say which image that was made from.",
	}
}

func (c *Cloud) volumeMeta(ctx context.Context, id string) (map[string]string, error) {
	var body struct {
		Volume struct {
			Image map[string]string `json:"volume_image_metadata"`
		} `json:"volume"`
	}
	err := c.ask(ctx, call{op: "read volume " + id, service: cinder, path: "volumes/" + url.PathEscape(id)}, &body)
	return body.Volume.Image, err
}

// imageOfVolume reads Cinder's copy of an image's properties, which holds its
// ID and name among them.
func imageOfVolume(meta map[string]string) *diag.Image {
	properties := maps.Clone(meta)
	id, name := properties["image_id"], properties["image_name"]
	delete(properties, "image_id")
	delete(properties, "image_name")
	for key := range glanceOwn {
		delete(properties, key)
	}
	return image(id, name, properties)
}
