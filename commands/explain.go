package commands

import (
	"time"

	"sshhelp/diag"
)

// An Explanation is what a text by itself tells.
type Explanation struct {
	Kind      diag.TextKind   `json:"kind,omitempty"` // what the text was taken for; "" for nothing known
	Causes    []string        `json:"causes"`         // confirmed, most likely first
	Possible  []string        `json:"possible"`
	Facts     map[string]any  `json:"facts"`
	Diagnosis *diag.Diagnosis `json:"-"`
}

// ExplainConsole reads a console log and says what went wrong in its last boot.
func ExplainConsole(catalogue *diag.Catalogue, text string, now time.Time) *Explanation {
	console := diag.ReadConsole(text)
	e := evidenceOf(now)
	e.Add(console)
	return explained(catalogue, e, diag.ConsoleLog, consoleFacts(console))
}

// ExplainText reads a text whose kind nobody said: an SSH client's output, a
// server's log, or a console log.
func ExplainText(catalogue *diag.Catalogue, text string, now time.Time) *Explanation {
	kind := diag.Recognise(text)
	switch kind {
	case diag.ConsoleLog:
		return ExplainConsole(catalogue, text, now)
	case "":
		return &Explanation{Causes: []string{}, Possible: []string{}, Facts: map[string]any{}}
	}
	e := evidenceOf(now)
	e.Add(diag.ReadPaste(text))
	return explainPaste(catalogue, e, kind)
}

// evidenceOf is evidence of a text alone: no instance was asked for.
func evidenceOf(now time.Time) *diag.Evidence {
	return &diag.Evidence{Now: now, Asked: diag.Asked{Port: 22}}
}

func explained(catalogue *diag.Catalogue, e *diag.Evidence, kind diag.TextKind, facts map[string]any) *Explanation {
	d := catalogue.Diagnose(e)
	return &Explanation{Kind: kind, Causes: d.Causes, Possible: d.Possible, Facts: facts, Diagnosis: d}
}

// consoleFacts are what the log states, of which only the certain is told.
func consoleFacts(c *diag.Console) map[string]any {
	facts := map[string]any{"boots": c.Boots, "stage": c.Stage.String(), "finished": c.Finished}
	add := func(name, value string) {
		if value != "" {
			facts[name] = value
		}
	}
	add("admin_user", c.AdminUser)
	add("cloud_init_version", c.CloudInit)
	add("datasource", c.Datasource)
	var keys []string
	for _, k := range c.HostKeys {
		keys = append(keys, k.Type+" "+k.SHA256)
	}
	if keys != nil {
		facts["hostkeys"] = keys
	}
	return facts
}

// Sections puts the explanation into the parts of an answer that make sense
// without an instance.
func (x *Explanation) Sections() []diag.Section {
	if x.Kind == "" {
		return verdict("This is neither a console log nor the output of an SSH client or server, as far as sshhelp can tell.")
	}
	kept := warnings(x.Diagnosis.Evidence().Pastes)
	if len(x.Causes)+len(x.Possible) == 0 {
		return append(kept, verdict("Nothing in this text tells of a fault that sshhelp knows.")...)
	}
	for _, s := range x.Diagnosis.Answer() {
		switch s.Kind {
		case diag.VerdictSection, diag.SeenSection, diag.DoSection, diag.AlsoSection:
			kept = append(kept, s)
		}
	}
	return kept
}

func verdict(text string) []diag.Section {
	return []diag.Section{{Kind: diag.VerdictSection, Items: []diag.Item{{Text: text}}}}
}
