package parts_test

import (
	"slices"
	"testing"

	"sshhelp/diag/causes"
)

// unmade are causes for which there is no sample, and why.
var unmade = map[string]string{
	"network/vantage-offline": "it is about the places that probes run from; their own tests make it",
}

// TestTableIsComplete: what can be told from the cloud and from outside has a
// sample, or a reason why not.
func TestTableIsComplete(t *testing.T) {
	samples := all()
	for _, c := range causes.All {
		if !slices.Contains([]string{"instance", "network", "secgroup", "sshd", "hostkey", "auth"}, c.Family()) {
			continue
		}
		made := slices.ContainsFunc(samples, func(s sample) bool { return s.cause == c.ID })
		if _, known := unmade[c.ID]; made == known {
			t.Errorf("%s: there is a sample: %t, and a reason why there is none: %t", c.ID, made, known)
		}
	}
}
