package commands

// A force is how plainly a clause is meant for sshhelp, and so what may stand
// beside it in one message.
type force int

const (
	plainly force = iota // a request, or how the person connects: beside what they tell
	maybe                // "still not working": beside what they tell of themselves, briefly
	alone                // a single word, which may be anything: beside nothing
)

// A rule gives the meaning of the clauses that its pattern covers. Settings within
// them are found by [settingsIn].
type rule struct {
	kind    Kind // "" for settings alone
	value   string
	force   force
	pattern *lazy
}

func clause(kind Kind, value string, f force, patterns ...string) rule {
	all := ""
	for i, p := range patterns {
		if i > 0 {
			all += "|"
		}
		all += p
	}
	return rule{kind, value, f, pattern(`^(?:` + all + `)$`)}
}

// rules are tried in order; the first that covers a clause gives its meaning.
var rules = []rule{
	clause(RecheckIntent, "", plainly,
		`{ask}recheck{it}{again}?(?: now)?`,
		`{ask}{check}{it}(?: at (?:it|this))?{again}`,
		`{ask}{check}{again}{it}`,
		`{ask}(?:check|test|probe|diagnose){it} now`,
		`{ask}(?:have|take|do|give it|give this|start|run) (?:another|a new|a second|a fresh|one more|a) (?:recheck|look|go|try|check|shot|attempt|test|run|round)(?: at (?:it|this))?`,
		`(?:would|do) you mind {checking}{it}{again}?`, `(?:would|do) you mind having another look{it}`, `(?:one|just one) more (?:check|try|test|time|attempt|go|look|round)`,
		`another (?:look|go|try|check|shot|attempt|test|run)`,
		`once more|once again|one more time`, `(?:start|begin) over|{ask}refresh{it}|(?:a )?new (?:check|test|run)`,
		`{ask}{check} (?:status|state|connection|port|ssh){again}`,
	),
	clause(RecheckIntent, "", plainly, `please again|again please`),
	clause(RecheckIntent, "", maybe,
		`{thing}still {fails}{tail}`,
		`(?:{plainword} )*still(?: {plainword})* {badword}(?: {plainword})*`, `(?:{plainword} )*{badword}(?: {plainword})* still(?: {plainword})*`,
		`nothing works{tail}`,
		`(?:(?:the|this|my|same) )?(?:problem|error|issue|fault|message|timeout)s? (?:is |are |was )?still (?:there|here|present|open|existing|exists?|the case|happening|occurs?|occurring){tail}`, `still exists?`,
		`{thing}(?:is |are )?still(?: the)? same(?: thing| here)?`,
		`{thing}(?:can't|can not|unable to|not able to|couldn't|am unable to|am not able to|cannot)(?: still)? (?:connect|log ?in|login|ssh|get in|reach it|access it|sign in){tail}`,
		`{thing}(?:is )?(?:fails|failed|failing|hangs|times out|timed out|timing out) again`,
		`(?:(?:i|we|i'm) )?(?:am |are )?(?:(?:getting|get|got|see|have|still) )?(?:the |exactly the |exact |the exact )?(?:same|identical) (?:error|problem|issue|result|message|thing|story|behaviou?r|output)(?: message)?{tail}`,
		`no (?:change|luck|difference|improvement|joy|success){tail}`,
		`nothing(?: has)? changed{tail}`,
		`(?:that|this|it) (?:didn't|did not|doesn't|does not|hasn't) (?:help|work|fix it|solve it|change anything|make a difference|helped|worked){tail}`,
		`(?:didn't|did not|doesn't|does not) help{tail}`,
		`(?:it |this |that |ssh |login |the login |the connection )?(?:doesn't|does not|won't|will not) (?:work|connect){tail}`,
		`(?:it is |it's |is )?not working{tail}`, `(?:it |ssh )?(?:don't|not|no|didn't|did not) (?:work|works|working|worked|connect){tail}`,
		`{thing}(?:still )?(?:persists?|remains?|continues?)(?: (?:to fail|the same|unchanged))?{tail}`, `{thing}(?:still )?(?:keeps?|continues to|keep on) (?:failing|fail|timing out|time out|hanging|hang|refusing|asking for (?:a |the |my )?password){tail}`,
		`(?:that|it|this)(?: is|'s| was|wasn't| isn't)? (?:not )?(?:it|solved|fixed|enough)(?: yet)?`, `not (?:fixed|solved)(?: yet)?`, `{thing}(?:is )?not (?:fixed|solved|resolved)(?: yet)?`,
	),
	settingRules,
	clause(RecheckIntent, "", plainly, `{thing}still {fails}(?: (?:{set}))+`),
	clause("", "", alone, `{ip} {a}|it's {a}`),
	clause(RecheckIntent, "", plainly, `{ask}recheck{it}(?: with| using)? (?:{set})(?: (?:and )?(?:{set}))*`),
	clause(ShowIntent, "rules", plainly, show(`{rules}`)...),
	clause(ShowIntent, "console", plainly, show(`{console}`)...),
	clause(ShowIntent, "console", plainly, `{ask}{verbshow}(?: me| us)? {the}logs?{shown}`),
	clause(ShowIntent, "probes", plainly, show(`{probes}`)...),
	clause(ShowIntent, "path", plainly, show(`{path}`)...),
	clause(ShowIntent, "rules", alone, `{rules}`, `(?:which|what) {rules}{shown}`),
	clause(ShowIntent, "console", alone, `{console}`),
	clause(ShowIntent, "probes", alone, `{probes}`),
	clause(ShowIntent, "path", alone, `path`),
	clause(EscalateIntent, "", plainly,
		`{ask}escalate{case}(?: (?:to|with) {someone})?(?: now)?`,
		`{ask}(?:start|open|make|do|create|trigger) an? escalation`,
		`{ask}(?:get|find|fetch|call|bring|page|notify|alert|involve|ask|ping|wake) (?:me )?{someone}(?: (?:else|in|here))?(?: (?:to|for) (?:look at|look into|help with|take over|handle|check|see|help|fix|have a look at|take a look at|join)(?: with)?{case}| on{case}| involved)?`,
		`{ask}(?:hand|pass|forward|give|transfer|move){case}(?: over| on| off| up)?(?: to {someone})`,
		`{ask}(?:hand|pass){case} (?:over|on|up)`,
		`{ask}(?:open|create|file|raise|make) (?:a|the|an) (?:\w+ )?(?:ticket|case|incident)(?: for{case})?`,
		`i (?:really )?(?:need|want|would like|'d like) (?:to (?:talk|speak|chat|write) (?:to|with) {someone}|{human})`,
		`{me} (?:really )?(?:need|want|would like|'d like) {someone} (?:to|who can) (?:look at|look into|help with|take over|handle|check|see|help|fix|have a look at|take a look at)(?: with)?{case}`,
		`{ask}(?:contact|inform|connect me (?:to|with)|put me through to|hand me over to|transfer me to) {human}`,
		`(?:{human} please|hand ?over|hand ?off|hand over please|call for help|need {human})`,
		`(?:i'd|i would) like (?:to (?:talk|speak|chat) (?:to|with) )?{someone}`,
		`(?:can|could|would|may) {human} (?:please )?(?:take over|take a look|have a look|look|look at|look into|help|help with|join|step in|handle|check){case}`,
		`(?:can|could|may) i (?:talk|speak|chat) (?:to|with) {someone}`,
		`{me} (?:really )?(?:need|want) (?:some )?help (?:from|of|by) {someone}`,
		`(?:talk|speak) (?:to|with) {someone}`,
	),
	clause(QuietIntent, "", plainly,
		`{ask}(?:be|keep|stay|go) (?:quiet|silent)(?: here| in this thread| now)?`,
		`{ask}stop (?:posting|talking|replying|answering|commenting|writing|rechecking|it|that|spamming|the messages|bothering us|messaging|interrupting|spamming us|checking)(?: in this thread| here| us| me| messages| again| this| all the time)*`,
		`please stop|stop please|stop now|can you stop|could you stop|please be quiet`,
		`(?:please )?(?:leave (?:us|me) alone|that's enough|enough of that|no more checks|no more rechecks|shut up|go away|mute yourself|hush|no more messages|no more replies|don't reply(?: any ?more| here)?|don't answer(?: any ?more| here)?|do not reply(?: any ?more| here)?)`,
		`{ask}mute(?: this| this thread| yourself)`,
	),
	clause(QuietIntent, "", alone, `quiet|stop|mute|silence|shush`),
	clause(QuietIntent, "recheck", plainly, `{ask}(?:cancel|stop|drop|skip)(?: the| that| this)?(?: (?:scheduled|planned|automatic|next))? (?:recheck|check)`),
	clause(QuietIntent, "recheck", alone, `cancel|cancel it|cancel that`),
	clause(ResumeIntent, "", plainly,
		`{ask}(?:unmute(?: yourself| this thread)?|(?:talk|speak|reply|answer|post|listen)(?: to (?:us|me))? again|come back|start (?:talking|replying|answering|listening) again|resume (?:talking|answering|replying|posting|here|in this thread))`,
		`you (?:can|may)(?: now)? (?:talk|speak|reply|answer|post|resume|come back|listen|continue)(?: to us)?(?: again)?`,
	),
	clause(ResumeIntent, "", alone, `resume|unmute|continue|wake up`),
	clause(HowtoIntent, "putty", plainly, howto(`.{0,50}\b(?:putty|puttygen|pageant|ppk|winscp|ppk file)`)...),
	clause(HowtoIntent, "agent", plainly, howto(`.{0,50}\b(?:agent|ssh-agent|ssh-add|agent forwarding)`)...),
	clause(HowtoIntent, "permissions", plainly, append(howto(`.{0,40}\b(?:permissions?|chmod|file modes?|file rights|access rights)(?: (?:of|on|for) {akey}(?:{key}|\.ssh|~/\.ssh|ssh folder))?`), `(?:what|which) (?:file )?permissions (?:do|does|should|must|are|is) .{0,40}`)...),
	clause(HowtoIntent, "putty", plainly, `(?:what is|what's|where (?:can|do) i (?:get|download|find)) (?:putty|puttygen|pageant)`),
	clause(HowtoIntent, "agent", plainly, `(?:what is|what's|what does) (?:a |an |the )?(?:ssh[ -])?agent(?: do)?`),
	clause(HowtoIntent, "address", plainly, `(?:{ways}|where (?:do|can) i)(?: (?:find|get|see|know|learn|look up))?(?: out)? (?:what )?(?:my|the) {kindip}{ip}(?: is)?(?: (?:from|of|on) .{0,20})?`, `what(?:'s| is) my {kindip}{ip}`),
	clause(HowtoIntent, "keys", plainly, howto(`(?:(?:make|create|generate|get|set up|setup|build|have|produce|do|obtain|add|upload) )?{akey}{key}`)...),
	clause(HowtoIntent, "keys", plainly, `(?:what is|what's|what are) {akey}{key}`, `i (?:don't|do not) have {akey}{key}`, `i have no {key}`, `i need {akey}{key}`),
	clause(HowtoIntent, "client", plainly, howto(`(?:(?:install|get|start|open|use|set up|setup|run|choose|pick|do|connect with|need) )?(?:(?:a|an|the|which|my|good) )*(?:ssh[ -]client|ssh|openssh|client|terminal|ssh program|ssh software)`)...),
	clause(HowtoIntent, "client", plainly, `(?:which|what) (?:ssh )?(?:client|program|software|terminal)(?: (?:should|can|do|must|could) (?:i|we) (?:use|need|install))?{onos}`, `how (?:do|can|should) i (?:ssh|connect|log ?in){onos} (?:windows|windows \d+|mac|macos|linux)`),
	clause(HelpIntent, "", plainly,
		`(?:what|which commands|which things|what things|what commands|what else) (?:can|could|may|do|should) (?:you|i|we|one)(?: all)? (?:do|write|say|ask|type|understand|use|know|tell you|reply|enter)(?: you)?(?: here| for me| in this thread| in here| next)*`,
		`(?:which|what) commands(?: (?:are there|do you (?:know|have|understand|support)|exist|can i use|work here))?`,
		`(?:show|list|print|give)(?: me)?(?: the| your| all)* (?:help|commands|usage|options|help text)`,
		`how (?:does this|does this bot|do you|does it|does that) work`, `how (?:do|can) i use (?:you|this|this bot|the bot)`, `what are (?:the|your) (?:commands|options)`, `(?:what|who) are you`,
		`can you help(?: me)?|could you help(?: me)?|help me|i need help|need help|help please`,
	),
	clause(HelpIntent, "", alone, `help|commands|usage|options|menu`),
}

// show are the ways to ask for something that was seen.
func show(noun string) []string {
	return []string{
		`{ask}{verbshow}(?: me| us)? {the}` + noun + `{shown}`,
		`{ask}{verbshow}(?: me| us)? what {the}` + noun + `{shown}`,
		`(?:can|could|may|might) (?:i|we) (?:please )?(?:see|have|get|view|look at|have a look at|take a look at|read) {the}` + noun + `{shown}`,
		`(?:i|we)(?: would|'d)? (?:want|need|like)(?: to (?:see|have|read|look at|view))? {the}` + noun + `{shown}`,
		`i'd like to (?:see|have|read|look at|view) {the}` + noun + `{shown}`,
		`(?:let me|let us|lemme) (?:see|have a look at|look at|read) {the}` + noun + `{shown}`,
		`what (?:do|does|did|are|is|about|were) {the}` + noun + `{shown}`,
		`(?:what's|what is|what does it say|anything) (?:in|on) {the}` + noun,
		`where (?:is|are|do i find|can i see) {the}` + noun,
		`how (?:do|does) {the}` + noun + ` look(?: like)?`,
		`{the}` + noun + ` please`,
	}
}

// howto are the ways to ask for a page of help.
func howto(matter string) []string {
	return []string{
		`{ways} ` + matter + `{onos}`,
		`(?:howto|how-to|help|guide|instructions|page|documentation|docs)(?: (?:on|for|about|with|to))? (?:making |creating |using )?` + matter,
		`(?:i need )?help (?:me )?(?:on|for|about|with) ` + matter + `{onos}`,
	}
}
