package diag

import (
	"regexp"
	"strconv"
	"strings"
)

// Secrets are taken out where text enters, so that nothing behind can log, post
// or store them: private keys, passwords and tokens. What identifies (public
// keys, fingerprints, addresses, account names) stays, because a diagnosis
// rests on it. Every line stays a line, because findings quote numbers.

const (
	removed    = "[removed]"
	removedKey = "[private key removed]"
	removedEnd = "[end of private key]"
)

// Redact takes secrets out of a text of any length and kind.
func Redact(text string) string {
	var r Redactor
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = r.Line(line)
	}
	return strings.Join(lines, "\n")
}

// A Redactor takes secrets out of the lines of one text, in their order. Its zero
// value is ready for the first line.
type Redactor struct{ r redactor }

// Line returns the next line, which holds no line feed, without its secrets. A
// carriage return at its end stays; one within parts it into lines that were
// redrawn, as a terminal does. Control sequences, which may stand within a secret,
// stay only where there is none.
func (r *Redactor) Line(s string) string {
	parts := strings.Split(s, "\r")
	for i, part := range parts {
		if i > 0 && i == len(parts)-1 && part == "" {
			break // what a line break ends
		}
		shown := clean(part)
		kept := r.r.line(shown)
		if kept == "" && i > 0 {
			kept = " " // or the carriage return before it would end the line
		}
		if kept != shown {
			parts[i] = kept
		}
	}
	return strings.Join(parts, "\r")
}

// PrivateKey reports whether a private key was seen.
func (r *Redactor) PrivateKey() bool { return r.r.privateKey }

// A redactor takes secrets out of lines that follow each other: some secrets
// span several.
type redactor struct {
	key   int  // lines of a private key that may still come
	other int  // lines in a row that were not of it
	list  int  // lines of a list of passwords that may still come
	begun bool // something else than the rest of a key was seen

	privateKey bool    // one was seen
	found      []int32 // secretTexts that the line holds
}

const (
	// maxKeyLines is more than an RSA key of 16,384 bits takes.
	maxKeyLines = 250
	// maxOther is how many lines of other writers may stand between two of a
	// key whose end was lost.
	maxOther = 8
	// maxListLines bounds a list of passwords.
	maxListLines = 100
	// minKeyLine is the length from which a line of nothing but base64 is taken
	// for part of a key where a text begins: one whose head was cut off.
	minKeyLine = 40
)

var (
	keyHeader = regexp.MustCompile(`(?:Proc-Type|DEK-Info|Comment): .*`)
	wholeKey  = regexp.MustCompile(`-----? ?BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)? ?-----?.*?(-----? ?END [A-Z0-9 ]*PRIVATE KEY( BLOCK)? ?-----?|$)`)
	puttyBody = regexp.MustCompile(`Private-Lines: *(\d+)`)
	puttyMAC  = regexp.MustCompile(`(Private-(?:MAC|Hash): *)\S+`)

	listHead = regexp.MustCompile(`Set the following '?random'? passwords|chpasswd:\s*(\||>|$)|\bchpasswd\b.*<<|^\s*list:\s*[|>]`)
	listItem = regexp.MustCompile(`^((?:\[[^\]]*\] )?(?:.*cloud-init(?:\[\d+\])?: )?[\s-]*['"]?[a-z_][a-z0-9_.-]*\$?:)([^\s:'"][^\s'"]*)(['"]?\s*)$`)
	listName = regexp.MustCompile(`^[\s-]*(list|users|expire|type|name|password):`)
)

// keyStart is how the body of a key of OpenSSH's own form begins.
const keyStart = "b3BlbnNzaC1rZXktdjE"

var keyBegin = regexp.MustCompile(keyStart + `[A-Za-z0-9+/=]*`)

// within reports whether the next line must be looked at whatever it holds.
func (r *redactor) within() bool { return r.key > 0 || r.list > 0 || !r.begun }

// line returns the line without its secrets. What it returns stays as it is when
// it is redacted again.
func (r *redactor) line(s string) string {
	if !r.begun {
		if t := strings.TrimSpace(s); len(t) >= minKeyLine && strings.Trim(t, base64Bytes) == "" {
			return removedKey
		}
		r.begun = strings.TrimSpace(s) != ""
	}
	switch {
	case strings.Contains(s, "PRIVATE KEY") && wholeKey.MatchString(s):
		s = r.beginKey(s)
	case strings.Contains(s, keyStart):
		r.key, r.other, r.privateKey = max(r.key, maxKeyLines), 0, true
		s = keyBegin.ReplaceAllString(s, removedKey)
	case r.key > 0:
		if text, ok := r.inKey(s); ok {
			return text
		}
	}
	if strings.Contains(s, "Private-") {
		s = r.putty(s)
	}
	if r.list > 0 {
		return r.inList(s)
	}
	return r.words(s)
}

// beginKey handles the first line of a private key, which may hold all of it.
func (r *redactor) beginKey(s string) string {
	r.privateKey = true
	if !keyEnd(s) {
		r.key, r.other = maxKeyLines, 0
	}
	return wholeKey.ReplaceAllString(s, removedKey)
}

// keyEnd reports whether a line ends a key, or did before it was redacted.
func keyEnd(s string) bool {
	return strings.Contains(s, "--END ") || strings.Contains(s, "-- END ") || strings.Contains(s, removedEnd)
}

// inKey takes lines of a private key. Lines of other writers may stand between
// them; of those it says false.
func (r *redactor) inKey(s string) (text string, ok bool) {
	r.key--
	t := strings.TrimSpace(s)
	switch {
	case keyEnd(t):
		r.key, r.privateKey = 0, true
		return s[:strings.Index(s, t)] + removedEnd, true
	case t == "", keyHeader.MatchString(t):
		return "", true
	case keyBody(t):
		r.other, r.privateKey = 0, true
		body := strings.LastIndexByte(strings.TrimRight(s, " \t"), ' ') + 1
		return r.words(s[:body] + removedKey), true
	}
	if r.other++; r.other == maxOther || strings.HasPrefix(t, "Private-") {
		r.key = 0
	}
	return "", false
}

// putty takes a key in PuTTY's own form, which says how many lines it has.
func (r *redactor) putty(s string) string {
	if m := puttyBody.FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi(m[1])
		r.key, r.other, r.privateKey = min(n, maxKeyLines-1)+1, 0, true
	}
	return puttyMAC.ReplaceAllString(s, "${1}"+removed)
}

// keyBody reports whether a line's last word is part of a private key's body:
// all that stands on the line, or what a log wrote behind its own prefix.
func keyBody(line string) bool {
	space := strings.LastIndexByte(line, ' ')
	word := line[space+1:]
	if strings.Trim(word, base64Bytes) != "" {
		return false
	}
	return space < 0 || len(word) >= 32 || strings.HasSuffix(word, "=") || strings.HasSuffix(line[:space], ":")
}

const base64Bytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="

// inList hides the passwords of a list "account:password". It ends with the first
// line that is neither an item, nor a word of the list's own, nor another
// writer's with a bracket.
func (r *redactor) inList(s string) string {
	r.list--
	if m := listItem.FindStringSubmatch(s); m != nil && !listName.MatchString(s) {
		if strings.Trim(m[2], "`") == removed {
			return s
		}
		return m[1] + removed + m[3]
	}
	s = r.words(s)
	if !listName.MatchString(s) && !strings.Contains(s, "[") {
		r.list = 0
	}
	return s
}
