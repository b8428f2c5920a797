package commands

import "sshhelp/diag"

// Reason diagnoses from evidence that was gathered before, to which something may
// have been added; nothing is asked or probed.
func (e *Engine) Reason(known *diag.Evidence) *diag.Diagnosis {
	return e.Catalogue.Diagnose(known)
}
