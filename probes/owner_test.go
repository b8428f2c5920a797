package probes_test

import (
	"os"
	"sync/atomic"
	"syscall"
)

// accounts counts those that tests make, for their names.
var accounts atomic.Int64

// owner returns who a file belongs to.
func owner(info os.FileInfo) int {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(s.Uid)
	}
	return -1
}
