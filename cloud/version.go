package cloud

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/utils"
)

// newest is the newest minor version of Nova's API 2 whose answers are known
// here. Needed are 2.9 (locked), 2.16 (host_status), 2.21 (actions of deleted
// servers), 2.47 (flavor's name) and 2.73 (why it is locked); 2.79 is what the
// Train release speaks, and nothing since then tells more of an instance.
const newest = 79

// A version is what Nova speaks.
type version struct {
	minor int // of 2.x, at most newest; 0 if it has no microversions
	most  int // what the cloud offers
}

// microversion returns the one to use, "" for none. Nova is asked once; as long
// as that fails, the oldest is used, which every Nova speaks.
func (c *Cloud) microversion(ctx context.Context, a *access) string {
	known := func(*version) bool { return true }
	v, err := c.version.get(ctx, known, func(ctx context.Context) (*version, error) { return c.discover(ctx, a) })
	if err != nil || v.minor == 0 {
		return ""
	}
	return "2." + strconv.Itoa(v.minor)
}

// atLeast reports whether Nova speaks 2.minor and is asked in it. It is to be
// called after a call to Nova.
func (c *Cloud) atLeast(minor int) bool {
	v := c.version.peek()
	return v != nil && v.minor >= minor
}

// discover reads Nova's version document. It needs no token, so that access
// rules do not stand in its way.
func (c *Cloud) discover(ctx context.Context, a *access) (*version, error) {
	service := a.services[nova]
	root, err := utils.BaseVersionedEndpoint(service.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("read the address of Nova: %w", err)
	}
	var body struct {
		Version struct {
			Version string `json:"version"`
		} `json:"version"`
	}
	var raw json.RawMessage
	_, err = service.ProviderClient.Request( //nolint:bodyclose // it reads and closes what it decodes
		ctx, http.MethodGet, gophercloud.NormalizeURL(root),
		&gophercloud.RequestOpts{JSONResponse: &raw, OkCodes: []int{200, 300}})
	if f := statusOf(failed(ctx, "", err)); err != nil && (f == http.StatusUnauthorized || f == http.StatusForbidden || f == http.StatusNotFound) {
		return &version{}, nil // hidden for good: do without
	}
	if err == nil {
		err = decode(raw, &body)
	}
	if err != nil {
		c.log.Debug("version of Nova not read", "err", bare(err))
		return nil, fmt.Errorf("read the version of Nova: %w", err)
	}
	v := &version{}
	if major, minor, ok := strings.Cut(body.Version.Version, "."); ok && major == "2" {
		v.most, _ = strconv.Atoi(minor) // 0 if it is no number: no microversions
	}
	v.minor = min(v.most, newest)
	return v, nil
}
