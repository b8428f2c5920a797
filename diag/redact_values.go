package diag

import (
	"regexp"
	"strings"
	"sync"
)

// Most secrets are values that have a name: "password: x", "DB_PASSWORD=x",
// {"adminPass": "x"}, --token x, <password>x</password>. The name is found by its
// last word; what the value is depends on how it is written. Much of what looks
// the same is none: prompts, messages, switches, paths, other variables.

// nameTexts are the last words of such names. A blank at the beginning stands for
// anything that is neither letter nor digit: "bypass:" is none.
var nameTexts = []string{
	"password", "passwd", "passphrase", "passwort", "passcode", "adminpass", "rootpass", "userpass", "sshpass", "dbpass", " pass",
	"secret", "secretkey", "secret_key", "secret-key", "accesskey", "access_key", "access-key", "apikey", "api_key", "api-key", "authkey", "auth_key", "auth-key",
	"accountkey", "account_key", "account-key", "privatekey", "private_key", "private-key", "presharedkey", "preshared_key", "preshared-key", "pre-shared-key",
	"encryptionkey", "encryption_key", "encryption-key", "signingkey", "signing_key", "signing-key", "token", "credential", "credentials", "pwd", " pw", "psk", "&sig", "?sig",
	"mot de passe", "contraseña", "contrasena", "senha", "wachtwoord", "kennwort", "lösenord", "salasana", "пароль", "Пароль", "密码", "パスワード",
	"certificate-key",
}

// nameHints are what to look for in their place: short, but where that would be
// met too often, and with what an option needs.
var nameHints = []string{
	"pass", "secret", "token", "credential", "pwd", "pw=", "pw:", "pw ", "pw\"", "psk", "&sig", "?sig",
	"secretkey", "accesskey", "access_key", "access-key", "apikey", "api_key", "api-key", "authkey", "auth_key", "auth-key", "accountkey", "account_key", "account-key",
	"privatekey", "private_key", "private-key", "sharedkey", "shared_key", "shared-key", "encryptionkey", "encryption_key", "encryption-key", "signingkey", "signing_key", "signing-key",
	"certificate-key", "contrase", "senha", "wachtwoord", "kennwort", "senord", "salasana", "пароль", "Пароль", "密码", "パスワード",
}

// names finds them, without the blank.
var names = sync.OnceValue(func() *finder {
	var texts []string
	for _, name := range nameTexts {
		texts = append(texts, strings.TrimSpace(name))
	}
	return newFinder(texts)
})

var (
	// sign is what stands between a name and its value.
	sign = regexp.MustCompile(`^(?:\[\w*\])?\\?["']?\s*(?::=|=>|==?|:)\s*`)

	option = regexp.MustCompile(`(?i)(\s--?(?:[a-z0-9]+-)*(?:password|passwd|passphrase|pass|pw|secret|secret-key|token|api-key|access-key|certificate-key)\s+)` + argument)
	tagged = regexp.MustCompile(`(?i)(<[a-z0-9_:.-]*(?:password|passwd|passphrase|adminpass|secret|token|private_?key)[^<>]*>)([^<>]+)(</)`)

	// yamlKey is what stands before a key that has its line to itself.
	yamlKey = regexp.MustCompile(`^(?:.*?cloud-init(?:\[\d+\])?: |\[ *\d+\.\d+\] )?[\s|>#+-]*["']?$`)
	// notSecret is what a name stands before without giving anything away.
	notSecret = regexp.MustCompile(`^(?i:true|false|yes|no|on|off|null|nil|none|empty|unset|random|required|optional|disabled|enabled|locked|unlocked|expired|never|always|prohibit-password|without-password|sha256|text|hash|R|\d{1,2})$` +
		`|^[*x•.!~-]+$|^\$\{?\w+\}?$|^\$\(|^\{\{|^%|^<[^<>]+>?$|^[a-z]+://`)
	// spoken is how a program goes on after "password:" when it speaks of it.
	spoken = regexp.MustCompile(`^(?i:permission|connection|authentication|authenticat\w+|access|login|logged|sorry|last|received|too|welcome|timed|operation|invalid|incorrect|wrong|password|passwd|all|module|you|unlocking|locking|expiring|changing|setting|user|unknown|usage|cannot|can't|could|couldn't|unable|warning|error|must|is|was|are|not|no|the|it|a|an|has|your|this|that|for|please|enter|type|success\w*|fail\w*|denied|expir\w+|only|one|new|old|current|bad|pam\w*|using|use|when|if|and|or|with|of|to|in|at|by|from|again|see|try\w*|got|expected|missing|do|does|did|can|should|what|why|how|which|i|we|my)\b`)
	// explained is how a library goes on behind the name of what it could not read.
	explained = regexp.MustCompile(`^(?i:ssh|x509|asn1|pem|requested|illegal|malformed|unexpected|unsupported|encrypted|protected|rejected|mismatch\w*|validation|expected)\b:? `)
	aPath     = regexp.MustCompile(`^(?:~|\.{1,2}|[A-Za-z]:)?[/\\]`)
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

// A named is a name with the sign behind it.
type named struct {
	begin int    // of all of the name, of which the text below is the end
	text  string // the one of nameTexts
	value int    // where the value begins
}

// nextNamed returns the first name in s from an offset on that a sign follows.
func nextNamed(s string, from int) (named, bool) {
	names, step := names(), int32(0)
	for i := from; i < len(s); i++ {
		step = names.next[int(step>>1)+int(names.class[s[i]])]
		if step&1 == 0 {
			continue
		}
		for _, id := range names.ended(step) {
			text := nameTexts[id]
			begin := i + 1 - len(strings.TrimSpace(text))
			if text[0] == ' ' && begin > 0 && wordByte(s[begin-1]) {
				continue
			}
			if at := sign.FindStringIndex(s[i+1:]); at != nil {
				for begin > from && (wordByte(s[begin-1]) || strings.IndexByte("_.-", s[begin-1]) >= 0) {
					begin--
				}
				return named{begin, strings.TrimSpace(text), i + 1 + at[1]}, true
			}
		}
	}
	return named{}, false
}

// ofFunction reports whether a name stands where OpenSSH's debug lines put the
// function that speaks: "debug1: read_passphrase: ".
func ofFunction(before string) bool {
	n := len(before) - len("debug1: ")
	return n >= 0 && strings.HasPrefix(before[n:], "debug") && strings.HasSuffix(before, ": ")
}

func wordByte(c byte) bool { c = lower(c); return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }

func hideValues(s string) string {
	var b strings.Builder
	kept := 0
	for {
		name, ok := nextNamed(s, kept)
		if !ok {
			break
		}
		alone := kept == 0 && strings.Contains(s[:name.value], ":") && yamlKey.MatchString(s[:name.begin])
		n, quote := value(s[name.value:], alone)
		rest := "" // of a value without quotes, with itself
		if quote == "" {
			rest = s[name.value:]
		}
		b.WriteString(s[kept:name.value])
		kept = name.value + n
		if is := strings.Trim(s[name.value:kept], `\"'`+"`"); is == "" || ofFunction(s[:name.begin]) || keepValue(name.text, s[name.begin:name.value], is, rest) {
			b.WriteString(s[name.value:kept])
		} else {
			b.WriteString(quote + removed + quote)
		}
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
	case strings.Contains(rest, " ") && spoken.MatchString(rest):
		return true
	case !wordy.MatchString(name) && explained.MatchString(rest):
		return true
	case strings.HasPrefix(strings.ToLower(key), "chpasswd"), strings.HasPrefix(strings.ToLower(key), "gpasswd"):
		return true
	}
	return aPath.MatchString(value) && !wordy.MatchString(name)
}
