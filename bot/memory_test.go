package bot

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sshhelp/commands"
	"sshhelp/diag"
)

var _ commands.Memory = (*Memory)(nil)

// remembers opens a memory on a server of the test's.
func remembers(t *testing.T, m memory) *Memory {
	t.Helper()
	s, err := openStore(Options{RedisURL: m.url()}.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() }) // the server may be gone by then
	return &Memory{s}
}

var (
	noon  = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	here  = netip.MustParseAddr("203.0.113.9")
	there = netip.MustParseAddr("2001:db8::9")
)

// sighted is a host key of an instance at an address, seen at a time.
func sighted(a netip.Addr, instance, name, sha string, at time.Time) diag.SeenKey {
	return diag.SeenKey{
		Address: netip.AddrPortFrom(a, 22).String(), Instance: instance, Name: name,
		Key: diag.HostKey{Type: "ssh-ed25519", SHA256: sha}, First: at, Last: at,
	}
}

func TestMemoryOfHostKeys(t *testing.T) {
	onBoth(t, func(t *testing.T, server memory) {
		m := remembers(t, server)
		note := func(seen ...diag.SeenKey) {
			t.Helper()
			if err := m.Remember(t.Context(), seen); err != nil {
				t.Fatal(err)
			}
		}
		want := func(instance string, addresses []netip.Addr, want ...diag.SeenKey) {
			t.Helper()
			got, err := m.SeenKeys(t.Context(), instance, addresses)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(append(diag.SeenKeys{}, want...), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		want("new", []netip.Addr{here})

		// Another instance had the address; a name is kept whole, spaces and all.
		old := sighted(here, "old", "a very old one", "SHA256:old", noon)
		note(old)
		want("new", []netip.Addr{here}, old)
		want("old", nil, old)
		want("new", []netip.Addr{there})

		// What is seen again keeps its beginning and gets its new name.
		again := sighted(here, "old", "renamed", "SHA256:old", noon.Add(time.Hour))
		note(again)
		again.First = noon
		want("old", []netip.Addr{here}, again)

		// A rebuilt instance at another address of another family: latest first.
		built := sighted(there, "old", "renamed", "SHA256:new", noon.Add(2*time.Hour))
		note(built)
		want("old", []netip.Addr{here, there}, built, again)
	})
}

// TestMemoryIsBounded: the oldest give way, and all of it ends some day.
func TestMemoryIsBounded(t *testing.T) {
	onBoth(t, func(t *testing.T, server memory) {
		m := remembers(t, server)
		for i := range maxSeen + 3 {
			s := sighted(here, fmt.Sprintf("instance-%d", i), "", fmt.Sprintf("SHA256:%d", i), noon.Add(time.Duration(i)*time.Minute))
			if err := m.Remember(t.Context(), diag.SeenKeys{s}); err != nil {
				t.Fatal(err)
			}
		}
		got, err := m.SeenKeys(t.Context(), "unheard of", []netip.Addr{here})
		if err != nil || len(got) != maxSeen || got[0].Instance != fmt.Sprintf("instance-%d", maxSeen+2) || got[maxSeen-1].Instance != "instance-3" {
			t.Errorf("%d memories, %v", len(got), err)
		}
		for _, key := range []string{m.store.hostKeysAt(here), m.store.hostKeysOf("instance-5")} {
			if ttl := m.store.db.TTL(t.Context(), key).Val(); ttl <= memoryTTL-time.Minute || ttl > memoryTTL {
				t.Errorf("%s lives for %v", key, ttl)
			}
		}
	})
}

// TestMemoryWithoutRedis: a server that is gone is an error, not a hang, and what
// another version wrote is passed over.
func TestMemoryWithoutRedis(t *testing.T) {
	onBoth(t, func(t *testing.T, server memory) {
		m := remembers(t, server)
		if err := m.store.db.HSet(t.Context(), m.store.hostKeysAt(here), "nonsense", "1 2 x", `{"a":"b"}`, "soon").Err(); err != nil {
			t.Fatal(err)
		}
		if got, err := m.SeenKeys(t.Context(), "any", []netip.Addr{here}); err != nil || len(got) != 0 {
			t.Errorf("got %+v, %v", got, err)
		}
		server.stop()
		if _, err := m.SeenKeys(t.Context(), "any", []netip.Addr{here}); err == nil {
			t.Error("no error")
		}
		if err := m.Remember(t.Context(), diag.SeenKeys{sighted(here, "i", "n", "SHA256:x", noon)}); err == nil {
			t.Error("no error")
		}
	})
}
