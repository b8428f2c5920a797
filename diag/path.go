package diag

import (
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// A HopName names one step of the way that a connection takes.
type HopName string

// The hops, in order.
const (
	AtName     HopName = "name" // the name leads to an address of the instance
	AtInstance HopName = "instance"
	AtAddress  HopName = "address"
	AtRules    HopName = "rules"
	AtGuest    HopName = "guest up"
	AtPort     HopName = "port"
	AtSSH      HopName = "ssh"
	AtHostKey  HopName = "host key"
	AtAccount  HopName = "account"
	AtKey      HopName = "key"
	AtSession  HopName = "session"
)

// A HopState is what is known of a hop.
type HopState string

const (
	HopOK         HopState = "ok"
	HopBroken     HopState = "broken"
	HopUnknown    HopState = "unknown"
	HopNotReached HopState = "not reached"
)

// A Hop is one step of the path, with the evidence for its state.
type Hop struct {
	Name    HopName       `json:"name"`
	State   HopState      `json:"state"`
	Text    string        `json:"text,omitempty"` // what it is that is ok or broken
	Because []Observation `json:"because,omitempty"`
}

type hop struct {
	name  HopName
	fine  func(*Evidence) (text string, because []Observation)
	facts func(*Evidence) []Observation // of a hop that is not known to be fine; may be nil
}

// hops says for each step how evidence can show that it is fine. A step whose
// function returns "" is not known to be; there may be facts to judge it by.
var hops = []hop{
	{AtName, nameFine, nil},
	{AtInstance, serverFine, nil},
	{AtAddress, addressFine, nil},
	{AtRules, rulesFine, nil},
	{AtGuest, guestFine, nil},
	{AtPort, portFine, nil},
	{AtSSH, sshFine, nil},
	{AtHostKey, hostKeyFine, hostKeyFacts},
	{AtAccount, accountFine, accountFacts},
	{AtKey, keyFine, keyFacts},
	{AtSession, notSeen, nil},
}

// path gives every hop its state: broken by a confirmed cause, ok by evidence,
// not reached behind a broken hop, else unknown. That SSH breaks once the port
// is open is certain even where its cause is not.
func path(e *Evidence, findings []Finding) []Hop {
	list := make([]Hop, 0, len(hops))
	broken := false
	for _, h := range hops {
		hop := Hop{Name: h.name, State: HopUnknown}
		if f := breaks(h.name, findings); f != nil {
			hop.State, hop.Text, hop.Because = HopBroken, f.Cause.Title, f.Observations
			broken = true
		} else if text, because := h.fine(e); text != "" {
			hop.State, hop.Text, hop.Because = HopOK, text, because
		} else if r := e.fails(); h.name == AtSSH && r != nil && r.SSH != nil {
			hop.State, hop.Text = HopBroken, r.SSH.failure()
			hop.Because = []Observation{{Source: SourceSSH, Where: "ssh " + r.Where(), Text: hop.Text}}
			broken = true
		} else if text, because := e.disputed(h.name); text != "" {
			hop.Text, hop.Because = text, because
		} else if broken {
			hop.State = HopNotReached
		} else if h.facts != nil {
			hop.Because = h.facts(e)
		}
		list = append(list, hop)
	}
	return list
}

// breaks returns the first confirmed finding that interrupts the hop.
func breaks(name HopName, findings []Finding) *Finding {
	i := slices.IndexFunc(findings, func(f Finding) bool {
		return f.State == Confirmed && f.Cause.Breaks == name
	})
	if i < 0 {
		return nil
	}
	return &findings[i]
}

func notSeen(*Evidence) (string, []Observation) { return "", nil }

// nameFine: a name in DNS must lead to an address that the instance has; any
// other way of finding it leads there by itself.
func nameFine(e *Evidence) (string, []Observation) {
	switch {
	case e.Instance == nil:
		return "", nil
	case e.Names == nil:
		return "found as " + e.Instance.Name, nil
	case e.Names.Outcome != OK:
		return "", nil
	}
	for _, a := range e.Instance.Addresses {
		if slices.Contains(e.Names.Addrs, a.IP) {
			return e.Names.Name + " resolves to " + a.IP.String(), []Observation{{
				Source: SourceDNS, Where: "dns " + e.Names.Name, Text: a.IP.String(),
			}}
		}
	}
	return "", nil
}

// serverFine: with a task under way, only a guest that can be reached shows that
// it runs meanwhile, as in a live migration.
func serverFine(e *Evidence) (string, []Observation) {
	i := e.Instance
	if i == nil || !slices.Contains(upStates, i.Status) || i.Task != "" && e.Connects() == nil {
		return "", nil
	}
	text := "status " + i.Status + ", no task under way"
	if i.Task != "" {
		text = "status " + i.Status + ", task " + i.Task + ", and it answers"
	}
	return i.Status, []Observation{{Source: SourceServer, Where: "instance " + i.ID, Text: text}}
}

// upStates are the states in which an instance's own system runs as it should.
var upStates = []string{"ACTIVE", "PASSWORD", "VERIFY_RESIZE", "MIGRATING"}

func addressFine(e *Evidence) (string, []Observation) {
	t := e.Target()
	switch {
	case !t.IsValid() || e.Instance == nil:
		return "", nil
	case e.opens() != nil:
		return t.Addr().String(), nil
	case Private(t.Addr()) && !e.isFloating(t.Addr()):
		return "", nil
	case e.Network == nil:
		return "", nil
	}
	if p := e.PortOf(t.Addr()); p != nil && p.Status == "ACTIVE" && p.AdminUp {
		return t.Addr().String(), []Observation{{Source: SourceNetwork, Where: "port " + p.ID, Text: "ACTIVE"}}
	}
	return "", nil
}

func (e *Evidence) isFloating(ip netip.Addr) bool {
	return slices.ContainsFunc(e.Instance.Addresses, func(a Address) bool { return a.Floating && a.IP == ip })
}

// rulesFine: an open port proves that packets pass; else a rule must say so for
// the person, or for everybody.
func rulesFine(e *Evidence) (string, []Observation) {
	opens := e.opens()
	if r := opens; r != nil && !e.Asked.From.IsValid() {
		return fmt.Sprintf("port %d was reached", e.Asked.Port), []Observation{r.ObserveConnect()}
	}
	v := e.Admission(e.Target().Addr())
	switch {
	case v.Unfiltered:
		return "port security is off: no rule applies", []Observation{v.Observe()}
	case v.Open != nil && !v.Muted && (v.Open.AdmitsAnyone() || v.Person == Yes):
		return v.Open.String(), []Observation{v.Open.Observe()}
	case opens != nil && e.FromPerson(opens):
		return fmt.Sprintf("port %d was reached", e.Asked.Port), []Observation{opens.ObserveConnect()}
	}
	return "", nil
}

// guestFine: a guest that answers is up; else its console must say that it came
// to the end of its boot.
func guestFine(e *Evidence) (string, []Observation) {
	for i := range e.Reach {
		if o := e.Reach[i].Connect.Outcome; o == OK || o == Refused {
			return "it answers", []Observation{e.Reach[i].ObserveConnect()}
		}
	}
	for _, p := range e.Pings {
		if p.Outcome == OK {
			return "it answers ping", []Observation{p.Observe()}
		}
	}
	if c := e.Console; c != nil && c.Up != nil && e.Instance.Runs() {
		return "booted", []Observation{{Source: SourceConsole, Where: "console line " + itoa(c.Up.N), Text: c.Up.Text}}
	}
	return "", nil
}

// Runs reports whether the cloud says that the instance is running now. What an
// instance that does not run has written to its console is old.
func (i *Instance) Runs() bool {
	if i == nil {
		return false
	}
	switch i.Status {
	case "ACTIVE", "PASSWORD", "VERIFY_RESIZE", "RESCUE", "REBOOT", "MIGRATING":
		return true
	}
	return false
}

func portFine(e *Evidence) (string, []Observation) {
	if r := e.opens(); r != nil {
		return "open", []Observation{r.ObserveConnect()}
	}
	return "", nil
}

func sshFine(e *Evidence) (string, []Observation) {
	r := e.answers()
	if text, _ := e.disputed(AtSSH); text != "" || r == nil || r.SSH.Kex != OK {
		return "", nil
	}
	return r.SSH.Version, []Observation{{Source: SourceSSH, Where: "ssh " + r.Where(), Text: r.SSH.Version}}
}

// Where names the target and the vantage point: "203.0.113.9:22 from melbourne".
func (r *Reach) Where() string {
	if r.From == "" {
		return r.Target.String()
	}
	return r.Target.String() + " from " + r.From
}

// ObserveConnect quotes how the TCP connection ended.
func (r *Reach) ObserveConnect() Observation {
	text := r.Connect.Err
	if text == "" {
		text = "connection " + r.Connect.Outcome.String()
	}
	if r.Connect.Outcome == OK {
		text = "connected"
	}
	return Observation{Source: SourceSSH, Where: "tcp " + r.Where(), Text: text}
}

// Observe quotes the answer.
func (p *Ping) Observe() Observation {
	where := "ping " + p.Target.String()
	if p.Size > 0 {
		where += " with " + itoa(p.Size) + " bytes"
	}
	if p.From != "" {
		where += " from " + p.From
	}
	text := p.Err
	if p.Outcome == OK {
		text = "answered in " + p.RTT.Round(time.Millisecond/10).String()
	}
	if text == "" {
		text = p.Outcome.String()
	}
	return Observation{Source: SourcePing, Where: where, Text: text}
}
