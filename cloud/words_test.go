package cloud_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"sshhelp/diag"
	"sshhelp/sim/scenario"
)

// TestErrorsInPlainWords: people get no words of Go's.
func TestErrorsInPlainWords(t *testing.T) {
	for how, want := range map[string]string{"hang": "no answer in time", "reset": "closed without an answer"} {
		s := start(t, nil)
		fail(t, s, "/identity/v3/auth/tokens", how)
		_, err := open(t, s, "ann").Find(within(t, 50*time.Millisecond), "web-1")
		if !errors.Is(err, diag.ErrUnreachable) || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v, want it to end in %q", how, err, want)
		}
	}
}

// TestDeletedWhileLooking: a server that is gone is not a server without a console.
func TestDeletedWhileLooking(t *testing.T) {
	s := start(t, nil)
	c := open(t, s, "ann")
	i := find(t, c, "web-1")
	if err := s.SetStatus(i.ID, "DELETED"); err != nil {
		t.Fatal(err)
	}
	gap := gapOf(t, t.Context(), c, known(i), diag.SourceConsole)
	if gap.Why != diag.GapNotFound || !strings.Contains(gap.Text, "was deleted while") {
		t.Errorf("gap %+v", gap)
	}
}

// TestMoreThanAreListed: a list that was cut is not taken for the whole.
func TestMoreThanAreListed(t *testing.T) {
	for n, more := range map[int]bool{20: false, 21: true} {
		s := start(t, func(c *scenario.Cloud) {
			for i := range n {
				c.Servers = append(c.Servers, scenario.Server{Name: "many", ID: fmt.Sprintf("cd000000-0000-4000-8000-%012d", i), Ports: []scenario.Port{}})
			}
		})
		for _, query := range []string{"many", "cd000000"} {
			got, err := open(t, s, "ann").Find(t.Context(), query)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Matches) != 20 || got.More != more {
				t.Errorf("%d servers, %q: %d listed, more %t", n, query, len(got.Matches), got.More)
			}
		}
	}
}
