package twin

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed default.yaml
var defaultScenario []byte

// Scenario is the workspace a twin starts with. The zero value of a field means
// what its comment says; ids that are left out are made from the names.
type Scenario struct {
	Team      TeamSpec        `yaml:"team"`
	Bot       BotSpec         `yaml:"bot"`
	Tokens    TokenSpec       `yaml:"tokens"`
	Scopes    []string        `yaml:"scopes"`     // granted to the bot token
	Events    []string        `yaml:"events"`     // subscribed events, e.g. message.channels; empty means all
	Commands  []CommandSpec   `yaml:"commands"`   // anything else is dispatch_unknown_command
	Shortcuts []ShortcutSpec  `yaml:"shortcuts"`  // empty: every callback id is accepted
	Users     []UserSpec      `yaml:"users"`      // people and other bots; our own bot is added
	Channels  []ChannelSpec   `yaml:"channels"`   // direct messages are added
	Groups    []UserGroupSpec `yaml:"usergroups"` // user groups, which only paid plans have
	FreePlan  bool            `yaml:"free_plan"`  // usergroups.* answer plan_upgrade_required
	NoUploads bool            `yaml:"no_uploads"` // the workspace forbids file uploads
	// AllowMentions are live tokens the bot may send besides the asking user, e.g. "<!subteam^S0000ONCALL>".
	AllowMentions []string `yaml:"allow_mentions"`
}

// TeamSpec names the workspace. Enterprise is set for a workspace of an Enterprise Grid.
type TeamSpec struct {
	ID         string `yaml:"id"`
	Name       string `yaml:"name"`
	Domain     string `yaml:"domain"`
	Enterprise string `yaml:"enterprise_id"`
}

// BotSpec names our own bot.
type BotSpec struct {
	Name   string `yaml:"name"`
	UserID string `yaml:"user_id"`
	BotID  string `yaml:"bot_id"`
	AppID  string `yaml:"app_id"`
}

// TokenSpec lists the tokens that are valid: bot tokens start with xoxb-, app-level tokens with xapp-.
type TokenSpec struct {
	Bot []string `yaml:"bot"`
	App []string `yaml:"app"`
}

// CommandSpec is a slash command of the app's manifest.
type CommandSpec struct {
	Name         string `yaml:"name" json:"name"`
	Description  string `yaml:"description" json:"description,omitempty"`
	UsageHint    string `yaml:"usage_hint" json:"usage_hint,omitempty"`
	ShouldEscape bool   `yaml:"should_escape" json:"-"`
}

// ShortcutSpec is a shortcut of the app's manifest; Type is "message" or "global".
type ShortcutSpec struct {
	CallbackID string `yaml:"callback_id" json:"callback_id"`
	Name       string `yaml:"name" json:"name"`
	Type       string `yaml:"type" json:"type"`
}

// UserSpec is a person, or another bot. Team is set for people of other workspaces (is_stranger).
// An inactive user misses ephemeral messages.
type UserSpec struct {
	ID                string `yaml:"id"`
	Name              string `yaml:"name"`
	RealName          string `yaml:"real_name"`
	Title             string `yaml:"title"`
	Email             string `yaml:"email"`
	Locale            string `yaml:"locale"`
	TZ                string `yaml:"tz"`
	Team              string `yaml:"team"`
	IsBot             bool   `yaml:"is_bot"`
	IsRestricted      bool   `yaml:"is_restricted"`
	IsUltraRestricted bool   `yaml:"is_ultra_restricted"`
	IsStranger        bool   `yaml:"is_stranger"`
	Deleted           bool   `yaml:"deleted"`
	Inactive          bool   `yaml:"inactive"`
}

// ChannelSpec is a channel. Members are user names; none listed means everybody. Bot says whether our bot is in.
type ChannelSpec struct {
	ID        string   `yaml:"id"`
	Name      string   `yaml:"name"`
	Private   bool     `yaml:"private"`
	ExtShared bool     `yaml:"ext_shared"`
	Archived  bool     `yaml:"archived"`
	Bot       bool     `yaml:"bot"`
	Members   []string `yaml:"members"`
}

// UserGroupSpec is a user group; Users are user names.
type UserGroupSpec struct {
	ID     string   `yaml:"id"`
	Handle string   `yaml:"handle"`
	Name   string   `yaml:"name"`
	Users  []string `yaml:"users"`
}

// DefaultScenario returns the embedded workspace "Demo": #ssh-help with the bot, #random without,
// mia (support), jo (on call, in @oncall), sam and the guest gus.
func DefaultScenario() *Scenario {
	sc, err := LoadScenario(bytes.NewReader(defaultScenario))
	if err != nil {
		panic("embedded scenario: " + err.Error()) // unreachable: a test loads it
	}
	return sc
}

// LoadScenario reads a scenario in YAML. Unknown keys, names that refer to nothing and ids used twice are errors.
func LoadScenario(r io.Reader) (*Scenario, error) {
	var sc Scenario
	dec := yaml.NewDecoder(r)
	dec.KnownFields(true)
	if err := dec.Decode(&sc); err != nil {
		return nil, fmt.Errorf("read scenario: %w", err)
	}
	if err := sc.complete(); err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	return &sc, nil
}

// complete fills in what was left out and checks the rest. It may run twice.
func (sc *Scenario) complete() error {
	sc.Team.Name = or(sc.Team.Name, "Demo")
	sc.Team.Domain = or(sc.Team.Domain, strings.ToLower(sc.Team.Name))
	sc.Team.ID = or(sc.Team.ID, slackID("T", sc.Team.Name))
	sc.Bot.Name = or(sc.Bot.Name, "sshhelp")
	sc.Bot.UserID = or(sc.Bot.UserID, slackID("U", sc.Bot.Name))
	sc.Bot.BotID = or(sc.Bot.BotID, slackID("B", sc.Bot.Name))
	sc.Bot.AppID = or(sc.Bot.AppID, slackID("A", sc.Bot.Name))
	if len(sc.Tokens.Bot) == 0 {
		sc.Tokens.Bot = []string{"xoxb-demo"}
	}
	if len(sc.Tokens.App) == 0 {
		sc.Tokens.App = []string{"xapp-demo"}
	}
	for i := range sc.Users {
		sc.Users[i].ID = or(sc.Users[i].ID, slackID("U", sc.Users[i].Name))
	}
	for i := range sc.Channels {
		sc.Channels[i].ID = or(sc.Channels[i].ID, slackID("C", sc.Channels[i].Name))
	}
	for i := range sc.Groups {
		sc.Groups[i].ID = or(sc.Groups[i].ID, slackID("S", sc.Groups[i].Handle))
	}
	return sc.check()
}

func (sc *Scenario) check() error {
	var errs []error
	seen := map[string]string{sc.Bot.UserID: "the bot"}
	unique := func(id, what string) {
		if other, ok := seen[id]; ok {
			errs = append(errs, fmt.Errorf("%s and %s have the same id %s", what, other, id))
		}
		seen[id] = what
	}
	names := []string{}
	for _, u := range sc.Users {
		unique(u.ID, "user "+u.Name)
		names = append(names, u.Name)
	}
	for _, c := range sc.Channels {
		unique(c.ID, "channel "+c.Name)
		errs = append(errs, known("channel "+c.Name, c.Members, names))
	}
	for _, g := range sc.Groups {
		unique(g.ID, "user group "+g.Handle)
		errs = append(errs, known("user group "+g.Handle, g.Users, names))
	}
	return errors.Join(append(errs, sc.checkTokens())...)
}

func (sc *Scenario) checkTokens() error {
	for _, t := range sc.Tokens.Bot {
		if !strings.HasPrefix(t, "xoxb-") {
			return fmt.Errorf("bot token %q does not start with xoxb-", t)
		}
	}
	for _, t := range sc.Tokens.App {
		if !strings.HasPrefix(t, "xapp-") {
			return fmt.Errorf("app token %q does not start with xapp-", t)
		}
	}
	return nil
}

func known(what string, listed, names []string) error {
	for _, n := range listed {
		if !slices.Contains(names, n) {
			return fmt.Errorf("%s: no user %q", what, n)
		}
	}
	return nil
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// slackID makes a readable id of Slack's form: a letter and at least eight capitals or digits.
func slackID(kind, name string) string {
	id := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, name)
	return kind + strings.Repeat("0", max(0, 8-len(id))) + id
}
