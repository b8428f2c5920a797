package vantage

import (
	"context"
	"strings"
	"testing"
	"time"

	"sshhelp/diag"
)

// TestJudge: what signs of life say of a place.
func TestJudge(t *testing.T) {
	t.Parallel()
	l := &Line{pace: normalPace()}
	ok := beat{Format: format, Version: "1.2.3", Slots: 24, Check: diag.Check{Mark: diag.CheckOK}}
	with := func(change func(*beat)) beat { b := ok; change(&b); return b }
	fresh, old := 2*time.Second, 3*time.Minute
	for _, tt := range []struct {
		name  string
		lives []life
		lain  time.Duration
		want  diag.VantageState
		why   string
	}{
		{"never seen", nil, 0, diag.VantageOffline, "it has given no sign of life yet"},
		{"well", []life{{ok, "a", fresh}}, 0, diag.VantageOnline, ""},
		{"late", []life{{ok, "a", 9 * time.Second}}, 0, diag.VantageOnline, ""},
		{"silent", []life{{ok, "a", old}}, 0, diag.VantageOffline, "no sign of life for 3 minutes"},
		{"silent for long", []life{{ok, "a", 100 * time.Hour}}, 0, diag.VantageOffline, "no sign of life for 4 days"},
		{"stopped", []life{{with(func(b *beat) { b.Leaving, b.Gone = true, true }), "a", old}}, 0, diag.VantageOffline, "it was stopped 3 minutes ago"},
		{"being stopped", []life{{with(func(b *beat) { b.Leaving = true }), "a", fresh}}, 0, diag.VantageOffline, "it is being stopped"},
		{"no pings", []life{{with(func(b *beat) { b.Check.Mark = diag.CheckLimited }), "a", fresh}}, 0, diag.VantageOnline, ""},
		{"sick", []life{{with(func(b *beat) { b.Check = diag.Check{Mark: diag.CheckUnknown, Text: "too many open files"} }), "a", fresh}}, 0, diag.VantageDegraded, "its own check fails: too many open files"},
		{"newer", []life{{with(func(b *beat) { b.Format = 2 }), "a", fresh}}, 0, diag.VantageDegraded, "it is of another version (1.2.3) and cannot read our jobs"},
		{"lets jobs lie", []life{{ok, "a", fresh}}, 8 * time.Second, diag.VantageDegraded, "a job has waited there for 8 seconds"},
		{"one of two is gone", []life{{ok, "a", old}, {ok, "b", fresh}}, 0, diag.VantageOnline, ""},
		{"the sick one spoke last", []life{{with(func(b *beat) { b.Check.Mark = diag.CheckFailed }), "a", time.Second}, {ok, "b", fresh}}, 0, diag.VantageOnline, ""},
		{"the one that was here last", []life{{ok, "a", old}, {with(func(b *beat) { b.Gone = true }), "b", time.Minute}}, 0, diag.VantageOffline, "it was stopped 60 seconds ago"},
	} {
		s := l.judge("melbourne", tt.lives, tt.lain, time.Now())
		if s.State != tt.want || s.Why != tt.why {
			t.Errorf("%s: %s (%q), want %s (%q)", tt.name, s.State, s.Why, tt.want, tt.why)
		}
		if strings.HasPrefix(tt.name, "one of two") && (!s.has("b") || s.has("a")) {
			t.Errorf("%s: there are %+v", tt.name, s.lives)
		}
	}
}

// TestCheck: what an operator reads of each place.
func TestCheck(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, m memory) {
		l := open(t, m)
		limited := diag.Check{Mark: diag.CheckLimited, Text: "this machine permits no ICMP socket"}
		serve(t, l, StationOptions{Prober: &fake{name: "melbourne", check: limited}, Version: "1.2.3", Slots: 5})
		ask(t, newPanel(t, l, &fake{name: "lab"}, "melbourne"), 10*time.Second)
		until(t, "an answer is known of", func() bool { return !state(t, l, "melbourne").LastAnswer.IsZero() })
		checks := l.Check(t.Context(), []string{"melbourne", "sydney"})
		if len(checks) != 2 {
			t.Fatalf("checks %+v", checks)
		}
		for i, want := range [][]string{
			{"online, version 1.2.3", "0 of 5 slots busy", "last answer", "permits no ICMP socket"},
			{"offline: it has given no sign of life yet; diagnoses go without it"},
		} {
			for _, words := range want {
				if !strings.Contains(checks[i].Text, words) {
					t.Errorf("%+v lacks %q", checks[i], words)
				}
			}
		}
		if checks[0].Mark != diag.CheckOK || checks[1].Mark != diag.CheckLimited || !strings.Contains(checks[1].Fix, `--name "sydney"`) {
			t.Errorf("checks %+v", checks)
		}
	})
}

// TestOldProcessesAreForgotten: a prober that is started anew every few seconds
// leaves no heap behind, and a place that is gone for good is remembered.
func TestOldProcessesAreForgotten(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, m memory) {
		l := open(t, m)
		db, key := l.db, l.beats("melbourne")
		for _, old := range []string{"1", "1700000000000 {}", "nonsense"} {
			if err := db.HSet(t.Context(), key, "p"+old, old).Err(); err != nil {
				t.Fatal(err)
			}
		}
		if v := state(t, l, "melbourne"); v.State != diag.VantageOffline || !strings.Contains(v.Why, "days") {
			t.Errorf("melbourne is %+v", v)
		}
		if err := l.give(context.Background(), "melbourne", "new", beat{Format: format}); err != nil {
			t.Fatal(err)
		}
		if names := db.HKeys(t.Context(), key).Val(); len(names) != 1 || names[0] != "new" {
			t.Errorf("known are %q", names)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(encoded(aJob(func(*job) {})))
	f.Add(newAnswer("p", diag.SourceSSH, diag.Reaches{reach("melbourne", diag.OK)}, nil).encode(diag.SourceSSH))
	f.Add(`1700000000000 {"format":1}`)
	f.Fuzz(func(t *testing.T, text string) {
		if j, err := decodeJob(text); err == nil {
			if j.known().Asked.Port == 0 || !idForm.MatchString(j.ID) || len(encoded(j)) > 2*maxJob {
				t.Errorf("accepted %q", text)
			}
		}
		r := decodeReply(text)
		if r.mistake(aJob(func(*job) {}), "melbourne") == nil {
			for _, seen := range r.Reach {
				if seen.From != "melbourne" {
					t.Errorf("accepted %q", text)
				}
			}
		}
		stamped(text)
	})
}
