// Package config owns what an operator can set: the one YAML file, the
// environment variables that stand for its settings, and the secrets, which
// come by environment alone.
//
// It exists apart from the packages that use the settings, and only main
// imports it, so that none of them has to know a file format: each package has
// its own Options and main fills them in. A file is either understood whole or
// refused whole, with every mistake named at once; a setting that is read but
// means nothing would be a promise that nobody keeps.
//
// Precedence: the defaults here, then the file, then the environment.
// Command-line flags come last and are main's.
package config

import (
	"net/netip"
	"path"
	"strings"
	"time"
)

// Config is everything that can be set. Default gives its safe values.
type Config struct {
	Slack  Slack
	Redis  Redis
	Clouds []string // names in clouds.yaml; empty: what OS_CLOUD and OS_* say
	Access Access
	SSH    SSH
	Probes Probes
	Limits Limits
	Log    Log
	HTTP   HTTP

	Escalation Escalation
	Actions    Actions

	// Warnings are sentences about settings that are valid but probably not
	// meant, for `sshhelp check` and the start of `sshhelp serve`.
	Warnings []string
}

// Slack is how to reach Slack. The tokens come by environment only.
type Slack struct {
	APIURL      string // ends in a slash
	Connections int    // Socket Mode connections per process, 1 to 3
	BotToken    Secret // SLACK_BOT_TOKEN or SLACK_BOT_TOKEN_FILE
	AppToken    Secret // SLACK_APP_TOKEN or SLACK_APP_TOKEN_FILE
}

// Redis is where conversations and work in progress are kept.
type Redis struct {
	URL       Secret // REDIS_URL or REDIS_URL_FILE; empty: the embedded server
	KeyPrefix string // put before every key, so that installations can share a server
	StateTTL  time.Duration
}

// Access says who may ask for a check, and about what. The zero Access refuses
// everybody. A request is allowed when any one of the lists holds its workspace,
// its channel or its person, or when a scope is theirs.
type Access struct {
	Everyone bool     // everybody who can reach the app
	Teams    []string // workspace or organisation IDs: T..., E...
	Channels []string // channel IDs: C..., G..., D...
	Users    []string // user IDs: U..., W...
	Scopes   []Scope  // of those who may look at less than everything
}

// A Scope is what a workspace, channel, person or user group may look at.
type Scope struct {
	ID     string // T..., E..., C..., G..., D..., U..., W..., or S... for a user group
	Grants []Grant
}

// A Grant is a cloud, by its name in clouds.yaml, and a project of it, by its ID;
// "*" stands for all.
type Grant struct {
	Cloud   string
	Project string
}

// Actions are what may be done to instances from Slack, and by whom.
type Actions struct {
	Enabled bool
	Clouds  []string // credentials that may act, by name in clouds.yaml; empty: what ACTIONS_OS_* say
	Users   []string // who may confirm
	Groups  []string // user groups whose members may confirm
	Ask     string   // whom to ask where sshhelp may not act

	SecondPerson bool          // two people have to confirm
	SecondWithin time.Duration // for the second of them

	OfferTTL         time.Duration // until a button is void
	Cooldown         time.Duration // between two actions on one instance
	Watch            time.Duration // how long an action is watched
	PerPersonPerHour int           // actions
	PerHour          int           // actions of all people together
	AuditChannel     string        // "": none
}

// Escalation is where cases go that are handed over, besides their threads.
type Escalation struct {
	Channel       string // channel ID; empty: none
	WebhookURL    Secret // SSHHELP_WEBHOOK_URL; empty: none
	WebhookSecret Secret // SSHHELP_WEBHOOK_SECRET signs what the webhook gets
}

// SSH is what to assume about an instance when nobody says otherwise.
type SSH struct {
	Port  int
	User  string      // empty: the admin account of the image
	Users []ImageUser // asked in order; see UserOf
}

// An ImageUser names the account to log in to on instances of an image.
type ImageUser struct {
	Image string // a pattern as in path.Match, over the image's name
	User  string
}

// UserOf returns the account to log in to on instances of an image: that of the
// first pattern that matches its name in any case of letters, else User, which
// may be empty.
func (s SSH) UserOf(image string) string {
	plain := func(name string) string { return strings.ReplaceAll(strings.ToLower(name), "/", "_") } // so that * covers a slash too
	for _, u := range s.Users {
		if ok, err := path.Match(plain(u.Image), plain(image)); ok && err == nil {
			return u.User
		}
	}
	return s.User
}

// Probes says what may be sent to instances.
type Probes struct {
	Disabled      bool
	AllowNetworks []netip.Prefix // may be probed although loopback, link-local or like it
	Timeout       time.Duration  // for all probes of one diagnosis together
	OtherPorts    []int          // looked at where no SSH server answers on the asked one; empty: none
	Vantage       string         // what this place is called in an answer; empty: the host name
	Vantages      []string       // other places to look from, by the names of their probers
}

// Limits bound the work that people can cause.
type Limits struct {
	Concurrent       int // diagnoses at the same time, per process
	PerUserPerMinute int // checks that one person may start in a minute
}

// Log is how the program reports on itself.
type Log struct {
	Level  string // debug, info, warn or error
	Format string // json or text
}

// HTTP is the health and metrics endpoint.
type HTTP struct {
	Listen string // host:port; empty: no endpoint
}

// Default returns the settings of an empty file and an empty environment.
func Default() *Config {
	return &Config{
		Slack:  Slack{APIURL: "https://slack.com/api/", Connections: 1},
		Redis:  Redis{KeyPrefix: "sshhelp:", StateTTL: 7 * 24 * time.Hour},
		SSH:    SSH{Port: 22},
		Probes: Probes{Timeout: 20 * time.Second, OtherPorts: []int{22, 2222, 22022}},
		Limits: Limits{Concurrent: 8, PerUserPerMinute: 10},
		Actions: Actions{
			SecondWithin: 10 * time.Minute, OfferTTL: 15 * time.Minute, Cooldown: 15 * time.Minute, Watch: 5 * time.Minute,
			PerPersonPerHour: 5, PerHour: 20,
		},
		Log:  Log{Level: "info", Format: "json"},
		HTTP: HTTP{Listen: ":8080"},
	}
}
