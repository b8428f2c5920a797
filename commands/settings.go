package commands

import "strings"

// settingPhrases are how people say where they come from, who as, on which port,
// and with which key: "set" are the short forms, of which several may follow each
// other; the rest are whole clauses.
var settingPhrases = map[string]string{
	"a":   `(?:ADDR|BADADDR)`,
	"n":   `(?:tcp/)?-?\d+(?:/tcp)?`,
	"w":   `[^ ]+`,
	"our": `(?:(?:the|my|our|this|a|an) )?`,
	"set": `(?:from|via|behind|through|(?:with )?source)(?: {our}{kindip}{ip})? {a}` +
		`|(?:(?:as|with|using|under|for) {our})?{account} {w}|{account} is {known}|as {our}{known}` +
		`|(?:(?:on|over|to|with|using|through|at|via|auf|sur|en)(?: the)? )?(?:tcp |ssh )?port(?: number)?{is} {n}` +
		`|(?:(?:with|using)(?: the| my)? )?(?:key|fingerprint|public key) KEY`,
	"lead": `(?:{ask}{try}(?: (?:with|using|coming|connecting))*|{me}{how} {connect}(?: (?:with|using))*|{connect}|(?:what|how) about|what if {me}{how} {connect}|and|or|(?:does|would|will) it work|it's|it is|this is|that's|that is|ssh|{me}) `,
	// known are the names that images give their first account, which need no
	// word that says that they are one (cloud-init's defaults).
	"known": `(?:ubuntu|debian|centos|rocky|almalinux|fedora|ec2-user|cloud-user|root|admin|administrator|core|cirros|opensuse|sles|suse|arch|alpine|freebsd|openbsd|gentoo|azureuser|vagrant|opc|oracle|rhel|kali)`,
	"here":  `(?:(?: now| currently| actually| back| sitting| still| here| today)* (?:on|at|in|behind|using|with|under|over|via|connected (?:to|via|from|with)))`,
	"own":   `(?:vpn|laptop|machine|pc|computer|client|workstation|connection|home|office|router|internet)(?: (?:{ip}))?`,
	"sshd":  `(?:the |our |my )?(?:ssh|sshd|openssh|daemon|ssh (?:server|daemon|service))(?: here| there)?`,
	"host":  `(?:it|it's|the server|this|that|this one|the instance|the vm|the machine|my (?:server|instance|vm)|we|i|they)`,
	"runs":  `(?: (?:is|was|has|have|been|now|actually|just|only))*(?: (?:on|at|listens? on|listening (?:on|at)|runs? on|running on|moved to|set to|configured (?:to|on|for)|bound to|changed to|sits on|reachable on|available on))`,
}

// settingRules are the clauses that say nothing but how the person connects.
var settingRules = clause("", "", plainly, `(?:`+strings.Join([]string{
	`(?:{lead})?(?:{set})(?: (?:and )?(?:{set}))*{again}?`,
	`(?:{lead})?(?:{set}) (?:via|over|through|on|using) (?:the |my |our |a )?(?:vpn|wi-?fi|mobile|phone|hotspot|proxy|office|home|lte|4g|5g)(?: network)?`,
	// where from
	`now (?:on|at|from|via|behind)(?: {our}{kindip}{ip})? {a}`,
	`{me}{here}(?: {our}{kindip}{ip}(?: of)?)? {a}`,
	`(?:i|we)(?:'ve| have)? (?:moved|switched|changed|went|am moving)(?: over)?(?: (?:my|the) {ip})? (?:to|over to|onto)(?: {our}{kindip}{ip})? {a}`,
	`(?:my|our) {kindip}(?:{ip}|{own})(?: here| at home| at work| right here| right now| today)?(?: has)?{is} {a}`, `{me}{how} {connect} (?:from|via|through|over) (?:the |my |our )?[a-z-]+ {a}`,
	`(?:source|client|my) {ip}{is} {a}`,
	`{a}{is} (?:my|our) {kindip}(?:{ip}|{own})`,
	`{a} is (?:me|mine|where (?:i|we) (?:come|connect|am coming|am connecting) from|the {ip} (?:i|we) (?:use|have|connect from|come from))`,
	`(?:the )?{kindip}{ip} (?:that )?(?:i|we) (?:have|use|come from|connect from|am using|get|got|connect with){is} {a}`,
	`(?:curl )?(?:ifconfig\.me|whatismyip\S*|google|ipinfo\S*|icanhazip\S*)(?: (?:says|shows|gives|tells me|reports|i'm|i am|my|ip|is|me|it's))* {a}`,
	`{me}(?: now)? {a}`, `(?:i|we)(?:'ve| have)?(?: got| have| get)+(?: (?:the|now))*(?: {kindip}{ip})? {a}`, `{me}{here} (?:home|the office|work|my office|the train|\w+ vpn|vpn) {a}`,
	`{me}{how} (?:use|using|have) {a}`, `from {our}[a-z]+ (?:at|with|on) {a}`,
	`(?:can|could|would|will) you (?:please )?{try} (?:whether|if) {a} (?:is|would be|gets|may|can) (?:allowed|let in|permitted|blocked|accepted|open|connect|come in|get in)(?: in| through)?`,
	`{ask}(?:use|assume|take|consider) {a} as (?:the |my )?(?:source|from|client|address|ip|origin|source address|source ip)`,
	`{ask}(?:assume|suppose|say|pretend)(?: that)? (?:i|we)(?: am|'m|'re| are)?(?: (?:come|connect|coming|connecting))? (?:from|on|at) {a}`,
	// who as
	`(?:my|the|our) (?:user ?name|user-name|login name|account name|username|login user|ssh user|remote user){is} {w}`,
	`(?:my|our) (?:user|login|account|ssh login){is} {w}`,
	`the (?:user|account|login){is} {known}`,
	`(?:i|we|i'm|we're)(?: am| are)?{how} (?:use|using|used|take|taking)(?: the| my)? {account} {w}`, `{ask}{try}(?: (?:with|as|using))?(?: the)? {account} {w}`,
	`(?:{me}{how} )?{connect} (?:with|using|under)(?: the| my)? {account} {w}`,
	`(?:{me}{how} )?{connect} as(?: the)?(?: {account})? {w}`,
	`{ask}{try} as(?: the)?(?: {account})? {w}`,
	`(?:i|we){how} (?:ssh|log ?in|connect) with(?: the)? {known}`,
	`{ask}(?:use|try|take|assume) {w} as (?:the )?(?:user(?: ?name)?|account|login)`,
	// which port
	`(?:the |my |our )?(?:(?:ssh|sshd|server|listening|correct|right|actual|custom|new) )*port(?: number)?{is} {n}`,
	`(?:the |my |our |this )?(?:server|instance|vm|machine|host|box) (?:now )?(?:listens?|is listening|listening) on(?: tcp)?(?: the)?(?: port)? {n}(?: instead| now)?`,
	`{sshd}{runs}(?: tcp)?(?: the)?(?: port)? {n}`,
	`{host}(?:{runs}| (?:use|uses|using|runs? (?:ssh|sshd) on|running (?:ssh|sshd) on|(?:have )?(?:moved|changed|put|set) (?:it|ssh|sshd|the port) (?:to|on)|listen))(?: tcp)?(?: the)? port {n}`,
	`{host} (?:have )?(?:moved|changed|put|run|set|runs)(?: the)? (?:ssh|sshd|ssh port|sshd port)(?: server)? (?:to|on)(?: port)? {n}`,
	// which key
	`(?:(?:my|the|our|here is|here's|this is|that's|here comes|i use|i'm using|we use|using|use|try|with|it's|it is|i have) )*(?:(?:public|ssh|own|new|current|pub|correct|right) )*(?:(?:key|pubkey|key-pair|key fingerprint|fingerprint|fingerprint of my key|key's fingerprint|public half)(?: (?:i use|i'm using|i have|here|that i use|we use))?{is} )?KEY`,
	`(?:{me}{how} )?{connect} with(?: (?:my|the|this))?(?: public| ssh)* key KEY`,
}, "|")+`)(?:(?: and)? (?:not|instead of|rather than)(?: (?:on|from|as|port|user|the))* [^ ]+)?`)

var (
	saidPort     = pattern(`^{n}$`)
	knownAccount = pattern(`^{known}$`)
)

// settingsIn reads the typed words of a clause that a rule covers. false means
// that they are not what the rule takes them for, or more than one may hold.
func settingsIn(words []token) (found []Intent, fits bool, err error) {
	add := func(kind Kind, text string, canonical func(string) (string, error)) bool {
		value, e := canonical(text)
		if e != nil {
			err = e
		}
		for _, known := range found {
			if known.Kind == kind && known.Value != value {
				return false
			}
		}
		found = append(found, Intent{Kind: kind, Value: value})
		return true
	}
	for _, w := range words {
		if denies[w.form] {
			break // "port 2222, not 22"
		}
		ok := true
		switch {
		case w.form == formAddr, w.form == formBadAddr:
			ok = add(FromIntent, w.text, canonicalFrom)
		case w.form == formKey:
			ok = add(KeyIntent, w.text, canonicalKey)
		case saidPort.matches(w.form):
			ok = add(PortIntent, strings.Trim(w.form, "tcp/"), canonicalPort)
		}
		if !ok {
			return nil, false, nil
		}
	}
	if w := accountIn(words); w != nil {
		if w.form != formQuoted && noAccount[w.form] || !add(UserIntent, w.text, ParseUser) {
			return nil, false, nil
		}
	}
	return found, true, err
}

var (
	// brings are words that bring up an account; links may stand between them and it,
	// and breaks begin something else.
	denies = wordSet("not instead rather")
	brings = wordSet("as user username user-name account login")
	links  = wordSet("as user username user-name account login name is was the my our = should be called named with using under now currently in fact actually changed to set equals 's")
	breaks = wordSet("from on at to via port over in into and again please it there behind through ssh key")
)

// accountIn returns the word of a clause that stands where an account does.
func accountIn(words []token) *token {
	expected := false
	for i := range words {
		form := words[i].form
		switch {
		case form == "as" && i > 0 && i+1 < len(words) && brings[words[len(words)-1].form]: // "use debian as user"
			return &words[i-1]
		case brings[form]:
			expected = true
		case form == "with" && i+1 < len(words) && knownAccount.matches(words[i+1].form):
			return &words[i+1]
		case !expected, links[form]:
		case breaks[form], form == formAddr, form == formKey:
			expected = false
		default:
			return &words[i]
		}
	}
	return nil
}

func canonicalFrom(text string) (string, error) {
	a, err := ParseFrom(text)
	if err != nil {
		return "", err
	}
	return a.String(), nil
}

func canonicalPort(text string) (string, error) {
	if _, err := ParsePort(text); err != nil {
		return "", err
	}
	return strings.TrimLeft(text, "0"), nil
}

func canonicalKey(text string) (string, error) {
	k, err := ParseKey(text)
	if err != nil {
		return "", err
	}
	return keyValue(k), nil
}

// noAccount are words that follow "user", "account" or "as" in talk. An account
// that is called so is reached by quotes.
var noAccount = wordSet(`
	data name names error errors experience group groups accounts guide manual id ids interface input agent space friendly session sessions users
	management manager list base admins story stories rights role roles permission permissions support profile profiles info information details database folder
	is was are were isn't not no yes has had have can can't could should will would must may might does doesn't did didn't do don't works work
	the a an my your his her our their its it's this that these those it he she they we you i me us them who which what there here someone somebody
	and or but if then because from to in on at of for with without by as so too also only still again now just even yet already
	locked disabled enabled gone missing deleted expired valid invalid wrong right correct fine ok okay unknown known confused happy angry new old able unable created removed active inactive blocked banned working broken
	usual usually expected before always well described documented instructed told normal possible soon needed required planned such good long far much many part default putty password
	ports port switch forwarding please thanks account user username login key keys says said reports reported complains complained confirmed left agreed forgot asks asked wants needs gets got sees tried tries called named via over`)

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		set[w] = true
	}
	return set
}
