package diag

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestFinder(t *testing.T) {
	texts := []string{"he", "she", "his", "hers", "", "login:", "[  OK  ]"}
	f := newFinder(texts)
	for s, want := range map[string][]int32{
		"ushers":             {0, 1, 3},
		"USHERS":             {0, 1, 3},
		"this":               {2},
		"x login: [  ok  ] ": {5, 6},
		"shshe":              {0, 1},
		"":                   nil,
		"hi":                 nil,
	} {
		if got := f.find(s, nil); !slices.Equal(got, want) {
			t.Errorf("find(%q) = %v, want %v", s, got, want)
		}
	}
	if got := newFinder(nil).find("anything", nil); got != nil {
		t.Errorf("a finder of nothing finds %v", got)
	}
}

func TestLiterals(t *testing.T) {
	for pattern, want := range map[string][]string{
		`Kernel panic - not syncing`:           {"l panic - not sy"},
		`Started .*(ssh|sshd)\.serv`:           {"ssh.serv", "sshd.serv"},
		`Failed to start .*OpenSSH`:            {"openssh"},
		`foo|ba+r`:                             {"foo", "b"},
		`foo|.*`:                               nil,
		`\d+`:                                  nil,
		`(?i)Panic`:                            {"panic"},
		`[Ll]ogin (as|for)`:                    {"login as", "login for"},
		`x…yes`:                                {"yes"},
		`a*b`:                                  {"b"},
		`no (?:network )?carrier`:              {"no network carri", "no carrier"},
		`^cloud-init\[\d+\]: .* giving up`:     {" giving up"},
		`(?:a|b|c|d|e|f)(?:a|b|c|d|e|f)x`:      {"x"},
		`sshd?\[\d+\]: (?:error: )?kex_\w+: .`: {"]: error: kex_", "]: kex_"},
	} {
		if got := literals(pattern); !slices.Equal(got, want) {
			t.Errorf("literals(%q) = %q, want %q", pattern, got, want)
		}
	}
}

func testCause(id string, in TextKind, patterns ...string) *Cause {
	c := &Cause{ID: id}
	for _, p := range patterns {
		c.Lines = append(c.Lines, Line{In: in, Pattern: p})
	}
	return c
}

func TestScan(t *testing.T) {
	oom := testCause("boot/a", ConsoleLog, `Out of memory: Kill(?:ed)? process (\d+)`, `^\[ *[0-9.]+\] x\d`)
	refused := testCause("sshd/b", ClientText, `Connection refused`)
	s := newScanner([]*Cause{oom, refused})
	hits := s.scan(&Evidence{
		Console: ReadConsole("[  1.000000] Out of memory: Killed process 77 (java)\n[  2.000000] x9\nConnection refused\n"),
		Pastes:  []Paste{*ReadPaste("ssh: connect to host 192.0.2.7 port 22: Connection refused\nOut of memory: Kill process 1")},
	})
	if h := hits[oom]; len(h) != 2 || h[0].Match[1] != "77" || h[0].N != 1 || h[1].N != 2 || h[0].Line != &oom.Lines[0] {
		t.Errorf("hits on the console: %+v", h)
	}
	if h := hits[refused]; len(h) != 1 || h[0].N != 1 {
		t.Errorf("hits in the paste: %+v", h)
	}
}

// TestManyHits: the first ones are kept, and the last.
func TestManyHits(t *testing.T) {
	c := testCause("boot/a", ConsoleLog, `again (\d+)`)
	var text strings.Builder
	for i := range 500 {
		fmt.Fprintf(&text, "again %d\n", i)
	}
	hits := newScanner([]*Cause{c}).scan(&Evidence{Console: ReadConsole(text.String())})[c]
	if len(hits) != maxHits || hits[0].Match[1] != "0" || hits[maxHits-1].Match[1] != "499" {
		t.Errorf("%d hits, the last %v", len(hits), hits[len(hits)-1].Match)
	}
}

// FuzzScan: the finder never hides a line that a pattern matches.
func FuzzScan(f *testing.F) {
	patterns := []string{
		`Kernel panic(?: - not syncing)?: ?(.*)`, `You are in (?:emergency|rescue) mode`, `(?i)press enter`,
		`^\S+: \|=+[^|]*\| *\d+\.\d%`, `failed (\d+)/(\d+): up [\d.]+|no results`, `[Ll]ogin as|…0m`,
	}
	s := newScanner([]*Cause{testCause("boot/a", ConsoleLog, patterns...)})
	f.Add("Kernel panic: x")
	f.Add("You are in emergency mode")
	f.Add("PRESS ENTER to go on")
	f.Add("/dev/vda1: |=====   | 37.4%")
	f.Add("failed 1/20: up 3.1")
	f.Add("…0m login as")
	for line := range strings.SplitSeq(testBoot, "\n") {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, text string) {
		line := LogLine{N: 1, Text: text}
		hits := map[*Cause][]Hit{}
		s.lines([]LogLine{line}, ConsoleLog, hits)
		got := 0
		for _, h := range hits {
			got = len(h)
		}
		want := 0
		for _, p := range patterns {
			if regexp.MustCompile(p).MatchString(text) {
				want++
			}
		}
		if got != want && !strings.ContainsAny(text, "\u017f\u212a") { // these fold to s and k
			t.Fatalf("%q: %d hits, want %d", text, got, want)
		}
	})
}
