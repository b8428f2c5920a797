package causes

import "sshhelp/diag"

var authCertificate = &diag.Cause{
	ID:    "auth/certificate",
	Title: "the SSH certificate is not accepted: expired, not yet valid, for other accounts, or of an unknown authority",
	Doc: `An SSH certificate is a public key that an authority has signed for a time and for
certain account names (principals). The server refuses it outside that time (also
if a clock is wrong), for another account, and if it does not know the authority.`,
	Text:   "{subject} does not accept your SSH certificate: it has expired, is not valid yet or not for {user}, or its authority is unknown.",
	Breaks: diag.AtKey,
	Lines: []diag.Line{{
		In: diag.ServerLog, Pattern: `Refused by certificate options|(?:Certificate invalid|[Cc]ertificate .*): (?:expired|not yet valid|name is not a listed principal|does not contain an authorized principal)|Certificate (?:has expired|lacks principal list|does not contain an authorized principal|is not yet valid)|[Rr]efus(?:ing|ed) certificate ID|CA \S+ \S+ is not listed in|cert: (?:expired|not yet valid)|Certificate not authorized by authorized|key is not permitted for use by this principal|certificate signature algorithm \S+: signature algorithm not supported`,
		Example:  `sshd[2211]: error: Certificate invalid: name is not a listed principal`,
		NearMiss: `sshd[2211]: Accepted certificate ID "alice" (serial 7) signed by ED25519 CA SHA256:abc via /etc/ssh/ca.pub`,
	}, {
		In: diag.ClientText, Pattern: `ssh: cert(?:ificate)? (?:is not yet valid|has expired)|ssh: principal "[^"]*" not in the set of valid principals|ssh: certificate signed by unrecognized authority|^Certificate invalid: |[Ll]oad certificate "([^"]+)": (?:invalid|expired)|certificate (?:is|has) expired`,
		Example:  `ssh: principal "root" not in the set of valid principals for given certificate: ["alice"]`,
		NearMiss: `x509: certificate signed by unknown authority`,
	}},
	Check: byText,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See for when and for which accounts (Principals) it is valid.", Code: "ssh-keygen -L -f ~/.ssh/KEY-FILE-cert.pub"},
		{Do: "If it has expired, get a new one from wherever you got it. If it is not valid yet, compare the clocks of your computer and the server."},
		{Do: "Log in as one of its principals.", Code: "ssh -p {port} PRINCIPAL@{address}"},
		{Do: "See that the server trusts the authority's key, and which names it takes for the account.", Code: "sudo sshd -T | grep -i -e trustedusercakeys -e authorizedprincipals", Who: diag.Inside},
	}},
}
