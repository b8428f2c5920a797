package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"sshhelp/commands"
)

// newCheckAction is the button of the Home tab that opens the form.
const newCheckAction = "new_check"

// homeOpened returns what opening the Home tab asks for; nil for other tabs.
func (b *Bot) homeOpened(e *event) *wish {
	if e.Said.Tab != "home" {
		return nil
	}
	j := &job{Kind: homeJob, Ref: newRef(), User: e.Said.User, Team: e.Team, At: time.Now()}
	return &wish{seen: "home:" + j.User + ":" + e.Said.EventTS, job: j}
}

// publishHome makes a person's Home tab anew.
func (b *Bot) publishHome(ctx context.Context, j *job) error {
	blocks := []slack.Block{heading("Why can I not SSH to my instance?")}
	if why := b.gate.person(ctx, j.User); why != "" {
		return b.web.publish(ctx, j.User, append(blocks, words(why)))
	}
	check := slack.NewButtonBlockElement(newCheckAction, newCheckAction, formText("New check"))
	check.Style = slack.StylePrimary
	blocks = append(blocks, slack.NewActionBlock("", check))

	blocks = append(blocks, heading("My checks"))
	list, err := b.mine(ctx, j.User)
	switch {
	case err != nil:
		b.log.Warn("Home without checks", "user", j.User, "err", err)
		blocks = append(blocks, words("They cannot be read at the moment."))
	case len(list) == 0:
		blocks = append(blocks, words("None yet."))
	default:
		blocks = append(blocks, b.mineBlock(list))
	}
	blocks = append(blocks, heading("What I may do"), words(b.rights(ctx, j)))
	blocks = append(blocks, heading("How sshhelp is"), b.statusBlock(ctx))
	blocks = append(blocks, b.homeStats(ctx, j)...)
	blocks = append(blocks, heading("How it is used"), words(helpText+b.aloudNote()), heading("What is kept"), words(b.privacyText()))
	return b.web.publish(ctx, j.User, blocks)
}

// homeStats are the figures, for who may see them.
func (b *Bot) homeStats(ctx context.Context, j *job) []slack.Block {
	if !b.Access.listed(j.Team, "", j.User) {
		return nil
	}
	weeks, err := b.figures(ctx, j.At)
	if err != nil {
		b.log.Warn("Home without figures", "user", j.User, "err", err)
		return nil
	}
	return append([]slack.Block{heading("Checks of the last weeks")}, statsBlocks(weeks)...)
}

// rights puts what a person may look at into words. Channels may add to it.
func (b *Bot) rights(ctx context.Context, j *job) string {
	scope := b.gate.scope(ctx, j.Team, "", j.User)
	if slices.Contains(scope, commands.Everything[0]) {
		return "You may ask about everything that sshhelp's credentials see, wherever sshhelp is."
	}
	text := "In channels that sshhelp is set up for, you may ask about what is meant for the channel."
	for _, g := range scope {
		project := "all projects"
		if g.Project != commands.Any {
			project = "project " + g.Project
		}
		text += fmt.Sprintf("\n• cloud `%s`, %s, wherever sshhelp is", escape(g.Cloud), escape(project))
	}
	return text
}

// privacyText says what is kept, and for how long.
func (b *Bot) privacyText() string {
	return fmt.Sprintf("What you ask about, the settings you give (address, account, port, public key), what a check saw, the console log included, "+
		"and what you paste are kept in Redis for %s after their last use, with passwords, keys and tokens removed. "+
		"Nothing is kept raw. Which host keys an instance showed is kept for %s. Figures by week hold no names.", days(b.StateTTL), days(memoryTTL))
}

// words is a paragraph of our own, in mrkdwn.
func words(text string) slack.Block {
	return slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, text, false, false), nil, nil)
}

// formClicked opens the form from the Home tab.
func (b *Bot) formClicked(i *interaction) *wish {
	return &wish{job: i.job(formJob, newRef())}
}

// publish shows a Home tab to one person.
func (w *web) publish(ctx context.Context, user string, blocks []slack.Block) error {
	return w.call(ctx, "views.publish", "", reply, func(ctx context.Context) error {
		_, err := w.api.PublishViewContext(ctx, slack.PublishViewContextRequest{
			UserID: user, View: slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}},
		})
		return err
	})
}
