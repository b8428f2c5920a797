package commands

import (
	"regexp"
	"sync"
)

// A lazy pattern is compiled when it is first used: most runs of the program read
// nothing that people say, and all the rules together take a while to compile.
type lazy struct{ get func() *regexp.Regexp }

// pattern makes a pattern of a rule, whose phrases are put in. A rule that does
// not compile is a mistake in this package, which its tests find.
func pattern(rule string) *lazy {
	return &lazy{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(spelt(rule)) })}
}

func (l *lazy) matches(text string) bool         { return l.get().MatchString(text) }
func (l *lazy) parts(text string) []string       { return l.get().FindStringSubmatch(text) }
func (l *lazy) places(text string) []int         { return l.get().FindStringSubmatchIndex(text) }
func (l *lazy) replace(text, with string) string { return l.get().ReplaceAllString(text, with) }
