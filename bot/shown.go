package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"sshhelp/diag"
)

// showInThread answers "show rules" and the like in the thread, from the evidence
// of the newest run.
func (b *Bot) showInThread(ctx context.Context, j *job, r *record, what string) error {
	e, err := b.store.keptOf(ctx, r.Ref)
	if errors.Is(err, errForgotten) {
		return b.tell(ctx, j, message{text: notKeptText})
	}
	if err != nil {
		return err
	}
	m := b.shown(e, r, what)
	m.ref, m.part = r.Ref, "show:"+what+":"+j.id
	return b.ensure(ctx, r.Channel, r.Thread, m)
}

// shown is one part of the evidence as a message. What was not gathered is said
// to be so, with the reason.
func (b *Bot) shown(e *diag.Evidence, r *record, what string) message {
	p := &page{left: maxJSON - footRoom}
	title, source := "", diag.SourceServer
	switch what {
	case "rules":
		title, source = "The rules that decide what is let in", diag.SourceNetwork
		p.add(heading(title))
		p.entries("Let in", rulesShown(e.Network))
	case "console":
		title, source = "The end of the console log", diag.SourceConsole
		p.add(heading(title))
		p.console(e.Console)
	case "probes":
		title, source = "What was seen from outside", diag.SourceSSH
		p.add(heading(title))
		p.entries("Seen", probesShown(e))
	default:
		title = "The way, hop by hop"
		p.add(heading(title))
		p.entries("Hops", hops(b.Engine.Reason(e, r.Pastes)))
	}
	if len(p.blocks) == 1 {
		p.add(slack.NewRichTextBlock("", line(plain(notSeen(e, source)))))
	}
	p.blocks = append(p.blocks, slack.NewRichTextBlock("", line(plain("As of "), date(e.Now))))
	return message{text: title, blocks: p.blocks}
}

// notSeen says why there is nothing to show.
func notSeen(e *diag.Evidence, s diag.Source) string {
	for _, g := range e.Gaps {
		if g.Source == s {
			return g.Text
		}
	}
	return "Nothing of this was seen in the last run. Write recheck to look again."
}

// rulesShown lists each port with its groups' rules.
func rulesShown(n *diag.Network) []entry {
	if n == nil {
		return nil
	}
	var list []entry
	for _, port := range n.Ports {
		text := " port " + port.ID
		if !port.PortSecurity {
			text += ": port security is off, so no rule is applied at all"
		}
		list = append(list, entry{head: []slack.RichTextSectionElement{bold(addressesOf(port)), plain(text)}})
		for _, g := range port.Groups {
			list = append(list, groupShown(g))
		}
	}
	return list
}

func addressesOf(p diag.Port) string {
	var list []string
	for _, f := range p.Floating {
		list = append(list, f.IP.String())
	}
	for _, f := range p.Fixed {
		list = append(list, f.IP.String())
	}
	return strings.Join(list, ", ")
}

func groupShown(g diag.Group) entry {
	e := entry{head: []slack.RichTextSectionElement{plain("Group "), bold(g.Name)}}
	switch {
	case g.Rules == nil:
		e.head = append(e.head, plain(": its rules could not be read"))
	case len(g.Rules) == 0:
		e.head = append(e.head, plain(": no rules"))
	}
	for _, r := range g.Rules {
		if r.Ingress {
			e.under = append(e.under, diag.Observation{Text: r.String(), Where: "rule " + r.ID})
		}
	}
	if len(e.under) == 0 && len(g.Rules) > 0 {
		e.head = append(e.head, plain(": lets nothing in"))
	}
	return e
}

// probesShown lists names, pings and connections.
func probesShown(e *diag.Evidence) []entry {
	var list []entry
	add := func(format string, args ...any) {
		list = append(list, entry{head: []slack.RichTextSectionElement{plain(fmt.Sprintf(format, args...))}})
	}
	if n := e.Names; n != nil {
		add("DNS %s: %s %v %s", n.Name, n.Outcome, n.Addrs, n.Err)
	}
	for _, p := range e.Pings {
		if p.Size == 0 {
			add("Ping %s%s: %s %s", p.Target, from(p.From), p.Outcome, p.Err)
		}
	}
	for _, r := range e.Reach {
		add("TCP %s%s: %s %s", r.Target, from(r.From), r.Connect.Outcome, r.Connect.Err)
		if s := r.SSH; s != nil {
			add("SSH %s%s: %s %s; key exchange %s %s", r.Target, from(r.From), s.Ident, strings.TrimSpace(s.Version+" "+s.IdentErr), s.Kex, s.KexErr)
		}
	}
	return list
}

func from(vantage string) string {
	if vantage == "" {
		return ""
	}
	return " from " + vantage
}

// console adds the last lines of a console log, as many as there is room for.
func (p *page) console(c *diag.Console) {
	if c == nil || len(c.Lines) == 0 {
		return
	}
	lines := c.Lines[max(0, len(c.Lines)-maxShown):]
	p.addList(len(lines), func(keep int) slack.Block {
		var b strings.Builder
		for _, l := range lines[len(lines)-keep:] {
			fmt.Fprintf(&b, "%d  %s\n", l.N, tame(l.Text, 200))
		}
		return slack.NewRichTextBlock("", preformatted(strings.TrimSuffix(b.String(), "\n")))
	})
}

// maxShown is how many lines of a console log are shown.
const maxShown = 40
