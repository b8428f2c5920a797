package bot

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/redis/go-redis/v9"

	"sshhelp/diag"
)

// kept is the evidence of a check's newest run, so that its thread can be shown
// it, and so that what somebody pastes can be read with it. Secrets were taken out
// where it was gathered.
type kept struct {
	Evidence *diag.Evidence `json:"evidence"`
	Console  *diag.Console  `json:"console,omitempty"`
}

// maxKept bounds what is kept of one check, compressed, in bytes. A console log as
// Nova hands it out takes a tenth of it.
const maxKept = 1 << 20

// keepEvidence puts the evidence of a run down. One that is too large is not kept: then
// the instance is looked at again instead.
func (s *store) keepEvidence(ctx context.Context, ref string, e *diag.Evidence) error {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	err := json.NewEncoder(z).Encode(kept{e, e.Console})
	if err = errors.Join(err, z.Close()); err != nil {
		return fmt.Errorf("encode evidence of %s: %w", ref, err)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second) // an answer does not wait for it
	defer cancel()
	if packed.Len() > maxKept {
		err = s.db.Del(ctx, s.evidence(ref)).Err()
	} else {
		err = s.db.Set(ctx, s.evidence(ref), packed.Bytes(), s.ttl).Err()
	}
	if err != nil {
		return fmt.Errorf("keep evidence of %s: %w", ref, err)
	}
	return nil
}

// keptOf returns the evidence of a check's newest run, or errForgotten.
func (s *store) keptOf(ctx context.Context, ref string) (*diag.Evidence, error) {
	data, err := s.db.Get(ctx, s.evidence(ref)).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, errForgotten
	}
	if err != nil {
		return nil, fmt.Errorf("load evidence of %s: %w", ref, err)
	}
	var k kept
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err == nil {
		err = json.NewDecoder(io.LimitReader(z, 32*maxKept)).Decode(&k)
	}
	if err != nil || k.Evidence == nil {
		return nil, fmt.Errorf("decode evidence of %s: %w", ref, errors.Join(err, errForgotten))
	}
	k.Evidence.Console = k.Console
	return k.Evidence, nil
}
