package config

import (
	"log/slog"
	"regexp"
	"strconv"
)

// A Secret is a value that is never printed: formatting, logging and encoding
// it show only whether it is set.
type Secret string

// Reveal returns the value itself, for the one call that needs it.
func (s Secret) Reveal() string { return string(s) }

// String says whether the secret is set.
func (s Secret) String() string {
	if s == "" {
		return "(not set)"
	}
	return "(set)"
}

// GoString keeps the value out of %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue keeps the value out of logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText keeps the value out of JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

var (
	// A Slack token of any kind, or a URL that carries a password.
	secretValue = regexp.MustCompile(`xox[a-z]?[-.]|xapp-|://[^/@\s]*:[^/@\s]*@`)
	secretKey   = regexp.MustCompile(`(?i)token|secret|passw|credential|api_?key|private_?key`)
)

// shown is text as an error message may quote it: never a secret, never long.
func shown(text string) string {
	const limit = 60
	if secretValue.MatchString(text) {
		return "(a secret, not shown)"
	}
	if r := []rune(text); len(r) > limit {
		text = string(r[:limit]) + "..."
	}
	return strconv.Quote(text)
}
