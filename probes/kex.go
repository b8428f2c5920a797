package probes

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"slices"
	"time"

	"golang.org/x/crypto/ssh"

	"sshhelp/diag"
)

// errSeenEnough ends the handshake from inside once the host key is known and
// its signature checked: nothing is authenticated, no user name is sent.
var errSeenEnough = errors.New("host key seen")

// exchangeKeys goes through the key exchange (RFC 4253, 7) as far as the host
// key, and notes the server's algorithms even if it does not get that far.
func exchangeKeys(ctx context.Context, w *wire, facts *diag.SSHFacts) {
	w.SetDeadline(time.Now().Add(kexBudget))
	// The library reads an identification too: it gets the one that we have.
	// That string goes into the exchange hash, so it must be the original.
	config := clientConfig(func(key ssh.PublicKey) { facts.HostKeys = append(facts.HostKeys, fingerprint(key)) })
	_, _, _, err := ssh.NewClientConn(w, "", config)
	heard, broken := w.ended()
	said := parseServer(heard)
	facts.Algorithms = said.algorithms
	facts.Kex, facts.KexErr = kexOutcome(ctx, err, broken, said.goodbye)
	if len(facts.HostKeys) > 0 {
		facts.Kex, facts.KexErr = diag.OK, ""
	}
}

// kexOutcome classes the end of a key exchange: by what the library found out
// about the algorithms, else by what the network did under it, else by what
// the server said last.
func kexOutcome(ctx context.Context, err, broken error, goodbye string) (diag.Outcome, string) {
	if inner := errors.Unwrap(err); inner != nil {
		err = inner // without the library's "handshake failed"
	}
	o, text := outcomeOf(ctx, err), explain(err)
	if broken != nil && o != diag.NoMatch {
		o, text = outcomeOf(ctx, broken), explain(broken)
	}
	if goodbye != "" && o != diag.Canceled && o != diag.NoMatch {
		o, text = diag.Closed, "the server said: "+goodbye
	}
	return o, text
}

// clientConfig offers all that the library knows, safe or not: the point is to
// see the host key, and what a person's client would agree to is judged by the
// server's lists. The order of host keys is that of OpenSSH's client.
func clientConfig(see func(ssh.PublicKey)) *ssh.ClientConfig {
	safe, unsafe := ssh.SupportedAlgorithms(), ssh.InsecureAlgorithms()
	return &ssh.ClientConfig{
		Config: ssh.Config{
			KeyExchanges: slices.Concat(safe.KeyExchanges, unsafe.KeyExchanges),
			Ciphers:      slices.Concat(safe.Ciphers, unsafe.Ciphers),
			MACs:         slices.Concat(safe.MACs, unsafe.MACs),
		},
		ClientVersion: ourVersion,
		HostKeyAlgorithms: []string{
			ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
			ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSA, ssh.InsecureKeyAlgoDSA,
		},
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			see(key)
			return errSeenEnough
		},
	}
}

func fingerprint(key ssh.PublicKey) diag.HostKey {
	return diag.HostKey{Type: key.Type(), SHA256: ssh.FingerprintSHA256(key), MD5: ssh.FingerprintLegacyMD5(key)}
}

// said is what a server said in clear at the beginning of a key exchange.
type said struct {
	algorithms *diag.Algorithms
	goodbye    string // the text of a disconnect message
}

// Message numbers (RFC 4250, 4.1.2).
const (
	msgDisconnect = 1
	msgKexInit    = 20
	msgNewKeys    = 21 // what comes after it is encrypted
)

// kexInit and disconnect are messages in the form that [ssh.Unmarshal] reads.
type kexInit struct {
	Cookie                 [16]byte `sshtype:"20"`
	Kex, HostKey           []string
	CipherToServer, Cipher []string
	MACToServer, MAC       []string
	CompressionToServer    []string
	Compression            []string
	LanguageToServer       []string
	Language               []string
	FirstKexFollows        bool
	Reserved               uint32
}

type disconnect struct {
	Reason   uint32 `sshtype:"1"`
	Message  string
	Language string
}

// parseServer walks the unencrypted packets (RFC 4253, 6). It stops at the
// first that is not complete or makes no sense.
func parseServer(heard []byte) said {
	var s said
	for {
		payload, rest, ok := nextPacket(heard)
		if !ok {
			return s
		}
		switch payload[0] {
		case msgKexInit:
			s.algorithms = parseKexInit(payload)
		case msgNewKeys:
			return s
		case msgDisconnect:
			var d disconnect
			if ssh.Unmarshal(payload, &d) == nil {
				s.goodbye = visible([]byte(d.Message))
			}
			return s
		}
		heard = rest
	}
}

// nextPacket cuts one packet off: its length, the length of its padding, the
// payload, the padding. A payload is never empty.
func nextPacket(b []byte) (payload, rest []byte, ok bool) {
	if len(b) < 5 {
		return nil, nil, false
	}
	length, padding := uint64(binary.BigEndian.Uint32(b)), uint64(b[4])
	if uint64(len(b)) < 4+length || length < padding+2 {
		return nil, nil, false
	}
	return b[5 : 4+length-padding], b[4+length:], true
}

func parseKexInit(payload []byte) *diag.Algorithms {
	var m kexInit
	if err := ssh.Unmarshal(payload, &m); err != nil {
		return nil
	}
	return &diag.Algorithms{Kex: names(m.Kex), HostKey: names(m.HostKey), Cipher: names(m.Cipher), MAC: names(m.MAC)}
}

// names keeps what can be names of algorithms, made visible.
func names(list []string) []string {
	kept := make([]string, 0, min(len(list), maxNames))
	for _, n := range list[:min(len(list), maxNames)] {
		kept = append(kept, visible([]byte(n)))
	}
	return kept
}
