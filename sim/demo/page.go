package main

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

//go:embed page
var pageFiles embed.FS

// policy lets the page load nothing but its own files and talk to nobody but
// this server; no text can become script or style.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

// A page is the server of the chat's page.
type page struct {
	url    string
	server *http.Server
	failed chan error
	served chan struct{}
}

// servePage serves the page, with the users' side of the Slack twin behind it,
// so that both are of one origin.
func servePage(o Options, twin string, tries []Group) (*page, error) {
	target, err := url.Parse(twin)
	if err != nil {
		return nil, fmt.Errorf("address of the chat: %w", err)
	}
	listener, err := listen(o)
	if err != nil {
		return nil, err
	}
	p := &page{url: "http://" + listener.Addr().String() + "/", failed: make(chan error, 1), served: make(chan struct{})}
	p.server = &http.Server{Handler: guard(listener.Addr(), routes(target, tries)), ReadHeaderTimeout: 10 * time.Second}
	go func() { // ends with the server
		defer close(p.served)
		if err := p.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			p.failed <- fmt.Errorf("serve the page: %w", err)
		}
	}()
	return p, nil
}

// listen takes the address asked for, or the same with a free port.
func listen(o Options) (net.Listener, error) {
	l, err := net.Listen("tcp", o.Listen)
	if !errors.Is(err, syscall.EADDRINUSE) {
		return l, err
	}
	host, port, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(o.Log, "Port %s is in use, so the page takes another.\n", port)
	return net.Listen("tcp", net.JoinHostPort(host, "0"))
}

func (p *page) close() {
	_ = p.server.Close() // streams of events never end by themselves
	<-p.served
}

func routes(twin *url.URL, tries []Group) http.Handler {
	files, err := fs.Sub(pageFiles, "page")
	if err != nil {
		panic("embedded page: " + err.Error()) // unreachable: it is compiled in
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(twin) },
		FlushInterval: -1,                         // events are to arrive when they happen
		ErrorLog:      log.New(io.Discard, "", 0), // streams end whenever a page is closed
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(files))
	mux.Handle("GET /tries", answer(tries))
	mux.Handle("GET /sim/", proxy)
	mux.Handle("POST /sim/", proxy)
	return mux
}

func answer(v any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v) // the page may be gone
	}
}

// guard keeps other sites out: a page of theirs that was given our address by a
// name of theirs, or that sends orders across origins.
func guard(addr net.Addr, next http.Handler) http.Handler {
	own, err := netip.ParseAddrPort(addr.String())
	local := err == nil && own.Addr().IsLoopback()
	crossOrigin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if local && !isLocal(r.Host) {
			http.Error(w, "this page is served under its loopback address only", http.StatusForbidden)
			return
		}
		crossOrigin.Handler(next).ServeHTTP(w, r)
	})
}

func isLocal(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}
