package probes

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"sshhelp/diag"
)

func privateKey25519() (ed25519.PrivateKey, error) {
	return ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)), nil
}

// exampleKey is a public key for questions.
var exampleKey = must(ssh.NewPublicKey(must(privateKey25519()).Public()))

func exampleLogin(keys ...ssh.PublicKey) diag.Login {
	l := diag.Login{User: "debian"}
	for _, k := range keys {
		l.Keys = append(l.Keys, diag.LoginKey{Whose: diag.LaunchKey, Line: string(ssh.MarshalAuthorizedKey(k))})
	}
	return l
}

// answered asks a server that has said all this in advance, without encryption.
func answered(t *testing.T, l diag.Login, said []byte) (*login, diag.AuthFacts) {
	t.Helper()
	asked := &login{h: &handshake{w: hears(said)}, opened: true}
	return asked, asked.ask(t.Context(), l)
}

var (
	failure   = ssh.Marshal(authFailure{Methods: []string{"publickey", "password"}})
	accepted  = ssh.Marshal(keyOK{Algorithm: "ssh-ed25519", Key: exampleKey.Marshal()})
	another   = ssh.Marshal(keyOK{Algorithm: "ssh-ed25519", Key: []byte("another")})
	extension = slices.Concat([]byte{msgExtInfo, 0, 0, 0, 1}, marshalText([]byte("server-sig-algs")), marshalText([]byte("ssh-ed25519,rsa-sha2-512")))
	greeting  = ssh.Marshal(authBanner{Text: "All is \x1b[1mlogged\u202e.\r\nBe good.\n"})
)

func TestAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		said   []byte
		end    diag.Outcome
		key    diag.Outcome
		banner string
		text   string // in the errors
	}{
		"accepted":                  {clear(failure, accepted), diag.OK, diag.OK, "", ""},
		"refused":                   {clear(failure, failure), diag.OK, diag.Refused, "", ""},
		"with all that may be said": {clear(extension, []byte{msgServiceAccept, 0, 0, 0, 0}, greeting, failure, greeting, accepted), diag.OK, diag.OK, "All is [1mlogged.\nBe good.\nAll is [1mlogged.\nBe good.", ""},
		"another key":               {clear(failure, another), diag.OK, diag.Failed, "", "another key"},
		"closed":                    {nil, diag.Closed, diag.Closed, "", "closed the connection"},
		"closed before the key":     {clear(failure), diag.Closed, diag.Closed, "", "closed the connection"},
		"goodbye":                   {clear(failure, ssh.Marshal(disconnect{Message: "Too many"})), diag.Closed, diag.Closed, "", "the server said: Too many"},
		"out of place":              {clear(accepted), diag.Failed, diag.Failed, "", "message 60"},
		"let in at once":            {clear([]byte{msgAuthSuccess}), diag.OK, diag.NotTried, "", "without a key"},
		"no keys wanted":            {clear(ssh.Marshal(authFailure{Methods: []string{"password"}})), diag.OK, diag.NotTried, "", "takes no public keys"},
		"a failure cut off":         {clear([]byte{msgAuthFailure, 0, 0}), diag.Failed, diag.Failed, "", "read the methods"},
	} {
		t.Run(name, func(t *testing.T) {
			l, facts := answered(t, exampleLogin(exampleKey), c.said)
			got := facts.Keys[0]
			banner := strings.NewReplacer(`\x1b`, "", `\u202e`, "").Replace(facts.Banner)
			if facts.Outcome != c.end || got.Accepted != c.key || banner != c.banner || !strings.Contains(facts.Err+got.Err, c.text) {
				t.Errorf("got %+v", facts)
			}
			// "none" counts, and a key that is not accepted.
			if counted := map[diag.Outcome]int{diag.OK: 1, diag.Refused: 2}[got.Accepted]; counted > 0 && l.refused != counted {
				t.Errorf("%d requests are counted, want %d", l.refused, counted)
			}
		})
	}
}

// TestKeysNotAsked: what cannot be asked about is said so, and the rest is asked.
func TestKeysNotAsked(t *testing.T) {
	who := exampleLogin(exampleKey, exampleKey)
	cert := &ssh.Certificate{Key: exampleKey, SignatureKey: exampleKey, Signature: &ssh.Signature{}}
	who.Keys = append(who.Keys,
		diag.LoginKey{Whose: diag.PersonKey, Line: string(ssh.MarshalAuthorizedKey(cert))},
		diag.LoginKey{Whose: diag.PersonKey, Line: "ssh-ed25519 AAAA"},
		diag.LoginKey{Whose: diag.PersonKey, Line: "pgp \x1b[2J"},
	)
	_, facts := answered(t, who, clear(failure, accepted))
	var got []diag.Outcome
	for _, k := range facts.Keys {
		if got = append(got, k.Accepted); (k.Err == "") != (k.Accepted == diag.OK) {
			t.Errorf("got %+v", k)
		}
		checkVisible(t, k.Key.Type)
	}
	if want := []diag.Outcome{diag.OK, diag.OK, diag.NotTried, diag.NotTried, diag.NotTried}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestSignatureFor: RSA is asked with what the server says that it takes.
func TestSignatureFor(t *testing.T) {
	for _, c := range []struct {
		key  string
		algs []string
		want string
	}{
		{"ssh-ed25519", nil, "ssh-ed25519"},
		{"ssh-rsa", nil, "ssh-rsa"},
		{"ssh-rsa", []string{"ssh-rsa"}, "ssh-rsa"},
		{"ssh-rsa", []string{"ssh-rsa", "rsa-sha2-256"}, "rsa-sha2-256"},
		{"ssh-rsa", []string{"rsa-sha2-256", "rsa-sha2-512"}, "rsa-sha2-512"},
		{"ssh-rsa", []string{"ssh-ed25519"}, "rsa-sha2-512"},
	} {
		if got := signatureFor(c.key, c.algs); got != c.want {
			t.Errorf("%s with %q: got %s, want %s", c.key, c.algs, got, c.want)
		}
	}
}

// TestFloods: banners and lists without end are left after a bounded number of
// bytes, and little is kept of them.
func TestFloods(t *testing.T) {
	long := strings.Repeat("x", 900)
	for name, c := range map[string]struct {
		again []byte
		end   diag.Outcome
		text  string
	}{
		"banners":            {clear(ssh.Marshal(authBanner{Text: long + "\n"})), diag.Failed, "far more"},
		"extensions":         {clear(extension), diag.Failed, "far more"},
		"nothing but noise":  {clear([]byte{msgIgnore, 0, 0, 0, 0}), diag.Failed, "far more"},
		"a list of 1 MB":     {bigList(1 << 20), diag.Failed, "impossible length"},
		"a list of 60 KB":    {bigList(60 << 10), diag.Failed, "message 51"},
		"a packet of 60 KiB": {clear(ssh.Marshal(authBanner{Text: strings.Repeat(long, 65)})), diag.Failed, "far more"},
	} {
		t.Run(name, func(t *testing.T) {
			client, server := net.Pipe()
			go io.Copy(io.Discard, server)
			sent := make(chan int)
			go func() {
				total := 0
				for total < 10<<20 {
					n, err := server.Write(c.again)
					if total += n; err != nil {
						break
					}
				}
				sent <- total
			}()
			l := &login{h: &handshake{w: newWire(client, nil)}, opened: true}
			facts := l.ask(t.Context(), exampleLogin(exampleKey))
			client.Close()
			if n := <-sent; n > 300<<10 {
				t.Errorf("%d bytes were taken", n)
			}
			if facts.Outcome != c.end && !(name == "a list of 60 KB" && facts.Keys[0].Accepted == diag.Refused) || len(facts.Banner) > 20*260 || len(facts.Methods) > maxNames || len(l.sigAlgs) > maxNames {
				t.Errorf("got %s, %s, %d bytes, %d methods", facts.Outcome, facts.Err, len(facts.Banner), len(facts.Methods))
			}
			if facts.Outcome == c.end && !strings.Contains(facts.Err, c.text) {
				t.Errorf("it is called %q", facts.Err)
			}
		})
	}
}

// bigList is a list of methods of so many bytes.
func bigList(size int) []byte {
	return clear(ssh.Marshal(authFailure{Methods: append([]string{"publickey"}, strings.Split(strings.Repeat("a,", size/2)+"a", ",")...)}))
}

// FuzzLogin: a server may answer anything. Nothing of it is kept raw or whole,
// and a key is accepted only by a message that names it.
func FuzzLogin(f *testing.F) {
	f.Add(clear(failure, accepted))
	f.Add(clear(extension, greeting, failure, failure))
	f.Add(clear([]byte{msgAuthSuccess}))
	f.Add(clear(failure, another))
	f.Add(clear(ssh.Marshal(disconnect{Message: "x"})))
	f.Add(binary.BigEndian.AppendUint32(nil, 1<<31))
	f.Fuzz(func(t *testing.T, said []byte) {
		l, facts := answered(t, exampleLogin(exampleKey), said)
		if facts.Outcome == diag.NotTried || facts.Outcome == diag.OK && facts.Err != "" {
			t.Errorf("got %+v", facts)
		}
		if len(facts.Methods) > maxNames || len(l.sigAlgs) > maxNames || len(facts.Keys) != 1 {
			t.Errorf("kept %d methods, %d algorithms", len(facts.Methods), len(l.sigAlgs))
		}
		for _, s := range slices.Concat(facts.Methods, l.sigAlgs, strings.Split(facts.Banner, "\n"), []string{facts.Goodbye, facts.Err}) {
			checkVisible(t, s)
		}
		if facts.Keys[0].Accepted == diag.OK && !bytes.Contains(said, exampleKey.Marshal()) {
			t.Error("accepted without being named")
		}
	})
}

// TestCipherUnknown: what we cannot encrypt is not sent, and said so.
func TestCipherUnknown(t *testing.T) {
	l := &login{h: &handshake{w: hears(nil), agreed: agreed{cipher: "arcfour", cipherToServer: "arcfour"}}}
	if facts := l.ask(t.Context(), exampleLogin(exampleKey)); facts.Outcome != diag.Failed || facts.Keys[0].Accepted != diag.Failed || facts.Err != errCipher.Error() {
		t.Errorf("got %+v", facts)
	}
	if !errors.Is(l.h.secure(), errCipher) || len(l.h.w.unsent) != 0 {
		t.Error("something is about to be sent")
	}
}
