package probes

import (
	"net/netip"
	"testing"

	"sshhelp/diag"
	sshd "sshhelp/sim/sshd/twin"
)

// Only an SSH server on the port that was asked for answers: not another program
// there, not silence, not an SSH server beside it.
func TestAnswersOnlySSH(t *testing.T) {
	p := New(Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	known := func(at netip.AddrPort) *diag.Evidence {
		return &diag.Evidence{
			Asked:    diag.Asked{Port: at.Port()},
			Instance: &diag.Instance{ID: "1", Addresses: []diag.Address{{IP: at.Addr(), Floating: true}}},
		}
	}
	for behaviour, want := range map[string]bool{"healthy": true, "http": false, "smtp": false, "refused": false, "close": false} {
		t.Run(behaviour, func(t *testing.T) {
			t.Parallel()
			s, err := sshd.Start(t.Context(), sshd.Options{Listen: "127.0.0.1:0", Behaviour: behaviour})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			yes, told := p.Answers(t.Context(), known(s.Addr()))
			if yes != want || !told {
				t.Errorf("%v, %v", yes, told)
			}
			if n := s.Connections(); behaviour != "refused" && n > 1 {
				t.Errorf("%d connections, want 1", n)
			}
		})
	}
	guarded := New(Options{})
	if yes, told := guarded.Answers(t.Context(), known(netip.MustParseAddrPort("127.0.0.1:22"))); yes || told {
		t.Errorf("an address that may not be probed: %v, %v", yes, told)
	}
}
