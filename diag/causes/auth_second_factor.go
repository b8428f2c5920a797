package causes

import (
	"strings"

	"sshhelp/diag"
)

var authSecondFactor = &diag.Cause{
	ID:    "auth/second-factor",
	Title: "the server wants a second proof, such as a one-time code, and did not get it",
	Doc: `Some servers ask for two things: a key, and then a code from a phone or a password.
The first is accepted ("partial success"), and the client must be able to ask you
for the second. Programs that run by themselves cannot, and a code whose clock is
wrong is refused.`,
	Text:   "{subject} accepted the first proof and wants a second one, such as a one-time code, which it did not get.",
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

// checkSecondFactor: that it was asked for is no fault if it was given.
func checkSecondFactor(p *diag.Pass) diag.Verdict {
	a := clientAttempt(p.Evidence)
	if a != nil && a.LoggedIn() {
		return diag.Verdict{}
	}
	return told(p, ofPerson(p, fromPastes(p, func(h diag.Hit) bool {
		return !strings.Contains(h.Text, "ebug") || !strings.Contains(h.Text, "Postponed")
	}), 1))
}
