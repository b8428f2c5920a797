package cloud

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"sshhelp/diag"
)

// Options says which cloud to open. The zero value opens the one that the
// environment names.
type Options struct {
	// Name is an entry of clouds.yaml. If empty, OS_CLOUD names one; if that is
	// empty too, the cloud is made from OS_AUTH_URL and its like.
	Name string
	// Logger gets failed calls at debug level, without secrets. None if nil.
	Logger *slog.Logger
	// RoundTripper sends requests. If nil, it is made from the cloud's TLS
	// settings.
	RoundTripper http.RoundTripper
	// Getenv reads the environment; os.Getenv if nil.
	Getenv func(string) string
	// LookupNetIP resolves DNS names; the system's resolver if nil.
	LookupNetIP func(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// A Cloud is one cloud as one user in one project sees it. Its methods may be
// called at any time, side by side.
type Cloud struct {
	name    string
	log     *slog.Logger
	lookup  func(ctx context.Context, network, host string) ([]netip.Addr, error)
	session *session
	version shared[version]
}

// Open prepares a cloud and touches no network. Errors wrap [diag.ErrConfig]
// and say what to set.
func Open(o Options) (*Cloud, error) {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.LookupNetIP == nil {
		o.LookupNetIP = net.DefaultResolver.LookupNetIP
	}
	found, err := locate(o.Name, o.Getenv)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", diag.ErrConfig, err)
	}
	if o.RoundTripper == nil {
		o.RoundTripper = transport(found.tls)
	}
	c := &Cloud{name: found.name, log: o.Logger.With("cloud", found.name), lookup: o.LookupNetIP}
	c.session = &session{
		auth: found.auth, endpoint: found.endpoint, http: http.Client{Transport: o.RoundTripper},
		log: c.log, now: time.Now,
	}
	return c, nil
}

// Name returns the cloud's entry in clouds.yaml, or the host of its Keystone if
// it was made from OS_* variables.
func (c *Cloud) Name() string { return c.name }

// Names returns the names of the clouds in clouds.yaml, sorted; none if there
// is no such file or it cannot be read.
func Names() []string { return names(os.Getenv) }

// transport bounds connecting and the handshake only. How long an answer may
// take is for the caller's context to say: a console of a dead host is answered
// after a minute.
func transport(settings *tls.Config) http.RoundTripper {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:       settings,
		TLSHandshakeTimeout:   5 * time.Second,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          64,
		MaxIdleConnsPerHost:   16, // one diagnosis asks eight things at once
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

// hint lists the clouds there are, for an error's sentence.
func hint(getenv func(string) string) string {
	all := names(getenv)
	if len(all) == 0 {
		return "there is no clouds.yaml with a cloud in it (looked at " + strings.Join(locations(getenv), ", ") + ")"
	}
	return "there are: " + strings.Join(slices.Sorted(slices.Values(all)), ", ")
}
