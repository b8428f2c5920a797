package commands

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sshhelp/diag"
)

func portText(port uint16) string { return strconv.Itoa(int(port)) }

// order reads a line that is addressed to sshhelp: a check as people ask for one,
// help, or what else can be said anywhere. What is none of these names an
// instance, as [Parse] reads it.
func order(line string) Understood {
	line = strings.TrimSpace(ownName.ReplaceAllString(line, " "))
	if m := commandInText.FindStringSubmatch(line); m != nil {
		return commandOf(m[1])
	}
	words := tokens(line)
	if u, done := said(words); done {
		return u
	}
	if u, ok := asksFor(words); ok {
		return u
	}
	return checkOf(Parse(polite(line)))
}

// ownName is the bot's mention, where it was not taken out before.
var ownName = regexp.MustCompile(`(?i)(?:^|\s)@(?:sshhelp|UBOT)\b:?|^@[UW][A-Z0-9]{6,}\s`)

// commandInText is an ssh command: the whole line, a line of several, or after a
// prompt.
var commandInText = regexp.MustCompile("(?m)^(?:[`\\s]|\\S{0,40}[$#%>❯] )*(ssh +(?:-|\\S+@|\\S+$)[^`\n]*)")

// saidBehind is where somebody comes from, as it is said behind a command.
var saidBehind = regexp.MustCompile(`^(ssh .*?),? +from +(\S+)$`)

// commandOf reads an ssh command, and where it is run if that stands behind it.
func commandOf(line string) Understood {
	m := saidBehind.FindStringSubmatch(line)
	if m == nil {
		return checkOf(Parse(line))
	}
	asked, err := Parse(m[1])
	if err == nil {
		err = set(&asked, "from", strings.TrimRight(m[2], ".?!,"))
	}
	return checkOf(asked, err)
}

// checkOf makes a check of what was asked.
func checkOf(asked diag.Asked, err error) Understood {
	if err != nil {
		return Understood{Err: err}
	}
	check := Intent{Kind: CheckIntent, Value: asked.Query, Cloud: asked.Cloud}
	return Understood{Intents: append([]Intent{check}, settingsOf(asked)...)}
}

// said finds what can be said anywhere and names no instance. One word is taken
// for an instance's name, but for the few that are documented.
func said(words []token) (Understood, bool) {
	if len(words) == 0 || len(words) > maxWords || len(clauseEnds(words)) > maxClauses {
		return Understood{}, false
	}
	if len(words) == 1 {
		if one, ok := single[words[0].form]; ok {
			return Understood{Intents: []Intent{one}}, true
		}
		if !before[words[0].form] && !courtesy.matches(words[0].form) {
			return Understood{}, false
		}
	}
	list := units(words)
	if slices.ContainsFunc(list, func(u unit) bool { return !u.covered || u.force == alone }) {
		return Understood{}, false
	}
	u := judge(list)
	if greeting.matches(forms(words)) {
		u.Intents = []Intent{{Kind: HelpIntent}}
	}
	onlySettings := len(u.Intents) > 0 && !slices.ContainsFunc(u.Intents, func(i Intent) bool { return !i.setting() })
	if onlySettings {
		u.Err = whichInstance()
	}
	return u, true
}

func (i Intent) setting() bool {
	return i.Kind == FromIntent || i.Kind == UserIntent || i.Kind == PortIntent || i.Kind == KeyIntent
}

var greeting = pattern(`^(?:hello|hello there|hallo|bonjour|hola|good (?:morning|afternoon|evening|day))$`)

func whichInstance() error {
	return usage("Write its name, ID, address or DNS name: web-1", "Which instance?")
}

// single are words that mean something by themselves outside threads.
var single = map[string]Intent{
	"help":     {Kind: HelpIntent},
	"keys":     {Kind: HowtoIntent, Value: "keys"},
	"client":   {Kind: HowtoIntent, Value: "client"},
	"recheck":  {Kind: RecheckIntent},
	"escalate": {Kind: EscalateIntent},
}

// orders are the ways to ask about an instance, whose place is {x}, apart from the
// settings before and behind.
var orders = []*lazy{
	pattern(`^{ask}(?:check|test|diagnose|debug|probe|look at|look into|look up|inspect|try|verify|examine|troubleshoot|analy[sz]e|investigate|recheck|find|fix|scan|run (?:a )?(?:check|test|diagnosis) (?:on|of|for)|have a look at|take a look at|do a check of|see|help (?:me )?(?:with|on))(?: out)? {what}{x}{rest}$`),
	pattern(`^(?:{because})?{nobody}{cannot} {reach}{what}{x}{rest}$`),
	pattern(`^(?:why|how come|what's the reason|tell me why|find out why)(?: is it that)? (?:can't|can not|couldn't|could not|can|am|do|does|is|are) {nobody}(?:not |unable to |not able to |n't |fail to )?{reach}{what}{x}{rest}$`),
	pattern(`^(?:what is|what's|whats|what went|what goes)(?: the)? (?:wrong|up|going on|the matter|matter|problem|issue|happening|status|state)(?: (?:with|on|at|of|about))? {what}{x}{rest}$`),
	pattern(`^(?:why )?(?:is|are|does|has)(?:n't)? {what}{x} (?:not |ok|up|down|alive|reachable|accessible|broken|fine|running|dead|answering|responding|working|unreachable|refuse|hang|refusing|timing out|hanging|answer|respond|let me in|healthy|there|stuck|offline)+{rest}$`),
	pattern(`^(?:why )?(?:{reach})?(?:ssh(?:ing)? (?:to|into|on|at|in)|login (?:to|on|into)|log ?in to|logging (?:in|on) ?to|connection to|connecting to|access to|access on)? ?{what}{x} (?:is |are |does |has |have |seems |looks |still |just |keeps |always |suddenly |again |now |being )*(?:not |doesn't |does not |isn't |won't |will not |can't |cannot |be )*(?:reachable|reached|unreachable|accessible|inaccessible|down|offline|dead|hang|hangs|hanging|fail|fails|failing|failed|broken|stuck|time out|times out|timing out|timed out|work|working|works|respond|responding|answer|answering|connect|refuse|refuses|refuses connections|refused|refusing|let me in|letting me in|reject me|rejects me|rejects my key|denies me|close|closes|closes the connection|ok|come up|boot|up|locked me out|be reached|respond to ssh|refuses my key|permission denied|says permission denied|gives permission denied)+{rest}$`),
	pattern(`^(?:{me} )?(?:am |'m |got |have been |been |getting |get |got |have |having |with |has )*(?:locked out (?:of|from)|no (?:ssh )?access to|no ssh (?:to|on|into)|(?:some )?(?:ssh )?(?:problems?|issues?|trouble|errors?|difficulties) (?:with|on|at|to|connecting to|accessing|reaching)|permission denied (?:on|at|from|to|for)|connection refused (?:by|from|to|on|at)|connection timed out (?:to|on|from|with|at)|time-?outs? (?:to|on|from|with|at)|kicked out of|denied (?:on|at|by|from)|refused by) {what}{x}{rest}$`),
	pattern(`^(?:about|regarding|re|for|instance|server|vm|machine|host|node|the (?:instance|server|vm|machine|host|node)|my (?:instance|server|vm|machine|host|node)|it is|it's|how about|what about|how is) {what}{x}{rest}$`),
	pattern(`^(?:ssh|ssh-ing|sshing)(?: (?:in|to|into|on))* {what}{x}{rest}$`),
}

// orderPhrases are parts of those.
var orderPhrases = map[string]string{
	"x":       `([^ ]+)`,
	"what":    `(?:(?:ssh (?:to|on|for|into|access to|access on|connection to|connectivity to)|access to|the|my|our|this|that|a|connection to|connectivity to|login (?:to|on)|instance|server|vm|machine|host|box|node|called|named|virtual machine|ip|address|ssh|at|on|to|with|instance's|name) )*`,
	"rest":    `(?: (?:for me|again|please|any ?more|via ssh|over ssh|with ssh|using ssh|by ssh|through ssh|ssh|at all|today|now|since \w+|since this morning|instance|server|vm|machine|out|too|either|yet|thanks|for us|with my key|with putty|quickly|immediately|right now|why|from home|from work|from here|from the office|from my (?:laptop|pc|machine|computer|home|office)|is|it|this morning|yesterday|suddenly|what's wrong|help))*`,
	"because": `(?:it seems |it looks like |it appears |apparently |looks like |seems |seems like |(?:the )?problem is(?: that)? |(?:the )?issue is(?: that)? |since \w+ |suddenly |today |now |still |somehow |for some reason |my problem is(?: that)? )+`,
	"nobody":  `(?:(?:i|we|i'm|we're|he|she|they|somebody|someone|nobody|users?|people|one|my colleagues?|a user|a customer|our users?|our users|students?|everyone|nobody here) )?`,
	"cannot": `(?:(?:still|also|suddenly|just|now|am|are|is|have|has|had|been|currently) )*(?:can't|can not|can no longer|cannot|couldn't|could not|can|am unable to|unable to|not able to|fail(?:s|ed)? to|trouble|troubles|problems?|having trouble|having problems|issues?|difficulties|not possible to|impossible to|don't manage to|do not manage to|want to|need to|try to|trying to|tried to|have problems|have trouble|can barely|no longer able to|struggling to|don't get|do not get|won't let me|doesn't let me)` +
		`(?: (?:even|seem to|manage to|be able to|able to|get to|longer|to|in|any more|anymore))*`,
	"reach": `(?:(?:ssh|ssh-ing|sshing|log|login|logging|log-in|connect|connecting|reach|reaching|get|getting|access|accessing|sign|enter|entering|ping|open|use|using|telnet|contact|scp|sftp|a connection|an ssh connection|establish|make|a|an|session|connection|shell|jump|go|going|remote)(?: (?:in|into|on|onto|to|at|via ssh|over ssh|with ssh|using ssh|by ssh|through ssh|ssh|inside|a|an|connection|session|access|with|from))* )+`,
}

// asksFor reads "can't reach web-1 from 203.0.113.7 as ubuntu".
func asksFor(words []token) (Understood, bool) {
	core, settings, err := apart(words)
	core = edgesOff(core)
	if len(core) == 0 {
		return Understood{Err: err}, len(settings) > 0 || err != nil
	}
	at := 0
	if len(core) > 1 {
		at = instanceIn(core)
	}
	switch {
	case at < 0 && severalNames.matches(forms(core)):
		return Understood{Err: usage("Write one name at a time: check web-1", "That names several instances.")}, true
	case at < 0, len(core) > 1 && vague.matches(core[at].form):
		return Understood{}, false
	}
	if err != nil {
		return Understood{Err: err}, true
	}
	asked := diag.Asked{Port: 22}
	name := core[at]
	switch {
	case name.form == formQuoted:
		err = setQuery(&asked, name.text)
	case pronouns[name.form]:
		err = whichInstance()
	default:
		err = setTarget(&asked, strings.TrimSuffix(name.text, "'s"))
	}
	for _, s := range settings {
		if err == nil {
			err = set(&asked, string(s.Kind), s.Value)
		}
		if s.Cloud != "" {
			asked.Cloud = s.Cloud
		}
	}
	return checkOf(asked, err), true
}

// pronouns stand for an instance and name none.
var pronouns = wordSet("it this that them me us him her you something anything everything in there here mine ours one")

// instanceIn returns which word of an order names the instance, -1 if it is no
// order that is known.
func instanceIn(core []token) int {
	text := forms(core)
	for _, o := range orders {
		if at := o.places(text); at != nil {
			return strings.Count(text[:at[2]], " ")
		}
	}
	if !complaint.matches(text) {
		return -1
	}
	return onlyName(core)
}

// complaint are words of somebody who cannot get in. Together with a single word
// that can only be a name they are an order, however they are put.
var complaint = pattern(`\b(?:ssh|sshing|can't|couldn't|unable|log|login|log-in|connect|connecting|connection|reach|reachable|access|denied|refused|timeout|timed|timing|hangs|fails|failed|why|wrong|down|error|problem|issue|check|test|diagnose|happened|locked|host|reset|key)\b`)

// named is what instances are called and words are not: an address, or letters with
// digits, dots, dashes or underscores between them.
var named = pattern(`^(?:ADDR|QUOTED|[\pL\d]+(?:[._-]+[\pL\d]+)+|\pL+\d+|[\pL\d]+(?:[._-]+[\pL\d]+)*@.+)$`)

// noName are words of that form all the same.
var noName = wordSet("key-pair log-in re-check time-out ssh-agent known_hosts id_rsa id_ed25519 e-mail ssh2 ipv4 ipv6 ip-address sign-in on-call ec2-user user-name root-cause a.m p.m e.g i.e ssh-keygen ssh-add")

var (
	// severalNames are two that are asked for at once.
	severalNames = pattern(`^(?:{ask}(?:check|test|diagnose|try|probe) )?[\pL\d]+(?:[._-]+[\pL\d]+)+ (?:and|or) [\pL\d]+(?:[._-]+[\pL\d]+)+$`)
	// vague are words that end a name of several words rather than being one, such as
	// "test server 1".
	vague = pattern(`^(?:\d+|MENTION|instance|server|vm|machine|host|box|node|ssh)$`)
)

// onlyName returns the one word that can be a name; -1 if none or several can.
func onlyName(core []token) int {
	at := -1
	for i, w := range core {
		if !named.matches(w.form) || noName[w.form] {
			continue
		}
		if at >= 0 {
			return -1
		}
		at = i
	}
	return at
}

// edgesOff takes off greetings and thanks.
func edgesOff(words []token) []token {
	for len(words) > 1 && (before[words[0].form] || words[0].form == "@") && words[0].form != formQuoted {
		words = words[1:]
	}
	for n := len(words); n > 1 && after[words[n-1].form]; n = len(words) {
		words = words[:n-1]
	}
	return words
}

var (
	settingFirst = pattern(`^(?:{set}|(?:in|on|of)? ?cloud {w}) `)
	settingLast  = pattern(`(?:^|.*? )((?:{set}|(?:(?:{me}(?:{how} {connect}|{here})|coming|connecting|logging in|my {ip} is|with) )(?:{set}|{a})|as(?: the)? {w}|(?:in|on|of)? ?(?:the )?cloud {w}|port {n}|on {n}))$`)
)

// apart takes the settings off both ends of an order.
func apart(words []token) (core []token, settings []Intent, err error) {
	core = words
	for len(core) > 1 {
		trimmed := edgesOff(core)
		text := forms(trimmed)
		var part []token
		rest := trimmed
		if at := settingLast.places(text); at != nil && at[2] > 0 {
			n := strings.Count(text[:at[2]], " ")
			part, rest = trimmed[n:], trimmed[:n]
		} else if at := settingFirst.places(text); at != nil {
			n := strings.Count(text[:at[1]], " ")
			part, rest = trimmed[:n], trimmed[n:]
		}
		found, fits, e := settingOrCloud(part)
		if !fits || len(found) == 0 && e == nil {
			return core, settings, err
		}
		settings, core = append(found, settings...), rest
		if err == nil {
			err = e
		}
	}
	return core, settings, err
}

// settingOrCloud reads one setting, or which cloud to look in.
func settingOrCloud(part []token) ([]Intent, bool, error) {
	if n := len(part); n >= 2 && part[n-2].form == "cloud" {
		return []Intent{{Kind: CheckIntent, Cloud: part[n-1].text}}, true, nil
	}
	return settingsIn(part)
}

// polite takes from a line what no instance is called: thanks and question marks
// at its end. Names are kept as they stand.
func polite(line string) string {
	line = strings.TrimSpace(line)
	for _, end := range []string{"?", "!", ",", ";", "…"} {
		line = strings.TrimRight(line, end)
	}
	for _, word := range []string{" please", " pls", " plz", " thanks"} {
		if n := len(line) - len(word); n > 0 && strings.EqualFold(line[n:], word) {
			line = strings.TrimRight(line[:n], " ,")
		}
	}
	return line
}
