package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// wrong makes the message of a bad value. It says what is allowed and quotes
// what was found.
func wrong(format string, args ...any) error { return fmt.Errorf(format, args...) }

// optional lets "" stand for "work it out".
func optional(parse func(string) (string, error)) func(string) (string, error) {
	return func(text string) (string, error) {
		if text == "" {
			return "", nil
		}
		return parse(text)
	}
}

func boolean(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, wrong("must be true or false, not %s", shown(text))
}

func number(low, high int) func(string) (int, error) {
	return func(text string) (int, error) {
		n, err := strconv.Atoi(text)
		if err != nil || n < low || n > high {
			return 0, wrong("must be a whole number from %d to %d, not %s", low, high, shown(text))
		}
		return n, nil
	}
}

func port(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 65535 {
		return 0, wrong("must be a port from 1 to 65535, not %s", shown(text))
	}
	return n, nil
}

func duration(low, high time.Duration) func(string) (time.Duration, error) {
	return func(text string) (time.Duration, error) {
		d, err := time.ParseDuration(text)
		if _, bare := strconv.Atoi(text); bare == nil {
			return 0, wrong("must be a time with a unit: %ss, %sm or %sh?", text, text, text)
		}
		if err != nil {
			return 0, wrong("must be a time such as 20s, 10m or 168h, not %s", shown(text))
		}
		if d < low || d > high {
			return 0, wrong("must be a time from %s to %s, not %s", short(low), short(high), text)
		}
		return d, nil
	}
}

// short is d without its zero minutes and seconds: 168h, not 168h0m0s.
func short(d time.Duration) string {
	text := d.String()
	if d >= time.Minute {
		text = strings.TrimSuffix(text, "0s")
	}
	if d >= time.Hour {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func oneOf(allowed ...string) func(string) (string, error) {
	return func(text string) (string, error) {
		if slices.Contains(allowed, text) {
			return text, nil
		}
		return "", wrong("must be %s, not %s%s", strings.Join(allowed, " or "), shown(text), didYouMean(text, allowed))
	}
}

func apiURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") {
		return "", wrong("must be a URL such as https://slack.com/api/, not %s", shown(text))
	}
	return strings.TrimSuffix(text, "/") + "/", nil
}

func keyPrefix(text string) (string, error) {
	// Braces would decide the hash slot of every key on a Redis Cluster.
	if len(text) > 64 || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == '{' || r == '}' }) {
		return "", wrong("must be at most 64 ASCII characters without spaces and braces, not %s", shown(text))
	}
	return text, nil
}

func name(text string) (string, error) {
	if text == "" || len(text) > 255 || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }) {
		return "", wrong("must be the name of a cloud in clouds.yaml, not %s", shown(text))
	}
	return text, nil
}

// words are for a sentence that people read.
func words(text string) (string, error) {
	if len(text) > 120 || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }) {
		return "", wrong("must be a few words on one line, not %s", shown(text))
	}
	return text, nil
}

func slackID(of, first string) func(string) (string, error) {
	form := regexp.MustCompile(`^[` + first + `][A-Z0-9]+$`)
	starts := strings.Join(strings.Split(first, ""), ", ")
	return func(text string) (string, error) {
		if form.MatchString(text) {
			return text, nil
		}
		return "", wrong("must be the ID of a %s (capitals and digits, first letter %s), not %s; Slack shows it under the %s's details",
			of, starts, shown(text), of)
	}
}

// scope reads what an ID may look at: clouds, or cloud/project, with spaces
// between them; * stands for all.
func scope(id, text string) (Scope, error) {
	if _, err := slackID("workspace, channel, person or user group", "TECGDUWS")(id); err != nil {
		return Scope{}, err
	}
	s := Scope{ID: id}
	for _, word := range strings.Fields(text) {
		cloud, project, parted := strings.Cut(word, "/")
		if !parted {
			project = "*"
		}
		if cloud == "" || project == "" || strings.Contains(project, "/") {
			return Scope{}, wrong("must be clouds or cloud/project, the project by its ID, not %s", shown(word))
		}
		s.Grants = append(s.Grants, Grant{Cloud: cloud, Project: project})
	}
	if s.Grants == nil {
		return Scope{}, wrong("must name clouds or cloud/project, with spaces between them; * stands for all")
	}
	return s, nil
}

var accountForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9._-]{0,31}$`)

func account(text string) (string, error) {
	if !accountForm.MatchString(text) {
		return "", wrong("must be an account name such as ubuntu, not %s", shown(text))
	}
	return text, nil
}

func imageUser(image, user string) (ImageUser, error) {
	if _, err := path.Match(image, ""); err != nil || image == "" {
		return ImageUser{}, wrong("%s is not a pattern of image names; * stands for any text, as in ubuntu-*", shown(image))
	}
	user, err := account(user)
	return ImageUser{Image: image, User: user}, err
}

func network(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return netip.Prefix{}, wrong("must be a network: write %s/%d for this one address", addr, addr.BitLen())
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, wrong("must be a network such as 192.168.0.0/16 or fd00::/8, not %s", shown(text))
	}
	if prefix != prefix.Masked() {
		return netip.Prefix{}, wrong("%s is an address inside a network: write %s", text, prefix.Masked())
	}
	return prefix, nil
}

var vantageForm = regexp.MustCompile(`^[\pL\pN][\pL\pN ._/-]{0,62}$`)

func vantage(text string) (string, error) {
	if !vantageForm.MatchString(text) {
		return "", wrong("must be a short name such as melbourne or office-1, not %s", shown(text))
	}
	return text, nil
}

// listen accepts "off" beside "", because an empty environment variable means
// that it is not set.
func listen(text string) (string, error) {
	if text == "" || text == "off" {
		return "", nil
	}
	_, p, err := net.SplitHostPort(text)
	if err == nil {
		_, err = port(p)
	}
	if err != nil {
		return "", wrong(`must be an address and port such as :8080 or 127.0.0.1:8080, or off, not %s`, shown(text))
	}
	return text, nil
}

func botToken(text string) error {
	if strings.HasPrefix(text, "xapp-") {
		return errors.New("is an app-level token (xapp-...), which belongs in SLACK_APP_TOKEN; " +
			"the bot token (xoxb-...) is under OAuth & Permissions in the app's settings")
	}
	if strings.HasPrefix(text, "xoxp-") {
		return errors.New("is a user token (xoxp-...); the bot token (xoxb-...) is under OAuth & Permissions in the app's settings")
	}
	return nil
}

func appToken(text string) error {
	if strings.HasPrefix(text, "xox") {
		return errors.New("is not an app-level token; that one begins with xapp-, needs the scope connections:write, " +
			"and is made under Basic Information in the app's settings")
	}
	return nil
}

// redisURL never repeats the URL, nor net/url's error about it: either may hold the password.
func webhookURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("must be a URL such as https://tickets.example.org/hooks/ssh; its value is not shown here, as it may hold a token")
	}
	return nil
}

// leastSecret keeps out what can be guessed.
const leastSecret = 16

func webhookSecret(text string) error {
	if len(text) < leastSecret {
		return fmt.Errorf("must have at least %d characters, such as those of: openssl rand -hex 32", leastSecret)
	}
	return nil
}

func redisURL(text string) error {
	u, err := url.Parse(text)
	known := err == nil && slices.Contains([]string{"redis", "rediss", "unix"}, u.Scheme)
	if !known || (u.Host == "" && u.Path == "") {
		return errors.New("must be a URL such as redis://user:password@host:6379/0, or rediss:// for TLS; its value is not shown here, as it may hold a password")
	}
	return nil
}
