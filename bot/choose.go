package bot

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"sshhelp/commands"
	"sshhelp/diag"
)

// chooseAction is the button that takes one of several instances, againAction the
// one that checks although that was just done. Their values name an order that
// lies in Redis, and nothing else.
const (
	chooseAction = "choose"
	againAction  = "again"
)

// An order is a request that waits for its asker to say which instance is meant,
// or that it is meant at all.
type order struct {
	User  string     `json:"user"`
	Asked diag.Asked `json:"asked"`
	Place place      `json:"place"`
	IDs   []string   `json:"ids,omitempty"` // of the instances that fit
	Ref   string     `json:"ref,omitempty"` // of the check that it is about
}

const (
	orderTTL   = time.Hour
	maxChoices = 10
)

// offerChoice shows the instances that fit to the asker alone, with a button for
// each; the channel sees nothing before one was chosen.
func (b *Bot) offerChoice(ctx context.Context, j *job, found *commands.Found) error {
	matches := found.Search.Matches[:min(len(found.Search.Matches), maxChoices)]
	o := order{User: j.User, Asked: found.Asked, Place: j.Place}
	for _, i := range matches {
		o.IDs = append(o.IDs, i.ID)
	}
	if err := b.store.keep(ctx, b.store.order(j.Ref), o, orderTTL); err != nil {
		return err
	}
	title := fmt.Sprintf("%d instances fit %q. Which one is it?", len(found.Search.Matches), found.Asked.Query)
	m := message{text: escape(tame(title, maxTop)), blocks: []slack.Block{heading(title)}}
	for n, i := range matches {
		button := slack.NewButtonBlockElement(chooseAction, j.Ref+":"+strconv.Itoa(n), formText("Check this one"))
		button.AccessibilityLabel = tame("Check "+i.Name+" with the ID "+i.ID, 75)
		words := i.InWords()
		if i.Project != "" {
			words += " · project " + i.Project
		}
		m.blocks = append(m.blocks, slack.NewRichTextBlock("", line(plain(words))), slack.NewActionBlock("", button))
	}
	if rest := len(found.Search.Matches) - len(matches); rest > 0 || found.Search.More {
		m.blocks = append(m.blocks, slack.NewRichTextBlock("", line(plain("There are more. Write an ID or an address to say which one you mean."))))
	}
	return b.tell(ctx, j, m)
}

// orderClicked takes up an order whose asker has decided.
func (b *Bot) orderClicked(i *interaction) *wish {
	ref, _, _ := strings.Cut(i.Actions[0].Value, ":")
	j := i.job(checkJob, newRef())
	j.Order, j.Place.Thread = i.Actions[0].Value, ""
	return &wish{job: j, gate: b.store.order(ref), or: j.tell(forgottenText)}
}

// resume fills a job in from the order that it goes on with. Only who gave the
// order may: a private list is no secret that holds.
func (b *Bot) resume(ctx context.Context, j *job) error {
	ref, n, chosen := strings.Cut(j.Order, ":")
	var o order
	if err := b.store.fetch(ctx, b.store.order(ref), &o); err != nil {
		return fmt.Errorf("order %s: %w", ref, err)
	}
	if o.User != j.User {
		return fmt.Errorf("order %s: %w", ref, errForgotten)
	}
	clicked := j.Place.ResponseURL
	j.Asked, j.Place, j.Again = o.Asked, o.Place, true
	j.Place.ResponseURL = cmp.Or(clicked, o.Place.ResponseURL) // the click's is the younger one
	if !chosen {
		return nil
	}
	at, err := strconv.Atoi(n)
	if err != nil || at < 0 || at >= len(o.IDs) {
		return fmt.Errorf("order %s has no choice %q: %w", ref, n, errForgotten)
	}
	j.Asked.Query = o.IDs[at]
	return nil
}
