package commands

import (
	"slices"
	"strings"

	"sshhelp/diag"
)

// A unit is a stretch of a message that has a meaning of its own.
type unit struct {
	words   []token
	covered bool // by a rule, or it is courtesy
	force   force
	intents []Intent
	err     error
}

// reply reads a line of a thread. The message is cut into clauses; the longest
// stretch that a rule covers is a unit, and what no rule covers must be what a
// person tells of themselves or the instance, or the whole is talk.
func reply(line string) Understood {
	if u, ok := commandLineIn(line); ok {
		return u
	}
	words := tokens(line)
	if len(words) == 0 || len(words) > maxWords || len(clauseEnds(words)) > maxClauses || mentions(words) {
		return Understood{Intents: []Intent{}}
	}
	return judge(units(words))
}

func mentions(words []token) bool {
	return slices.ContainsFunc(words, func(w token) bool { return w.form == formMention })
}

// judge decides whether a message is meant for sshhelp, as a whole.
func judge(list []unit) Understood {
	u := Understood{Intents: []Intent{}}
	weakest, told := plainly, 0
	for _, one := range list {
		switch {
		case !one.covered && !aside(one.words):
			return Understood{Intents: []Intent{}}
		case !one.covered:
			told += len(one.words)
		case len(one.intents) > 0 || one.err != nil:
			weakest = max(weakest, one.force)
		}
	}
	if told > 0 && (weakest == alone || weakest == maybe && told > maxTold) {
		return Understood{Intents: []Intent{}}
	}
	for _, one := range list {
		if one.err != nil {
			return Understood{Intents: []Intent{}, Err: one.err}
		}
		u.add(one.intents)
	}
	return u
}

// maxTold is how many words may stand beside "still not working": who tells a
// story is talking to people.
const maxTold = 14

// add takes intents over, each kind once; what was said last counts.
func (u *Understood) add(intents []Intent) {
	for _, i := range intents {
		at := slices.IndexFunc(u.Intents, func(o Intent) bool { return o.Kind == i.Kind })
		if at >= 0 && i.Kind != ShowIntent {
			u.Intents[at] = i
			continue
		}
		if !slices.Contains(u.Intents, i) {
			u.Intents = append(u.Intents, i)
		}
	}
}

// units cuts a message up.
func units(words []token) []unit {
	var list []unit
	for from := 0; from < len(words); {
		to := from
		for to < len(words)-1 && words[to].stop < sentence {
			to++
		}
		list = append(list, unitsOf(words[from:to+1])...)
		from = to + 1
	}
	return list
}

// joints are words at which a sentence may fall into clauses.
var joints = wordSet("and but so because since then also plus or however though und aber et mais y pero e")

// unitsOf cuts one sentence, taking the longest stretch that is covered each time.
func unitsOf(words []token) []unit {
	var list []unit
	ends := clauseEnds(words)
	for from := 0; from < len(words); {
		next := 0
		for i := len(ends) - 1; i >= 0 && ends[i] > from; i-- {
			next = ends[i]
			if u, ok := cover(words[from:ends[i]]); ok {
				list = append(list, u)
				break
			}
			if i == 0 || ends[i-1] <= from {
				list = append(list, unit{words: words[from:ends[i]]})
			}
		}
		from = next
	}
	return list
}

// clauseEnds are the places where a clause may end.
func clauseEnds(words []token) []int {
	var ends []int
	for i, w := range words {
		if i > 0 && joints[w.form] && words[i-1].stop == goesOn {
			ends = append(ends, i)
		}
		if w.stop >= clauseEnd || i == len(words)-1 {
			ends = append(ends, i+1)
		}
	}
	return slices.Compact(ends)
}

var (
	// before and after are courtesies and fillers at the edges of a clause.
	before = wordSet(`hello hi dear ok okay k so well now then and but also please thanks sorry sshhelp bot robot yes yeah yep yup no nope hmm hm mmh uh oh ah right alright fine great cool actually just kindly sure or
		plus first btw fyi sadly unfortunately again today currently since because und aber et mais y pero bitte danke merci por favor gracias hallo bonjour hola salut however though`)
	after = wordSet(`please thanks now asap quickly kindly bot sshhelp ok okay then too btw though anyway somehow here today currently instead mate sorry again bitte danke merci svp stp gracias`)
	// courtesy may stand beside anything and says nothing.
	courtesy = pattern(`^(?:(?:(?:many |lots of )?thanks|thank you|thank you very much|thanks (?:a lot|so much|very much|for (?:the|your) (?:help|hint|info|answer|quick \w+)|in advance|for checking|for looking)|good (?:morning|afternoon|evening|day)|cheers|sorry|sorry (?:for|about) (?:that|this|the \w+)|excuse me|my (?:bad|mistake|fault)|for me|if (?:possible|you (?:can|could|may|like))|when (?:possible|you can)|hello (?:there|bot|all|everybody)|vielen dank|danke|merci|merci beaucoup|gracias|por favor|s'il te plaît|s'il vous plaît|done|fixed|got it|understood|i see|ah ok|oops|hm+|well|right|quick|as soon as possible|i? ?forgot to (?:say|mention|add|tell you)|by the way|one more thing|to be precise|(?:can|could|would|will) you (?:please )?(?:check|test|try|verify|use)(?: (?:that|it|this|with that|then|please))*|please (?:check|test|try)(?: (?:that|it|this))?|does (?:that|this|it) (?:help|change anything|change something|make a difference)) ?)+$`)
)

// maxEdge bounds how many courtesies are taken off either edge.
const maxEdge = 4

// cover finds the rule for a clause, with or without the courtesies at its edges.
func cover(words []token) (unit, bool) {
	for l := 0; l < len(words); l++ {
		for r := len(words); r > l && l <= maxEdge && r >= len(words)-maxEdge; r-- {
			if u, ok := meaning(words[l:r]); ok {
				return u, true
			}
			if !after[words[r-1].form] {
				break
			}
		}
		if !before[words[l].form] {
			return unit{}, false
		}
	}
	return unit{words: words, covered: true}, true // nothing but courtesy
}

// asks begins a question about how something is, which is for people to answer.
var asks = pattern(`^(?:is|does|do|did|are|was|were|has|have|why) `)

// meaning applies the rules to a clause.
func meaning(words []token) (unit, bool) {
	text := forms(words)
	if asks.matches(text) && words[len(words)-1].stop == questioned {
		return unit{}, false
	}
	if courtesy.matches(text) {
		return unit{words: words, covered: true}, true
	}
	for _, list := range [][]rule{rules, foreign} {
		for i := range list {
			if u, ok := list[i].apply(words, text); ok {
				return u, true
			}
		}
	}
	return unit{}, false
}

func (r *rule) apply(words []token, text string) (unit, bool) {
	if !r.pattern.matches(text) {
		return unit{}, false
	}
	u := unit{words: words, covered: true, force: r.force}
	if r.kind != "" {
		u.intents = []Intent{{Kind: r.kind, Value: r.value}}
		if r.kind != RecheckIntent || r.force != plainly {
			return u, true
		}
	}
	settings, fits, err := settingsIn(words)
	if !fits || r.kind == "" && len(settings) == 0 {
		return unit{}, false
	}
	if r.kind == "" && endsAgain.matches(text) {
		u.intents = []Intent{{Kind: RecheckIntent}}
	}
	u.intents, u.err = append(u.intents, settings...), err
	return u, true
}

var endsAgain = pattern(`{again}(?: |$)`)

var (
	// teller begins what a person tells of themselves or of the instance.
	teller = pattern(`^(?:and |but |so |then |because |since |also |ok |now |sorry |just |yes |no )*(?:i|i've|i'm|we|we've|we're|it|it's|the|my|our|they|this|that|that's|there|have|had|already|just|done|\w+ed|now|because|a|an|security|port|rule|rules|sg|firewall|network|vpn|server|instance|ssh|sshd|at|in|with|after|still|not|another|new|same|all|everything|nothing|only|both|some|something)\b`)
	// ours is what a person says of the bot's own words.
	ours = pattern(`\b(?:(?:what|as|everything|all|like) (?:you|the bot|sshhelp) (?:said|say|suggested|wrote|told me|recommended|proposed|asked)(?: me)?(?: to do)?|your (?:steps?|advice|suggestions?|instructions?|hints?|answer|recommendations?)|don't (?:know|understand|see|get))\b`)
	// told is a verb of something that is so or was done.
	told = pattern(`^i |\b(?:is|was|are|were|has|have|had|been|am|did|got|put|set|went|came|made|gave|ran|let|see|get|\w+'s|\w+'ve|\w+'m|\w+'re|\w+ed|\w+n't|moved|done|work|works|working|use|use[ds])\b`)
	// others speak to or of other people, or of another time: then the message is
	// not for sshhelp.
	others = pattern(`\b(?:you|your|yours|yourself|he|she|his|her|him|if|when|whenever|once|until|till|unless|before|should|shall|could|would|might|may|will|can|let's|maybe|perhaps|tomorrow|yesterday|later|soon|tonight|monday|tuesday|wednesday|thursday|friday|weekend|someone|somebody|anyone|anybody|everyone|everybody|guys|team|folks|people|gonna|going|who|whose|why|which|think|guess|suspect|wonder|don't|won't|bot|sshhelp|wait|waiting|want|wants|says|said|say|told|asked|asks|write|type|\w+'ll|\w+'d)\b`)
)

// aside reports whether a clause that no rule covers may stand beside a request.
func aside(words []token) bool {
	text := ours.replace(forms(words), "it")
	if len(words) > maxAside || others.matches(text) || !told.matches(text) {
		return false
	}
	for _, w := range words {
		if w.form == formAddr || w.form == formBadAddr || w.form == formKey || w.form == formQuoted {
			return false
		}
	}
	return words[len(words)-1].stop != questioned && teller.matches(text)
}

const maxAside = 24

// commandLineIn reads an ssh command line: in a thread it changes what it names.
func commandLineIn(line string) (Understood, bool) {
	at := sshLine.parts(strings.TrimSpace(line))
	if at == nil || strings.Contains(line, "\n") {
		return Understood{}, false
	}
	asked, err := parseSSH(split(at[1]))
	if err != nil {
		return Understood{Intents: []Intent{}, Err: err}, true
	}
	u := Understood{Intents: settingsOf(asked)}
	return u, len(u.Intents) > 0
}

// sshLine is an ssh command as it stands behind a prompt, or after a few words.
var sshLine = pattern(`^(?i:(?:i (?:use|run|type|tried|try|do|enter)|i'm (?:using|running)|my command(?: line)? is|the command is|command|this is what i (?:run|type|use)|with|using):? +)?(?:\S{0,40}[$#%>❯] +)?` + "`?" + `ssh((?: +-[46AaCfGgKkMNnqsTtVvXxYy]+| +-[BbcDEeFIiJLlmOopQRSWw] ?\S+)* +(?:[^\s@-][^\s@]*@)?[^\s@-]\S*)` + "`?" + `[.?!]?$`)

// settingsOf are the settings that were said, as intents.
func settingsOf(asked diag.Asked) []Intent {
	list := []Intent{}
	if asked.From.IsValid() {
		list = append(list, Intent{Kind: FromIntent, Value: asked.From.String()})
	}
	if asked.User != "" {
		list = append(list, Intent{Kind: UserIntent, Value: asked.User})
	}
	if asked.PortSaid {
		list = append(list, Intent{Kind: PortIntent, Value: portText(asked.Port)})
	}
	if asked.Key != nil {
		list = append(list, Intent{Kind: KeyIntent, Value: keyValue(asked.Key)})
	}
	return list
}
