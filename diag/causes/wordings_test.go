package causes

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// varying are the parts of a message that differ from one instance to the next: times,
// numbers, names in quotes, paths, addresses.
var varying = regexp.MustCompile(`\[[^\]]*\]|["'“‘][^"'”’]*["'”’]|\S*[/\\@]\S*|\S*\d\S*`)

// TestTwoWordings: programs change their words from version to version, and each has
// its own. What is told by text is found in two wordings at least.
func TestTwoWordings(t *testing.T) {
	wordings := map[string]map[string]bool{}
	for _, c := range readCases(t) {
		for _, f := range c.diagnose(t).Findings {
			if f.ID != c.cause || len(f.Observations) == 0 {
				continue
			}
			if wordings[f.ID] == nil {
				wordings[f.ID] = map[string]bool{}
			}
			said := varying.ReplaceAllString(f.Observations[0].Text, "")
			wordings[f.ID][strings.Join(strings.Fields(said), " ")] = true
		}
	}
	for _, c := range All {
		byText := len(c.Lines) > 0 && slices.Contains([]string{"boot", "cloudinit", "client"}, c.Family())
		if n := len(wordings[c.ID]); byText && n < 2 {
			t.Errorf("%s is found in %d wordings: %v", c.ID, n, wordings[c.ID])
		}
	}
}
