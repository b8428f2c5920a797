//go:build race

package bot

// raceFactor widens limits on time.
const raceFactor = 40
