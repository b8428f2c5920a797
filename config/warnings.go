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
	if plainText(c.Slack.APIURL) {
		w = append(w, "slack.api_url is not https: the Slack tokens would cross the network unencrypted")
	}
	if plainText(c.Escalation.WebhookURL.Reveal()) {
		w = append(w, "SSHHELP_WEBHOOK_URL is not https: cases would cross the network unencrypted")
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
