package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A variable that is set but empty counts as not set, as everywhere in
// containers, where a template leaves them behind.

// Environment turns os.Environ's list into the map that Load takes.
func Environment(list []string) map[string]string {
	env := make(map[string]string, len(list))
	for _, line := range list {
		name, value, _ := strings.Cut(line, "=")
		env[name] = value
	}
	return env
}

// environment applies the variables that stand for settings of the file.
func (l *loader) environment(env map[string]string) {
	for _, s := range settings {
		text := strings.TrimSpace(env[s.env])
		switch {
		case text == "":
		case s.shape == scalar:
			l.put(s, s.env, "", text, 0)
		default:
			l.several(s, text)
		}
	}
}

// several applies a,b,c to a list and a=x,b=y to a table.
func (l *loader) several(s setting, text string) {
	s.clear(l.cfg)
	for i, item := range strings.Split(text, ",") {
		path := fmt.Sprintf("%s[%d]", s.env, i)
		key, value := "", strings.TrimSpace(item)
		if s.shape == mapping {
			var paired bool
			if key, value, paired = strings.Cut(value, "="); !paired {
				l.problem(path, 0, "must be pairs such as ubuntu-*=ubuntu,debian-*=debian, not "+shown(item))
				continue
			}
		}
		l.put(s, path, strings.TrimSpace(key), strings.TrimSpace(value), 0)
	}
}

// A credential is a secret that comes by environment variable, or in the file
// that the variable with _FILE at its end names.
type credential struct {
	env   string
	at    func(*Config) *Secret
	check func(string) error
}

var credentials = []credential{
	{"SLACK_BOT_TOKEN", func(c *Config) *Secret { return &c.Slack.BotToken }, botToken},
	{"SLACK_APP_TOKEN", func(c *Config) *Secret { return &c.Slack.AppToken }, appToken},
	{"REDIS_URL", func(c *Config) *Secret { return &c.Redis.URL }, redisURL},
	{"SSHHELP_WEBHOOK_URL", func(c *Config) *Secret { return &c.Escalation.WebhookURL }, webhookURL},
	{"SSHHELP_WEBHOOK_SECRET", func(c *Config) *Secret { return &c.Escalation.WebhookSecret }, webhookSecret},
}

const largestSecret = 64 << 10 // bytes

func (l *loader) secrets(env map[string]string) {
	for _, c := range credentials {
		text, from, err := secretText(env, c.env)
		if err == nil && text != "" {
			err = c.check(text)
		}
		if err != nil {
			l.problem(from, 0, err.Error())
			continue
		}
		*c.at(l.cfg) = Secret(text)
	}
	if l.cfg.Escalation.WebhookURL != "" && l.cfg.Escalation.WebhookSecret == "" {
		l.problem("SSHHELP_WEBHOOK_SECRET", 0, "is not set, although SSHHELP_WEBHOOK_URL is: nobody could tell who sends cases")
	}
}

// secretText returns the secret without the line end that files and
// `kubectl create secret` leave on it, and the variable it came by.
func secretText(env map[string]string, variable string) (text, from string, err error) {
	text, file := strings.TrimSpace(env[variable]), env[variable+"_FILE"]
	if file == "" {
		return text, variable, nil
	}
	from = variable + "_FILE"
	if text != "" {
		return "", from, fmt.Errorf("%s is set too; leave one of them away", variable)
	}
	data, err := readLimited(file, largestSecret)
	if err != nil {
		return "", from, fmt.Errorf("%s %w", shown(file), err)
	}
	text = strings.TrimSpace(string(data))
	if text == "" {
		return "", from, fmt.Errorf("%s is empty", shown(file))
	}
	return text, from, nil
}

// What Kubernetes sets for a Service called sshhelp or sshhelp-something.
var serviceLink = regexp.MustCompile(`_SERVICE_(HOST|PORT)|_PORT_\d+_`)

// unknownVariables warns of SSHHELP_ variables that are no setting. They are
// not refused: others may put variables into our environment.
func unknownVariables(env map[string]string) []string {
	var known, warnings []string
	for _, s := range settings {
		known = append(known, s.env)
	}
	for _, c := range credentials {
		known = append(known, c.env, c.env+"_FILE")
	}
	for _, v := range slices.Sorted(maps.Keys(env)) {
		foreign := !strings.HasPrefix(v, "SSHHELP_") || slices.Contains(known, v) ||
			serviceLink.MatchString(v) || strings.Contains(env[v], "://")
		if !foreign {
			warnings = append(warnings, "the environment variable "+v+" is not a setting and does nothing"+didYouMean(v, known))
		}
	}
	return warnings
}
