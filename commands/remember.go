package commands

import (
	"context"
	"net/netip"
	"time"

	"sshhelp/diag"
)

// A recollection makes a witness of a [Memory].
type recollection struct{ memory Memory }

// Sources implements [Witness].
func (recollection) Sources() []diag.Source { return []diag.Source{diag.SourceMemory} }

// Read implements [Witness].
func (r recollection) Read(ctx context.Context, known *diag.Evidence, _ diag.Source) (diag.Fact, error) {
	seen, err := r.memory.SeenKeys(ctx, known.Instance.ID, addressesOf(known))
	if err != nil {
		return nil, err
	}
	for i := range seen {
		if s := &seen[i]; s.Instance != known.Instance.ID {
			s.Instance, s.Name = anotherInstance, ""
		}
	}
	return seen, nil
}

// anotherInstance stands for whoever else had an address: who asks may not be
// allowed to know more of it than that there was one.
const anotherInstance = "another instance"

// addressesOf are the addresses that may be probed.
func addressesOf(known *diag.Evidence) []netip.Addr {
	var list []netip.Addr
	for _, a := range known.Instance.Addresses {
		list = append(list, a.IP)
	}
	return list
}

// remember notes the host keys that were seen. What fails is logged and costs
// the answer nothing but the time, which is short.
func (e *Engine) remember(ctx context.Context, known *diag.Evidence) {
	seen := known.HostKeysSeen()
	if e.Memory == nil || len(seen) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), memoryMost)
	defer cancel()
	if err := e.Memory.Remember(ctx, seen); err != nil {
		e.Logger.Warn("cannot remember host keys", "instance", known.Instance.ID, "err", err)
	}
}

// memoryMost is how long a memory may take to answer or to note.
const memoryMost = time.Second
