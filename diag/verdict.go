package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// verdictSentence is the answer in one sentence.
func (d *Diagnosis) verdictSentence() string {
	switch lead := d.Lead(); {
	case len(d.Matches) > 1:
		return d.severalSentence()
	case lead != nil && lead.State == Confirmed:
		return lead.Text
	case lead != nil && len(d.Possible) > 1:
		return d.Symptom() + " It may be one of these: " + d.possibleTitles() + "."
	case lead != nil:
		return lead.Text
	}
	e := d.evidence
	works, _ := e.Split()
	switch {
	case works != nil:
		return d.Symptom()
	case e.answers() != nil:
		return "Nothing wrong was found: an" + strings.TrimPrefix(strings.TrimSuffix(d.Symptom(), "."), "An") + e.takesWords() + "."
	case e.fails() != nil:
		return d.Symptom() + " What could be seen does not tell why."
	}
	return "Nothing wrong was found in what could be seen, but that is not all: " + uncapital(d.Symptom())
}

func (d *Diagnosis) severalSentence() string {
	more := ""
	if d.evidence.Search != nil && d.evidence.Search.More {
		more = "More than "
	}
	return fmt.Sprintf("%s%d instances fit %q: say which one by its ID.", more, len(d.Matches), d.evidence.Asked.Query)
}

// uncapital makes a sentence the second half of another.
func uncapital(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// possibleTitles lists the possible causes, most likely first.
func (d *Diagnosis) possibleTitles() string {
	var titles []string
	for _, f := range d.Findings {
		if f.State == Possible && f.Under == "" {
			titles = append(titles, f.Cause.Title)
		}
	}
	return strings.Join(titles, "; ")
}

// Symptom says in a sentence what is known to work or to fail, whatever the
// cause.
func (d *Diagnosis) Symptom() string {
	e := d.evidence
	if works, fails := e.Split(); works != nil {
		return apart(works, fails, d.subject())
	}
	if r := e.answers(); r != nil {
		return fmt.Sprintf("An SSH server answers%s at %s.", d.subject(), r.Target)
	}
	if r := e.fails(); r != nil {
		return r.failure(d.subject())
	}
	t := e.Target()
	if !t.IsValid() {
		return fmt.Sprintf("It is not known whether SSH answers%s.", d.subject())
	}
	why := ""
	if slices.ContainsFunc(e.deciding(), func(r *Reach) bool { return r.Target == t && e.ShutOut(r) }) {
		why = ", because the rules do not let in the machine that tried"
	}
	return fmt.Sprintf("It is not known whether SSH answers%s at %s%s.", d.subject(), t, why)
}

// subject is " for web-1"; "" where only an address is known.
func (d *Diagnosis) subject() string {
	if d.Instance == nil && d.evidence.Asked.Address.IsValid() {
		return ""
	}
	return " for " + d.name()
}

func (d *Diagnosis) name() string {
	if d.Instance != nil && d.Instance.Name != "" {
		return d.Instance.Name
	}
	return d.evidence.Asked.Query
}

// Answers returns a probe by which an SSH server was found to work on the asked
// port as far as the log-in, nil if none did.
func (d *Diagnosis) Answers() *Reach { return d.evidence.answers() }

// answers returns a probe that counts for the person by which an SSH server was
// found to work on the asked port as far as the log-in, nil if none did.
func (e *Evidence) answers() *Reach {
	for _, r := range e.deciding() {
		if r.works() {
			return r
		}
	}
	return nil
}

// fails returns a probe that counts for the person and shows SSH failing on the
// asked port, nil if none does, or if it works by another address.
func (e *Evidence) fails() *Reach {
	if e.answers() != nil {
		return nil
	}
	for _, r := range e.deciding() {
		if r.breaks() && !e.ShutOut(r) {
			return r
		}
	}
	return nil
}

// broke reports whether an attempt tells of something that does not work.
func broke(o Outcome) bool { return o != OK && o.Told() }

// ShutOut reports whether silence is what the rules make of a probe from where
// it was made. Then it says nothing of somebody who sits elsewhere.
func (e *Evidence) ShutOut(r *Reach) bool {
	if r.Connect.Outcome != TimedOut || !r.FromAddr.IsValid() || e.Asked.FromWhy == FromHere && e.FromPerson(r) {
		return false
	}
	there := *e
	there.Asked.From = r.FromAddr
	a := there.Admission(r.Target.Addr())
	return a.Person == No
}

// failure puts how the probe failed into a sentence.
func (r *Reach) failure(subject string) string {
	switch s := r.SSH; {
	case r.Connect.Outcome == TimedOut:
		return fmt.Sprintf("Nothing answers at %s.", r.Target)
	case s == nil || broke(r.Connect.Outcome):
		return fmt.Sprintf("No connection to %s comes about (%s).", r.Target, r.ObserveConnect().Text)
	case broke(s.Ident):
		return fmt.Sprintf("The port at %s opens, but no SSH server answers there (%s).", r.Target, s.failure())
	}
	return fmt.Sprintf("An SSH server answers%s at %s, but fails to agree with a client on how to encrypt (%s).",
		subject, r.Target, r.SSH.failure())
}

// failure says in few words how the stage that failed ended.
func (s *SSHFacts) failure() string {
	if broke(s.Ident) {
		return cmp.Or(s.IdentErr, s.Ident.String())
	}
	return cmp.Or(s.KexErr, s.Kex.String())
}

// unseen lists what was looked at and showed nothing: a console without a word,
// and probes that our own time or this machine did not let come to an end.
func (e *Evidence) unseen() []Gap {
	var gaps []Gap
	add := func(source Source, from string, o Outcome, what, err string) {
		if !e.Remote(from) {
			from = "here"
		}
		switch o {
		case Canceled:
			gaps = append(gaps, Gap{Source: source, Why: GapCanceled, Text: "There was no time left to see " + what + elsewhere(from) + "."})
		case NotPermitted, Failed:
			gaps = append(gaps, Gap{Source: source, Why: GapFailed, Text: "It could not be seen from " + from + " " + what + " (" + cmp.Or(err, o.String()) + ")."})
		}
	}
	if e.Instance != nil && e.Console != nil && e.Console.Empty {
		gaps = append(gaps, Gap{Source: SourceConsole, Why: GapNotFound, Text: "The console log is empty: what happens inside stays unknown."})
	}
	for i := range e.Reach {
		r := &e.Reach[i]
		add(SourceSSH, r.From, r.Connect.Outcome, "whether "+r.Target.String()+" answers", r.Connect.Err)
		if r.SSH != nil {
			add(SourceSSH, r.From, r.SSH.Ident, "whether an SSH server speaks at "+r.Target.String(), r.SSH.IdentErr)
			add(SourceSSH, r.From, r.SSH.Kex, "whether the key exchange with "+r.Target.String()+" works", r.SSH.KexErr)
		}
	}
	for _, p := range e.Pings {
		add(SourcePing, p.From, p.Outcome, "whether "+p.Target.String()+" answers ping", p.Err)
	}
	if n := e.Names; n != nil {
		add(SourceDNS, n.From, n.Outcome, "where "+n.Name+" leads", n.Err)
	}
	return gaps
}
