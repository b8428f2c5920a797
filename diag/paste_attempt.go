package diag

import (
	"slices"
	"strconv"
	"strings"
)

// Reached is how far an attempt to connect got.
type Reached int

// The stages, in order. The zero value means that the text does not tell.
const (
	ReachedNothing Reached = iota
	ReachedConnect         // a TCP connection was tried
	ReachedBanner          // it came about; the server has not said what it is
	ReachedKex             // the two sides agree on encryption
	ReachedHostKey         // the client checks the server's key
	ReachedAuth            // the server checks the person
	ReachedSession         // logged in
)

var reachedNames = [...]string{"", "connect", "banner", "kex", "hostkey", "auth", "session"}

// String returns the name that JSON output uses, "" if it is not known.
func (r Reached) String() string { return reachedNames[r] }

// An Attempt is one connection as a client's output or a server's log shows it.
// A field that is empty was not in the text.
type Attempt struct {
	Side    TextKind
	Command string // the client that was called: "ssh", "git", "ssh-add"
	Client  string // software and version, without "SSH-2.0-"
	Server  string
	Host    string // as the person named it
	Port    uint16
	User    string
	Stage   Reached
	// Identity is the file that the person gave with -i.
	Identity string
	// Offered are the keys that the client offered, in order; Accepted those
	// that the server was willing to take.
	Offered, Accepted []OfferedKey
	// Offers counts offers of a key, of which some clients do not name the key.
	Offers int
	// Methods are the methods of authentication that the server still wanted.
	Methods []string
	// Denied: the server refused the login.
	Denied bool
	// Passwords counts passwords that were refused.
	Passwords int
	// Jump: the way leads through another host or a proxy command.
	Jump bool
	// Failed: the attempt ended before a session came about.
	Failed bool

	verbose     bool
	first, last int // its messages, as indices into the paste's
	login       int // the message that shows the login; -1 if none does
}

// An OfferedKey is a key as a client names it.
type OfferedKey struct {
	Name        string // path, or the comment of a key in an agent
	Type        string // "RSA", "ED25519"
	Fingerprint string // "SHA256:...", or MD5 with colons
}

// LoggedIn reports whether the attempt ended in a session.
func (a *Attempt) LoggedIn() bool { return a.login >= 0 && !a.Failed }

// An attemptReader puts attempts together from the messages of one side.
type attemptReader struct {
	done  []Attempt
	at    *Attempt // the one being read, nil if none
	index int      // of the message being read
	named bool     // the person's command named host and account
	asks  bool     // a prompt for a host key is open
	peer  bool     // the next line may name the server of a PuTTY message
	// looked: PuTTY looks up a name; the address that it connects to is that one's.
	looked bool
}

// start begins another attempt.
func (r *attemptReader) start(side TextKind) *Attempt {
	next := &Attempt{Side: side, first: r.index, login: -1}
	if r.at != nil {
		r.at.last = r.index
		if r.at.Client != "" && r.at.Host == "" && r.at.Stage == 0 && r.at.Command == "" {
			next.Client = r.at.Client // of "ssh -V", asked for before the call
		} else {
			r.done = append(r.done, *r.at)
		}
	}
	r.at = next
	r.named, r.asks, r.peer, r.looked = false, false, false, false
	return r.at
}

// finish ends the last attempt; n is the number of messages.
func (r *attemptReader) finish(n int) {
	if r.at != nil {
		r.at.last = n
		r.done = append(r.done, *r.at)
		r.at = nil
	}
	r.done = slices.DeleteFunc(r.done, func(a Attempt) bool { return a.empty() })
}

func (a *Attempt) empty() bool {
	return a.Stage == 0 && a.Host == "" && a.User == "" && a.Client == "" && a.Server == "" && a.Port == 0 &&
		len(a.Methods)+len(a.Offered) == 0 && a.Command == ""
}

// reach notes a stage; an attempt never falls back.
func (a *Attempt) reach(stage Reached) { a.Stage = max(a.Stage, stage) }

// fail notes that the attempt ended at a stage at least.
func (a *Attempt) fail(stage Reached) {
	a.reach(stage)
	a.Failed = true
}

func (r *attemptReader) loggedIn() {
	r.at.reach(ReachedSession)
	if r.at.login < 0 && !r.at.Failed {
		r.at.login = r.index
	}
}

// to notes whom the attempt is to, unless the person's own words did: what a
// client says on its way through a jump host is about that.
func (a *Attempt) to(host, port string) {
	if host = strings.Trim(host, "[]\"'"); host != "" && host != "UNKNOWN" {
		a.Host = host
	}
	a.setPort(port)
}

func (a *Attempt) setPort(port string) {
	if n, err := strconv.ParseUint(port, 10, 16); err == nil && n != 0 && n != 65535 {
		a.Port = uint16(n)
	}
}

func (a *Attempt) methods(list string) {
	a.Methods = nil
	for m := range strings.FieldsFuncSeq(list, func(r rune) bool { return strings.ContainsRune(", []'\"()", r) }) {
		if !slices.Contains(a.Methods, m) && len(a.Methods) < maxMethods {
			a.Methods = append(a.Methods, m)
		}
	}
}

// maxMethods bounds a list of methods, maxOffered one of keys.
const (
	maxMethods = 16
	maxOffered = 64
)

func (a *Attempt) offer(k OfferedKey) {
	a.reach(ReachedAuth)
	a.Offers++
	if k.Name != "" && len(a.Offered) < maxOffered && !slices.Contains(a.Offered, k) {
		a.Offered = append(a.Offered, k)
	}
}

// overtaken marks the messages that no longer count: what came before a login,
// what was mended before a later attempt at the same host, and what a server
// logged of an account that it let in afterwards.
func (p *Paste) overtaken() []bool {
	over := make([]bool, len(p.Lines))
	drop := func(side TextKind, from, to int) {
		for i := from; i < to; i++ {
			over[i] = over[i] || p.sides[i] == side
		}
	}
	for i := range p.Attempts {
		a := &p.Attempts[i]
		if a.LoggedIn() {
			drop(a.Side, a.first, a.login)
		}
		for j := range p.Attempts[i+1:] {
			if a.yields(&p.Attempts[i+1+j]) {
				drop(a.Side, a.first, a.last)
			}
		}
	}
	return over
}

// yields reports whether a later attempt tells more of what is wrong than this
// one: the same was tried again, with as much said of it.
func (a *Attempt) yields(later *Attempt) bool {
	same := a.Host == "" || later.Host == "" || a.Host == later.Host
	switch {
	case a.Side != later.Side || !same:
		return false
	case a.Side == ServerLog:
		return later.LoggedIn() && a.User == later.User
	case later.LoggedIn():
		return true
	case a.Failed && a.Stage == ReachedConnect && later.Stage > ReachedConnect && a.Host != "" && a.Host == later.Host && a.Port == later.Port:
		return true // the server was not up yet
	case a.Command == "" || a.Command != later.Command || a.Host == "" || later.Host == "" || a.verbose && !later.verbose:
		return false
	}
	return later.Stage >= a.Stage && (later.Identity != "" || a.Identity == "")
}
