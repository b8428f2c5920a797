package probes

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"sshhelp/diag"
)

// A query is a public key that a server is asked about, and its answer.
type query struct {
	diag.KeyAnswer
	key  ssh.PublicKey // nil: it cannot be asked about
	same int           // the index of the same key before it, or -1
	done bool
	// first is the algorithm that was refused, when the key is asked about again.
	first string
}

// askable are the types of keys that a server can be asked about as they are. A
// certificate would be judged by its authority and its dates, not by its key.
var askable = []string{
	ssh.KeyAlgoRSA, ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
	ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256,
	ssh.InsecureKeyAlgoDSA, //nolint:staticcheck // old servers still know it; nothing is signed
}

// queriesOf prepares the keys in their order.
func queriesOf(keys []diag.LoginKey) []query {
	var all []query
	for _, k := range keys {
		q := query{KeyAnswer: diag.KeyAnswer{Whose: k.Whose}, same: -1}
		q.read(k.Line)
		q.same = slices.IndexFunc(all, func(o query) bool { return q.key != nil && o.Key == q.Key })
		if len(all) >= maxKeys && q.same < 0 {
			q.skip(fmt.Sprintf("no more than %d keys are asked about at a time", maxKeys))
		}
		all = append(all, q)
	}
	return all
}

// read takes the key out of its line.
func (q *query) read(line string) {
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
	switch {
	case err != nil:
		q.skip("this is no public key as ssh-keygen writes it")
		q.Key.Type, _, _ = strings.Cut(visible([]byte(strings.TrimSpace(line))), " ")
	case !slices.Contains(askable, key.Type()):
		q.Key = fingerprint(key)
		q.Key.Type = key.Type()
		q.skip("a server is not asked about " + key.Type())
	default:
		q.key, q.Key = key, fingerprint(key)
	}
}

// skip says why the server is not asked.
func (q *query) skip(why string) { q.key, q.done, q.Err = nil, true, why }

// asks reports whether the server is to be asked.
func (q *query) asks() bool { return q.key != nil && q.same < 0 }

// asksAgain reports whether a refusal may be of the algorithm: OpenSSH up to 9.x
// lists all that it has been built with, whatever its PubkeyAcceptedAlgorithms
// are. A key that would do with SHA-1 is not to be called unknown.
func (q *query) asksAgain() bool {
	return q.asks() && q.Accepted == diag.Refused && q.key.Type() == ssh.KeyAlgoRSA && q.Algorithm != ssh.KeyAlgoRSA
}

// choose names the algorithm to ask with, and another one if that was refused.
func (q *query) choose(sigAlgs []string) {
	if q.first, q.Algorithm = q.Algorithm, signatureFor(q.key.Type(), sigAlgs); q.first != "" {
		q.Algorithm = ssh.KeyAlgoRSA
	}
}

// answered takes the server's answer.
func (q *query) answered(m []byte) {
	q.done = true
	if m[0] == msgAuthFailure {
		q.Accepted = diag.Refused
		if q.first != "" {
			q.Algorithm = q.first // the one that clients of today use
		}
		return
	}
	var ok keyOK
	if err := ssh.Unmarshal(m, &ok); err != nil || !bytes.Equal(ok.Key, q.key.Marshal()) {
		q.Accepted, q.Err = diag.Failed, "the server answered about another key"
		return
	}
	q.Accepted = diag.OK
}

// answersOf returns what is known of each key when the asking has ended so.
func answersOf(queries []query, end diag.Outcome, why string) []diag.KeyAnswer {
	var all []diag.KeyAnswer
	for _, q := range queries {
		if q.same >= 0 {
			whose := q.Whose
			q.KeyAnswer = all[q.same]
			q.Whose = whose
		} else if !q.done && end != diag.OK {
			q.Accepted, q.Err = end, why
		}
		all = append(all, q.KeyAnswer)
	}
	return all
}

// signatureFor names the algorithm that a key would sign with. A server that
// says nothing of extensions is older than RSA with SHA-2 (RFC 8332, 3.3), and
// one that lists SHA-1 alone is asked with that.
func signatureFor(keyType string, sigAlgs []string) string {
	if keyType != ssh.KeyAlgoRSA {
		return keyType
	}
	for _, a := range []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256} {
		if slices.Contains(sigAlgs, a) {
			return a
		}
	}
	if sigAlgs == nil || slices.Contains(sigAlgs, ssh.KeyAlgoRSA) {
		return ssh.KeyAlgoRSA
	}
	return ssh.KeyAlgoRSASHA512 // the list need not be whole: let the server say
}
