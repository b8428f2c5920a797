package causes

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"

	"sshhelp/diag"
)

var authWrongKey = &diag.Cause{
	ID:    "auth/wrong-key",
	Title: "the key is not the one that the instance was launched with",
	Doc: `Only the private key that belongs to the public half on the server opens it. People
have several keys, or made a new one since; or the public file that lies beside a
private key belongs to another one, so that the client offers one key and signs
with the other.`,
	Text:   "Your client does not use the key that belongs to {server}{detail}.",
	Maybe:  "Your client offered no key that is the one {server} was launched with{detail}.",
	Breaks: diag.AtKey,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `private key (\S+) contents do not match public|key (?:and|does not match) (?:its )?public key|private key does not match`,
		Example:  `identity_sign: private key /home/alice/.ssh/mix contents do not match public`,
		NearMiss: `debug1: identity file /home/alice/.ssh/mix type 3`,
	}},
	Check: checkWrongKey,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See which key pair the instance was launched with, and its fingerprint.", Code: "openstack server show {id} -c key_name\nopenstack keypair list"},
		{Do: "Print the fingerprints of the keys that you have, and look for the same.", Code: "for k in ~/.ssh/*.pub; do ssh-keygen -E md5 -lf \"$k\"; done"},
		{Do: "Use that one, and no other.", Code: "ssh -o IdentitiesOnly=yes -i ~/.ssh/KEY-FILE -p {port} {user}@{address}"},
		{Do: "If the public file beside your private key belongs to another key, make it anew.", Code: "ssh-keygen -y -f ~/.ssh/KEY-FILE > ~/.ssh/KEY-FILE.pub"},
		{Do: "If another key or a password still lets you in, add this key with its help.", Code: "ssh-copy-id -i ~/.ssh/KEY-FILE.pub -p {port} {user}@{address}"},
		{Do: "If you have lost the right key, let somebody who can log in add your public key, or use a rescue image to add it."},
	}},
}

// checkWrongKey: a client that says so settles it. Else what it offered is
// compared with the launch key; as other keys may have been added since, a
// difference is only a suspicion.
func checkWrongKey(p *diag.Pass) diag.Verdict {
	if v := told(p, fromPastes(p, nil)); v.State == diag.Confirmed {
		v.Args["detail"] = ": the public file beside your private key belongs to another key"
		return v
	}
	a := clientAttempt(p.Evidence)
	launch := launchFingerprints(p.KeyPair)
	if a == nil || launch == nil || len(a.Offered) == 0 {
		return diag.Verdict{}
	}
	v := diag.Verdict{State: diag.Possible, Args: textArgs(p.Evidence, nil)}
	for _, k := range a.Offered {
		if k.Fingerprint == "" || slices.Contains(launch, k.Fingerprint) {
			return diag.Verdict{}
		}
		if len(v.Because) < 3 {
			v.Because = append(v.Because, offeredKey(k))
		}
	}
	if !keyRefused(a) || !a.Denied {
		return diag.Verdict{}
	}
	v.Args["detail"] = ", the key pair " + p.KeyPair.Name
	v.Ask = "Do you have the private key of the key pair " + p.KeyPair.Name + "?"
	return v
}

func offeredKey(k diag.OfferedKey) diag.Observation {
	return diag.Observation{Source: diag.SourcePaste, Where: "key offered", Text: strings.TrimSpace(k.Name + " " + k.Type + " " + k.Fingerprint)}
}

// launchFingerprints are the forms in which clients may print the fingerprint of
// the launch key: SHA256 since OpenSSH 6.8, MD5 with and without its name. They
// are nil if the key is not known.
func launchFingerprints(k *diag.KeyPair) []string {
	if k == nil {
		return nil
	}
	fields := strings.Fields(k.PublicKey)
	if len(fields) < 2 {
		return nil
	}
	blob, err := base64.StdEncoding.DecodeString(fields[1])
	if err != nil {
		return nil
	}
	sha := sha256.Sum256(blob)
	sum := md5.Sum(blob)
	var pairs []string
	for _, b := range sum {
		pairs = append(pairs, hex.EncodeToString([]byte{b}))
	}
	colons := strings.Join(pairs, ":")
	return []string{"SHA256:" + base64.RawStdEncoding.EncodeToString(sha[:]), "MD5:" + colons, colons}
}
