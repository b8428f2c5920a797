package vantage

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"

	"sshhelp/diag"
)

// A Recorder keeps what a station logs, for those who hand a case over: the last
// lines, without secrets. It is an [io.Writer] beside the real log; its zero value
// is ready.
type Recorder struct {
	mu       sync.Mutex
	redactor diag.Redactor
	lines    []string // not yet in Redis, at most maxLines
}

// Write takes whole lines, as slog's handlers write them. It never fails.
func (r *Recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for line := range strings.SplitSeq(strings.TrimSuffix(string(p), "\n"), "\n") {
		line = r.redactor.Line(line)
		r.lines = append(r.lines, line[:min(len(line), maxLine)])
	}
	r.lines = r.lines[max(0, len(r.lines)-maxLines):]
	return len(p), nil
}

// pending returns the lines that are not yet kept.
func (r *Recorder) pending() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := r.lines
	r.lines = nil
	return lines
}

// restore puts lines back that could not be kept.
func (r *Recorder) restore(lines []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(lines, r.lines...)
	r.lines = r.lines[max(0, len(r.lines)-maxLines):]
}

// keep puts what was logged since where [Line.Logs] finds it.
func (l *Line) keep(ctx context.Context, name string, r *Recorder) {
	if r == nil {
		return
	}
	lines := r.pending()
	if len(lines) == 0 {
		return
	}
	values := make([]any, len(lines))
	for i, line := range lines {
		values[i] = line
	}
	_, err := l.db.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.RPush(ctx, l.keys.log(name), values...)
		p.LTrim(ctx, l.keys.log(name), -maxLines, -1)
		p.Expire(ctx, l.keys.log(name), logTTL)
		return nil
	})
	if err != nil {
		r.restore(lines)
	}
}

// Logs returns the last lines of a place's log, oldest first: at most 100, of
// the last 24 hours at most, without secrets; none if there are none. It fails
// only if Redis does not answer.
func (l *Line) Logs(ctx context.Context, name string) ([]string, error) {
	lines, err := l.db.LRange(ctx, l.keys.log(name), -maxLines, -1).Result()
	if err != nil {
		return nil, fmt.Errorf("read the log of vantage point %s: %w", name, err)
	}
	return lines, nil
}
