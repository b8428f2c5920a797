package bot

import (
	"context"
	"errors"
	"time"

	"sshhelp/commands"
	"sshhelp/diag"
)

// reread answers with what is known and what was pasted, without another look.
// errForgotten means that too little is known for that.
func (b *Bot) reread(ctx context.Context, r *record) (*diag.Diagnosis, error) {
	e, err := b.store.keptOf(ctx, r.Ref)
	if err != nil {
		return nil, err
	}
	d := b.Engine.Reason(e, r.Pastes)
	b.log.Info("read what was pasted", "ref", r.Ref, "causes", d.Causes, "possible", d.Possible)
	if err := b.redraw(ctx, r, d); err != nil {
		return nil, err
	}
	if err := b.postEvidence(ctx, r, d); err != nil {
		b.log.Warn("no evidence in the thread", "ref", r.Ref, "err", err)
	}
	took := r.took()
	r.Last = resultOf(d)
	r.Last.Took = took
	return d, b.store.save(ctx, r)
}

// redraw makes the root message anew.
func (b *Bot) redraw(ctx context.Context, r *record, d *diag.Diagnosis) error {
	return b.conclude(ctx, r, withNote(rootMessage(d, r, r.took()), b.remedyNote(d)))
}

// took is how long the newest run took.
func (r *record) took() time.Duration {
	if r.Last == nil {
		return 0
	}
	return r.Last.Took
}

// round is one round of a check: a run if something is found to look at, else a
// reading of what was pasted; and a run after all if too little is known for that.
// A nil diagnosis without an error: the asker was told why there is none.
func (b *Bot) round(ctx context.Context, j *job, r *record, found *commands.Found, board *board) (*diag.Diagnosis, error) {
	if found == nil {
		d, err := b.reread(ctx, r)
		if !errors.Is(err, errForgotten) {
			return d, err
		}
		if found, err = b.find(ctx, j, r); found == nil {
			return nil, err
		}
		board = newBoard(found.Instance(), r)
	}
	return b.run(ctx, r, found, board)
}
