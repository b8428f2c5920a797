package commands

import "sshhelp/diag"

// Reason diagnoses from evidence that was gathered before and texts that people
// gave since; nothing is asked or probed. A console log that was pasted stands in
// only where the cloud gave none.
func (e *Engine) Reason(known *diag.Evidence, texts []string) *diag.Diagnosis {
	whole := *known
	whole.Pastes = nil
	for _, text := range texts {
		if e.Catalogue.Recognise(text) != diag.ConsoleLog {
			whole.Add(e.Catalogue.ReadPaste(text))
		} else if whole.Console == nil || whole.Console.Empty {
			whole.Add(diag.ReadConsole(text))
		}
	}
	return e.Catalogue.Diagnose(&whole)
}
