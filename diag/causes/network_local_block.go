package causes

import (
	"regexp"
	"slices"

	"sshhelp/diag"
)

var networkLocalBlock = &diag.Cause{
	ID:    "network/local-block",
	Title: "your own network does not let the connection out",
	Doc: `Many networks of companies, campuses, hotels and some providers let web pages
through and little else; a VPN or proxy on your own computer can do the same. The
instance is fine then: from another network it answers.`,
	Text:   "{subject} can be reached from elsewhere but not from where you are: your own network, VPN or proxy is in the way.",
	Maybe:  "{subject} can be reached from elsewhere; your own network, VPN or proxy may be in the way.",
	Breaks: diag.AtAddress,
	Lines: slices.Concat(clientTimeouts, []diag.Line{{
		In: diag.ClientText, Pattern: `(?:ssh|kex)_exchange_identification: (?:read: )?Connection (?:closed by remote host|reset)|^Connection timed out during banner exchange`,
		Example:  `kex_exchange_identification: Connection closed by remote host`,
		NearMiss: `debug1: kex_exchange_identification: banner line 0: HTTP/1.1 400 Bad Request`,
	}, {
		In: diag.ClientText, Pattern: ownRefusal,
		Example:  `ssh: connect to host 203.0.113.5 port 22: Permission denied`,
		NearMiss: `ssh: connect to host 203.0.113.5 port 22: Connection refused`,
	}}),
	ExplainedBy: []*diag.Cause{sshdBanned, clientJumpHost, networkGuestFirewall, networkMTU},
	Check:       checkLocalBlock,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Try from another network, such as a mobile phone's, with VPN and proxy switched off."},
		{Do: "If that works, ask whoever runs your network to let TCP to port {port} of {server} out."},
		{Do: "If the network lets only web pages through, go by a jump host that it does let you reach, or by your organisation's VPN."},
		{Do: "See whether your address there is one that the security group admits."},
	}},
}

// ownRefusal is what a client says whose own system forbade it to connect
// (EACCES, EPERM of connect(2)): a local firewall.
const ownRefusal = `connect to (?:host|address) \S+ port \d+: (?:Permission denied|Operation not permitted)|Network error: Permission denied|forbidden by its access permissions`

// elsewhereWorks is how people say that another network, machine or setting gets
// in, in the languages in which they ask.
var elsewhereWorks = regexp.MustCompile(`(?i)` +
	`(?:works?|working|fine|ok|succeeds?|connects?|no problems?|reachable|log ?in|get in|can ssh)\b[^.\n]{0,60}\b(?:from|via|over|through|on|with|when|using|without|at)\b[^.\n]{0,30}\b(?:home|phone|mobile|hotspot|tether\w*|4g|5g|lte|another (?:network|computer|machine|server|host|laptop|pc|isp|wifi)|other (?:network|computer|machine|server|host|laptop|pc|isp|wifi)s?|different (?:network|computer|machine|isp|wifi|location)|vpn|proxy|office|work|cellular|colleague\w*|friend\w*|cloud shell|vps)\b|` +
	`(?:from|via|over|through|on|with|using|without|at)\b[^.\n]{0,30}\b(?:home|phone|mobile|hotspot|tether\w*|4g|5g|lte|another (?:network|computer|machine|server|laptop|pc|isp|wifi)|other (?:network|computer|machine|server|laptop|pc|isp|wifi)s?|different (?:network|computer|machine|isp|wifi|location)|vpn|cellular|cloud shell|vps)\b[^.\n]{0,50}\b(?:works?|fine|ok|succeeds?|connects?|no problems?|without (?:any )?(?:problems?|issues?)|gets? in(?:to)?|can (?:connect|ssh|log ?in|reach)|log in)\b|` +
	`only (?:from|at|in|on) (?:this|our|the|my) (?:office|work|company|campus|school|university|network|wifi|home)|(?:everyone|everybody|others?|colleagues?|coworkers?) (?:else )?(?:can|are able|get in)|` +
	`(?:热点|熱點|手机流量|换(?:了|个|成)?.{0,6}(?:网|网络|电脑|机器)|其他人|别人|同事|家里|公司).{0,20}(?:可以|正常|能连|能登|都可以|没问题)|(?:bypass|直连|关(?:闭|掉)(?:代理|vpn)).{0,12}(?:才能|就能|可以|能)|` +
	`(?:テザリング|別の(?:回線|ネットワーク|PC|端末|マシン)|自宅|スマホ|他の(?:PC|人|端末|マシン|回線)).{0,20}(?:つなが|繋が|接続でき|できる|できます|入れ|成功|問題な)|` +
	`(?:핫스팟|테더링|다른 (?:네트워크|컴퓨터|PC|곳)|집에서|회사 밖).{0,20}(?:잘 ?(?:됩|되)|접속|연결|됩니다|가능)|` +
	`(?:с (?:другого|телефона|мобильного|дома|другой)|через (?:мобильный|телефон|впн|vpn|другую)|из дома|без vpn|раздач).{0,40}(?:работает|заходит|подключа|пускает|нормально|всё ок)|(?:работает|заходит|подключается).{0,30}(?:с другого|с телефона|через мобильный|из дома|через vpn)|` +
	`(?:vom handy|hotspot|mobilfunk|von zu ?hause|zuhause|(?:aus|von|mit) (?:einem )?anderen?m? (?:netz\w*|rechner|computer|wlan|anschluss)|ohne vpn|über lte).{0,40}(?:geht|klappt|funktioniert|komme ich|läuft)|(?:geht|klappt|funktioniert) (?:es )?.{0,30}(?:vom handy|hotspot|von zu ?hause|zuhause|anderen?m? (?:netz|rechner)|ohne vpn)|` +
	`(?:partage de connexion|depuis (?:chez moi|mon téléphone|la maison|un autre)|en 4g|autre réseau|sans (?:le )?vpn).{0,40}(?:marche|fonctionne|passe|ok)|(?:marche|fonctionne|passe).{0,30}(?:depuis chez moi|en 4g|partage de connexion|autre réseau)|` +
	`(?:desde (?:casa|mi casa|otra red|el móvil|otro)|con (?:datos|el móvil|otra red)|otra red|sin (?:la )?vpn).{0,40}(?:funciona|conecta|entra|va bien|sí puedo)|(?:funciona|conecta|entra).{0,30}(?:desde casa|desde otra red|con datos|otra red)|` +
	`(?:de casa|do celular|4g|outra rede|pelo celular|sem vpn).{0,40}(?:funciona|conecta|consigo)|(?:da casa|hotspot|altra rete|senza vpn).{0,40}(?:funziona|va|riesco)|(?:z domu|z telefonu|innej sieci|bez vpn).{0,40}(?:działa|łączy)`)

// checkLocalBlock: nothing answers the person, or it hangs up at once, while
// somewhere else gets in: by the person's own words, or by a probe.
func checkLocalBlock(p *diag.Pass) diag.Verdict {
	hits := fromPastes(p, nil)
	switch {
	case len(hits) == 0:
		return ownPlace(p)
	case pasted(p.Evidence, limits...):
		return diag.Verdict{}
	case saysElsewhere(p.Evidence), slices.ContainsFunc(hits, func(h diag.Hit) bool { return h.Line.Pattern == ownRefusal }):
		return told(p, hits)
	case p.SSHAnswers() != nil && !p.FromPerson(p.SSHAnswers()) && timedOut(hits):
		return maybe(told(p, hits), phoneAsk)
	}
	return ownPlace(p)
}

// phoneAsk is the question that tells the person's network from the server's.
const phoneAsk = "Does it work from another network, such as your phone's?"

// ownPlace: a probe from where the person sits fails while another place gets in,
// and the rules admit the person.
func ownPlace(p *diag.Pass) diag.Verdict {
	works, fails := p.Split()
	if works == nil || !p.FromPerson(fails) || p.Admission(works.Target.Addr()).Person == diag.No {
		return diag.Verdict{}
	}
	return diag.Verdict{
		State: diag.Possible, Args: textArgs(p.Evidence, nil), Ask: phoneAsk,
		Because: []diag.Observation{fails.ObserveConnect(), works.ObserveConnect()},
	}
}

// timedOut reports whether a client says that nothing answered at all.
func timedOut(hits []diag.Hit) bool {
	return slices.ContainsFunc(hits, func(h diag.Hit) bool {
		return slices.ContainsFunc(clientTimeouts, func(l diag.Line) bool { return l.Pattern == h.Line.Pattern })
	})
}

// saysElsewhere reports whether the person's words tell that another place gets
// in. A line that a program printed is not theirs.
func saysElsewhere(e *diag.Evidence) bool {
	for _, paste := range e.Pastes {
		for _, line := range paste.Heard {
			if elsewhereWorks.MatchString(line.Text) {
				return true
			}
		}
	}
	return false
}
