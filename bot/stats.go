package bot

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/slack-go/slack"

	"sshhelp/diag"
)

const (
	statsWeeks = 8
	statsTTL   = 400 * 24 * time.Hour
	topCauses  = 8
)

// Fields of a week's figures in Redis; causes have fields of their own.
const (
	statChecks  = "checks"  // begun
	statHealthy = "healthy" // in which nothing was found wrong at first
	statSolved  = "solved"  // that were red and turned green by a recheck
	statSeconds = "seconds" // from the first verdict to green, all solved ones together
	statCause   = "cause:"  // and its ID: that led a first verdict
)

// week names the ISO week of a time in UTC: "2026-W47".
func week(at time.Time) string {
	year, n := at.UTC().ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, n)
}

// count adds a finished run to the figures of the week in which its check began:
// the first run of a check by what led its verdict, a later one if it turned
// green. Figures hold no names. Nothing hangs on them.
func (b *Bot) count(ctx context.Context, r *record, d *diag.Diagnosis) {
	green := len(d.Findings) == 0 && d.Answers() != nil
	add := map[string]int64{}
	switch {
	case r.Last == nil:
		add[statChecks] = 1
		if lead := d.Lead(); lead != nil {
			add[statCause+lead.ID] = 1
		} else if green {
			add[statHealthy] = 1
		}
		r.Red = !green
	case r.Red && green:
		add[statSolved], add[statSeconds] = 1, int64(time.Since(r.Started).Seconds())
		r.Red = false
	default:
		return
	}
	key := b.store.stats(week(r.Started))
	_, err := b.store.db.Pipelined(ctx, func(p redis.Pipeliner) error {
		for field, n := range add {
			p.HIncrBy(ctx, key, field, n)
		}
		p.Expire(ctx, key, statsTTL)
		return nil
	})
	if err != nil {
		b.log.Warn("a check is missing from the figures", "ref", r.Ref, "err", err)
	}
}

// A weekOf is one week's figures.
type weekOf struct {
	name                             string
	checks, healthy, solved, seconds int64
	helped, useless                  int64
	causes                           map[string]int64
}

// figures returns the last weeks, the oldest first.
func (b *Bot) figures(ctx context.Context, now time.Time) ([]weekOf, error) {
	var weeks []weekOf
	for n := statsWeeks - 1; n >= 0; n-- {
		w := weekOf{name: week(now.AddDate(0, 0, -7*n)), causes: map[string]int64{}}
		fields, err := b.store.db.HGetAll(ctx, b.store.stats(w.name)).Result()
		if err != nil {
			return nil, fmt.Errorf("figures of %s: %w", w.name, err)
		}
		for field, text := range fields {
			w.set(field, text)
		}
		weeks = append(weeks, w)
	}
	return weeks, nil
}

func (w *weekOf) set(field, text string) {
	n, _ := strconv.ParseInt(text, 10, 64) // we wrote it; what is not a number counts as none
	switch field {
	case statChecks:
		w.checks = n
	case statHealthy:
		w.healthy = n
	case statSolved:
		w.solved = n
	case statSeconds:
		w.seconds = n
	case statHelped:
		w.helped = n
	case statUseless:
		w.useless = n
	default:
		w.causes[strings.TrimPrefix(field, statCause)] = n
	}
}

// showStats tells a person the figures, in private. They are about all that the
// bot was asked, so they are for who may ask about everything.
func (b *Bot) showStats(ctx context.Context, j *job) error {
	if !b.Access.listed(j.Team, j.Place.Channel, j.User) {
		return b.tell(ctx, j, message{text: noStatsText})
	}
	weeks, err := b.figures(ctx, j.At)
	if err != nil {
		return err
	}
	err = b.tell(ctx, j, message{text: "Checks of the last weeks", blocks: append([]slack.Block{heading("Checks of the last weeks")}, statsBlocks(weeks)...)})
	if err == nil && len(lately(weeks)) > 0 {
		b.sendChart(ctx, j, lately(weeks))
	}
	return err
}

// sendChart sends the figures as a picture, in a direct message: a private reply
// cannot hold one. The figures have been told, so that it may fail.
func (b *Bot) sendChart(ctx context.Context, j *job, weeks []weekOf) {
	picture, err := chart(weeks)
	if err == nil {
		var channel, ts string
		if channel, ts, err = b.web.direct(ctx, j.User, message{text: "Checks of the last weeks, as a picture (" + chartKey + ")"}); err == nil {
			err = b.web.share(ctx, channel, ts, file{name: "checks.png", title: "Checks by week", text: string(picture)})
		}
	}
	if err != nil {
		b.log.Warn("figures without a picture", "user", j.User, "err", err)
	}
}

const noStatsText = "The figures are about everything that sshhelp was asked, and you may ask about a part of it only."

// statsBlocks shows the weeks as lines with bars, and the commonest causes.
func statsBlocks(weeks []weekOf) []slack.Block {
	if weeks = lately(weeks); len(weeks) == 0 {
		return []slack.Block{words("None yet.")}
	}
	most := slices.MaxFunc(weeks, func(a, b weekOf) int { return cmp.Compare(a.checks, b.checks) }).checks
	var rows []string
	causes := map[string]int64{}
	var helped, useless int64
	for _, w := range weeks {
		helped, useless = helped+w.helped, useless+w.useless
		rows = append(rows, fmt.Sprintf("%s  %5d %-20s  %d solved%s", w.name, w.checks, bar(w.checks, most), w.solved, timeToGreen(w)))
		for id, n := range w.causes {
			causes[id] += n
		}
	}
	blocks := []slack.Block{
		slack.NewRichTextBlock("", preformatted(strings.Join(rows, "\n"))),
		words(fmt.Sprintf("Of those who said so, %d found the answer helpful and %d did not.", helped, useless)),
	}
	if len(causes) == 0 {
		return blocks
	}
	list := slack.NewRichTextList(slack.RTEListOrdered, 0)
	for _, id := range commonest(causes) {
		list.Elements = append(list.Elements, line(code(id), plain(fmt.Sprintf(" %d", causes[id]))))
	}
	return append(blocks, slack.NewRichTextBlock("", line(bold("What it was")), list))
}

// bar draws a number; anything above none is at least a thin line.
func bar(n, most int64) string {
	if n == 0 {
		return ""
	}
	return strings.Repeat("█", int(n*20/most)) + "▏"
}

func timeToGreen(w weekOf) string {
	if w.solved == 0 {
		return ""
	}
	return ", after " + (time.Duration(w.seconds/w.solved) * time.Second).Round(time.Second).String() + " on average"
}

// commonest returns the IDs by how often they led.
func commonest(causes map[string]int64) []string {
	ids := slices.SortedFunc(maps.Keys(causes), func(a, b string) int {
		return cmp.Or(cmp.Compare(causes[b], causes[a]), cmp.Compare(a, b))
	})
	return ids[:min(len(ids), topCauses)]
}
