package twin_test

import (
	"strings"
	"testing"

	"sshhelp/sim/slack/twin"
)

func TestDefaultScenario(t *testing.T) {
	tw := start(t, twin.Options{})
	s := tw.As("jo").State()
	if s.Team.Name != "Demo" || s.Me.Name != "jo" || len(s.Groups) != 1 || s.Groups[0].Users[0] != tw.UserID("jo") {
		t.Errorf("%+v", s)
	}
	for _, c := range s.Channels {
		if c.BotIsMember != (c.Name != "random") {
			t.Errorf("%s: bot is a member: %t", c.Name, c.BotIsMember)
		}
	}
	if gus := tw.As("gus").State(); !gus.Me.IsRestricted || len(gus.Channels) != 2 {
		t.Errorf("the guest sees %+v", gus.Channels)
	}
	if tw.ChannelID("nowhere") != "" || tw.Messages("nowhere") != nil {
		t.Error("a channel that is not there")
	}
}

func TestScenariosThatAreRefused(t *testing.T) {
	for yaml, want := range map[string]string{
		"userz: []":                                                    "userz",
		"users: [{name: a}, {name: a}]":                                "same id",
		"channels: [{name: c, members: [ghost]}]":                      `no user "ghost"`,
		"usergroups: [{handle: g, users: [ghost]}]":                    `no user "ghost"`,
		"tokens: {bot: [xapp-1]}":                                      "xoxb-",
		"tokens: {app: [xoxb-1]}":                                      "xapp-",
		"users: [{name: a, id: U0000000B}]\nbot: {user_id: U0000000B}": "same id",
	} {
		if _, err := twin.LoadScenario(strings.NewReader(yaml)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", yaml, err, want)
		}
	}
	if _, err := twin.New(twin.Options{Scenario: &twin.Scenario{Tokens: twin.TokenSpec{Bot: []string{"x"}}}}); err == nil {
		t.Error("a scenario made in Go is not checked")
	}
	if _, err := twin.New(twin.Options{Listen: "127.0.0.1:notaport"}); err == nil {
		t.Error("listens nowhere")
	}
}

func TestMistakesInTestsPanic(t *testing.T) {
	tw := start(t, twin.Options{})
	for name, f := range map[string]func(){
		"user":  func() { tw.As("nobody") },
		"bot":   func() { tw.As("sshhelp") },
		"group": func() { tw.SetGroup("nobody") },
		"set":   func() { tw.SetUser("nobody", nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func TestBaseURLAndScaling(t *testing.T) {
	tw := start(t, twin.Options{BaseURL: "http://slack.test"})
	if tw.APIURL() != "http://slack.test/api/" {
		t.Error(tw.APIURL())
	}
	tm := twin.RealTiming().Scaled(0.5)
	if tm.Ack != twin.RealTiming().Ack/2 || tm.Retries[2] != twin.RealTiming().Retries[2]/2 {
		t.Errorf("%+v", tm)
	}
}
