package commands

import (
	"slices"
	"strings"
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
	return explainRead(catalogue, diag.ReadConsole(text), now)
}

func explainRead(catalogue *diag.Catalogue, console *diag.Console, now time.Time) *Explanation {
	e := evidenceOf(now)
	e.Add(console)
	x := explained(catalogue, e, diag.ConsoleLog, consoleFacts(console))
	if len(x.Causes)+len(x.Possible) == 0 && !byGuest(console) {
		x.Kind = ""
	}
	return x
}

// maxUnread is how many of a console's lines may hold what is no text: of a program
// or an image it is nearly all.
const maxUnread = 0.5

// byGuest reports whether a guest printed this: it shows how far the guest came, or is
// text at least.
func byGuest(c *diag.Console) bool {
	unread := 0
	for _, line := range c.Lines {
		if strings.Contains(line.Text, "…") {
			unread++
		}
	}
	return c.StageAt != nil || float64(unread) <= maxUnread*float64(len(c.Lines))
}

// ExplainText reads a text whose kind nobody said: an SSH client's output, a
// server's log, or a console log.
func ExplainText(catalogue *diag.Catalogue, text string, now time.Time) *Explanation {
	kind := catalogue.Recognise(text)
	switch kind {
	case diag.ConsoleLog:
		return ExplainConsole(catalogue, text, now)
	case "":
		return &Explanation{Causes: []string{}, Possible: []string{}, Facts: map[string]any{}}
	}
	e := evidenceOf(now)
	e.Add(catalogue.ReadPaste(text))
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
	addList(facts, "hostkeys", c.HostKeys, func(k diag.HostKey) string { return k.Type + " " + fingerprint(k) })
	addList(facts, "key_fingerprints", c.Authorized, func(k diag.AuthorizedKey) string { return fingerprint(k.Key) })
	addList(facts, "interfaces", c.Interfaces, interfaceInWords)
	addList(facts, "gateways", c.Gateways, func(g diag.Gateway) string { return g.IP.String() + " " + g.Interface })
	if c.RoutesShown {
		facts["default_routes"] = len(c.Gateways)
	}
	if c.SSHD != nil {
		facts["sshd_started"] = c.SSHD.Running
	}
	return facts
}

// addList adds what each of a list states, once.
func addList[T any](facts map[string]any, name string, list []T, state func(T) string) {
	var stated []string
	for _, item := range list {
		if s := state(item); !slices.Contains(stated, s) {
			stated = append(stated, s)
		}
	}
	if stated != nil {
		facts[name] = stated
	}
}

// fingerprint is a key's as ssh-keygen prints it: SHA256 if it is known, else
// MD5, which is what Nova keeps of a key pair.
func fingerprint(k diag.HostKey) string {
	if k.SHA256 != "" {
		return k.SHA256
	}
	return "MD5:" + k.MD5
}

// interfaceInWords is "eth0 fa:16:3e:00:00:01 192.0.2.7 2001:db8::7".
func interfaceInWords(i diag.Interface) string {
	words := []string{i.Name}
	if i.MAC != "" {
		words = append(words, i.MAC)
	}
	for _, a := range i.Addrs {
		words = append(words, a.String())
	}
	return strings.Join(words, " ")
}

// Sections puts the explanation into the parts of an answer that make sense
// without an instance.
func (x *Explanation) Sections() []diag.Section {
	if x.Kind == "" {
		return verdict("This is neither a console log nor the output of an SSH client or server, as far as sshhelp can tell.")
	}
	e := x.Diagnosis.Evidence()
	if e.Console != nil && e.Console.Bytes == 0 {
		return verdict("Nothing came in. If an error stands above, that is why. If the cloud really has nothing, the instance has printed nothing on its console: its image does not write there, or it found nothing to boot from.")
	}
	kept := warnings(e.Pastes)
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
