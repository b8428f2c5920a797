package causes

import (
	"regexp"
	"slices"
	"strings"

	"sshhelp/diag"
)

var sshdOldAlgorithms = &diag.Cause{
	ID:    "sshd/old-algorithms",
	Title: "the client and the server have no algorithm in common",
	Doc: `Before anything else the two sides agree on how to exchange keys, on the type of
the server's key, on a cipher and on a checksum. Current clients have dropped what is
no longer safe; old servers, network devices and old libraries offer nothing else,
and the other way round.`,
	Text:   "{who} and {server} have no algorithm in common{what}: {age}.",
	Breaks: diag.AtSSH,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `no matching ([\w -]+?) found(?:\. Their offer: (\S+))?`,
		Example:  `Unable to negotiate with 203.0.113.5 port 22: no matching key exchange method found. Their offer: diffie-hellman-group1-sha1`,
		NearMiss: `debug1: kex: algorithm: curve25519-sha256`,
	}, {
		In: diag.ClientText, Pattern: `Unable to negotiate a (key exchange method)|\bno (hostkey|kex) alg\b|Couldn't agree a ([\w -]+?)(?: \(|$)|(?:host key|port \d+): Invalid key length|DH GEX group out of range`,
		Example:  `Couldn't agree a key exchange algorithm (available: diffie-hellman-group1-sha1)`,
		NearMiss: `Host key fingerprint is:`,
	}, {
		In: diag.ClientText, Pattern: `Algorithm negotiation fail|Incompatible ssh (?:peer|server)|no common algorithm for ([\w ]+)|Handshake failed: no matching ([\w ]+)|kex error ?: no match for method (\S+)|Unable to exchange encryption keys|Unable to negotiate key exchange for (\w+)|No compatible key exchange algorithms|[Nn]o [Mm]atching algo (\w+)|Key exchange negotiation failed|Cannot negotiate, proposals do not match|server host key algorithm .* not supported|Unable to reach a settlement|could not settle on (\S+) algorithm`,
		Example:  `com.jcraft.jsch.JSchException: Algorithm negotiation fail`,
		NearMiss: `com.jcraft.jsch.JSchException: Auth fail`,
	}, {
		In: diag.ServerLog, Pattern: `no matching ([\w -]+?) found(?:\. Their offer: (\S+))?|[Nn]o [Mm]atching algo (\w+)|no hostkey alg|no kex alg`,
		Example:  `dropbear[11543]: Exit before auth from <192.0.2.104:6930>: No matching algo hostkey`,
		NearMiss: `sshd[12]: Connection closed by 203.0.113.7 port 40000 [preauth]`,
	}},
	ExplainedBy: append([]*diag.Cause{sshdProtocol1}, guestNotReady...),
	Check:       checkOldAlgorithms,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Bring the older side up to date; that is the only lasting remedy."},
		{Do: "As a stopgap let your client use the old algorithm for this one server, if the list behind \"Their offer\" holds it.", Code: "ssh -o KexAlgorithms=+{kex} -o HostKeyAlgorithms=+{hostkey} -o PubkeyAcceptedAlgorithms=+ssh-rsa -o Ciphers=+{cipher} -o MACs=+{mac} -p {port} {user}@{address}"},
		{Do: "If the client is a library or an old program (JSch, paramiko, a NAS, a backup tool), take its current version; JSch's successor is com.github.mwiede."},
		{Do: "If an update of the server's system broke an old client, its crypto policy may be eased for a while (Red Hat's systems).", Code: "sudo update-crypto-policies --show", Who: diag.Inside},
	}},
}

// single is the offer of a client that asks for one type of host key only, as
// ssh-keyscan does, one connection for each type.
var single = regexp.MustCompile(`no matching host key type found\. Their offer: [^,\s]+(?: \[preauth\])?$`)

// checkOldAlgorithms: what a current client and the server would agree on counts
// for more than whether the probe got in: that knows old algorithms too.
func checkOldAlgorithms(p *diag.Pass) diag.Verdict {
	s := sight(p.Evidence,
		func(r *diag.Reach) bool { return r.SSH != nil && (r.SSH.Kex == diag.NoMatch || lacks(r) != "") },
		func(r *diag.Reach) bool { return r.SSH != nil && r.SSH.Kex == diag.OK && lacks(r) == "" })
	hits := fromPastes(p, func(h diag.Hit) bool { return h.Line.In != diag.ServerLog || !single.MatchString(h.Text) })
	hits = slices.DeleteFunc(hits, func(h diag.Hit) bool { return h.Line.In == diag.ServerLog && strings.Contains(h.Text, "Nmap") })
	v := told(p, hits)
	switch {
	case v.State == diag.Confirmed:
		v.Args["who"], v.Args["what"], v.Args["age"] = "Your client", "", "one of the two is too old"
		if what := strings.TrimSpace(firstOf(hits[0].Match[1:])); what != "" {
			v.Args["what"] = " (" + what + ")"
		}
	case s.fails != nil:
		v = algorithmsSeen(p.Evidence, s.fails)
	case s.works:
		return diag.Verdict{State: diag.RuledOut}
	default:
		return v
	}
	stopgap(v.Args, s.fails)
	return v
}

// algorithmsSeen is the verdict of a probe.
func algorithmsSeen(e *diag.Evidence, r *diag.Reach) diag.Verdict {
	v := diag.Verdict{State: diag.Confirmed, Args: textArgs(e, nil)}
	v.Args["who"], v.Args["what"], v.Args["age"] = "A current SSH client", "", "the server offers old ones only"
	lacking := lacks(r)
	if lacking == "" {
		v.Because = []diag.Observation{observeSSH(r, r.SSH.KexErr, "no algorithm in common")}
		return v
	}
	v.Args["what"] = " (" + lacking + ")"
	text := "nothing in common with a current client for: " + lacking
	if offer := offerOf(r.SSH.Algorithms, lacking); len(offer) > 0 {
		text += "; its offer: " + strings.Join(offer, ", ")
	}
	v.Because = []diag.Observation{observeSSH(r, text)}
	return v
}

// lacks is what a current client and the server have nothing in common for, ""
// if they agree or it was not worked out. A hardened or an old client that finds
// nothing is its owner's affair.
func lacks(r *diag.Reach) string {
	for _, n := range r.SSH.Clients {
		if n.Client == diag.CurrentClient {
			return n.Lacking
		}
	}
	return ""
}

func offerOf(a *diag.Algorithms, lacking string) []string {
	if a == nil {
		return nil
	}
	switch lacking {
	case "key exchange":
		// What is no method, but tells of an extension (RFC 8308, 2.1), is left out.
		return slices.DeleteFunc(slices.Clone(a.Kex), func(name string) bool {
			return strings.HasPrefix(name, "ext-info-") || strings.HasPrefix(name, "kex-strict-")
		})
	case "host key":
		return a.HostKey
	case "cipher":
		return a.Cipher
	}
	return a.MAC
}

// Of what OpenSSH still knows, but does not offer by itself any more, these are
// the names (ssh_config(5) of 10.0), best first.
var (
	givenUpKex     = []string{"diffie-hellman-group-exchange-sha1", "diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1"}
	givenUpHostKey = []string{"ssh-rsa"}
	givenUpCipher  = []string{"aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc"}
	givenUpMAC     = []string{"hmac-sha1", "hmac-sha1-96", "hmac-md5", "hmac-md5-96"}
)

// stopgap names the old algorithms that a client may be told to use: those that
// the server is known to offer, else the usual ones.
func stopgap(args diag.Args, r *diag.Reach) {
	offered := diag.Algorithms{Kex: givenUpKex[1:], HostKey: givenUpHostKey, Cipher: givenUpCipher[2:3], MAC: givenUpMAC[:1]}
	if r != nil && r.SSH.Algorithms != nil {
		offered = *r.SSH.Algorithms
	}
	pick := func(known, offer []string) string {
		both := slices.DeleteFunc(slices.Clone(known), func(name string) bool { return !slices.Contains(offer, name) })
		if len(both) == 0 {
			both = known[:1]
		}
		return strings.Join(both, ",")
	}
	args["kex"], args["hostkey"] = pick(givenUpKex, offered.Kex), pick(givenUpHostKey, offered.HostKey)
	args["cipher"], args["mac"] = pick(givenUpCipher, offered.Cipher), pick(givenUpMAC, offered.MAC)
}

func firstOf(words []string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}
