package commands

import (
	"strings"
	"testing"
	"time"

	"sshhelp/diag"
)

// TestLongLines: the time that a line takes is bounded, whatever stands in it.
func TestLongLines(t *testing.T) {
	for _, line := range []string{
		strings.Repeat("ok, ", 170), strings.Repeat("please ", 69), strings.Repeat("still ", 69) + "not", strings.Repeat("thanks. ", 80),
		strings.Repeat("from ", 69), strings.Repeat("web-1 ", 69), strings.Repeat("now and ", 35), strings.Repeat("i'm on 1.2.3.4, ", 40),
	} {
		began := time.Now()
		UnderstandReply(line)
		UnderstandOrder(line)
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%.20q… took %s", line, took)
		}
	}
}

// FuzzUnderstand: no line brings the reading down, and every value that is
// understood is one that can be set.
func FuzzUnderstand(f *testing.F) {
	for _, s := range []string{
		"recheck from 203.0.113.7 as ubuntu", "my key is SHA256:jG6S6kJ9Fhwrr3hXMt3R6TNcYJqf4VvQpSPWSe4Shd0", "port: 2222, not 22",
		"can't reach “web-1” from [2001:db8::7]?", "ssh -p 2222 -l core web-1", "私のIPは203.0.113.7です", "`check` ```x```", "> quoted\n:smile: (a) <!here>", "user=\xff as as as user",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		line = Plain(line)
		for _, u := range []Understood{UnderstandReply(line), UnderstandOrder(line)} {
			var asked diag.Asked
			if err := u.Apply(&asked); err != nil {
				t.Errorf("%q: %v cannot be applied: %v", line, u.Intents, err)
			}
			if u.Has(CheckIntent) && u.Asked().Query == "" {
				t.Errorf("%q: a check of nothing: %v", line, u.Intents)
			}
			if u.Err != nil && len(u.Intents) > 0 {
				t.Errorf("%q: both intents and an error", line)
			}
		}
	})
}
