package bot

import (
	"testing"

	"sshhelp/commands"
	"sshhelp/sim/slack/twin"
)

var northP1 = commands.Scope{{Cloud: "north", Project: "p1"}}

// TestScopes: a scope opens what it names and nothing else, by workspace, channel,
// person or user group; a group that Slack does not tell of opens nothing.
func TestScopes(t *testing.T) {
	tests := []struct {
		name     string
		access   Access
		user     string
		instance string
		told     string // in private; "" means that it is answered
		fail     int    // look-ups of the group that fail
	}{
		{name: "a channel's", access: Access{Scopes: map[string]commands.Scope{"C00SSHHELP": northP1}}, user: "mia", instance: "theirs"},
		{name: "not beyond it", access: Access{Scopes: map[string]commands.Scope{"C00SSHHELP": northP1}}, user: "mia", instance: "web-1", told: "There is no instance web-1."},
		{name: "a person's", access: Access{Scopes: map[string]commands.Scope{"U00000SAM": northP1}}, user: "sam", instance: "theirs"},
		{name: "another person's", access: Access{Scopes: map[string]commands.Scope{"U00000SAM": northP1}}, user: "mia", instance: "theirs", told: "cannot use sshhelp here yet"},
		{name: "the workspace's", access: Access{Scopes: map[string]commands.Scope{"T0000DEMO": northP1}}, user: "mia", instance: "theirs"},
		{name: "a group's", access: Access{Scopes: map[string]commands.Scope{"S0000ONCALL": northP1}}, user: "jo", instance: "theirs"},
		{name: "a group that one is not in", access: Access{Scopes: map[string]commands.Scope{"S0000ONCALL": northP1}}, user: "mia", instance: "theirs", told: "cannot use sshhelp here yet"},
		{name: "a group that cannot be read", access: Access{Scopes: map[string]commands.Scope{"S0000ONCALL": northP1}}, user: "jo", instance: "theirs", told: "cannot use sshhelp here yet", fail: 10},
		{name: "a list opens everything", access: Access{Users: []string{"U00000MIA"}, Scopes: map[string]commands.Scope{"C00SSHHELP": northP1}}, user: "mia", instance: "web-1"},
		{name: "guests not even so", access: Access{Scopes: map[string]commands.Scope{"C00SSHHELP": northP1}}, user: "gus", instance: "theirs", told: "Guests"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := scopedRig(t, tt.access)
			r.twin.Fail("usergroups.users.list", twin.Fault{Error: "internal_error"}, tt.fail)
			b, _ := r.serve()
			r.commandAs(tt.user, "#ssh-help", "/sshhelp "+tt.instance)
			if tt.told == "" {
				r.root(tt.instance + " is shut off.")
				return
			}
			r.private(tt.user, tt.told)
			r.idle(b)
			nothingPosted(t, r, "#ssh-help")
		})
	}
}

// scopedRig is a workspace in which #ssh-help has a known ID.
func scopedRig(t *testing.T, access Access) *rig {
	r := newRig(t, newEmbeddedServer(t), func(o *twin.Options) {
		o.Scenario = twin.DefaultScenario()
		o.Scenario.Groups[0].ID = "S0000ONCALL"
		for i := range o.Scenario.Channels {
			if o.Scenario.Channels[i].Name == "ssh-help" {
				o.Scenario.Channels[i].ID = "C00SSHHELP"
			}
		}
	})
	r.opts.Access = access
	return r
}

// TestOthersScope: in a thread about an instance that a person may not look at,
// the person learns and changes nothing, and the answer stays as it was.
func TestOthersScope(t *testing.T) {
	r := scopedRig(t, Access{Scopes: map[string]commands.Scope{
		"U00000SAM": northP1, "U00000MIA": {{Cloud: "south", Project: commands.Any}},
	}})
	b, _ := r.serve()
	r.commandAs("sam", "#ssh-help", "/sshhelp theirs")
	root := r.root("theirs is shut off.")
	r.idle(b)
	before := len(r.engine.asked())
	if _, err := r.twin.As("mia").Say("#ssh-help", root.TS, "recheck"); err != nil {
		t.Fatal(err)
	}
	r.private("mia", "not for the project that this instance belongs to")
	r.idle(b)
	if n := len(r.engine.asked()); n != before {
		t.Errorf("%d more diagnoses", n-before)
	}
	r.root("theirs is shut off.")
}
