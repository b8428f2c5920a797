package diag

import (
	"regexp"
	"strings"
)

// Secrets are taken out where text enters, so that nothing behind can log, post
// or store them: private keys, passwords and tokens. What identifies (public
// keys, fingerprints, addresses, account names) stays, because a diagnosis
// rests on it.

// Redact takes secrets out of a text of any length and kind.
func Redact(text string) string {
	var r redactor
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = r.line(line)
	}
	return strings.Join(lines, "\n")
}

const (
	removed    = "[removed]"
	removedKey = "[private key removed]"
)

// A redactor takes secrets out of lines that follow each other: some secrets
// span several.
type redactor struct {
	key  int // lines of a private key that may still come
	list int // lines of a list of passwords that may still come

	privateKey bool    // one was seen
	found      []int32 // secretTexts that the line holds
}

const (
	// maxKeyLines is more than an RSA key of 16,384 bits takes.
	maxKeyLines = 250
	// maxListLines bounds a list of passwords.
	maxListLines = 100
)

var (
	keyHeader = regexp.MustCompile(`(?:Proc-Type|DEK-Info|Comment): .*`)
	wholeKey  = regexp.MustCompile(`-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----.*?(-----END [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----|$)`)
	puttyBody = regexp.MustCompile(`Private-Lines: *\d+`)
	puttyMAC  = regexp.MustCompile(`(Private-(?:MAC|Hash): *)\S+`)

	listHead = regexp.MustCompile(`Set the following '?random'? passwords|chpasswd:\s*(\||$)|\bchpasswd *<<`)
	listItem = regexp.MustCompile(`^((?:\[[^\]]*\] )?(?:cloud-init\[\d+\]: )?[\s-]*['"]?[a-z_][a-z0-9_.-]*\$?:)([^\s:'"][^\s'"]*)(['"]?\s*)$`)
	listName = regexp.MustCompile(`^\s*(list|users|expire|type|- name):`)

	inlineList = regexp.MustCompile(`(\becho\s+(?:-\S+\s+)?['"]?[a-z_][a-z0-9_.-]*:)([^\s'"|]+)(['"]?\s*\|\s*(?:sudo\s+)?chpasswd)`)
	urlLogin   = regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://[^\s:/@'"]*:)([^\s/@'"]+)@`)
	authHeader = regexp.MustCompile(`(?i)((?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:(?:basic|bearer|digest|negotiate|token|aws4-hmac-sha256) +)?)([^\s"',][^"'\n]*)`)
	assignment = regexp.MustCompile(`(?i)((?:^|[^a-z0-9])(?:[a-z0-9]+[_.-])*(?:password|passwd|passphrase|passwort|adminpass|secret|secret[_-]?key|access[_-]?key|api[_-]?key|auth[_-]?key|private[_-]?key|token|credentials?|pwd)["']?\s*(?::=|=>|[:=])\s*)(?:"([^"]*)"?|'([^']*)'?|([^\s"',;&)}\]]+))`)
	option     = regexp.MustCompile(`(?i)(\s--?(?:[a-z0-9]+-)*(?:password|passwd|passphrase|secret|secret-key|token|api-key|access-key)\s+)("[^"]*"?|'[^']*'?|[^\s-]\S*)`)
	crypted    = regexp.MustCompile(`\$(?:1|2[abxy]?|5|6|7|y|gy|sha1)\$[./A-Za-z0-9$=,+-]{12,}`)
	wellKnown  = regexp.MustCompile(`\b(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bglpat-[\w-]{16,}|\bgAAAA[\w-]{40,}={0,2}|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`)
)

// mayHoldLogin reports whether what follows the "://" of a URL may name an account.
func mayHoldLogin(s string) bool {
	for i := range len(s) {
		switch s[i] {
		case '@':
			return true
		case '/', ' ', '\n', '\r', '\'', '"':
			return false
		}
	}
	return false
}

// line returns the line without its secrets.
func (r *redactor) line(s string) string {
	if strings.Contains(s, "PRIVATE KEY") && wholeKey.MatchString(s) {
		return r.beginKey(s)
	}
	if r.key > 0 {
		return r.inKey(s)
	}
	if strings.Contains(s, "Private-") {
		if puttyBody.MatchString(s) {
			r.key, r.privateKey = maxKeyLines, true
			return s
		}
		s = puttyMAC.ReplaceAllString(s, "${1}"+removed)
	}
	if r.list > 0 {
		var more bool
		if s, more = r.inList(s); more {
			return s
		}
	}
	return r.words(s)
}

// beginKey handles the first line of a private key, which may hold all of it.
func (r *redactor) beginKey(s string) string {
	r.privateKey = true
	if !strings.Contains(s, "-----END ") {
		r.key = maxKeyLines
	}
	return wholeKey.ReplaceAllString(s, removedKey)
}

// inKey drops lines of a private key. Lines of other writers may stand between
// them; those are kept.
func (r *redactor) inKey(s string) string {
	r.key--
	switch t := strings.TrimSpace(s); {
	case strings.Contains(t, "-----END "), strings.Contains(t, "Private-MAC:"), strings.Contains(t, "Private-Hash:"):
		r.key = 0
		return removedKey
	case t == "", keyHeader.MatchString(t):
		return ""
	case keyBody(t):
		return s[:strings.LastIndexByte(strings.TrimRight(s, " "), ' ')+1] + removedKey
	}
	return r.words(s)
}

// keyBody reports whether a line's last word is part of a private key's body:
// all that stands on the line, or what a log wrote behind its own prefix.
func keyBody(line string) bool {
	space := strings.LastIndexByte(line, ' ')
	word := line[space+1:]
	if strings.Trim(word, base64Bytes) != "" {
		return space < 0
	}
	return space < 0 || len(word) >= 16 || strings.HasSuffix(word, "=") || strings.HasSuffix(line[:space], ":")
}

const base64Bytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="

// inList hides the passwords of a list "account:password"; more is false where
// the list has ended.
func (r *redactor) inList(s string) (text string, more bool) {
	r.list--
	switch m := listItem.FindStringSubmatch(s); {
	case listName.MatchString(s):
		return r.words(s), true
	case m != nil:
		return m[1] + removed + m[3], true
	case strings.Contains(s, "["): // another writer's line in between
		return s, false
	}
	r.list = 0
	return s, false
}

// A secret is one form of secret within a line.
type secret struct {
	texts []string // one of them is in every line that may hold it
	hide  func(string) string
}

// secrets are hidden in this order: what has a form of its own before what its
// name gives away.
var secrets = []secret{
	{[]string{"chpasswd"}, replace(inlineList, "${1}"+removed+"${3}")},
	{[]string{"://"}, replace(urlLogin, "${1}"+removed+"@")},
	{[]string{"authorization"}, replace(authHeader, "${1}"+removed)},
	{[]string{
		"password", "passwd", "passphrase", "passwort", "adminpass", "secret", "token", "credential", "pwd",
		"accesskey", "access_key", "access-key", "apikey", "api_key", "api-key", "authkey", "auth_key", "auth-key",
		"privatekey", "private_key", "private-key",
	}, hideAssigned},
	{[]string{"$1$", "$2a$", "$2b$", "$2x$", "$2y$", "$5$", "$6$", "$7$", "$y$", "$gy$", "$sha1$"}, replace(crypted, removed)},
	{[]string{"xox", "xapp-", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "glpat-", "gAAAA", "eyJ", "AKIA", "ASIA"}, replace(wellKnown, removed)},
}

// secretTexts are in every line that may hold a secret; secretOf has the secret
// of each, -1 for those of keys.
var secretTexts, secretOf = indexSecrets()

var secretFinder = newFinder(secretTexts)

func (r *redactor) within() bool { return r.key > 0 || r.list > 0 }

func indexSecrets() ([]string, []int) {
	texts := []string{"PRIVATE KEY", "Private-"}
	of := []int{-1, -1}
	for i := range secrets {
		for _, text := range secrets[i].texts {
			texts, of = append(texts, text), append(of, i)
		}
	}
	return texts, of
}

func replace(re *regexp.Regexp, with string) func(string) string {
	return func(s string) string { return re.ReplaceAllString(s, with) }
}

// words hides what one line gives away by itself.
func (r *redactor) words(s string) string {
	r.found = secretFinder.find(s, r.found[:0])
	if len(r.found) == 0 {
		return s
	}
	if listHead.MatchString(s) {
		r.list = maxListLines
	}
	last := -1
	for _, text := range r.found {
		if i := secretOf[text]; i != last && i >= 0 {
			s, last = secrets[i].hide(s), i
		}
	}
	return s
}

func hideAssigned(s string) string {
	if strings.ContainsAny(s, ":=>") {
		s = assignment.ReplaceAllStringFunc(s, hideValue)
	}
	if strings.Contains(s, " -") {
		s = option.ReplaceAllString(s, "${1}"+removed)
	}
	return s
}

// hideValue keeps the name of an assignment and its quotes.
func hideValue(s string) string {
	m := assignment.FindStringSubmatch(s)
	switch {
	case m[2] != "":
		return m[1] + `"` + removed + `"`
	case m[3] != "":
		return m[1] + `'` + removed + `'`
	case m[4] != "" && !strings.HasPrefix(removed, m[4]):
		return m[1] + removed
	}
	return s
}
