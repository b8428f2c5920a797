package diag

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// BenchmarkCandidates compares ways to search many lines for many patterns. All
// find the same; the reader's own way is the last. The cost of the first two
// grows with the number of patterns, that of the others hardly.
func BenchmarkCandidates(b *testing.B) {
	text := uncolour([]byte(logOf(256 << 10)))
	for _, n := range []int{100, 300, 600} {
		list := manyPatterns(n)
		list[0] = `Out of memory: Kill(?:ed)? process (\d+)`
		want := -1
		for _, way := range []struct {
			name string
			make func(list []string) func(text string) int
		}{
			{"every-pattern-on-every-line", everyPattern},
			{"index-of-each-literal", eachLiteral},
			{"one-alternation", oneAlternation},
			{"automaton-line-by-line", lineByLine},
			{"automaton-in-lanes", inLanes},
		} {
			if n > 100 && (way.name == "one-alternation" || way.name == "every-pattern-on-every-line") {
				continue // half a minute per MiB
			}
			search := way.make(list)
			b.Run(fmt.Sprintf("%s/%d", way.name, n), func(b *testing.B) {
				began := cpuTime()
				for b.Loop() {
					if got := search(text); want < 0 {
						want = got
					} else if got != want {
						b.Fatalf("%d hits, want %d", got, want)
					}
				}
				b.ReportMetric(float64(b.N)*float64(len(text))/1e6/(cpuTime()-began).Seconds(), "MB/cpu-s")
			})
		}
	}
}

func compileAll(list []string) []*regexp.Regexp {
	var all []*regexp.Regexp
	for _, p := range list {
		all = append(all, regexp.MustCompile(p))
	}
	return all
}

func everyPattern(list []string) func(string) int {
	all := compileAll(list)
	return func(text string) int {
		hits := 0
		for line := range strings.SplitSeq(text, "\n") {
			for _, re := range all {
				if re.MatchString(line) {
					hits++
				}
			}
		}
		return hits
	}
}

// eachLiteral looks for each pattern's texts by themselves, with regard to case.
func eachLiteral(list []string) func(string) int {
	all := compileAll(list)
	texts := make([][]string, len(list))
	for i, p := range list {
		texts[i] = literals(p)
	}
	return func(text string) int {
		hits := 0
		for line := range strings.SplitSeq(text, "\n") {
			low := strings.ToLower(line)
			for i, re := range all {
				for _, text := range texts[i] {
					if strings.Contains(low, text) {
						if re.MatchString(line) {
							hits++
						}
						break
					}
				}
			}
		}
		return hits
	}
}

// oneAlternation finds lines with one expression, and then what matches.
func oneAlternation(list []string) func(string) int {
	all, one := compileAll(list), regexp.MustCompile(strings.Join(list, "|"))
	return func(text string) int {
		hits := 0
		for line := range strings.SplitSeq(text, "\n") {
			if !one.MatchString(line) {
				continue
			}
			for _, re := range all {
				if re.MatchString(line) {
					hits++
				}
			}
		}
		return hits
	}
}

func scannerOf(list []string) (*scanner, *Cause) {
	c := testCause("boot/a", ConsoleLog, list...)
	return newScanner([]*Cause{c}), c
}

func lineByLine(list []string) func(string) int {
	s, c := scannerOf(list)
	set := s.kinds[ConsoleLog]
	find := set.finder()
	return func(text string) int {
		hits := 0
		var found []int32
		for line := range strings.SplitSeq(text, "\n") {
			if found = find.find(line, found[:0]); len(found) > 0 {
				hits += hitsOf(set, c, line, found)
			}
		}
		return hits
	}
}

func inLanes(list []string) func(string) int {
	s, c := scannerOf(list)
	set := s.kinds[ConsoleLog]
	find := set.finder()
	var memory sightings
	return func(text string) int {
		hits, at := 0, 0
		for _, seen := range find.search(text, &memory) {
			if seen.at < at {
				continue
			}
			begin := lineBegin(text[:seen.at])
			at = begin + lineEnd(text[begin:])
			line := text[begin:at]
			hits += hitsOf(set, c, line, find.find(line, nil))
		}
		return hits
	}
}

func hitsOf(set *lineSet, c *Cause, line string, found []int32) int {
	hits := map[*Cause][]Hit{}
	set.match(LogLine{N: 1, Text: line}, found, hits)
	return len(hits[c])
}
