package diag

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Diagnosis is the answer: what is wrong, why that is believed, and what is
// not known. Its JSON form is a public contract.
type Diagnosis struct {
	// Causes are the IDs of the confirmed findings, most likely first:
	// consequences come after all that stands by itself.
	Causes      []string           `json:"causes"`
	Possible    []string           `json:"possible"`
	RuledOut    []string           `json:"ruled_out"`
	Verdict     string             `json:"verdict"` // one sentence
	Asked       Asked              `json:"asked"`
	Findings    []Finding          `json:"findings"`
	Path        []Hop              `json:"path"`
	Gaps        []Gap              `json:"gaps"`
	Assumptions []Assumption       `json:"assumptions"`
	Ask         string             `json:"ask,omitempty"` // the one question that would tell most
	Actions     []Action           `json:"actions"`
	Instance    *Instance          `json:"instance"`
	Matches     []Instance         `json:"matches,omitempty"` // when the query fits several
	Near        []string           `json:"near,omitempty"`    // when it fits none
	Timings     map[Source]float64 `json:"timings"`           // seconds per source
	Effort      Effort             `json:"effort"`            // what looking has cost the other side
	At          time.Time          `json:"at"`

	evidence *Evidence
}

// Evidence returns what the diagnosis was made from.
func (d *Diagnosis) Evidence() *Evidence { return d.evidence }

// A Finding is a cause that is confirmed or possible.
type Finding struct {
	Cause        *Cause        `json:"-"`
	ID           string        `json:"id"`
	State        State         `json:"state"`
	Text         string        `json:"text"`            // one sentence
	Under        string        `json:"under,omitempty"` // ID of the confirmed cause that explains it
	Observations []Observation `json:"observations"`
	Steps        []Advice      `json:"steps"`

	verdict Verdict
	rank    int
}

// Advice is a [Step] with its placeholders filled.
type Advice struct {
	Do   string `json:"do"`
	Code string `json:"code,omitempty"`
	Who  Who    `json:"who,omitempty"`
	Risk Risk   `json:"risk,omitempty"`
}

// An Assumption is something that was taken for granted, and from where.
type Assumption struct {
	What    string `json:"what"`    // "port", "address", "source", "account"
	Value   string `json:"value"`   //
	Why     string `json:"why"`     // where it comes from
	Correct string `json:"correct"` // the reply that corrects it: "port 2222"
}

// A Catalogue is a list of causes whose lines have been compiled.
type Catalogue struct {
	causes  []*Cause
	scanner *scanner
}

// NewCatalogue compiles the causes' lines. It fails on what [Validate] refuses.
func NewCatalogue(causes []*Cause) (*Catalogue, error) {
	if err := Validate(causes); err != nil {
		return nil, err
	}
	return &Catalogue{causes: causes, scanner: newScanner(causes)}, nil
}

// Causes returns the catalogue's causes, in order.
func (c *Catalogue) Causes() []*Cause { return c.causes }

// Diagnose asks every cause and ranks what they say. It is pure: the same
// evidence gives the same diagnosis.
func (c *Catalogue) Diagnose(e *Evidence) *Diagnosis {
	d := &Diagnosis{
		Causes: []string{}, Possible: []string{}, RuledOut: []string{}, Findings: []Finding{},
		Timings: map[Source]float64{}, Gaps: append(append([]Gap{}, e.Gaps...), e.unseen()...), Actions: []Action{}, Instance: e.Instance, Asked: e.Asked, Effort: e.effort(), At: e.Now, evidence: e,
	}
	hits := c.scanner.scan(e)
	for i, cause := range c.causes {
		check := cause.Check
		if check == nil {
			check = byLines
		}
		d.note(cause, check(&Pass{Evidence: e, Hits: hits[cause]}), i)
	}
	d.stack()
	d.rank()
	d.summarise(e)
	return d
}

// note files one cause's verdict.
func (d *Diagnosis) note(cause *Cause, v Verdict, rank int) {
	switch v.State {
	case RuledOut:
		d.RuledOut = append(d.RuledOut, cause.ID)
	case Possible, Confirmed:
		f := Finding{
			Cause: cause, ID: cause.ID, State: v.State, verdict: v, rank: rank,
			Observations: append([]Observation{}, v.Because...), Steps: []Advice{},
		}
		f.fill(d.evidence)
		d.Findings = append(d.Findings, f)
	}
}

// stack puts each finding under the first confirmed cause that explains it.
// Only certainty explains: a possible cause never hides a confirmed one.
func (d *Diagnosis) stack() {
	confirmed := map[*Cause]bool{}
	for _, f := range d.Findings {
		confirmed[f.Cause] = f.State == Confirmed && !f.verdict.Minor
	}
	for i := range d.Findings {
		if by := explainer(d.Findings[i].Cause, confirmed); by != nil {
			d.Findings[i].Under = by.ID
		}
	}
	// What is only suspected, or says nothing more, and is explained already
	// would be noise.
	d.Findings = slices.DeleteFunc(d.Findings, func(f Finding) bool {
		return f.Under != "" && (f.State == Possible || f.Cause.Generic)
	})
}

// explainer finds the confirmed cause behind c: the nearest one, unless that is
// itself explained, then what explains it. It never climbs through a cause that
// is not confirmed: that A may follow from B and B from C does not make A follow
// from C. The graph has no circle because ExplainedBy are pointers to package
// variables (the compiler refuses one).
func explainer(c *Cause, confirmed map[*Cause]bool) *Cause {
	for _, by := range c.ExplainedBy {
		if confirmed[by] {
			return cmp.Or(explainer(by, confirmed), by)
		}
	}
	return nil
}

// rank sorts the findings: what is beside the point last, certain before possible, standing alone before
// consequence, what keeps people out before what does not, what something points
// to before what is left over, earlier family before later, then the catalogue's
// order.
func (d *Diagnosis) rank() {
	slices.SortStableFunc(d.Findings, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(btoi(a.Cause.Aside), btoi(b.Cause.Aside)),
			cmp.Compare(b.State, a.State),
			cmp.Compare(btoi(a.Under != ""), btoi(b.Under != "")),
			cmp.Compare(btoi(a.verdict.Minor), btoi(b.verdict.Minor)),
			cmp.Compare(btoi(a.verdict.Vague), btoi(b.verdict.Vague)),
			cmp.Compare(familyRank(a.Cause), familyRank(b.Cause)),
			cmp.Compare(a.rank, b.rank),
		)
	})
	for _, f := range d.Findings {
		switch {
		case f.State == Confirmed:
			d.Causes = append(d.Causes, f.ID)
		default:
			d.Possible = append(d.Possible, f.ID)
		}
	}
}

// Families in the order in which a connection meets them; of two causes that
// are equally certain, the earlier one is told first.
var families = []string{
	"instance", "network", "secgroup", "boot", "cloudinit", "sshd", "hostkey", "auth", "client",
}

func familyRank(c *Cause) int { return slices.Index(families, c.Family()) }

// summarise derives what the findings imply.
func (d *Diagnosis) summarise(e *Evidence) {
	d.Path = path(e, d.Findings)
	d.Assumptions = assumptions(e)
	for _, f := range d.leading() {
		if d.Ask == "" {
			d.Ask = f.verdict.Ask
		}
		if a := f.Cause.Fix.Action; a != "" && !slices.Contains(d.Actions, a) {
			d.Actions = append(d.Actions, a)
		}
	}
	if d.Ask == "" && d.Lead() == nil && e.Instance != nil {
		d.Ask = e.question()
	}
	if e.Search != nil && e.Instance == nil {
		d.Near = e.Search.Near
		if len(e.Search.Matches) > 1 {
			d.Matches = e.Search.Matches
		}
	}
	d.Verdict = d.verdictSentence()
}

// question is the one that is left where no cause was found; "" if none is.
func (e *Evidence) question() string {
	switch {
	case e.Disagrees() && e.Asked.From.IsValid():
		return askElsewhere
	case e.Disagrees():
		return askFrom
	case e.answers() != nil:
		return e.askLogin()
	}
	return ""
}

// leading returns the findings that the answer is about: all confirmed ones that
// stand by themselves, or, if none is, all possible ones.
func (d *Diagnosis) leading() []Finding {
	var lead []Finding
	for _, f := range d.Findings {
		if f.Under == "" && f.State == d.Findings[0].State && !f.Cause.Aside {
			lead = append(lead, f)
		}
	}
	return lead
}

// Lead returns the finding that answers the question, nil if there is none.
func (d *Diagnosis) Lead() *Finding {
	if len(d.Findings) == 0 || d.Findings[0].Under != "" || d.Findings[0].Cause.Aside {
		return nil
	}
	return &d.Findings[0]
}

// fill puts the finding into words.
func (f *Finding) fill(e *Evidence) {
	args := commonArgs(e)
	for k, v := range f.verdict.Args {
		args[k] = v
	}
	text := f.Cause.Text
	if f.State == Possible {
		text = cmp.Or(f.Cause.Maybe, "It may be that "+f.Cause.Title+".")
	}
	f.Text = expand(text, args, plain)
	if rest, ok := strings.CutPrefix(f.Text, "the "); ok { // what stands in for a name that is not known
		f.Text = "The " + rest
	}
	for _, s := range f.Cause.Fix.Steps {
		f.Steps = append(f.Steps, Advice{
			Do: expand(s.Do, args, plain), Code: expand(s.Code, args, shellQuote), Who: s.Who, Risk: s.Risk,
		})
	}
}

// commonArgs are the placeholders that every cause may use.
func commonArgs(e *Evidence) Args {
	args := Args{
		"name": cmp.Or(e.Asked.Query, "the server"), "id": "INSTANCE", "address": "ADDRESS",
		"port": strconv.Itoa(int(e.Asked.Port)), "user": cmp.Or(e.Account(), "USER"), "query": e.Asked.Query,
	}
	if e.Instance != nil {
		args["name"], args["id"] = cmp.Or(e.Instance.Name, e.Instance.ID), e.Instance.ID
	}
	if t := e.Target(); t.IsValid() {
		args["address"] = t.Addr().String()
	}
	if e.Asked.From.IsValid() {
		args["from"] = e.Asked.From.String()
	}
	return args
}

var placeholder = regexp.MustCompile(`\{[a-z0-9_]+\}`)

// expand fills placeholders; one without a value stays, so that a test sees it.
func expand(s string, args Args, quote func(string) string) string {
	return placeholder.ReplaceAllStringFunc(s, func(p string) string {
		if v, ok := args[p[1:len(p)-1]]; ok {
			return quote(v)
		}
		return p
	})
}

func plain(s string) string { return s }

var shellSafe = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// shellQuote quotes foreign text so that a copied command cannot do anything
// else than was meant: a name may hold quotes, semicolons, line breaks.
func shellQuote(s string) string {
	if shellSafe.MatchString(s) {
		return s
	}
	quoted := make([]rune, 0, len(s)+2)
	for _, r := range s {
		switch {
		case r == '\'':
			quoted = append(quoted, []rune(`'\''`)...)
		case r < ' ' || r == 0x7f:
			quoted = append(quoted, '?')
		default:
			quoted = append(quoted, r)
		}
	}
	return "'" + string(quoted) + "'"
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func itoa(n int) string { return strconv.Itoa(n) }

// ExitStatus is what a command line ends with: 0 nothing found wrong; 1 a cause
// was found, or SSH fails and nothing told why; 2 the query fits no instance or
// several; 3 it fits none, but not everything could be searched.
func (d *Diagnosis) ExitStatus() int {
	switch {
	case d.Instance == nil && len(d.Matches) == 0 && d.unsearched():
		return 3
	case d.Instance == nil:
		return 2
	case slices.ContainsFunc(d.Findings, func(f Finding) bool { return !f.Cause.Aside }), d.evidence.fails() != nil, d.evidence.Disagrees():
		return 1
	}
	return 0
}

// unsearched reports whether a cloud could not be searched for the instance.
func (d *Diagnosis) unsearched() bool {
	return slices.ContainsFunc(d.Gaps, func(g Gap) bool { return g.Source == SourceServer })
}
