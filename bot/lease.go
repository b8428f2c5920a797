package bot

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// beat keeps the leases of running jobs while they run.
func (w *work) beat(over <-chan struct{}) {
	ticker := time.NewTicker(w.pace.lease / 4)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			w.renew()
			w.flush()
		case <-over:
			return
		}
	}
}

// renew sets back the idle time of the jobs that are still ours, and cuts short
// those that another replica has taken because we stood still for too long. If
// Redis is away, or has forgotten a job, the job goes on.
func (w *work) renew() {
	ids := w.ids(true)
	if len(ids) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), w.pace.lease/4)
	defer cancel()
	var ours []string
	for _, id := range ids {
		owner, err := w.owner(ctx, id)
		switch {
		case err != nil:
			w.log.Warn("cannot renew the lease on a job", "job", id, "err", err)
			return
		case owner == w.name:
			ours = append(ours, id)
		case owner != "":
			w.lose(id, owner)
		}
	}
	if len(ours) == 0 {
		return
	}
	err := w.store.db.XClaimJustID(ctx, &redis.XClaimArgs{
		Stream: w.stream, Group: group, Consumer: w.name, Messages: ours,
	}).Err()
	if err != nil {
		w.log.Warn("cannot renew the leases on jobs", "jobs", len(ours), "err", err)
	}
}

// owner returns who has a job; "" if Redis does not know it.
func (w *work) owner(ctx context.Context, id string) (string, error) {
	got, err := w.store.db.XPendingExt(ctx, &redis.XPendingExtArgs{
		Stream: w.stream, Group: group, Start: id, End: id, Count: 1,
	}).Result()
	if noGroup(err) {
		return "", nil
	}
	if err != nil || len(got) == 0 {
		return "", err
	}
	return got[0].Consumer, nil
}

func (w *work) lose(id, to string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if cancel := w.running[id]; cancel != nil {
		w.log.Warn("another replica has taken a job over", "job", id, "replica", to)
		cancel(errLost)
	}
}

// handOver makes jobs that were cut short look abandoned, so that another
// replica takes them with its next look and not a lease later.
func (w *work) handOver() {
	if len(w.left) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	args := []any{"XCLAIM", w.stream, group, w.name, 0}
	for _, id := range w.left {
		args = append(args, id)
	}
	args = append(args, "IDLE", w.pace.lease.Milliseconds()+1000, "JUSTID")
	if err := w.store.db.Do(ctx, args...).Err(); err != nil {
		w.log.Warn("cannot hand jobs over", "jobs", len(w.left), "err", err)
	}
}
