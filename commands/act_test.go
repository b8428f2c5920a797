package commands

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sshhelp/diag"
)

func TestEveryActionOfACauseHasADeed(t *testing.T) {
	for _, a := range []diag.Action{diag.Start, diag.Unpause, diag.Resume, diag.Unshelve, diag.Unrescue, diag.HardReboot} {
		d, ok := DeedOf(a)
		if !ok || d.Title == "" || len(d.Title) > 24 || d.Does == "" || d.Costs == "" || d.Past == "" || len(d.from) == 0 {
			t.Errorf("%s: %+v", a, d)
		}
	}
	if _, ok := DeedOf("delete"); ok {
		t.Error("delete is no deed")
	}
}

func TestRefuses(t *testing.T) {
	statuses := []string{"ACTIVE", "ERROR", "SHUTOFF", "PAUSED", "SUSPENDED", "RESCUE", "SHELVED", "SHELVED_OFFLOADED", "BUILD", "DELETED", "REBOOT", "HARD_REBOOT", "VERIFY_RESIZE", ""}
	may := map[diag.Action][]string{
		diag.Start: {"SHUTOFF"}, diag.Unpause: {"PAUSED"}, diag.Resume: {"SUSPENDED"}, diag.Unrescue: {"RESCUE"},
		diag.Unshelve: {"SHELVED", "SHELVED_OFFLOADED"}, diag.HardReboot: {"ACTIVE", "ERROR"},
	}
	for action, want := range may {
		var got []string
		for _, status := range statuses {
			if Refuses(action, &diag.Instance{Status: status}) == "" {
				got = append(got, status)
			}
			if Refuses(action, &diag.Instance{Status: status, Task: "deleting"}) == "" {
				t.Errorf("%s of a %s instance that is being deleted", action, status)
			}
			if Refuses(action, &diag.Instance{Status: status, Locked: true}) == "" {
				t.Errorf("%s of a %s instance that is locked", action, status)
			}
		}
		if !cmp.Equal(want, got, cmp.Transformer("set", func(l []string) map[string]bool {
			m := map[string]bool{}
			for _, s := range l {
				m[s] = true
			}
			return m
		})) {
			t.Errorf("%s may be done when %v, want %v", action, got, want)
		}
	}
	if Refuses("delete", &diag.Instance{Status: "ACTIVE"}) == "" {
		t.Error("delete is not refused")
	}
}

func TestSwapped(t *testing.T) {
	then := diag.Instance{ID: "1", Name: "web-1", Status: "ACTIVE", Updated: time.Unix(1000, 0)}
	for name, c := range map[string]struct {
		action diag.Action
		change func(*diag.Instance)
		same   bool
	}{
		"nothing":               {diag.HardReboot, func(*diag.Instance) {}, true},
		"another ID":            {diag.HardReboot, func(i *diag.Instance) { i.ID = "2" }, false},
		"another name":          {diag.HardReboot, func(i *diag.Instance) { i.Name = "web-2" }, false},
		"another state":         {diag.HardReboot, func(i *diag.Instance) { i.Status = "SHUTOFF" }, false},
		"rebooted meanwhile":    {diag.HardReboot, func(i *diag.Instance) { i.Updated = time.Unix(2000, 0) }, false},
		"changed, but still so": {diag.Start, func(i *diag.Instance) { i.Updated = time.Unix(2000, 0) }, true},
	} {
		now := then
		c.change(&now)
		if got := Swapped(c.action, &then, &now); (got == "") != c.same {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestPropose(t *testing.T) {
	cause := func(id string, a diag.Action) *diag.Cause { return &diag.Cause{ID: id, Fix: diag.Remedy{Action: a}} }
	finding := func(state diag.State, under string, c *diag.Cause) diag.Finding {
		return diag.Finding{Cause: c, ID: c.ID, State: state, Under: under, Text: "because of " + c.ID}
	}
	off, hung, rules := cause("instance/shutoff", diag.Start), cause("boot/hung", diag.HardReboot), cause("secgroup/no-rule", "")
	active, shutoff := &diag.Instance{ID: "1", Status: "ACTIVE"}, &diag.Instance{ID: "1", Status: "SHUTOFF"}
	for name, c := range map[string]struct {
		instance *diag.Instance
		findings []diag.Finding
		want     diag.Action
		sure     bool
	}{
		"confirmed":                         {shutoff, []diag.Finding{finding(diag.Confirmed, "", off)}, diag.Start, true},
		"second of two that are confirmed":  {active, []diag.Finding{finding(diag.Confirmed, "", rules), finding(diag.Confirmed, "", hung)}, diag.HardReboot, true},
		"the likeliest suspect":             {active, []diag.Finding{finding(diag.Possible, "", hung), finding(diag.Possible, "", rules)}, diag.HardReboot, false},
		"one suspect of two":                {active, []diag.Finding{finding(diag.Possible, "", rules), finding(diag.Possible, "", hung)}, diag.HardReboot, false},
		"suspected behind a certainty":      {active, []diag.Finding{finding(diag.Confirmed, "", rules), finding(diag.Possible, "", hung)}, "", false},
		"a consequence":                     {active, []diag.Finding{finding(diag.Confirmed, "", rules), finding(diag.Confirmed, rules.ID, hung)}, "", false},
		"the state does not fit the action": {shutoff, []diag.Finding{finding(diag.Confirmed, "", hung)}, "", false},
		"nothing found":                     {active, nil, "", false},
		"no instance":                       {nil, []diag.Finding{finding(diag.Confirmed, "", off)}, "", false},
	} {
		p := Propose(&diag.Diagnosis{Instance: c.instance, Findings: c.findings})
		switch {
		case c.want == "" && p != nil:
			t.Errorf("%s: proposed %s", name, p.Action)
		case c.want != "" && (p == nil || p.Action != c.want || p.Sure != c.sure || p.Why == ""):
			t.Errorf("%s: %+v, want %s", name, p, c.want)
		}
	}
}

// oneCloud is an actor that knows some instances.
type oneCloud struct {
	ids   []string
	err   error // instead of diag.ErrGone
	acted []string
}

func (c *oneCloud) Look(_ context.Context, id string) (*diag.Instance, error) {
	for _, known := range c.ids {
		if known == id {
			return &diag.Instance{ID: id}, nil
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	return nil, diag.ErrGone
}

func (c *oneCloud) Console(context.Context, string) (string, error) { return c.ids[0], nil }

func (c *oneCloud) Act(_ context.Context, id string, a diag.Action) error {
	c.acted = append(c.acted, id+" "+string(a))
	return nil
}

func TestHandsActWhereTheInstanceIs(t *testing.T) {
	a, b := &oneCloud{ids: []string{"1"}}, &oneCloud{ids: []string{"2"}}
	h := &Hands{Actors: []Actor{a, b}}
	if err := h.Act(t.Context(), "2", diag.Start); err != nil || len(a.acted) > 0 || len(b.acted) != 1 {
		t.Errorf("%v; acted %v and %v", err, a.acted, b.acted)
	}
	if text, err := h.Console(t.Context(), "2"); err != nil || text != "2" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := h.Look(t.Context(), "3"); !errors.Is(err, diag.ErrGone) {
		t.Errorf("in no cloud: %v", err)
	}
	a.err = diag.ErrUnreachable
	if _, err := h.Look(t.Context(), "3"); errors.Is(err, diag.ErrGone) {
		t.Errorf("a cloud that does not answer may have it: %v", err)
	}
	if err := h.Act(t.Context(), "3", diag.Start); err == nil || len(b.acted) != 1 {
		t.Errorf("%v; acted %v", err, b.acted)
	}
}

// bell answers as it was told, and notes the port.
type bell struct {
	yes, told bool
	port      uint16
}

func (b *bell) Answers(_ context.Context, known *diag.Evidence) (yes, told bool) {
	b.port = known.Asked.Port
	return b.yes, b.told
}

func TestAnswers(t *testing.T) {
	i := &diag.Instance{ID: "1", Addresses: []diag.Address{{IP: netip.MustParseAddr("192.0.2.1")}}}
	for _, c := range []struct {
		asked, port, want uint16
		bell              bell
	}{
		{0, 0, 22, bell{yes: true, told: true}},
		{0, 2222, 2222, bell{told: true}},
		{2200, 2222, 2200, bell{}},
	} {
		h := &Hands{Bell: &c.bell, Port: c.port}
		yes, told := h.Answers(t.Context(), diag.Asked{Port: c.asked}, i)
		if yes != c.bell.yes || told != c.bell.told || c.bell.port != c.want {
			t.Errorf("%+v: %v, %v", c, yes, told)
		}
	}
	if _, told := (&Hands{}).Answers(t.Context(), diag.Asked{}, i); told {
		t.Error("told without a bell")
	}
}
