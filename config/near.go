package config

import (
	"slices"
	"strings"
)

// didYouMean is ", did you mean x?" for the word nearest to got, or nothing.
func didYouMean(got string, words []string) string {
	if w := nearest(got, words); w != "" {
		return "; did you mean " + w + "?"
	}
	return ""
}

// nearest returns the word that got is most likely a slip of, or "".
func nearest(got string, words []string) string {
	const longest = 64 // the comparison is quadratic and got may be anything
	if len(got) > longest {
		return ""
	}
	fold := func(s string) string { return strings.ReplaceAll(strings.ToLower(s), "-", "_") }
	best, least := "", max(1, len(got)/3)+1
	for _, w := range words {
		if d := slips(fold(got), fold(w)); d < least {
			best, least = w, d
		}
	}
	return best
}

// slips counts the letters to add, drop, change or swap with their neighbour
// to make b of a (optimal string alignment).
func slips(a, b string) int {
	row := func() []int { return make([]int, len(b)+1) }
	before, last, now := row(), row(), row()
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			now[j] = min(last[j]+1, now[j-1]+1, change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}

// suggest helps with an unknown key of a section: a near key beside it, or the
// same key where it belongs.
func suggest(section, key string) string {
	if hint := didYouMean(key, keys(section)); hint != "" {
		return hint
	}
	at := slices.IndexFunc(settings, func(s setting) bool { return strings.HasSuffix("."+s.path, "."+strings.ToLower(key)) })
	if at >= 0 {
		return "; did you mean " + settings[at].path + "?"
	}
	if section == "" {
		return "; the file's sections are " + strings.Join(keys(""), ", ")
	}
	return "; " + section + " has " + strings.Join(keys(section), ", ")
}
