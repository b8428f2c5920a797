package config

import (
	"net/netip"
	"net/url"
	"slices"
)

// warnings says what is allowed but probably not meant.
func (c *Config) warnings() []string {
	var w []string
	listed := slices.Concat(c.Access.Teams, c.Access.Channels, c.Access.Users)
	if !c.Access.Everyone && len(listed)+len(c.Access.Scopes) == 0 {
		w = append(w, "nobody may check: list IDs under access.teams, access.channels, access.users or access.scopes, "+
			"or set access.allow_everyone: true (SSHHELP_ALLOW_EVERYONE=true) to let in everybody who can reach the app")
	}
	if c.Access.Everyone && len(listed)+len(c.Access.Scopes) > 0 {
		w = append(w, "access.allow_everyone is true, so access.teams, access.channels, access.users and access.scopes change nothing")
	}
	for _, s := range c.Access.Scopes {
		if slices.Contains(listed, s.ID) {
			w = append(w, "access.scopes: "+s.ID+" is in a list above as well, and so may look at everything")
		}
	}
	if slices.Contains(c.Probes.Vantages, c.Probes.Vantage) {
		w = append(w, "probes.vantages holds "+c.Probes.Vantage+", which is the name of this very place: others need names of their own")
	}
	w = append(w, c.Actions.warnings()...)
	for _, name := range c.Actions.Clouds {
		if slices.Contains(c.Clouds, name) {
			w = append(w, "actions.clouds: "+name+" is also what clouds are read with; give actions a credential of their own, so that reading can change nothing")
		}
	}
	if plainText(c.Slack.APIURL) {
		w = append(w, "slack.api_url is not https: the Slack tokens would cross the network unencrypted")
	}
	if plainText(c.Escalation.WebhookURL.Reveal()) {
		w = append(w, "SSHHELP_WEBHOOK_URL is not https: cases would cross the network unencrypted")
	}
	return w
}

// warnings: what would be offered to nobody, or with a credential that is not a
// separate one, is most likely not meant so.
func (a Actions) warnings() []string {
	var w []string
	if a.Enabled && len(a.Users)+len(a.Groups) == 0 {
		w = append(w, "actions.enabled is true, but nobody may confirm: list IDs under actions.users or actions.groups")
	}
	if !a.Enabled && len(a.Users)+len(a.Groups)+len(a.Clouds) > 0 {
		w = append(w, "actions.enabled is false, so actions.users, actions.groups and actions.clouds change nothing")
	}
	if a.SecondPerson && len(a.Groups) == 0 && len(a.Users) == 1 {
		w = append(w, "actions.second_person is true, but only one person may confirm: no action can ever be carried out")
	}
	return w
}

// plainText reports whether a URL leads off this machine without TLS.
func plainText(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() != "localhost" && (err != nil || !ip.IsLoopback())
}

// MissingTokens says which Slack tokens are not set, as *Errors, or returns
// nil. Only serve needs them.
func (c *Config) MissingTokens() error {
	var missing []Problem
	if c.Slack.BotToken == "" {
		missing = append(missing, Problem{Path: "SLACK_BOT_TOKEN", Message: "is not set; " +
			"it is the bot token (xoxb-...) under OAuth & Permissions in the app's settings"})
	}
	if c.Slack.AppToken == "" {
		missing = append(missing, Problem{Path: "SLACK_APP_TOKEN", Message: "is not set; " +
			"it is the app-level token (xapp-...) with the scope connections:write under Basic Information in the app's settings"})
	}
	if missing == nil {
		return nil
	}
	return &Errors{Problems: missing}
}
