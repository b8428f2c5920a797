package commands

import (
	"maps"
	"regexp"
	"strings"
)

// Phrases are the small words that rules are made of, as patterns over the forms
// of words. A rule covers a clause from its first to its last word: that, and not
// a keyword somewhere, is what tells a request from talk.
var phrases = together(smallPhrases, settingPhrases, foreignPhrases, orderPhrases)

var smallPhrases = map[string]string{
	// ask is how one asks sshhelp to do what follows.
	"ask": `(?:(?:can|could|would|will) you (?:please )?(?:be so kind (?:to|and|as to) )?|(?:i'd|i would) like you to |i (?:want|need) you to |go ahead and |please |kindly )?`,
	// it is what the check is about.
	"it":       `(?: (?:it|this|that|them|everything|all|this one|for me|(?:the|my|this|your) (?:whole )?(?:instance|server|vm|machine|host|node|box|connection|access|checks?|tests?|ssh|ssh connection|diagnosis|diagnostics|probes|scan|status|port|login)))?`,
	"again":    `(?: (?:again|once more|once again|one more time|another time|a second time|afresh|anew))`,
	"check":    `(?:check|test|look|verify|diagnose|probe|run|try|do|scan|inspect|examine|ping)`,
	"checking": `(?:checking|testing|looking|verifying|diagnosing|probing|running|trying|doing|scanning|rechecking|retrying|rerunning)`,
	// plainword and badword are all that a sentence about a failure that goes on may
	// consist of: a closed list, in any order.
	"plainword": `(?:i|i'm|i've|we|we're|it|it's|this|that|the|my|our|a|an|is|am|are|was|be|been|has|have|having|do|does|to|in|into|on|at|with|me|us|let|lets|ssh|login|log|logging|connect|connecting|connection|server|instance|vm|machine|host|get|gets|getting|got|see|seeing|message|result|results|after|now|here|there|port|22|key|keys|publickey|permission|sadly|unfortunately|just|only|always|every|time|again|anything|all|exactly|try|trying|tried|can|able|possible|work|works|working|for|by|as|before|says|saying|giving|gives|shows|today|yet|up|any|access|out|too|also|though|though|same|thing|password|behaviou?r|{badword})`,
	"badword":   `(?:not|no|can't|doesn't|don't|won't|isn't|couldn't|didn't|unable|fail(?:s|ed|ing|ure)?|hang(?:s|ing)?|hung|time-?outs?|timeouts?|timed|timing|refus(?:e|es|ed|ing)|denied|deny|denies|errors?|problems?|issues?|stuck|down|unreachable|inaccessible|broken|same|locked|dead|blocked|reject(?:s|ed|ing)?|closed|closes|closing|nothing|impossible|asks|asking|dropp(?:ed|ing)|drops|QUOTED)`,
	// try is what one does with a setting.
	"try": `(?:try|test|check|use|probe|verify|assume|take|diagnose|run|do|attempt|consider|look)(?:ing)?(?: it| this| that| again| the check| a check| the test| the same| ssh| connecting| to connect| logging in| to log in| login)*`,
	// me is a person who tells how they connect.
	"me":  `(?:(?:i|we)(?: am|'m|'re| are)?|i'm|we're)`,
	"how": `(?: (?:trying|want|wanted|need|usually|always|normally|now|currently|actually|just|will|also|only|to|try))*`,
	"connect": `(?:connect|connecting|come|coming|log|logging|logon|login|log-in|ssh|ssh-ing|sshing|work|working|sit|sitting|sign|signing|access|accessing|use|using|go|going|call|calling|enter|tried|tried it|try|trying|get|run|running|authenticate|connected|logged)` +
		`(?: (?:in|on|to it|it|there|over ssh|via ssh|with ssh|using ssh|ssh|this))*`,
	"ip":      `(?:(?:(?:ip|ipv4|ipv6|ip-address|address)(?:s|es)?(?: address| addr| number)?))`,
	"kindip":  `(?:(?:new|current|public|external|home|office|real|own|source|client|outgoing|work|vpn|local|static|egress|wan|actual|internet|company|right|correct|present) )*`,
	"account": `(?:user(?: ?name)?|user-name|account(?: name)?|login(?: name)?|login user|ssh user|admin user|remote user|unix user|username)`,
	"is":      `(?: (?:is|was|'s|are|equals|=|should be|has to be|must be|is called|is named|changed to|has changed to|is set to|now|currently|in fact|actually))*`,
	"fails": `(?:not (?:working|ok|okay|possible|reachable|accessible|responding|connecting|there|up|good|fixed|solved|resolved|successful|letting me in)|n't working|broken|failing|fails|failed|hanging|hangs|stuck|down|unreachable|inaccessible|dead|nothing|no (?:luck|change|access|connection|joy|go|success|difference|improvement|answer|response|ssh|dice|way in)|times? out|timing out|timed out|a?timeout|time-?out|refused|denied|permission denied|connection refused|connection timed out|locked out|same` +
		`|(?:doesn't|does not|don't|won't|will not|didn't|did not) (?:work|connect|respond|answer|let me in|go|help|open|come up)|(?:can't|can not|unable to|not able to|am not able to|couldn't|could not|fail to) (?:connect|log ?in|login|ssh|get in|get on|reach|access|enter|sign in|log on|get through)` +
		`|(?:getting|get|gets|got|seeing|see|having|have|facing|with|giving|gives|says|shows|receive|receiving|end up with)(?: me)?(?: the| an?)?(?: same| identical| exact same| exactly the same)?(?: ssh)? {symptom}|(?:the )?same {symptom}|{symptom}|not possible to (?:connect|log ?in|login|ssh|enter|access|reach)|not|locked out|n't|(?:asks|asking|prompts|prompting|wants)(?: me)? (?:for )?(?:a|the|my)? ?(?:password|passphrase)|(?:not|no|don't|doesn't) (?:work|works|worked|connect|connects|go|run|login|reach|open)|ask for (?:a |the )?password|unable to (?:connect|login|log in|ssh|get in|reach it)|can't|the case|happening|occurs?|occurring)`,
	"symptom":  `(?:error|errors|problem|problems|issue|issues|message|result|results|timeout|timeouts|time-?outs?|behaviou?r|thing|story|permission denied(?: \(?publickey\)?)?|connection (?:refused|timed? ?out|reset|closed|timeout)(?: by (?:peer|remote host|\S+))?|refused|denied|no route to host|host key verification failed|operation timed out|QUOTED)`,
	"tail":     `(?: (?:yet|either|at all|for me|for us|here|anymore|any more|again|as before|with that|with this|to it|into it|it|in|after that|from here|on my side|over ssh|via ssh|now|though|sadly|unfortunately|either way|anyway|this time|message|to the (?:instance|server|vm|machine)|the (?:instance|server|vm|machine)))*`,
	"thing":    `(?:(?:it|it's|it is|this|this is|that|that's|that is|ssh|ssh is|login|log-in|logging in|(?:the |this |exactly the |exact )?(?:login|connection|instance|server|vm|problem|issue|error|ssh|same|host|machine|result)|the (?:login|connection|instance|server|vm|problem|issue|error) is|everything|everything is|connecting|connection|connection is|my (?:login|connection|instance|server|vm|ssh)|my (?:login|connection|instance|server|vm|ssh) is|i|i'm|i am|we|we're|we are|access|access is|server|server is|instance|instance is|things|nothing) )?`,
	"rules":    `(?:(?:security|sec|firewall|ingress|access|network)[ -]?(?:groups?|rules?)(?: rules?)?|secgroups?(?: rules?)?|sgs?|sg rules|rules?|firewall)`,
	"console":  `(?:(?:serial |boot |nova |system )?console(?:[ -]?(?:logs?|output|text|messages?|lines))?|boot[ -]?(?:logs?|output|messages))`,
	"probes":   `(?:probes?(?: results?| output)?|probing results?|test results?|network (?:tests?|probes?)|port (?:tests?|scan))`,
	"path":     `(?:(?:connection )?path|the hops|hops|way to it|way in)`,
	"the":      `(?:(?:the|all|its|your|latest|last|current|full|whole|complete|some|this|these|those|more|of|a|me|us|instance's|raw|recent|new|actual|\d+|few|lines) )*`,
	"shown":    `(?: (?:lines?|output|results?|here|of it|for it|it|of this|for this|of (?:the|this|my) (?:instance|server|vm|machine|host)|for (?:the|this|my) (?:instance|server|vm|machine|host)|again|in here|in this thread|for me|that apply|you (?:have|found|see|saw|got|used)|has|have|there are|are there|are|to me|to us|once more|like|look|now|say|says|said|saw|seen|tell|tells|show|shows|contain|contains|tell us|tell you|find|found|see|currently|apply|set|exist))*`,
	"verbshow": `(?:show|showing|display|print|list|give|get|post|see|view|dump|send|share|attach|fetch|bring up)`,
	"someone":  `(?:somebody|someone|anybody|{human}|(?:the )?(?:on-?call|on call|support|operators?|ops|admins?|helpdesk|help desk|tier ?2|second level|2nd level|engineers?|cloud team|support team|on-?call (?:engineer|person|team)|duty engineer|cloud admins?))`,
	"human":    `(?:(?:a |an |some |the )?(?:real |live |actual )?(?:human(?: being)?|person|support engineer|engineer from support|support person|(?:someone|somebody) from (?:the )?(?:support|on-?call|ops|cloud team)|support|on-?call|on-?call engineer|operator))`,
	"case":     `(?: (?:it|this|that|me|us|the (?:case|issue|problem|check|ticket|thing|matter|incident|thread)|my (?:case|issue|problem)|this (?:case|issue|problem|thread|one)|everything))?`,
	"ways":     `(?:how (?:do|can|should|could|would|might|must|shall) (?:i|we|one|you)|how (?:to|does one)|(?:tell|show|teach|explain to) me how(?: to| i| i can)?|explain how to|(?:i )?(?:don't|do not) know how to|i (?:need|want|would like) to know how to|(?:what's|what is) the (?:best |right |correct )?way to|help me(?: to)?|can you (?:tell|show|explain to|teach|help) me(?: how)?(?: to)?|where (?:do|can) i|i need (?:help )?to|i need help(?: to)?|what do i need to do to|is there a (?:guide|howto|page) (?:on|for|about) how to|how)`,
	"onos":     `(?: (?:on|in|under|with|for|from|using|to|a|an|the|my|of|and|into|please|new|ssh|it|this|that|windows|windows \d+|win|win ?1[01]|mac|macos|os x|osx|linux|ubuntu|laptop|computer|pc|machine|server|instance|vm|mobaxterm|powershell|terminal|wsl|cloud|openstack|again|correctly|properly|here|myself|putty|puttygen|openssh|keys?|files?|folder|private|public|~/\.ssh|\.ssh|ed25519|rsa|step by step|logging in|login|connect|log in))*`,
	"key":      `(?:ssh[ -]?keys?|key-?pairs?|key pairs?|keys?|public keys?|private keys?|pub key|pubkey|identity|id_rsa|id_ed25519)(?: ?pairs?| files?)?`,
	"akey":     `(?:(?:a|an|my|new|own|the|another|fresh|ssh|public|private|ed25519|rsa|good|some|one|first|valid|proper|such) )*`,
}

func together(lists ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, list := range lists {
		maps.Copy(all, list)
	}
	return all
}

// braced stands for a phrase in a rule.
var braced = regexp.MustCompile(`\{([a-z]+)\}`)

func spelt(rule string) string {
	return braced.ReplaceAllStringFunc(rule, func(name string) string {
		phrase, known := phrases[strings.Trim(name, "{}")]
		if !known {
			panic("commands: no phrase " + name)
		}
		return spelt(phrase)
	})
}
