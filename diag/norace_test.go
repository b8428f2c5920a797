//go:build !race

package diag

// underRace: the race detector watches.
const underRace = false
