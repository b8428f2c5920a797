package causes

import "sshhelp/diag"

// ownKeyTrouble are faults of the person's own key and its file. A server that
// sees no key it knows refuses; the refusal is then only their consequence.
var ownKeyTrouble = []*diag.Cause{
	clientKeyPermissions, clientKeyPath, clientKeyFormat, clientPassphrase, clientAgent, clientConfig, clientNoSSH,
	authWrongKey, authDSAKey, authRSASHA1, authCertificate, authTooManyKeys,
}

// accountTrouble are reasons for which a server refuses an account.
var accountTrouble = []*diag.Cause{
	authAccountLocked, authNotAllowed, authBooting, authNoHome, authRootLogin, authNotEnabled, authServerPermissions,
	authSecondFactor, authPasswordLogin, authWrongUser,
}

// checkServerLog is the check of a cause that the server's log names together
// with an account, in the pattern's first group.
func checkServerLog(p *diag.Pass) diag.Verdict { return told(p, ofPerson(p, fromPastes(p, nil), 1)) }

// keyRefused reports whether the client offered a key and the server took none.
func keyRefused(a *diag.Attempt) bool {
	return a != nil && a.Offers > 0 && len(a.Accepted) == 0 && !a.LoggedIn()
}
