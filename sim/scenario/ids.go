package scenario

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// ID derives a UUID from what a thing is and is called, so that a scenario has
// the same identifiers in every run. It has the form of a random UUID.
func ID(kind string, names ...string) string {
	h := sha256.Sum256([]byte(kind + "\x00" + strings.Join(names, "\x00")))
	h[6], h[8] = h[6]&0x0f|0x40, h[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// shortID is an identifier as Keystone makes them, without dashes.
func shortID(kind, name string) string { return strings.ReplaceAll(ID(kind, name), "-", "") }

// macOf derives an address in Neutron's default range.
func macOf(portID string) string {
	h := sha256.Sum256([]byte("mac\x00" + portID))
	return fmt.Sprintf("fa:16:3e:%02x:%02x:%02x", h[0], h[1], h[2])
}

// setDefault sets *s if it is empty.
func setDefault[T comparable](s *T, value T) {
	var zero T
	if *s == zero {
		*s = value
	}
}

// newIfNil sets *p to a pointer to value if it is nil.
func newIfNil[T any](p **T, value T) {
	if *p == nil {
		*p = &value
	}
}
