package diag

import (
	"regexp"
	"slices"
	"strings"
)

// People show their ~/.ssh/config along with what went wrong, or what "ssh -G" makes
// of it: whom the attempt was to, where the messages do not say.

// A hostBlock is what one "Host" of such a configuration says.
type hostBlock struct {
	names            []string
	host, user, port string
}

// setting is one line of a configuration (ssh_config(5)): the keyword in any case,
// then blanks or one "=".
var setting = regexp.MustCompile(`^[\s>|]*(?i:(host|hostname|user|port))(?:\s*=\s*|\s+)"?([^\s"#]+)"?(?:\s+(\S.*?))?\s*$`)

// maxBlocks bounds how many are kept.
const maxBlocks = 100

// hostBlocks finds the blocks of a configuration in a text. A keyword without a
// "Host" above it may be any writer's word, but for the first lines of "ssh -G",
// which are "user" and "hostname".
func hostBlocks(lines []LogLine) []hostBlock {
	var blocks []hostBlock
	begun := false
	for i, line := range lines {
		m := setting.FindStringSubmatch(line.Text)
		if m == nil {
			continue
		}
		switch key := strings.ToLower(m[1]); {
		case len(blocks) == maxBlocks:
			return blocks
		case key == "host":
			blocks, begun = append(blocks, hostBlock{names: append([]string{m[2]}, strings.Fields(m[3])...)}), true
		case m[3] != "": // a sentence
		case begun:
			blocks[len(blocks)-1].set(key, m[2])
		case key == "user" && i+1 < len(lines) && strings.HasPrefix(lines[i+1].Text, "hostname "):
			blocks, begun = append(blocks, hostBlock{user: m[2]}), true
		}
	}
	return slices.DeleteFunc(blocks, func(b hostBlock) bool { return b.host+b.user+b.port == "" })
}

// set takes a value; the first one counts, as in ssh.
func (b *hostBlock) set(key, value string) {
	at := map[string]*string{"hostname": &b.host, "user": &b.user, "port": &b.port}[key]
	if *at == "" {
		*at = value
	}
}

// configured fills in what the configuration says of the attempts and they do not.
// Without one that is named, a configuration of a single host is taken to be of it.
func (p *Paste) configured() {
	blocks := hostBlocks(p.Heard)
	if len(blocks) == 0 {
		return
	}
	if len(p.Attempts) == 0 {
		p.Attempts = []Attempt{{Side: ClientText, login: -1}}
	}
	for i := range p.Attempts {
		a := &p.Attempts[i]
		for j := range blocks {
			if a.Side == ClientText && blocks[j].of(a, len(blocks) == 1) {
				blocks[j].fill(a)
			}
		}
	}
}

func (b *hostBlock) of(a *Attempt, only bool) bool {
	if a.Host == "" {
		return only && !slices.Contains(b.names, "*")
	}
	return slices.Contains(b.names, a.Host) || b.host == a.Host
}

func (b *hostBlock) fill(a *Attempt) {
	if a.Host == "" {
		a.Host = strings.Trim(b.host, "[]")
	}
	if a.User == "" {
		a.User = b.user
	}
	if a.Port == 0 {
		a.setPort(b.port)
	}
}
