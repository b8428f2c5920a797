package diag

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A secret is one form of secret within a line.
type secret struct {
	texts []string // one of them is in every line that may hold it
	hide  func(string) string
}

// secrets are hidden in this order: what has a form of its own before what its
// name gives away.
var secrets = []secret{
	{[]string{"passwd", "sudo -S", "-stdin"}, hidePiped},
	{[]string{"://"}, hideLogins},
	{[]string{"hooks.slack.com"}, replace(webhook, "${1}"+removed)},
	{[]string{"authorization", "cookie:"}, replace(authHeader, "${1}"+removed)},
	{programTexts, hideArguments},
	{[]string{"identified by", "password("}, replace(sql, "${1}"+removed)},
	{[]string{"temporary password"}, replace(generated, "${1}"+removed)},
	{[]string{"password ", "passwort ist", "passphrase is"}, replace(said, "${1}"+removed)},
	{[]string{"adminpass", "password"}, hideCell},
	{[]string{"_password ", "_passwd ", "_secret ", "_token ", "_api_key ", "setx "}, replace(environment, "${1}"+removed)},
	{[]string{"kubeadm", "bootstrap", "token"}, replace(bootstrap, removed)},
	{[]string{"$1$", "$2a$", "$2b$", "$2x$", "$2y$", "$5$", "$6$", "$7$", "$y$", "$gy$", "$sha1$", "$apr1$", "$argon2", "$pbkdf2", "grub.pbkdf2", "{SSHA", "{SHA", "{SMD5", "{CRYPT}"}, replace(crypted, removed)},
	{wellKnownTexts, hideWellKnown},
	{nameHints, hideAssigned},
}

// The forms of tokens, as those who hand them out document them.
var (
	wellKnownTexts = []string{
		"xox", "xapp-", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "gAAAA", ".eyJ", "AKIA", "ASIA", "AIza", "ya29.", "sk_live_", "rk_live_",
		"npm_", "pypi-AgEI", "dop_v1_", "hvs.", "SG.", "sk-proj-", "sk-ant-", "sk-svcacct-", "AGE-SECRET-KEY-1", "::server:", "::node:",
	}
	wellKnown = regexp.MustCompile(`\b(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bgAAAA[\w-]{40,}={0,2}` +
		`|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{35}|\bya29\.[\w-]{20,}|\b[sr]k_live_\w{16,}|\bnpm_[A-Za-z0-9]{30,}|\bpypi-AgEI[\w-]{20,}` +
		`|\bdop_v1_[0-9a-f]{40,}|\bhvs\.[\w-]{20,}|\bSG\.[\w-]{16,}\.[\w-]{16,}|\bsk-(?:proj|ant|svcacct)-[A-Za-z0-9_-]{16,}|\bAGE-SECRET-KEY-1[0-9A-Z]{20,}|\bK10[0-9a-f]{32,}::\S+`)
	crypted = regexp.MustCompile(`\$(?:1|2[abxy]?|5|6|7|y|gy|sha1|apr1|argon2(?:id|i|d)|pbkdf2[\w-]*)\$[./A-Za-z0-9$=,+-]{12,}|\bgrub\.pbkdf2\.[\w.]{20,}|\{(?:S?SHA(?:256|512)?|SMD5|CRYPT)\}[A-Za-z0-9+/=$.]{10,}`)

	webhook    = regexp.MustCompile(`(hooks\.slack\.com/(?:services|workflows)/)[\w/-]+`)
	bootstrap  = regexp.MustCompile(`\b[a-z0-9]{6}\.[a-z0-9]{16}\b`)
	authHeader = regexp.MustCompile(`(?i)((?:proxy-)?authorization\\?["']?\s*[:=]\s*\\?["']?(?:(?:basic|bearer|digest|negotiate|token|aws4-hmac-sha256) +)?|\b(?:set-)?cookie: *)([^\s"'\\,][^"'\\\n]*)`)
	sql        = regexp.MustCompile(`(?i)(\bidentified by (?:password )?\\?['"]?|\bpassword\(\\?['"])([^'"\s;)\\]+)`)
	generated  = regexp.MustCompile(`(?i)(temporary password is generated for \S+: )\S+`)
	// What people say of passwords has a digit or a sign in it; that a password
	// is wrong or expired has not.
	said = regexp.MustCompile(`(?i)((?:password|passphrase|passwort) (?:is|was|ist|(?:was |is )?set to):? +|\bpassword +)(["']?[a-z0-9#$%&*+=?@^~!.-]+(?:[a-z][0-9]|[0-9][a-z]|[!#$%&*+=^~])(?:[^\s"']*[^\s"',.;:?])?["']?)`)

	// A row of a table, as OpenStack's client prints it; an attribute of XML.
	cell = regexp.MustCompile(`(?i)(\|\s*(?:adminPass|[\w ]*password)\s*\|\s*|name=["'][\w.-]*password["']\s+value=["'])([^\s|"'<>]+)`)
	// A variable that is set without a sign between.
	environment = regexp.MustCompile(`(\b[A-Z0-9]+_(?:PASSWORD|PASSWD|SECRET|TOKEN|API_KEY)\s+|\b(?i:setx)\s+\w*(?i:PASSWORD|SECRET|TOKEN)\s+)("[^"]*"?|'[^']*'?|[^\s'"=:-][^\s'"]*)`)

	urlLogin = regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://[^\s:/@'"]*:)([^\s/'"]+)@`)
	piped    = regexp.MustCompile(`(\b(?:echo\s+(?:-\S+\s+)*|printf\s+\S+\s+)['"]?(?:[a-z_][a-z0-9_.-]*:)?)([^'"|\s][^'"|]*?)(['"]?\s*\|\s*(?:sudo\s+)?(?:chpasswd|passwd\b|sudo\s+-S|[\w-]+ .*-stdin\b))`)
	hereWord = regexp.MustCompile(`((?:\bchpasswd\b|\bpasswd\b|\bsudo\s+-S\b|-stdin\b)[^|;<]*<<<\s*["']?(?:[a-z_][a-z0-9_.-]*:)?)([^\s"']+)`)
)

func hidePiped(s string) string {
	if strings.Contains(s, "|") {
		s = piped.ReplaceAllString(s, "${1}"+removed+"${3}")
	}
	if strings.Contains(s, "<<<") {
		s = hereWord.ReplaceAllString(s, "${1}"+removed)
	}
	return s
}

func hideCell(s string) string {
	if !strings.Contains(s, "|") && !strings.Contains(s, "value=") {
		return s
	}
	return cell.ReplaceAllString(s, "${1}"+removed)
}

func hideWellKnown(s string) string {
	if !slices.ContainsFunc(wellKnownTexts, func(text string) bool { return strings.Contains(s, text) }) {
		return s // the finder does not mind case
	}
	return wellKnown.ReplaceAllString(s, removed)
}

func hideLogins(s string) string {
	if !strings.Contains(s, "@") {
		return s
	}
	return urlLogin.ReplaceAllString(s, "${1}"+removed+"@")
}

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

// argument is one word of a command line.
const argument = `("[^"]*"?|'[^']*'?|[^\s'"-][^\s'"]*)`

// A program takes a password as an argument.
type program struct {
	name string
	re   *regexp.Regexp
}

// programs with options that mean something else elsewhere: -p is ssh's port.
var programs = []program{
	{"mysql", argumentOf(`mysql\w*(?:\.exe)?\b[^|;&]*?\s-p`)},
	{"mariadb", argumentOf(`mariadb[\w-]*\b[^|;&]*?\s-p`)},
	{"sshpass", argumentOf(`sshpass\s+(?:-[ev]\s+)*-p\s*`)},
	{" -pw ", argumentOf(`\s-pw\s+`)},
	{"docker login", argumentOf(`docker login\b.*?\s-p\s*`)},
	{"podman login", argumentOf(`podman login\b.*?\s-p\s*`)},
	{"useradd", argumentOf(`useradd\b.*?\s-p\s+`)},
	{"usermod", argumentOf(`usermod\b.*?\s-p\s+`)},
	{"redis-cli", argumentOf(`redis-cli\b.*?\s-a\s+`)},
	{"ldap", argumentOf(`ldap(?:search|add|modify|passwd|whoami)\b.*?\s-w\s*`)},
	{"curl", argumentOf(`curl\b.*?\s(?:-u|--user)[\s=]*["']?[^\s:"']+:`)},
	{"smbclient", argumentOf(`smbclient\b.*?%`)},
	{"htpasswd", argumentOf(`htpasswd\s+-\w*b\w*\s+\S+\s+\S+\s+`)},
	{"openssl passwd", argumentOf(`openssl passwd(?:\s+-\S+)*\s+`)},
	{"ipmitool", argumentOf(`ipmitool\b.*?\s-P\s*`)},
	{"nmcli", argumentOf(`nmcli\b.*?\spassword\s+`)},
	{"wpa_passphrase", argumentOf(`wpa_passphrase\s+\S+\s+`)},
	{"net use ", argumentOf(`net use\s+\S+\s+\\\\\S+\s+`)},
	{"rootpw", argumentOf(`rootpw\s+(?:--plaintext\s+)?`)},
	{"password password", argumentOf(`password password\s+`)},
	{"ssh-keygen", argumentOf(`ssh-keygen\b.*?\s-[NP]\s*`)},
	{"sqlcmd", argumentOf(`sqlcmd\b.*?\s-P\s*`)},
	{"wpa-psk", argumentOf(`wpa-psk\s+`)},
	{"net user", argumentOf(`net user\s+\S+\s+`)},
	{"expect", argumentOf(`\bsend\s+(?:--\s+)?`)},
}

func argumentOf(before string) *regexp.Regexp {
	return regexp.MustCompile(`(` + before + `)` + argument)
}

var programTexts = func() []string {
	var texts []string
	for _, p := range programs {
		texts = append(texts, p.name)
	}
	return texts
}()

func hideArguments(s string) string {
	for i := range programs {
		if strings.Contains(s, programs[i].name) {
			s = programs[i].re.ReplaceAllString(s, "${1}"+removed)
		}
	}
	return s
}

// secretTexts are in every line that may hold a secret; secretOf has the secret
// of each, -1 for those of keys and lists.
var secretTexts, secretOf = indexSecrets()

var secretFinder = sync.OnceValue(func() *finder { return newFinder(secretTexts) })

func indexSecrets() ([]string, []int) {
	texts := []string{"PRIVATE KEY", "Private-", keyStart, "set the following", "list: |", "list: >"}
	var of []int
	for range texts {
		of = append(of, -1)
	}
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

// maxRounds bounds how often one line is gone over.
const maxRounds = 4

// words hides what one line gives away by itself. It goes over the line until
// nothing changes, because what is hidden may show what stands behind it.
func (r *redactor) words(s string) string {
	for round := range maxRounds {
		r.found = secretFinder().find(s, r.found[:0])
		if len(r.found) == 0 && round == 0 {
			return s
		}
		before, last := s, -1
		for _, text := range r.found {
			if i := secretOf[text]; i != last && i >= 0 {
				s, last = secrets[i].hide(s), i
			}
		}
		if s == before {
			break
		}
	}
	if (strings.Contains(s, "chpasswd") || strings.Contains(s, "list:") || strings.Contains(s, "Set the f")) && listHead.MatchString(s) {
		r.list = maxListLines
	}
	return s
}
