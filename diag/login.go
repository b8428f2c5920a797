package diag

import "time"

// A Login is what an SSH server can be asked without logging in: whether an
// account would be let in with a public key. Only the public half is shown to
// it, and no signature is ever made (RFC 4252, 7: SSH_MSG_USERAUTH_PK_OK).
type Login struct {
	User string     `json:"user"`
	Why  string     `json:"why"`            // how the account is known: "you said so", "the console log"
	Keys []LoginKey `json:"keys,omitempty"` // may be none: the server's methods are worth knowing by themselves
}

// A LoginKey is a public key and whose it is.
type LoginKey struct {
	Whose KeyOwner `json:"whose"`
	Line  string   `json:"line"` // authorized_keys form
}

// A KeyOwner says where a public key comes from.
type KeyOwner string

const (
	LaunchKey KeyOwner = "launch" // Nova's key pair
	PersonKey KeyOwner = "yours"  // given by the person
)

// A GivenKey is the public key that a person says they use: a fingerprint, or
// the whole line of a .pub file.
type GivenKey struct {
	Fingerprint string `json:"fingerprint,omitempty"` // "SHA256:..." or MD5 with colons
	Line        string `json:"line,omitempty"`        // authorized_keys form; "" if only a fingerprint was given
}

// AuthFacts is what a server said about one account on one connection.
type AuthFacts struct {
	User string `json:"user"`
	// Outcome is how asking ended: OK if the server answered, Closed if it hung
	// up first.
	Outcome Outcome `json:"outcome"`
	Err     string  `json:"err,omitempty"`
	// Methods are those that can continue, as the server lists them; a server
	// lists the same for accounts that do not exist.
	Methods []string `json:"methods,omitempty"`
	// Open: the account was let in without any authentication ("none").
	Open    bool        `json:"open,omitzero"`
	Banner  string      `json:"banner,omitempty"`  // SSH_MSG_USERAUTH_BANNER, made visible and redacted
	Goodbye string      `json:"goodbye,omitempty"` // the text of a disconnect message
	Keys    []KeyAnswer `json:"keys,omitempty"`
	// Prompts are what keyboard-interactive asks for, if it was begun.
	Prompts []string `json:"prompts,omitempty"`
}

// A KeyAnswer is what the server said of one public key.
type KeyAnswer struct {
	Key   HostKey  `json:"key"` // type and fingerprints
	Whose KeyOwner `json:"whose"`
	// Accepted is OK if the server would take a signature by the key, Refused if
	// not; NotTried, Closed and so on if it was not told.
	Accepted  Outcome `json:"accepted"`
	Algorithm string  `json:"algorithm,omitempty"` // the signature algorithm that was named
	Err       string  `json:"err,omitempty"`
}

// A ClientKind is a typical SSH client, for which it is worked out what it and
// the server would agree on.
type ClientKind string

const (
	CurrentClient ClientKind = "current" // OpenSSH's defaults of today
	StrictClient  ClientKind = "strict"  // hardened: no SHA-1, no CBC, no NIST curves, no RSA host key
	OldClient     ClientKind = "old"     // OpenSSH 5.3, PuTTY 0.62 and their like
)

// A Negotiation is what a typical client and the server would agree on (RFC
// 4253, 7.1), or for which list they have nothing in common.
type Negotiation struct {
	Client  ClientKind `json:"client"`
	Kex     string     `json:"kex,omitempty"`
	HostKey string     `json:"host_key,omitempty"`
	Cipher  string     `json:"cipher,omitempty"`
	MAC     string     `json:"mac,omitempty"`     // "" with an authenticated cipher
	Lacking string     `json:"lacking,omitempty"` // "key exchange", "host key", "cipher", "MAC"; "" if they agree
}

// Effort is what looking has cost the other side.
type Effort struct {
	Connections int `json:"connections"`        // TCP connections that were opened
	Attempts    int `json:"attempts"`           // authentication requests that the server may count as failed
	Held        int `json:"held_back,omitzero"` // requests not made because the budget of this address was used up
}

// A SeenKey is a host key that was seen at an address before.
type SeenKey struct {
	Address  string    `json:"address"`        // "203.0.113.9:22"
	Instance string    `json:"instance"`       // whose key it was, by ID; others than the one that is asked about need not be told apart
	Name     string    `json:"name,omitempty"` // of the instance, "" of others
	Key      HostKey   `json:"key"`
	First    time.Time `json:"first"`
	Last     time.Time `json:"last"`
}

// SeenKeys is a [Fact] of what is remembered of an instance and its addresses;
// empty, not nil, if nothing is.
type SeenKeys []SeenKey

func (f SeenKeys) into(e *Evidence) { e.SeenKeys = append(SeenKeys{}, f...) }
