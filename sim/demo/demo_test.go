package main

import (
	"bytes"
	"testing"
)

// start starts the whole demo on free addresses and ends it with the test.
func start(t *testing.T) *Demo {
	t.Helper()
	var log bytes.Buffer
	d, err := Start(t.Context(), Options{Listen: "127.0.0.1:0", Log: &log})
	if err != nil {
		t.Fatalf("start the demo: %v\n%s", err, &log)
	}
	t.Cleanup(d.Close)
	return d
}
