package diag

import (
	"regexp"
	"strings"
)

// Most secrets are values that have a name: "password: x", "DB_PASSWORD=x",
// {"adminPass": "x"}, --token x, <password>x</password>. The name is found by its
// last word; what the value is depends on how it is written. Much of what looks
// the same is none: prompts, messages, switches, paths, other variables.

var (
	// assigned ends where the value begins.
	assigned = regexp.MustCompile(`(?i)[a-z0-9_.-]*?` +
		`(password|passwd|passphrase|passwort|passcode|adminpass|rootpass|userpass|sshpass|dbpass|\bpass|[_-]pass|secret|secret[_-]?key|` +
		`(?:access|api|auth|account|private|preshared|pre-shared|encryption|signing)[_-]?key|token|credentials?|pwd|\bpw|psk|\bsig|\bmot de passe|contrase\w*ñ?a|senha|wachtwoord|kennwort|l\w*ö?senord|salasana|пароль|密码|パスワード)` +
		`(?:\[\w*\])?\\?["']?\s*(?::=|=>|==?|:)\s*`)
	option = regexp.MustCompile(`(?i)(\s--?(?:[a-z0-9]+-)*(?:password|passwd|passphrase|pass|pw|secret|secret-key|token|api-key|access-key|certificate-key)\s+)` + argument)
	tagged = regexp.MustCompile(`(?i)(<[a-z0-9_:.-]*(?:password|passwd|passphrase|adminpass|secret|token|private_?key)[^<>]*>)([^<>]+)(</)`)

	// yamlKey is what stands before a key that has its line to itself.
	yamlKey = regexp.MustCompile(`^(?:.*?cloud-init(?:\[\d+\])?: |\[ *\d+\.\d+\] )?[\s|>#+-]*["']?$`)
	// notSecret is what a name stands before without giving anything away.
	notSecret = regexp.MustCompile(`^(?i:true|false|yes|no|on|off|null|nil|none|empty|unset|random|required|optional|disabled|enabled|locked|unlocked|expired|never|always|prohibit-password|without-password|sha256|text|hash|R|\d{1,2})$` +
		`|^[*x•.!~-]+$|^\$\{?\w+\}?$|^\$\(|^\{\{|^%|^<[^<>]+>?$|^[a-z]+://`)
	// message is how a program goes on after "password:" when it speaks of it.
	message = regexp.MustCompile(`^(?i:permission|connection|authentication|authenticat\w+|access|login|logged|sorry|last|received|too|welcome|timed|operation|invalid|incorrect|wrong|password|passwd|all|module|you|unlocking|locking|expiring|changing|setting|user|unknown|usage|cannot|can't|could|couldn't|unable|warning|error|must|is|was|are|not|no|the|it|a|an|has|your|this|that|for|please|enter|type|success\w*|fail\w*|denied|expir\w+|only|one|new|old|current|bad|pam\w*|using|use|when|if|and|or|with|of|to|in|at|by|from|again|see|try\w*|got|expected|missing|do|does|did|can|should|what|why|how|which|i|we|my)\b`)
	aPath   = regexp.MustCompile(`^(?:~|\.{1,2}|[A-Za-z]:)?[/\\]`)
	// wordy names are those of passwords, whose value may look like anything.
	wordy = regexp.MustCompile(`^(?i:.?pass.*|.*pass|passwort|secret)$`)
)

func hideAssigned(s string) string {
	if strings.ContainsAny(s, ":=>") {
		s = hideValues(s)
	}
	if strings.Contains(s, " -") {
		s = option.ReplaceAllString(s, "${1}"+removed)
	}
	if strings.Contains(s, "</") {
		s = tagged.ReplaceAllString(s, "${1}"+removed+"${3}")
	}
	return s
}

func hideValues(s string) string {
	var b strings.Builder
	kept := 0
	for {
		m := assigned.FindStringSubmatchIndex(s[kept:])
		if m == nil {
			break
		}
		begin := kept + m[1]
		name, before := s[kept+m[2]:kept+m[3]], s[:kept+m[0]]
		n, quote := value(s[begin:], kept == 0 && strings.Contains(s[:begin], ":") && yamlKey.MatchString(before))
		rest := "" // of a value without quotes, with itself
		if quote == "" {
			rest = s[begin:]
		}
		b.WriteString(s[kept:begin])
		if hide := strings.Trim(s[begin:begin+n], `\"'`+"`"); hide == "" || keepValue(name, s[kept+m[0]:begin], hide, rest) {
			b.WriteString(s[begin : begin+n])
		} else {
			b.WriteString(quote + removed + quote)
		}
		kept = begin + n
	}
	if kept == 0 {
		return s
	}
	b.WriteString(s[kept:])
	return b.String()
}

// value returns the length of the value that s begins with, and its quote. One
// that has its line to itself goes on to the end of it.
func value(s string, alone bool) (n int, quote string) {
	if strings.HasPrefix(s, "{") || strings.HasPrefix(s, "[") { // what is in there has names of its own
		return 0, ""
	}
	for _, quote := range []string{`\"`, `\'`, `"`, `'`, "`"} {
		if rest, ok := strings.CutPrefix(s, quote); ok {
			if end := strings.Index(rest, quote); end >= 0 {
				return end + 2*len(quote), quote
			}
			return len(s), quote
		}
	}
	if alone && !nextKey.MatchString(s) {
		if comment := strings.Index(s, " #"); comment >= 0 {
			s = s[:comment]
		}
		return len(strings.TrimRight(s, " \t")), ""
	}
	for i := range len(s) {
		if strings.IndexByte(" \t\"'`<", s[i]) >= 0 || strings.IndexByte(",;&)}]", s[i]) >= 0 && ends.MatchString(s[i+1:]) {
			return i, ""
		}
	}
	return len(s), ""
}

// nextKey matches what another key follows in the same line.
var nextKey = regexp.MustCompile(`[,;&]\s*["']?[\w.-]+["']?\s*[=:]`)

// ends matches what follows a sign that ends a value and is not part of it.
var ends = regexp.MustCompile(`^(?:$|[\s,;.)}\]]|[\w.-]+[=:])`)

// keepValue reports whether a value gives nothing away: by itself, by how a line
// of words goes on, or because of its name.
func keepValue(name, key, value, rest string) bool {
	switch {
	case strings.HasPrefix(value, "[removed"), notSecret.MatchString(value):
		return true
	case strings.Contains(rest, " ") && message.MatchString(rest):
		return true
	case strings.HasPrefix(strings.ToLower(key), "chpasswd"), strings.HasPrefix(strings.ToLower(key), "gpasswd"):
		return true
	}
	return aPath.MatchString(value) && !wordy.MatchString(name)
}
