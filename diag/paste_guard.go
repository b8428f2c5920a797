package diag

import "regexp"

// A guarded pattern is tried only on text that holds one of the fragments
// without which it cannot match, which few lines do.
type guarded struct {
	*regexp.Regexp
	texts *finder // nil if there are no such fragments
}

func guard(pattern string) *guarded {
	g := &guarded{Regexp: regexp.MustCompile(pattern)}
	if list := literals(pattern); list != nil {
		g.texts = newFinder(list)
	}
	return g
}

// MatchString is [regexp.Regexp.MatchString], faster where nothing matches.
func (g *guarded) MatchString(s string) bool {
	return g.may(s) && g.Regexp.MatchString(s)
}

func (g *guarded) may(s string) bool {
	return g.texts == nil || len(g.texts.find(s, nil)) > 0
}
