package bot

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"sshhelp/commands"
	"sshhelp/diag"
)

// A board is what the root message shows while a check runs: its sources as
// words.
type board struct {
	name  string
	ref   string
	last  string // the verdict of the run before, if any
	steps []step
	more  map[string]any // for the metadata
}

type step struct {
	source diag.Source
	state  commands.ProgressState // "": waiting
}

const waiting = "waiting"

// usual are the sources that a check asks, in the order in which they are
// listed. Others are added when they begin.
var usual = []diag.Source{
	diag.SourceServer, diag.SourceNetwork, diag.SourceConsole, diag.SourceImage,
	diag.SourceKeyPair, diag.SourceDNS, diag.SourcePing, diag.SourceSSH,
}

// newBoard begins with the instance found and all else waiting.
func newBoard(i *diag.Instance, r *record) *board {
	b := &board{name: r.Asked.Query, ref: r.Ref, more: r.asking()}
	if i != nil && i.Name != "" {
		b.name = i.Name
	}
	if r.Last != nil {
		b.last = r.Last.Verdict
	}
	for _, s := range usual {
		b.steps = append(b.steps, step{source: s})
	}
	b.steps[0].state = commands.Done
	return b
}

func (b *board) set(p commands.Progress) {
	for i := range b.steps {
		if b.steps[i].source == p.Source {
			b.steps[i].state = p.State
			return
		}
	}
	b.steps = append(b.steps, step{p.Source, p.State})
}

// ended counts the sources that have answered in one way or another.
func (b *board) ended() int {
	n := 0
	for _, s := range b.steps {
		if s.state != "" && s.state != commands.Running {
			n++
		}
	}
	return n
}

func (b *board) message() message {
	title := "Checking " + b.name
	if b.last != "" {
		title = "Checking " + b.name + " again"
	}
	count := fmt.Sprintf("%d of %d checks ended", b.ended(), len(b.steps))
	list := slack.NewRichTextList(slack.RTEListBullet, 0)
	for _, s := range b.steps {
		state := string(s.state)
		if state == "" {
			state = waiting
		}
		list.Elements = append(list.Elements, line(plain(s.source.Title()+": "), bold(state)))
	}
	blocks := []slack.Block{heading(title), slack.NewRichTextBlock("", line(plain(count)), list)}
	if b.last != "" {
		blocks = append(blocks, slack.NewRichTextBlock("", line(bold("Last answer: "), plain(b.last))))
	}
	return message{text: escape(tame(title, maxTop)) + ": " + count + ".", blocks: blocks, ref: b.ref, part: rootPart, more: b.more}
}

// live edits the root message while a check runs: at most one edit per pace,
// none when answers need the room, the last state winning.
type live struct {
	mu    sync.Mutex
	board *board
	news  chan struct{}
	quit  chan struct{}
	wg    sync.WaitGroup
}

// follow starts the edits; [live.stop] ends them and must be called.
func (b *Bot) follow(ctx context.Context, r *record, board *board) *live {
	l := &live{board: board, news: make(chan struct{}, 1), quit: make(chan struct{})}
	l.wg.Go(func() { b.edits(ctx, r, l) })
	return l
}

func (b *Bot) edits(ctx context.Context, r *record, l *live) {
	b.sayBusy(ctx, r)
	timer := time.NewTimer(b.pace.edit)
	defer timer.Stop()
	for ; ; timer.Reset(b.pace.edit) {
		select {
		case <-l.quit:
			return
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if !b.web.roomToEdit() || !l.changed() {
			continue
		}
		if err := b.web.update(ctx, r.Channel, r.Root, progress, l.message()); err != nil {
			b.log.Debug("progress edit failed", "ref", r.Ref, "err", err)
		}
	}
}

// sayBusy puts Slack's own line "sshhelp is checking web-1" under the thread. It
// goes by itself when we post there. It is a garnish: where Slack does not know it,
// or the workspace does not allow it, nobody asks again.
func (b *Bot) sayBusy(ctx context.Context, r *record) {
	if b.plain.Load() {
		return
	}
	text := "is checking " + escape(tame(cmp.Or(r.Name, r.Asked.Query), 80))
	err := b.web.call(ctx, "assistant.threads.setStatus", r.Channel, progress, func(ctx context.Context) error {
		return b.web.api.SetAssistantThreadsStatusContext(ctx, slack.AssistantThreadsSetStatusParameters{
			ChannelID: r.Channel, ThreadTS: r.Thread, Status: text,
		})
	})
	if slackCode(err) != "" {
		b.plain.Store(true)
		b.log.Debug("no status lines under threads", "err", err)
	}
}

// watch takes one step of progress; it is called by the engine.
func (l *live) watch(p commands.Progress) {
	l.mu.Lock()
	l.board.set(p)
	l.mu.Unlock()
	select {
	case l.news <- struct{}{}:
	default:
	}
}

// changed reports whether there are news since it was last asked.
func (l *live) changed() bool {
	select {
	case <-l.news:
		return true
	default:
		return false
	}
}

func (l *live) message() message {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.board.message()
}

// stop waits for an edit under way, so that none comes after the final one.
func (l *live) stop() {
	close(l.quit)
	l.wg.Wait()
}
