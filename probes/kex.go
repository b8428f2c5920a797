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

// Message numbers (RFC 4250, 4.1.2; RFC 8308, 2.3).
const (
	msgDisconnect     = 1
	msgIgnore         = 2
	msgUnimplemented  = 3
	msgDebug          = 4
	msgServiceRequest = 5
	msgServiceAccept  = 6
	msgExtInfo        = 7
	msgKexInit        = 20
	msgNewKeys        = 21
)

// disconnect is a message in the form that [ssh.Marshal] takes.
type disconnect struct {
	Reason   uint32 `sshtype:"1"`
	Message  string
	Language string
}

func parseGoodbye(m []byte) error {
	var d disconnect
	if err := ssh.Unmarshal(m, &d); err != nil {
		return fmt.Errorf("read a disconnect message: %w", err)
	}
	return goodbye(visible([]byte(d.Message)))
}

// A mismatch means that there is no algorithm in common, and for what.
type mismatch string

// Error says what is lacking.
func (m mismatch) Error() string { return "no common algorithm for " + string(m) }

// A handshake is one key exchange (RFC 4253, 7 and 8), up to the host key and
// the proof that the server has it.
type handshake struct {
	w            *wire
	offer        offer
	listed       func(*handshake) // see exchangeKeys
	mine, theirs []byte           // the KEXINIT messages
	lists        *diag.Algorithms
	agreed       agreed
	method       exchange
	key          ssh.PublicKey
	hash, secret []byte // H and K
	strict       bool
}

// exchangeKeys goes through a connection's key exchange, and notes the
// server's algorithms even if it does not get that far. listed, if not nil, is
// called when it is known what the two sides agree on.
func exchangeKeys(ctx context.Context, w *wire, o offer, budget time.Duration, facts *diag.SSHFacts, listed func(*handshake)) *handshake {
	w.SetDeadline(time.Now().Add(budget))
	h := &handshake{w: w, offer: o, listed: listed}
	err := h.hello(false)
	if err == nil {
		err = h.run()
	}
	if facts.Algorithms = h.lists; h.lists != nil {
		facts.Clients = negotiations(h.lists)
	}
	facts.Kex, facts.KexErr = outcomeOf(ctx, err), explain(err)
	if err != nil {
		return nil
	}
	facts.HostKeys = []diag.HostKey{fingerprint(h.key)}
	return h
}

// hello sends our lists. ahead sends our part of the exchange behind them, which
// saves a round trip where the offer leaves the server no choice.
func (h *handshake) hello(ahead bool) (err error) {
	if h.mine, err = h.offer.message(h.w.rand); err != nil {
		return err
	}
	h.w.speak()
	h.w.put(h.mine)
	if ahead {
		if err := h.begin(h.offer.kex[0]); err != nil {
			return err
		}
	}
	h.w.flush()
	return nil
}

func (h *handshake) begin(name string) error {
	h.method = exchanges[name]()
	m, err := h.method.begin(h.w.rand)
	if err == nil {
		h.w.put(m)
	}
	return err
}

// run hears the server's lists and does the exchange.
func (h *handshake) run() error {
	theirs, err := h.hear()
	if err != nil {
		return err
	}
	var lacking string
	if h.agreed, lacking = h.offer.agree(h.lists); lacking != "" {
		return mismatch(lacking)
	}
	h.strict = slices.Contains(h.offer.kex, strictKex) && slices.Contains(theirs.Kex, strictKexServer)
	if h.method == nil {
		if err := h.begin(h.agreed.kex); err != nil {
			return err
		}
		h.w.flush()
	}
	if h.listed != nil {
		h.listed(h)
	}
	if theirs.FirstKexFollows && !h.guessed(theirs) {
		if _, err := h.w.read(); err != nil { // its guess was wrong (RFC 4253, 7.1)
			return err
		}
	}
	r, err := h.result()
	if err != nil {
		return err
	}
	return h.verify(r)
}

// hear reads the server's lists.
func (h *handshake) hear() (*kexInit, error) {
	m, err := h.w.read()
	if err != nil {
		return nil, err
	}
	theirs, err := parseKexInit(m)
	if err != nil {
		return nil, err
	}
	h.theirs, h.lists = m, theirs.facts()
	return theirs, nil
}

func parseKexInit(m []byte) (*kexInit, error) {
	if m[0] != msgKexInit {
		return nil, fmt.Errorf("the server sent message %d where its algorithms were due", m[0])
	}
	var init kexInit
	if err := ssh.Unmarshal(m, &init); err != nil {
		return nil, errors.New("the server's list of algorithms is not well formed")
	}
	return &init, nil
}

// guessed reports whether the server's guess of what we would agree on is right.
func (h *handshake) guessed(theirs *kexInit) bool {
	return len(theirs.Kex) > 0 && len(theirs.HostKey) > 0 && theirs.Kex[0] == h.offer.kex[0] && theirs.HostKey[0] == h.offer.hostKey[0]
}

// result exchanges messages until the method has its result. None needs more
// than two of the server.
func (h *handshake) result() (*result, error) {
	for range 2 {
		m, err := h.w.read()
		if err != nil {
			return nil, err
		}
		answer, r, err := h.method.next(m)
		if err != nil {
			return nil, fmt.Errorf("read the server's part of the key exchange: %w", err)
		}
		if r != nil {
			return r, nil
		}
		h.w.put(answer)
		h.w.flush()
	}
	return nil, errValue // unreachable: two messages are enough
}

// verify checks that the host key is of the agreed type and has signed this
// exchange.
func (h *handshake) verify(r *result) error {
	key, err := ssh.ParsePublicKey(r.hostKey)
	if err != nil {
		return fmt.Errorf("read the host key: %w", err)
	}
	hash := h.method.hash().New()
	for _, part := range [][]byte{[]byte(ourVersion), []byte(h.w.server), h.mine, h.theirs, r.hostKey} {
		hash.Write(marshalText(part))
	}
	hash.Write(r.public)
	hash.Write(r.secret)
	h.hash, h.secret = hash.Sum(nil), r.secret
	var sig ssh.Signature
	if err := ssh.Unmarshal(r.signature, &sig); err != nil {
		return fmt.Errorf("read the host key's signature: %w", err)
	}
	if want := strings.Replace(h.agreed.hostKey, "-cert-v01@openssh.com", "", 1); sig.Format != want && sig.Format != want+"@openssh.com" {
		return fmt.Errorf("the server signed with %s where %s was agreed", visible([]byte(sig.Format)), want)
	}
	if err := key.Verify(h.hash, &sig); err != nil {
		return fmt.Errorf("check the host key's signature: %w", err)
	}
	h.key = key
	return nil
}

func fingerprint(key ssh.PublicKey) diag.HostKey {
	if cert, ok := key.(*ssh.Certificate); ok {
		key = cert.Key
	}
	return diag.HostKey{Type: key.Type(), SHA256: ssh.FingerprintSHA256(key), MD5: ssh.FingerprintLegacyMD5(key)}
}

// errCipher means that what follows could not be encrypted.
var errCipher = errors.New("the cipher or MAC that was agreed on is not known here")

// secure puts our keys into use and says so to the server with the next flush.
// The server's come with [handshake.secured].
func (h *handshake) secure() error {
	s, ok := suiteOf(h.agreed.cipherToServer, h.agreed.macToServer)
	if _, theirs := suiteOf(h.agreed.cipher, h.agreed.mac); !ok || !theirs {
		return errCipher
	}
	h.w.put([]byte{msgNewKeys})
	h.change(&h.w.out, s.open(h.material(s, h.agreed.macToServer, "ACE"), true))
	return nil
}

// secured waits for the server's keys to come into use.
func (h *handshake) secured() error {
	m, err := h.w.read()
	if err != nil {
		return err
	}
	if m[0] != msgNewKeys {
		return fmt.Errorf("the server sent message %d where its new keys were due", m[0])
	}
	s, _ := suiteOf(h.agreed.cipher, h.agreed.mac)
	h.change(&h.w.in, s.open(h.material(s, h.agreed.mac, "BDF"), false))
	return nil
}

func (h *handshake) change(l *lane, b box) {
	if l.box = b; h.strict {
		l.seq = 0
	}
}

// material derives what one direction needs (RFC 4253, 7.2).
func (h *handshake) material(s suite, macName, letters string) material {
	size := 0
	if m, ok := macOf(macName); ok {
		size = m.keySize()
	}
	return material{iv: h.derive(letters[0], s.iv), key: h.derive(letters[1], s.key), mac: h.derive(letters[2], size)}
}

func (h *handshake) derive(letter byte, size int) []byte {
	key, last := []byte(nil), []byte{letter}
	last = append(last, h.hash...) // the session's identifier: this is its first exchange
	for len(key) < size {
		hash := h.method.hash().New()
		hash.Write(h.secret)
		hash.Write(h.hash)
		hash.Write(last)
		key = hash.Sum(key)
		last = key
	}
	return key[:size]
}

// part leaves in good order: the server's log is to say who was there, and that
// it went by itself.
func (h *handshake) part() {
	h.w.SetDeadline(time.Now().Add(partBudget))
	h.w.put(ssh.Marshal(disconnect{Reason: 11, Message: "sshhelp has seen enough"})) // by application
	h.w.flush()
}
