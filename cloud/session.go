package cloud

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
)

// A session logs in to one cloud, when it is first needed and whenever the
// token will not do any more.
//
// It does not use gophercloud's own renewal. An application credential with
// access rules gets 401 for every call outside them, with the best of tokens,
// and gophercloud would log in again for each. Here a renewal that did not help
// is remembered, and none is tried again until it could. Each login makes a new
// access, which never changes, so that nothing is shared while it is written.
type session struct {
	auth     gophercloud.AuthOptions
	endpoint gophercloud.EndpointOpts
	http     http.Client
	log      *slog.Logger
	now      func() time.Time
	once     bool // a call that is answered 429 is not made again

	shared shared[access]
	mu     sync.Mutex
	inVain time.Time // when a fresh token was refused like the one before
}

// An access is a token with all that came with it.
type access struct {
	services map[string]*gophercloud.ServiceClient // by type; absent if not in the catalogue
	who      who
	until    time.Time // when to get a new one unasked
}

// who is what Keystone says of the credential.
type who struct {
	User    named   `json:"user"`
	Project named   `json:"project"`
	Roles   []named `json:"roles"`
	Issued  string  `json:"issued_at"`
	Expires string  `json:"expires_at"`
}

type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// admin reports whether the credential has the role that sees all projects.
func (w *who) admin() bool {
	return slices.ContainsFunc(w.Roles, func(r named) bool { return r.Name == "admin" })
}

// who returns who we are; the zero value before the first login.
func (c *Cloud) who() *who {
	if a := c.session.shared.peek(); a != nil {
		return &a.who
	}
	return &who{}
}

// The services that are asked, by their official types, with the path segment
// that the catalogue's URL lacks in some clouds.
const (
	nova    = "compute"
	neutron = "network"
	glance  = "image"
	cinder  = "block-storage"
)

var segments = map[string]string{nova: "v2.1/", neutron: "v2.0/", glance: "v2/", cinder: "v3/"}

// vainFor is how long no other renewal is tried after one that did not help.
const vainFor = 5 * time.Minute

// open returns an access with a token that is believed to be good. stale, if
// not nil, is one that was refused.
func (s *session) open(ctx context.Context, stale *access) (*access, error) {
	usable := func(a *access) bool { return a != stale && s.now().Before(a.until) }
	return s.shared.get(ctx, usable, s.login)
}

// renewable reports whether a 401 for this access is worth another login, or
// another try with the one that somebody else made meanwhile.
func (s *session) renewable(a *access) bool {
	if s.shared.peek() != a {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inVain.IsZero() || s.now().Sub(s.inVain) > vainFor
}

// vain notes that a fresh token did not help.
func (s *session) vain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inVain = s.now()
}

func (s *session) login(ctx context.Context) (*access, error) {
	provider, err := openstack.NewClient(s.auth.IdentityEndpoint)
	if err != nil {
		return nil, s.refused(ctx, fmt.Errorf("read auth_url: %w", err))
	}
	provider.HTTPClient = s.http
	provider.UserAgent.Prepend("sshhelp")
	if !s.once {
		provider.RetryBackoffFunc = backOff
	}
	auth, asked := s.auth, s.now()
	// v3 at once, without asking Keystone for its versions: v2 is gone since 2018.
	if err := openstack.AuthenticateV3(ctx, provider, &auth, gophercloud.EndpointOpts{}); err != nil {
		return nil, s.refused(ctx, err)
	}
	a := &access{services: map[string]*gophercloud.ServiceClient{}}
	if r, ok := provider.GetAuthResult().(interface{ ExtractInto(any) error }); ok {
		if err := r.ExtractInto(&a.who); err != nil {
			return nil, s.refused(ctx, fmt.Errorf("read the token: %w", err))
		}
	}
	a.until = asked.Add(a.who.life())
	for kind := range segments {
		if service := s.service(provider, kind); service != nil {
			a.services[kind] = service
		}
	}
	return a, nil
}

// life is how long to use the token: what Keystone gives it, less a margin. It
// is counted on our clock alone, which may differ from Keystone's.
func (w *who) life() time.Duration {
	issued, err1 := time.Parse(time.RFC3339, w.Issued)
	expires, err2 := time.Parse(time.RFC3339, w.Expires)
	if err1 != nil || err2 != nil {
		return time.Hour // Keystone's default
	}
	life := expires.Sub(issued)
	return life - min(life/10, time.Minute)
}

// service finds a service in the catalogue; nil if it is not there. Version 0
// keeps gophercloud from asking each service for its versions, which would be
// one more call to wait for, outside of our context.
func (s *session) service(provider *gophercloud.ProviderClient, kind string) *gophercloud.ServiceClient {
	eo := s.endpoint
	eo.ApplyDefaults(kind)
	url, err := provider.EndpointLocator(eo)
	if err != nil {
		return nil
	}
	segment := segments[kind]
	if !strings.Contains(url, "/"+segment[:2]) {
		url += segment
	}
	return &gophercloud.ServiceClient{ProviderClient: provider, Endpoint: url, Type: kind}
}
