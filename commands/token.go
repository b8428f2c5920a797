package commands

import (
	"net/netip"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A token is a word of what somebody said. The rules see its form: the word in
// lower case without the usual slips, or the name of its type in capitals.
type token struct {
	text string // as written, without the punctuation around it
	form string
	stop stop // what ends after it
}

// A stop is how much ends after a word.
type stop int

const (
	goesOn     stop = iota
	clauseEnd       // a comma, a dash, a bracket
	sentence        // a full stop, a question mark, a new line
	questioned      // a question mark
)

// Forms of typed words.
const (
	formAddr    = "ADDR"    // an IP address
	formBadAddr = "BADADDR" // looks like one, or is a network
	formKey     = "KEY"     // a public key or its fingerprint
	formQuoted  = "QUOTED"  // in quotation marks
	formMention = "MENTION" // of somebody else
)

// ourNames are what people call the bot.
var ourNames = map[string]bool{"@sshhelp": true, "@ubot": true, "sshhelp": true}

// tokens takes a line apart. Lines that quote somebody are left out: who quotes
// does not say it.
func tokens(line string) []token {
	var list []token
	line = strings.ReplaceAll(line, "```", "\n")
	line = assigned.ReplaceAllString(shortWith.ReplaceAllString(line, " with "), "$1 ")
	for part := range strings.SplitSeq(line, "\n") {
		if strings.HasPrefix(strings.TrimSpace(part), ">") {
			continue
		}
		list = appendLine(list, part)
		if n := len(list); n > 0 {
			list[n-1].stop = max(list[n-1].stop, sentence)
		}
	}
	return list
}

// assigned is a setting written like an option, shortWith a word written short.
var (
	assigned  = regexp.MustCompile(`(?i)\b(from|ip|user|username|port|key)=`)
	shortWith = regexp.MustCompile(`(?i)\bw/ `)
)

// appendLine adds the words of one line, keys in one piece.
func appendLine(list []token, line string) []token {
	for line != "" {
		at := publicKey.FindStringIndex(line)
		if at == nil {
			at = printed.FindStringIndex(line)
		}
		if at == nil {
			return appendWords(list, line)
		}
		list = appendWords(list, line[:at[0]])
		key := line[at[0]:at[1]]
		list = append(list, token{text: strings.TrimRight(key, " .,;"), form: formKey})
		line = line[at[1]:]
	}
	return list
}

func appendWords(list []token, line string) []token {
	for _, w := range split(unlike(line)) {
		if w.quoted {
			form := formQuoted
			if typed := formOf(w.text); typed == formAddr || typed == formBadAddr {
				form = typed
			}
			list = append(list, token{text: w.text, form: form})
			continue
		}
		for _, part := range halves(w.text) {
			list = appendWord(list, part)
		}
	}
	return list
}

var (
	emoji     = regexp.MustCompile(`^(?::[a-z0-9_+'-]+:)+$`)
	emoticon  = regexp.MustCompile(`^(?:[:;=8xX]'?[-o^]?[()\[\]/\\|DPpOo3*]+|<3|\^\^|:'?\()$`)
	equation  = regexp.MustCompile(`^(?i)(from|user|username|port|key|ip|address|login|account|cloud)[=:](.+)$`)
	bracketed = regexp.MustCompile(`\s\([A-Za-z][^()0-9@]{0,40}\)`)
	meetsName = regexp.MustCompile(`([\p{Han}\p{Hiragana}\p{Katakana}ー])([0-9])|([0-9a-f])([\p{Han}\p{Hiragana}\p{Katakana}])`)
)

// unlike takes out what looks different and says the same: full-width forms,
// curved apostrophes, emoji; it parts numbers from letters of scripts that use
// no spaces.
func unlike(line string) string {
	line = strings.Map(func(r rune) rune {
		switch {
		case r == '’' || r == '‘' || r == 'ʼ' || r == '´':
			return '\''
		case r == '　' || unicode.Is(unicode.Zs, r):
			return ' '
		case r >= '！' && r <= '～': // full-width forms of ! to ~
			return r - 0xFEE0
		case r == '。':
			return '.'
		case r == '、' || r == '…' || r == '–' || r == '—':
			return ','
		case r == '«' || r == '»' || r == '「' || r == '」' || r == '『' || r == '』':
			return '"'
		case unicode.Is(unicode.So, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Sk, r) && r > unicode.MaxASCII, r == '\uFE0F':
			return -1
		}
		return r
	}, line)
	line = bracketed.ReplaceAllString(line, " , ")
	line = meetsName.ReplaceAllString(line, "$1$3 $2$4")
	return spaced.Replace(line)
}

// spaced parts sentences where no space is written after the stop.
var spaced = strings.NewReplacer("->", " , ", "--", " , ", "、", " , ")

// halves parts "from=203.0.113.7".
func halves(word string) []string {
	if m := equation.FindStringSubmatch(word); m != nil {
		return m[1:]
	}
	return []string{word}
}

// appendWord adds one word, without what is punctuation.
func appendWord(list []token, word string) []token {
	if emoji.MatchString(word) || emoticon.MatchString(word) {
		return list
	}
	end := func(s stop) {
		if n := len(list); n > 0 {
			list[n-1].stop = max(list[n-1].stop, s)
		}
	}
	if strings.HasPrefix(word, "(") {
		end(clauseEnd)
	}
	core, after := trimmed(word)
	switch {
	case core == "":
		end(after)
		return list
	case core == "&":
		core = "and"
	}
	return append(list, token{text: core, form: formOf(core), stop: after})
}

// trimmed parts a word from the punctuation around it.
func trimmed(word string) (core string, after stop) {
	core = strings.TrimLeft(word, "([{,;.!?¿¡*_~")
	if strings.HasPrefix(word, "[") && strings.Contains(core, "]:") {
		core = word // an IPv6 address with a port
	}
	for core != "" {
		r, size := utf8.DecodeLastRuneInString(core)
		switch r {
		case '.', '!':
			after = max(after, sentence)
		case '?':
			after = max(after, questioned)
		case ',', ';', ')', ']', '}':
			after = max(after, clauseEnd)
		case ':':
			if strings.HasSuffix(core, "::") {
				return core, after
			}
			after = max(after, clauseEnd)
		case '"', '\'', '*', '_', '~', '`':
		default:
			if strings.Trim(core, "-=+/|•·>") == "" {
				return "", max(after, clauseEnd)
			}
			return core, after
		}
		core = core[:len(core)-size]
	}
	return "", max(after, clauseEnd)
}

// dotted looks like an address by its digits and dots.
var dotted = regexp.MustCompile(`^\d+\.\d+\.\d+\.\d+(?:\.\d+)*$`)

func formOf(word string) string {
	lower := strings.ToLower(word)
	if a, err := netip.ParseAddr(strings.Trim(word, "[]")); err == nil && a.IsValid() {
		return formAddr
	}
	if _, err := netip.ParsePrefix(word); err == nil || dotted.MatchString(word) {
		return formBadAddr
	}
	switch {
	case ourNames[lower]:
		return "sshhelp"
	case len(word) > 1 && word[0] == '@':
		return formMention
	}
	return corrected(lower)
}

// slips are common ways to write a word.
var slips = map[string]string{
	"pls": "please", "plz": "please", "plse": "please", "pleas": "please", "plase": "please", "pleae": "please", "thx": "thanks", "tnx": "thanks",
	"thnx": "thanks", "ty": "thanks", "tanks": "thanks", "im": "i'm", "ive": "i've", "cant": "can't", "cannot": "can't", "dont": "don't", "doesnt": "doesn't",
	"dosnt": "doesn't", "dosen't": "doesn't", "doesn": "doesn't", "didnt": "didn't", "wont": "won't", "isnt": "isn't", "its": "it's", "thats": "that's",
	"whats": "what's", "lets": "let's", "u": "you", "ur": "your", "adress": "address", "addres": "address", "addr": "address", "adresse": "address",
	"ipaddress": "ip-address", "ip-adress": "ip-address", "usr": "user", "retest": "recheck", "re-test": "recheck", "re-check": "recheck", "retry": "recheck",
	"re-try": "recheck", "rerun": "recheck", "re-run": "recheck", "redo": "recheck", "re-verify": "recheck", "reverify": "recheck", "re-do": "recheck", "rescan": "recheck", "re-scan": "recheck", "reprobe": "recheck", "re-probe": "recheck", "re-evaluate": "recheck",
	"re-diagnose": "recheck", "rediagnose": "recheck", "stil": "still", "stll": "still", "sill": "still", "agian": "again", "agin": "again",
	"wroking": "working", "woking": "working", "wokring": "working", "workin": "working", "prot": "port", "hlep": "help", "keypair": "key-pair", "keypairs": "key-pair",
	"conect": "connect", "connet": "connect", "conecting": "connecting", "sombody": "somebody", "hi": "hello", "hey": "hello", "hiya": "hello",
}

// longWords are those by which somebody is taken at their word even with one slip.
var longWords = []string{"recheck", "escalate", "console"}

func corrected(word string) string {
	if known, ok := slips[word]; ok {
		return known
	}
	for _, w := range longWords {
		if word != w && oneSlip(word, w) {
			return w
		}
	}
	return word
}

// oneSlip reports whether two words differ by one letter too much, missing,
// wrong, or swapped with its neighbour. Endings of grammar are no slips.
func oneSlip(a, b string) bool {
	if a == b+"s" || a == b+"d" || len(a) < len(b)-1 || len(a) > len(b)+1 {
		return false
	}
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	x, y := a[i:], b[i:]
	switch {
	case len(a) > len(b):
		return x[1:] == y
	case len(a) < len(b):
		return x == y[1:]
	}
	return x[1:] == y[1:] || len(x) > 1 && x[0] == y[1] && x[1] == y[0] && x[2:] == y[2:]
}

// forms is what the rules read of words.
func forms(words []token) string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w.form
	}
	return strings.Join(list, " ")
}
