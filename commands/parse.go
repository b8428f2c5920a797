package commands

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"sshhelp/diag"
)

// Limits of what a request may hold.
const (
	maxQuery = 255 // Nova's limit for a server name (nova/api/validation/parameter_types.py)
	maxUser  = 64  // more than any useradd allows (LOGIN_NAME_MAX is 256, shadow allows 32)
)

// A UsageError tells a person what cannot be understood, and what to do.
type UsageError struct {
	Text string // a sentence: what is wrong
	Hint string // a sentence: what to write instead; may be ""
}

// Error returns both sentences.
func (e *UsageError) Error() string { return strings.TrimSpace(e.Text + " " + e.Hint) }

func usage(hint, format string, args ...any) error {
	return &UsageError{Text: fmt.Sprintf(format, args...), Hint: hint}
}

// Parse reads a request as people write it:
//
//	web-1
//	web-1 from 203.0.113.7 user ubuntu port 2222 cloud north
//	from 203.0.113.7 "name with spaces"
//	web-1 user ubuntu key SHA256:91l1yAhjj19hZU2wafxn87Jgq3+Mch2ZI61u4bStI+M
//	web-1 key ssh-ed25519 AAAAC3Nza... alice@laptop
//	ssh -p 2222 ubuntu@203.0.113.9
//
// A public key comes last, as its comment may be anything. What is not one of
// the settings is the instance's name, spaces and all.
// The error is a [*UsageError].
func Parse(line string) (diag.Asked, error) {
	asked := diag.Asked{Port: 22}
	words := split(line)
	if len(words) == 0 {
		return asked, usage("Write its name, ID, address or DNS name: web-1", "Which instance?")
	}
	if words[0].text == "ssh" && len(words) > 1 {
		return parseSSH(words[1:])
	}
	words = takeKey(&asked, line, words)
	words, err := takeSettings(&asked, words)
	if err != nil {
		return asked, err
	}
	if len(words) == 1 && !words[0].quoted {
		return asked, setTarget(&asked, words[0].text)
	}
	return asked, setQuery(&asked, join(line, words))
}

// ParseArgs reads a request that comes in parts, as from a command line or a
// form: the instance, and settings of which each may be "". One argument is the
// instance, spaces and all; several are read as [Parse] reads a line.
func ParseArgs(args []string, from, user, port string) (diag.Asked, error) {
	asked, err := diag.Asked{Port: 22}, error(nil)
	switch {
	case len(args) > 1:
		asked, err = Parse(strings.Join(args, " "))
	case strings.ContainsFunc(args[0], unicode.IsSpace):
		err = setQuery(&asked, args[0])
	default:
		err = setTarget(&asked, args[0])
	}
	if err != nil {
		return asked, err
	}
	for _, s := range [][2]string{{"from", from}, {"user", user}, {"port", port}} {
		if s[1] == "" {
			continue
		}
		if err := set(&asked, s[0], s[1]); err != nil {
			return asked, err
		}
	}
	return asked, nil
}

// A word is a part of a line, with its place, so that a name keeps its inner
// spaces as they were written.
type word struct {
	text       string
	start, end int
	quoted     bool
}

// split cuts a line at white space; quotes of either kind, straight or curved,
// keep a name together.
func split(line string) []word {
	var words []word
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRuneInString(line[i:])
		switch end := strings.IndexRune(line[i+size:], closing(r)); {
		case unicode.IsSpace(r):
			i += size
		case closing(r) != 0 && end > 0:
			words = append(words, word{text: line[i+size : i+size+end], start: i, end: i + size + end, quoted: true})
			i += size + end + utf8.RuneLen(closing(r))
		default:
			n := strings.IndexFunc(line[i:], unicode.IsSpace)
			if n < 0 {
				n = len(line) - i
			}
			words = append(words, word{text: line[i : i+n], start: i, end: i + n})
			i += n
		}
	}
	return words
}

// closing returns the quote that ends what r begins, 0 if r is no quote.
func closing(r rune) rune {
	switch r {
	case '"', '\'', '`':
		return r
	case '“', '„':
		return '”'
	case '‘':
		return '’'
	}
	return 0
}

// join gives back the words as they stood in the line.
func join(line string, words []word) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0].text
	}
	return strings.TrimSpace(line[words[0].start:min(len(line), words[len(words)-1].end)])
}

// takeSettings takes "keyword value" pairs from both ends of the words.
func takeSettings(asked *diag.Asked, words []word) ([]word, error) {
	for len(words) >= 3 && (isSetting(words[len(words)-2]) || isKey(words[len(words)-2:])) {
		if err := set(asked, words[len(words)-2].text, words[len(words)-1].text); err != nil {
			return nil, err
		}
		words = words[:len(words)-2]
	}
	for len(words) >= 3 && (isSetting(words[0]) || isKey(words[:2])) {
		if err := set(asked, words[0].text, words[1].text); err != nil {
			return nil, err
		}
		words = words[2:]
	}
	if n := len(words); n >= 2 && isSetting(words[n-1]) {
		return nil, usage("For instance: "+example(words[n-1].text), "What follows %q is missing.", words[n-1].text)
	}
	return words, nil
}

// takeKey takes a public key, with all that stands behind it, off the end.
func takeKey(asked *diag.Asked, line string, words []word) []word {
	for i := 1; i+2 < len(words); i++ {
		if words[i].quoted || !strings.EqualFold(words[i].text, "key") {
			continue
		}
		if key, err := ParseKey(line[words[i+1].start:]); err == nil && key.Line != "" {
			asked.Key = key
			return words[:i]
		}
	}
	return words
}

// isKey reports whether two words are a key setting: a name may well hold the
// word, so that what follows must be a fingerprint.
func isKey(words []word) bool {
	if words[0].quoted || !strings.EqualFold(words[0].text, "key") {
		return false
	}
	_, err := ParseKey(words[1].text)
	return err == nil
}

func isSetting(w word) bool { return !w.quoted && example(w.text) != "" }

func example(keyword string) string {
	switch strings.ToLower(keyword) {
	case "from":
		return "from 203.0.113.7"
	case "user":
		return "user ubuntu"
	case "port":
		return "port 2222"
	case "cloud":
		return "cloud north"
	}
	return ""
}

func set(asked *diag.Asked, keyword, value string) (err error) {
	switch strings.ToLower(keyword) {
	case "from":
		asked.From, err = ParseFrom(value)
		asked.FromWhy = diag.FromSaid
	case "user":
		asked.User, err = ParseUser(value)
	case "port":
		asked.Port, err = ParsePort(value)
		asked.PortSaid = true
	case "cloud":
		asked.Cloud = value
	case "key":
		asked.Key, err = ParseKey(value)
	}
	return err
}

// parseSSH reads the arguments of an ssh command line as far as they say where
// it goes; other options are passed over.
func parseSSH(words []word) (diag.Asked, error) {
	asked := diag.Asked{Port: 22}
	for i := 0; i < len(words); i++ {
		text := words[i].text
		if !strings.HasPrefix(text, "-") || len(text) < 2 {
			return asked, setTarget(&asked, text)
		}
		if !strings.ContainsRune("BbcDEeFIiJLlmOopQRSWw", rune(text[1])) {
			continue // a switch without a value (ssh(1))
		}
		value := text[2:]
		if value == "" && i+1 < len(words) {
			i++
			value = words[i].text
		}
		var err error
		switch text[1] {
		case 'p':
			err = set(&asked, "port", value)
		case 'l':
			err = set(&asked, "user", value)
		}
		if err != nil {
			return asked, err
		}
	}
	return asked, usage("Paste the whole line: ssh ubuntu@203.0.113.9", "That ssh command names no host.")
}

// setTarget reads "[user@]host[:port]"; an IPv6 address with a port stands in
// square brackets.
func setTarget(asked *diag.Asked, text string) error {
	host := strings.TrimPrefix(text, "ssh://")
	if _, rest, link := strings.Cut(host, "://"); link {
		host, _, _ = strings.Cut(rest, "/") // the link of a page; its port is not SSH's
		host, _, _ = cutPort(host)
	}
	if user, rest, ok := strings.Cut(host, "@"); ok && user != "" && rest != "" {
		if err := set(asked, "user", user); err != nil {
			return err
		}
		host = rest
	}
	if inner, port, ok := cutPort(host); ok {
		if err := set(asked, "port", port); err != nil {
			return err
		}
		host = inner
	}
	return setQuery(asked, host)
}

// cutPort parts "host:22" and "[::1]:22"; what only looks like it is whole.
func cutPort(text string) (host, port string, ok bool) {
	if inner, rest, found := strings.Cut(strings.TrimPrefix(text, "["), "]"); found && strings.HasPrefix(text, "[") {
		if rest == "" {
			return inner, "22", true
		}
		return inner, strings.TrimPrefix(rest, ":"), strings.HasPrefix(rest, ":")
	}
	host, port, ok = strings.Cut(text, ":")
	if !ok || strings.Contains(port, ":") || host == "" {
		return text, "", false
	}
	_, err := strconv.Atoi(port)
	return host, port, err == nil
}

// setQuery checks the name of the instance and notes whether it is an address.
func setQuery(asked *diag.Asked, query string) error {
	query, err := ParseQuery(query)
	if err != nil {
		return err
	}
	asked.Query = query
	if a, err := netip.ParseAddr(query); err == nil {
		asked.Address = a.Unmap().WithZone("")
	}
	return nil
}

// ParseQuery checks what is meant to name an instance.
func ParseQuery(query string) (string, error) {
	query = strings.TrimSpace(strings.Map(printable, query))
	if _, err := netip.ParsePrefix(query); err == nil {
		return "", usage("Write one address, name or ID of an instance.", "%s is a network, not an address.", query)
	}
	switch n := utf8.RuneCountInString(query); {
	case n == 0:
		return "", usage("Write its name, ID, address or DNS name: web-1", "Which instance?")
	case n > maxQuery:
		return "", usage("Write only the instance's name, ID or address.",
			"That is %d characters long; an instance's name has at most %d.", n, maxQuery)
	}
	return query, nil
}

// printable turns control characters and the odd spaces that word processors
// make into plain spaces.
func printable(r rune) rune {
	if unicode.IsSpace(r) || unicode.IsControl(r) {
		return ' '
	}
	return r
}

// ParsePort reads a TCP port: 1 to 65535.
func ParsePort(text string) (uint16, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 {
		return 0, usage("A port is a number from 1 to 65535, usually 22.", "%q is not a port.", clip(text))
	}
	return uint16(n), nil
}

// ParseFrom reads the address that a person connects from: one address, IPv4 or
// IPv6, not a network.
func ParseFrom(text string) (netip.Addr, error) {
	if _, err := netip.ParsePrefix(text); err == nil {
		return netip.Addr{}, usage("Write the one address you connect from, such as 203.0.113.7.", "%s is a network, not an address.", text)
	}
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return netip.Addr{}, usage("Write it like 203.0.113.7 or 2001:db8::7.", "%q is not an IP address.", clip(text))
	}
	if a.IsUnspecified() || a.IsMulticast() {
		return netip.Addr{}, usage("Write the one address you connect from, such as 203.0.113.7.", "Nobody connects from %s.", a)
	}
	return a.Unmap().WithZone(""), nil
}

// ParseUser checks an account name. It may go into a command for somebody to
// copy, so it must be a plain word and no option.
func ParseUser(text string) (string, error) {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(`._-@\+$`, r)
	}
	bad := strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) >= 0
	if bad || text == "" || strings.HasPrefix(text, "-") || utf8.RuneCountInString(text) > maxUser {
		return "", usage("An account is one word, such as ubuntu.", "%q is not an account name.", clip(text))
	}
	return text, nil
}

// clip shortens what is quoted back to a person.
func clip(text string) string {
	const most = 40
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}
