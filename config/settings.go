package config

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

// A setting is one key of the file and the environment variable that stands
// for it. Both are read by the same parse function, so that they cannot come
// to mean different things.
type setting struct {
	path string
	env  string
	target
}

// settings is the whole schema. No variable is called SSHHELP_PORT or
// SSHHELP_SERVICE_...: Kubernetes sets those beside a Service called sshhelp.
var settings = []setting{
	{"slack.api_url", "SLACK_API_URL", one(apiURL, func(c *Config) *string { return &c.Slack.APIURL })},
	{"slack.connections", "SSHHELP_SLACK_CONNECTIONS", one(number(1, 3), func(c *Config) *int { return &c.Slack.Connections })},

	{"redis.key_prefix", "SSHHELP_REDIS_KEY_PREFIX", one(keyPrefix, func(c *Config) *string { return &c.Redis.KeyPrefix })},
	{"redis.state_ttl", "SSHHELP_REDIS_STATE_TTL", one(duration(time.Hour, 365*24*time.Hour), func(c *Config) *time.Duration { return &c.Redis.StateTTL })},

	{"clouds", "SSHHELP_CLOUDS", list(name, func(c *Config) *[]string { return &c.Clouds })},

	{"access.allow_everyone", "SSHHELP_ALLOW_EVERYONE", one(boolean, func(c *Config) *bool { return &c.Access.Everyone })},
	{"access.teams", "SSHHELP_ALLOW_TEAMS", list(slackID("workspace", "TE"), func(c *Config) *[]string { return &c.Access.Teams })},
	{"access.channels", "SSHHELP_ALLOW_CHANNELS", list(slackID("channel", "CGD"), func(c *Config) *[]string { return &c.Access.Channels })},
	{"access.users", "SSHHELP_ALLOW_USERS", list(slackID("user", "UW"), func(c *Config) *[]string { return &c.Access.Users })},
	{"access.scopes", "SSHHELP_ACCESS_SCOPES", table(scope, func(c *Config) *[]Scope { return &c.Access.Scopes })},

	{"actions.enabled", "SSHHELP_ACTIONS_ENABLED", one(boolean, func(c *Config) *bool { return &c.Actions.Enabled })},
	{"actions.clouds", "SSHHELP_ACTIONS_CLOUDS", list(name, func(c *Config) *[]string { return &c.Actions.Clouds })},
	{"actions.users", "SSHHELP_ACTIONS_USERS", list(slackID("user", "UW"), func(c *Config) *[]string { return &c.Actions.Users })},
	{"actions.groups", "SSHHELP_ACTIONS_GROUPS", list(slackID("user group", "S"), func(c *Config) *[]string { return &c.Actions.Groups })},
	{"actions.ask", "SSHHELP_ACTIONS_ASK", one(optional(words), func(c *Config) *string { return &c.Actions.Ask })},
	{"actions.second_person", "SSHHELP_ACTIONS_SECOND_PERSON", one(boolean, func(c *Config) *bool { return &c.Actions.SecondPerson })},
	{"actions.second_within", "SSHHELP_ACTIONS_SECOND_WITHIN", one(duration(time.Minute, 12*time.Hour), func(c *Config) *time.Duration { return &c.Actions.SecondWithin })},
	{"actions.offer_ttl", "SSHHELP_ACTIONS_OFFER_TTL", one(duration(time.Minute, 12*time.Hour), func(c *Config) *time.Duration { return &c.Actions.OfferTTL })},
	{"actions.cooldown", "SSHHELP_ACTIONS_COOLDOWN", one(duration(time.Minute, 24*time.Hour), func(c *Config) *time.Duration { return &c.Actions.Cooldown })},
	{"actions.watch", "SSHHELP_ACTIONS_WATCH", one(duration(30*time.Second, time.Hour), func(c *Config) *time.Duration { return &c.Actions.Watch })},
	{"actions.per_person_per_hour", "SSHHELP_ACTIONS_PER_PERSON_PER_HOUR", one(number(1, 100), func(c *Config) *int { return &c.Actions.PerPersonPerHour })},
	{"actions.per_hour", "SSHHELP_ACTIONS_PER_HOUR", one(number(1, 1000), func(c *Config) *int { return &c.Actions.PerHour })},
	{"actions.audit_channel", "SSHHELP_ACTIONS_AUDIT_CHANNEL", one(optional(slackID("channel", "CG")), func(c *Config) *string { return &c.Actions.AuditChannel })},

	{"escalation.channel", "SSHHELP_ESCALATION_CHANNEL", one(optional(slackID("channel", "CG")), func(c *Config) *string { return &c.Escalation.Channel })},

	{"ssh.port", "SSHHELP_SSH_PORT", one(port, func(c *Config) *int { return &c.SSH.Port })},
	{"ssh.user", "SSHHELP_SSH_USER", one(optional(account), func(c *Config) *string { return &c.SSH.User })},
	{"ssh.users", "SSHHELP_SSH_USERS", table(imageUser, func(c *Config) *[]ImageUser { return &c.SSH.Users })},

	{"probes.disabled", "SSHHELP_PROBES_DISABLED", one(boolean, func(c *Config) *bool { return &c.Probes.Disabled })},
	{"probes.allow_networks", "SSHHELP_PROBES_ALLOW_NETWORKS", list(network, func(c *Config) *[]netip.Prefix { return &c.Probes.AllowNetworks })},
	{"probes.timeout", "SSHHELP_PROBES_TIMEOUT", one(duration(time.Second, 2*time.Minute), func(c *Config) *time.Duration { return &c.Probes.Timeout })},
	{"probes.other_ports", "SSHHELP_PROBES_OTHER_PORTS", list(port, func(c *Config) *[]int { return &c.Probes.OtherPorts })},
	{"probes.vantage", "SSHHELP_PROBES_VANTAGE", one(optional(vantage), func(c *Config) *string { return &c.Probes.Vantage })},
	{"probes.vantages", "SSHHELP_PROBES_VANTAGES", list(vantage, func(c *Config) *[]string { return &c.Probes.Vantages })},

	{"limits.concurrent", "SSHHELP_LIMITS_CONCURRENT", one(number(1, 256), func(c *Config) *int { return &c.Limits.Concurrent })},
	{"limits.per_user_per_minute", "SSHHELP_LIMITS_PER_USER_PER_MINUTE", one(number(1, 600), func(c *Config) *int { return &c.Limits.PerUserPerMinute })},

	{"log.level", "SSHHELP_LOG_LEVEL", one(oneOf("debug", "info", "warn", "error"), func(c *Config) *string { return &c.Log.Level })},
	{"log.format", "SSHHELP_LOG_FORMAT", one(oneOf("json", "text"), func(c *Config) *string { return &c.Log.Format })},

	{"http.listen", "SSHHELP_HTTP_LISTEN", one(listen, func(c *Config) *string { return &c.HTTP.Listen })},
}

// A shape is how a setting is written in the file.
type shape int

const (
	scalar   shape = iota // key: value
	sequence              // key: [value, value]
	mapping               // key: {name: value}
)

// A target is the place in a Config that a setting fills.
type target struct {
	shape shape
	clear func(c *Config)                         // before the first put; a later source replaces, never adds
	put   func(c *Config, key, text string) error // key is empty but in a mapping
}

func one[T any](parse func(string) (T, error), at func(*Config) *T) target {
	return target{scalar, func(*Config) {}, func(c *Config, _, text string) error {
		v, err := parse(text)
		if err == nil {
			*at(c) = v
		}
		return err
	}}
}

func list[T comparable](parse func(string) (T, error), at func(*Config) *[]T) target {
	return target{sequence, func(c *Config) { *at(c) = nil }, func(c *Config, _, text string) error {
		v, err := parse(text)
		if err != nil {
			return err
		}
		if slices.Contains(*at(c), v) {
			return wrong("%s is in the list twice", shown(text))
		}
		*at(c) = append(*at(c), v)
		return nil
	}}
}

func table[T any](parse func(key, text string) (T, error), at func(*Config) *[]T) target {
	return target{mapping, func(c *Config) { *at(c) = nil }, func(c *Config, key, text string) error {
		v, err := parse(key, text)
		if err == nil {
			*at(c) = append(*at(c), v)
		}
		return err
	}}
}

// find returns the setting of a path in the file.
func find(path string) (setting, bool) {
	i := slices.IndexFunc(settings, func(s setting) bool { return s.path == path })
	if i < 0 {
		return setting{}, false
	}
	return settings[i], true
}

// keys returns the keys that may stand in a section of the file; the section
// "" is the file itself.
func keys(section string) []string {
	var found []string
	for _, s := range settings {
		rest := s.path
		if section != "" {
			var inside bool
			if rest, inside = strings.CutPrefix(s.path, section+"."); !inside {
				continue
			}
		}
		key, _, _ := strings.Cut(rest, ".")
		if !slices.Contains(found, key) {
			found = append(found, key)
		}
	}
	return found
}
