package bot

import (
	"context"
	"fmt"
)

// hush makes the bot say nothing in a check's thread until somebody asks for it
// again: with "resume", by mentioning it, or with a button.
func (s *store) hush(ctx context.Context, ref string) error {
	if err := s.db.Set(ctx, s.quiet(ref), "1", s.ttl).Err(); err != nil {
		return fmt.Errorf("be quiet about %s: %w", ref, err)
	}
	return nil
}

// speak ends what hush began, and reports whether it was quiet.
func (s *store) speak(ctx context.Context, ref string) (was bool, err error) {
	n, err := s.db.Del(ctx, s.quiet(ref)).Result()
	if err != nil {
		return false, fmt.Errorf("speak about %s: %w", ref, err)
	}
	return n > 0, nil
}

func (s *store) hushed(ctx context.Context, ref string) (bool, error) {
	n, err := s.db.Exists(ctx, s.quiet(ref)).Result()
	if err != nil {
		return false, fmt.Errorf("look whether to be quiet about %s: %w", ref, err)
	}
	return n > 0, nil
}
