package commands

import (
	"slices"
	"strings"
	"testing"

	"sshhelp/diag"
)

// TestProbedAccount: what a server said of an account, in sentences that say what
// they do not prove.
func TestProbedAccount(t *testing.T) {
	key := diag.HostKey{Type: "ssh-rsa", SHA256: "SHA256:x"}
	for _, c := range []struct {
		facts diag.AuthFacts
		want  []string
	}{
		{
			diag.AuthFacts{
				User: "debian", Outcome: diag.OK, Methods: []string{"publickey", "password"}, Banner: "Be good.\nAll is logged.",
				Keys: []diag.KeyAnswer{{Key: key, Accepted: diag.Refused, Algorithm: "rsa-sha2-512"}},
			},
			[]string{
				"ways to log in: publickey, password", "the server tells who logs in: Be good.", "the server tells who logs in: All is logged.",
				"ssh-rsa SHA256:x: the server would not take this key, or does not let the account in, asked with rsa-sha2-512",
			},
		},
		{
			diag.AuthFacts{User: "root", Outcome: diag.OK, Keys: []diag.KeyAnswer{{Key: key, Accepted: diag.OK, Algorithm: "ssh-rsa"}}},
			[]string{"ssh-rsa SHA256:x: the server would take this key, but only with signatures by SHA-1, which clients of today do not make; " +
				"whether root may log in shows only when somebody does"},
		},
		{
			diag.AuthFacts{
				User: "x", Outcome: diag.Closed, Err: "the server said: Too many",
				Keys: []diag.KeyAnswer{{Key: key, Accepted: diag.Closed, Err: "the server said: Too many"}},
			},
			[]string{"asking ended: closed, the server said: Too many", "ssh-rsa SHA256:x: the server did not answer about this key, closed: the server said: Too many"},
		},
		{
			diag.AuthFacts{User: "x", Outcome: diag.NotTried, Err: "not asked again yet", Keys: []diag.KeyAnswer{{Key: key, Err: "not asked again yet"}}},
			[]string{"asking ended: not-tried, not asked again yet", "ssh-rsa SHA256:x: the server was not asked about this key: not asked again yet"},
		},
		{diag.AuthFacts{User: "x", Outcome: diag.OK, Open: true}, []string{"ways to log in: none is needed, the server lets anybody in"}},
	} {
		var got []string
		for _, item := range accountItems(&c.facts) {
			got = append(got, item.Text)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// TestProbedTarget: what a target told, with what it cost.
func TestProbedTarget(t *testing.T) {
	r := diag.Reach{
		Connect: diag.Dial{Outcome: diag.OK},
		SSH: &diag.SSHFacts{
			Ident: diag.OK, Version: "SSH-2.0-x", Kex: diag.TimedOut, KexErr: "no answer in time", SmallKex: diag.OK,
			Clients: []diag.Negotiation{
				{Client: diag.CurrentClient, Kex: "a", HostKey: "b", Cipher: "c", MAC: "d"},
				{Client: diag.OldClient, Lacking: "host key"},
			},
		},
		Effort: diag.Effort{Connections: 2, Held: 1},
	}
	var got []string
	for _, item := range reachItems(&r)[1:] {
		got = append(got, item.Text)
	}
	want := []string{
		"identification: SSH-2.0-x", "key exchange: timed-out no answer in time", "key exchange with small packets: ok",
		"a client of today: agrees on a, b and c with d", "a client of 2010: cannot connect, there is no common algorithm for host key",
		"what it took: 2 connections, no request that the server may count as failed; 1 further one held back, so that nobody is banned",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
