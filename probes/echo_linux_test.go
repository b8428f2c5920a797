package probes

import "testing"

func TestStripHeader(t *testing.T) {
	packet := func(first byte, length int) []byte { return append([]byte{first}, make([]byte, length-1)...) }
	for _, c := range []struct {
		packet []byte
		left   int
	}{
		{nil, 0}, {packet(0x45, 28), 8}, {packet(0x46, 28), 4}, {packet(0x45, 20), 0}, {packet(0x45, 19), 0}, {packet(0x4f, 28), 0},
	} {
		if got := stripHeader(c.packet); got != c.left {
			t.Errorf("%d bytes are left of %x, want %d", got, c.packet, c.left)
		}
	}
}
