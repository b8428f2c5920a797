package causes

import (
	"regexp"
	"slices"
	"strings"

	"sshhelp/diag"
)

var authSecondFactor = &diag.Cause{
	ID:    "auth/second-factor",
	Title: "the server wants a second proof, such as a one-time code, and did not get it",
	Doc: `Some servers ask for two things: a key, and then a code from a phone or a password.
The first is accepted ("partial success"), and the client must be able to ask you
for the second. Programs that run by themselves cannot, and a code whose clock is
wrong is refused. A server asks for it after a key's signature, which nobody but its
owner can make, so that from outside it is seen only where it comes first.`,
	Text:   "{subject} accepted the first proof and wants a second one, such as a one-time code, which it did not get.",
	Maybe:  "{subject} asks everybody for a second proof (\"{prompt}\"), such as a one-time code.",
	Breaks: diag.AtKey,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `Authenticated (?:using "[^"]*" )?with partial success|Further authentication required|partial success`,
		Example:  `Authenticated using "publickey" with partial success.`,
		NearMiss: `Authenticated to 203.0.113.5 ([203.0.113.5]:22) using "publickey".`,
	}, {
		In: diag.ClientText, Pattern: `^(?:\(\S+@\S+\) ?)?(?:Verification code:|One-time password(?: \(OATH\))?|Passcode or option \(\d|Duo two-factor login|Enter (?:PASSCODE|your OTP)|OTP:|Two-factor|.*Authenticator app)`,
		Example:  `(alice@203.0.113.5) Verification code:`,
		NearMiss: `alice@203.0.113.5's password:`,
	}, {
		In: diag.ServerLog, Pattern: `Partial (?:publickey|password|keyboard-interactive\S*) for (\S+) from|pam_google_authenticator\)\[\d+\]: (?:Invalid verification code|Failed to (?:read|open)|No user name)|Invalid verification code|pam_(?:oath|duo)\S*: .*(?:fail|denied)|Failed Duo login|Access denied by (?:authenticator|second factor)`,
		Example:  `sshd(pam_google_authenticator)[77]: Invalid verification code for bob`,
		NearMiss: `sshd[77]: Postponed keyboard-interactive for bob from 203.0.113.7 port 40000 ssh2 [preauth]`,
	}},
	Check: checkSecondFactor,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Log in from a terminal, so that your client can ask you.", Code: "ssh -o PreferredAuthentications=publickey,keyboard-interactive,password -p {port} {user}@{address}"},
		{Do: "If the code is refused, see that the clocks of the server and of the device that makes the codes are right, and use each code once."},
		{Do: "If you never set up a second factor there, ask whoever runs the server to enrol your account."},
		{Do: "For programs, let one of the ways in be a key alone: see what the server wants of the account.", Code: "sudo sshd -T -C user={user} | grep -i authenticationmethods", Who: diag.Inside},
	}},
}

// checkSecondFactor: that it was asked for is no fault if it was given. What the
// server asks before any key shows that it wants one, not that it is missing.
func checkSecondFactor(p *diag.Pass) diag.Verdict {
	a := clientAttempt(p.Evidence)
	if a != nil && a.LoggedIn() {
		return diag.Verdict{}
	}
	v := told(p, ofPerson(p, fromPastes(p, func(h diag.Hit) bool {
		return !strings.Contains(h.Text, "ebug") || !strings.Contains(h.Text, "Postponed")
	}), 1))
	if v.State == diag.Unknown {
		v = promptSeen(p)
	}
	return v
}

// codeWanted are prompts for a code or a device, not for the account's password.
var codeWanted = regexp.MustCompile(`(?i)verification code|one[- ]time|\botp\b|passcode|\btoken\b|duo two-factor|authenticator|\b2fa\b|second factor|yubikey`)

// promptSeen: where a key alone is enough as well, the code is only another way.
func promptSeen(p *diag.Pass) diag.Verdict {
	for _, r := range p.Replies(p.Account()) {
		prompt := r.Said(codeWanted.MatchString)
		if prompt == "" || slices.Contains(r.Methods, "publickey") {
			continue
		}
		v := diag.Verdict{State: diag.Possible, Args: textArgs(p.Evidence, nil), Ask: "Were you asked for a code, and did you have it?"}
		v.Args["prompt"] = strings.TrimRight(prompt, ": ")
		v.Because = []diag.Observation{{Source: diag.SourceSSH, Where: r.Where(), Text: prompt}, r.Observe()}
		return v
	}
	return diag.Verdict{}
}
