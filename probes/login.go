package probes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"sshhelp/diag"
)

// Message numbers of authentication (RFC 4252, 6).
const (
	msgAuthRequest = 50
	msgAuthFailure = 51
	msgAuthSuccess = 52
	msgAuthBanner  = 53
	msgKeyOK       = 60
)

// Messages in the form that [ssh.Marshal] takes.
type (
	serviceRequest struct {
		Name string `sshtype:"5"`
	}
	authRequest struct {
		User, Service, Method string `sshtype:"50"`
	}
	// keyRequest asks whether a key would do. Signed is always false: what is
	// signed never comes from here.
	keyRequest struct {
		User, Service, Method string `sshtype:"50"`
		Signed                bool
		Algorithm             string
		Key                   []byte
	}
	keyOK struct {
		Algorithm string `sshtype:"60"`
		Key       []byte
	}
	authFailure struct {
		Methods []string `sshtype:"51"`
		Partial bool
	}
	authBanner struct {
		Text, Language string `sshtype:"53"`
	}
)

// A login is the part of a connection that comes after its key exchange: which
// methods a server has for an account, and which public keys it would accept
// (RFC 4252, 5.2 and 7). One connection has one account: servers hang up when it
// changes.
type login struct {
	h       *handshake
	opened  bool     // the service was asked for
	sigAlgs []string // nil: not said
	banner  banner
	refused int // requests that the server may count as failed
}

// open asks for the service that authenticates, and hears the server's
// extensions on the way. No account is named.
func (l *login) open() error {
	l.h.w.SetDeadline(time.Now().Add(authBudget))
	if err := l.start(); err != nil {
		return err
	}
	l.h.w.flush()
	if err := l.h.secured(); err != nil {
		return err
	}
	_, err := l.reply(msgServiceAccept)
	return err
}

// start puts our keys into use and asks for the service, with the next flush.
func (l *login) start() error {
	l.opened = true
	if err := l.h.secure(); err != nil {
		return err
	}
	l.h.w.put(ssh.Marshal(serviceRequest{"ssh-userauth"}))
	return nil
}

// ask asks about one account. All that needs no answer first goes out at once;
// the keys wait for the methods, because a key shown in vain is a failed attempt.
func (l *login) ask(ctx context.Context, who diag.Login) diag.AuthFacts {
	facts := diag.AuthFacts{User: who.User}
	queries := queriesOf(who.Keys)
	err := l.methods(&facts)
	if err == nil {
		err = l.keys(&facts, queries)
	}
	if facts.Outcome = outcomeOf(ctx, err); err != nil {
		facts.Err = explain(err)
	}
	var bye goodbye
	if errors.As(err, &bye) {
		facts.Goodbye = string(bye)
	}
	facts.Banner = l.banner.text()
	facts.Keys = answersOf(queries, facts.Outcome, facts.Err)
	return facts
}

// methods asks with the method "none", to which a server answers with those that
// it has (RFC 4252, 5.2).
func (l *login) methods(facts *diag.AuthFacts) error {
	l.h.w.SetDeadline(time.Now().Add(authBudget))
	opened := l.opened
	if !opened {
		if err := l.start(); err != nil {
			return err
		}
	}
	l.refused++
	l.h.w.put(ssh.Marshal(authRequest{facts.User, "ssh-connection", "none"}))
	l.h.w.flush()
	if !opened {
		if err := l.h.secured(); err != nil {
			return err
		}
	}
	m, err := l.reply(msgAuthFailure, msgAuthSuccess)
	if err != nil {
		return err
	}
	if facts.Open = m[0] == msgAuthSuccess; facts.Open {
		return nil
	}
	failure, err := parseFailure(m)
	facts.Methods = names(failure.Methods)
	return err
}

// keys shows the public keys, all at once: a server answers in order.
func (l *login) keys(facts *diag.AuthFacts, queries []query) error {
	if why := keysInVain(facts); why != "" {
		for i := range queries {
			queries[i].skip(why)
		}
		return nil
	}
	if err := l.show(facts.User, queries, func(q *query) bool { return q.asks() }); err != nil {
		return err
	}
	return l.show(facts.User, queries, (*query).asksAgain)
}

// show shows those keys that are due.
func (l *login) show(user string, queries []query, due func(*query) bool) error {
	var shown []*query
	for i := range queries {
		if q := &queries[i]; due(q) {
			q.choose(l.sigAlgs)
			l.h.w.put(ssh.Marshal(keyRequest{user, "ssh-connection", "publickey", false, q.Algorithm, q.key.Marshal()}))
			shown = append(shown, q)
		}
	}
	l.refused += len(shown)
	l.h.w.flush()
	for _, q := range shown {
		m, err := l.reply(msgAuthFailure, msgKeyOK)
		if err != nil {
			return err
		}
		if q.answered(m); q.Accepted == diag.OK {
			l.refused--
		}
	}
	return nil
}

// keysInVain says why no key need be shown; "" if they are.
func keysInVain(facts *diag.AuthFacts) string {
	switch {
	case facts.Open:
		return "the server let the account in without a key"
	case !slices.Contains(facts.Methods, "publickey"):
		return "the server takes no public keys for this account"
	}
	return ""
}

// reply returns the next message of one of these kinds. Extensions and banners
// may come at any time; all else is out of place.
func (l *login) reply(kinds ...byte) ([]byte, error) {
	for {
		m, err := l.h.w.read()
		if err != nil {
			return nil, err
		}
		switch {
		case slices.Contains(kinds, m[0]):
			return m, nil
		case m[0] == msgExtInfo:
			if algs := parseSigAlgs(m); algs != nil {
				l.sigAlgs = algs
			}
		case m[0] == msgAuthBanner:
			l.banner.add(m)
		case m[0] == msgServiceAccept:
		default:
			return nil, fmt.Errorf("the server sent message %d, which does not answer what was asked", m[0])
		}
	}
}

func parseFailure(m []byte) (f authFailure, err error) {
	if err := ssh.Unmarshal(m, &f); err != nil {
		return f, fmt.Errorf("read the methods: %w", err)
	}
	return f, nil
}

// parseSigAlgs returns the signature algorithms of an extension message (RFC
// 8308, 2.3 and 3.1); nil if it has none or is not well formed.
func parseSigAlgs(m []byte) []string {
	var info struct {
		Count uint32 `sshtype:"7"`
		Rest  []byte `ssh:"rest"`
	}
	if ssh.Unmarshal(m, &info) != nil {
		return nil
	}
	for range min(info.Count, maxExtensions) {
		var ext struct {
			Name, Value string
			Rest        []byte `ssh:"rest"`
		}
		if ssh.Unmarshal(info.Rest, &ext) != nil {
			return nil
		}
		if ext.Name == "server-sig-algs" {
			return names(strings.Split(ext.Value, ","))
		}
		info.Rest = ext.Rest
	}
	return nil
}

// A banner is what a server says to whoever logs in (RFC 4252, 5.4), in one or
// more messages.
type banner struct{ lines []string }

func (b *banner) add(m []byte) {
	var said authBanner
	if ssh.Unmarshal(m, &said) != nil {
		return
	}
	for line := range strings.Lines(said.Text) {
		if len(b.lines) == maxBefore {
			return
		}
		b.lines = append(b.lines, visible([]byte(strings.TrimRight(line, "\r\n"))))
	}
}

// text returns it as one text for people.
func (b *banner) text() string {
	return strings.TrimSpace(diag.Redact(strings.Join(b.lines, "\n")))
}
