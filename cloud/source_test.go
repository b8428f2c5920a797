package cloud_test

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sshhelp/diag"
	"sshhelp/sim/scenario"
)

func TestInstance(t *testing.T) {
	s := start(t, nil)
	got := find(t, open(t, s, "ann"), "web-1")
	if got.Created.IsZero() || got.Updated.IsZero() || got.Launched.IsZero() || got.ImageID == "" || got.User == "" || got.Project == "" {
		t.Errorf("%+v lacks a time or an ID", got)
	}
	mac := got.Addresses[0].MAC
	want := &diag.Instance{
		ID: got.ID, Name: "web-1", Cloud: "ann", Project: got.Project, User: got.User, Status: "ACTIVE", VMState: "active", Power: "running",
		KeyName: "key", Flavor: got.Flavor, Metadata: map[string]string{"role": "web"}, ConfigDrive: new(bool),
		Addresses: []diag.Address{
			{IP: netip.MustParseAddr("127.20.0.10"), MAC: mac, Network: "net"},
			{IP: netip.MustParseAddr("127.30.0.10"), MAC: mac, Network: "net", Floating: true},
		},
	}
	ignore := cmpopts.IgnoreFields(diag.Instance{}, "Created", "Updated", "Launched", "ImageID")
	if diff := cmp.Diff(want, got, ignore, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" || mac == "" {
		t.Errorf("instance (-want +got):\n%s", diff)
	}
	broken := find(t, open(t, s, "ann"), "broken")
	if f := broken.Fault; f == nil || f.Message != "no host" || f.Code != 500 || f.At.IsZero() || broken.Addresses == nil {
		t.Errorf("instance in error: %+v, fault %+v", broken, f)
	}
	if i := find(t, open(t, s, "ann"), "locked"); !i.Locked {
		t.Errorf("locked: %+v", i)
	}
	if i := find(t, open(t, s, "ann"), "nokey"); i.KeyName != "" {
		t.Errorf("without a key: %+v", i)
	}
	if i := find(t, open(t, s, "ann"), "volume"); i.ImageID != "" || len(i.Volumes) != 1 {
		t.Errorf("from a volume: %+v", i)
	}
}

func TestHostStatusIsForAdministrators(t *testing.T) {
	s := start(t, nil)
	if i := find(t, open(t, s, "adm"), "down"); i.HostStatus != "DOWN" || i.Host == "" {
		t.Errorf("an administrator sees %+v", i)
	}
	if i := find(t, open(t, s, "ann"), "down"); i.HostStatus != "" || i.Host != "" {
		t.Errorf("a member sees %+v", i)
	}
}

func TestOldNova(t *testing.T) {
	s := start(t, func(c *scenario.Cloud) { c.Microversion = "2.1" })
	c := open(t, s, "ann")
	i := find(t, c, "web-1")
	if i.Status != "ACTIVE" || i.Flavor == "" || len(i.Addresses) != 2 {
		t.Errorf("instance %+v", i)
	}
	for _, source := range c.Sources() {
		if _, err := c.Read(t.Context(), known(i), source); err != nil {
			t.Errorf("%s: %v", source, err)
		}
	}
}

func TestConsole(t *testing.T) {
	s := start(t, nil)
	c := open(t, s, "ann")
	if got := read[*diag.Console](t, c, "web-1", diag.SourceConsole); got.Bytes != len("one\ntwo\nthree\n") {
		t.Errorf("console %+v", got)
	}
	if n := calls(s, "length"); n != 0 {
		t.Error("a length was asked for")
	}
	i := find(t, c, "web-1")
	for status, want := range map[int]diag.GapWhy{
		http.StatusNotFound: diag.GapNotFound, http.StatusConflict: diag.GapNotFound,
		http.StatusNotImplemented: diag.GapUnsupported, http.StatusInternalServerError: diag.GapUnavailable,
	} {
		if err := s.SetConsoleFault(i.ID, status, 0); err != nil {
			t.Fatal(err)
		}
		if gap := gapOf(t, t.Context(), c, known(i), diag.SourceConsole); gap.Why != want {
			t.Errorf("console %d: %+v, want %s", status, gap, want)
		}
	}
	gap := gapOf(t, t.Context(), open(t, s, "rea"), known(i), diag.SourceConsole)
	if gap.Why != diag.GapForbidden || !strings.Contains(gap.Text, "member") {
		t.Errorf("a reader: %+v", gap)
	}
}

func TestConsoleThatIsLate(t *testing.T) {
	s := start(t, nil)
	c := open(t, s, "ann")
	i := find(t, c, "web-1")
	if err := s.SetConsoleFault(i.ID, http.StatusOK, time.Hour); err != nil {
		t.Fatal(err)
	}
	gap := gapOf(t, within(t, 50*time.Millisecond), c, known(i), diag.SourceConsole)
	if gap.Why != diag.GapTimedOut || !strings.Contains(gap.Text, "within 1 s") {
		t.Errorf("gap %+v, want %s", gap, diag.GapTimedOut)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if gap := gapOf(t, ctx, c, known(i), diag.SourceConsole); gap.Why != diag.GapCanceled {
		t.Errorf("gap %+v, want %s", gap, diag.GapCanceled)
	}
}

func TestImage(t *testing.T) {
	s := start(t, nil)
	c := open(t, s, "ann")
	got := read[*diag.Image](t, c, "web-1", diag.SourceImage)
	if got.Name != "Debian 12" || got.Distro != "debian" || got.OSType != "linux" || got.AdminUser != "debian" || got.Properties["status"] != "" {
		t.Errorf("image %+v", got)
	}
	if gap := gapOf(t, t.Context(), c, known(find(t, c, "db")), diag.SourceImage); gap.Why != diag.GapNotFound || !strings.Contains(gap.Text, "gone") {
		t.Errorf("image that is gone: %+v", gap)
	}
}

func TestImageOfAVolume(t *testing.T) {
	s := start(t, nil)
	c := open(t, s, "ann")
	got := read[*diag.Image](t, c, "volume", diag.SourceImage)
	if got.Name != "Debian 12" || got.Distro != "debian" || got.Properties["image_name"] != "" {
		t.Errorf("image %+v", got)
	}
	i := find(t, c, "volume")
	e := known(i)
	i.ImageMeta = map[string]string{"os_distro": "rocky"}
	if got := readOf[*diag.Image](t, c, e, diag.SourceImage); got.Distro != "rocky" {
		t.Errorf("image %+v, want what Nova said", got)
	}
	i.ImageMeta, i.Volumes = nil, nil
	if gap := gapOf(t, t.Context(), c, e, diag.SourceImage); gap.Why != diag.GapNotFound {
		t.Errorf("gap %+v", gap)
	}
	i.Volumes = []string{"nonesuch"}
	if gap := gapOf(t, t.Context(), c, e, diag.SourceImage); gap.Why != diag.GapNotFound || !strings.Contains(gap.Text, "volume") {
		t.Errorf("gap %+v", gap)
	}
}

func TestKeyPair(t *testing.T) {
	s := start(t, nil)
	ann, adm := open(t, s, "ann"), open(t, s, "adm")
	for name, key := range map[string]string{"web-10": "key", "locked": "odd key & more"} {
		got := read[*diag.KeyPair](t, ann, name, diag.SourceKeyPair)
		if got.Name != key || !strings.HasPrefix(got.PublicKey, "ssh-") || got.Type != "ssh" || !strings.Contains(got.Fingerprint, ":") {
			t.Errorf("key pair %+v", got)
		}
	}
	if got := read[*diag.KeyPair](t, adm, "theirs", diag.SourceKeyPair); got.Name != "key2" || got.PublicKey == "" {
		t.Errorf("an administrator reads %+v", got)
	}
	i := find(t, adm, "theirs")
	gap := gapOf(t, t.Context(), ann, known(i), diag.SourceKeyPair)
	if gap.Why != diag.GapNotFound || !strings.Contains(gap.Text, `"key2" belongs to another user or was deleted`) {
		t.Errorf("another's: %+v", gap)
	}
	if fact, err := ann.Read(t.Context(), known(find(t, ann, "nokey")), diag.SourceKeyPair); fact != nil || err != nil {
		t.Errorf("no key pair: %v, %v; want nothing", fact, err)
	}
}

func TestReadWithoutAnInstance(t *testing.T) {
	c := open(t, start(t, nil), "ann")
	for _, source := range append(c.Sources(), diag.SourceDNS) {
		if fact, err := c.Read(t.Context(), &diag.Evidence{}, source); fact != nil || err != nil {
			t.Errorf("%s: %v, %v", source, fact, err)
		}
	}
}

func TestGapsSayWhy(t *testing.T) {
	s := start(t, nil)
	c := open(t, s, "ann")
	i := find(t, c, "web-1")
	for how, want := range map[string]diag.GapWhy{
		"403": diag.GapForbidden, "404": diag.GapNotFound, "500": diag.GapUnavailable, "503": diag.GapUnavailable,
		"501": diag.GapUnsupported, "reset": diag.GapUnavailable, "418": diag.GapFailed,
	} {
		fail(t, s, "/network/v2.0/ports", how)
		if gap := gapOf(t, t.Context(), c, known(i), diag.SourceNetwork); gap.Why != want || !strings.Contains(gap.Text, "the ports") {
			t.Errorf("ports %s: %+v, want %s", how, gap, want)
		}
		s.Heal()
	}
	fail(t, s, "/network/v2.0/ports", "hang")
	if gap := gapOf(t, within(t, 30*time.Millisecond), c, known(i), diag.SourceNetwork); gap.Why != diag.GapTimedOut {
		t.Errorf("ports hang: %+v", gap)
	}
	s.Heal()
	s.ExpireTokens()
	fail(t, s, "/identity/v3/auth/tokens", "401")
	if gap := gapOf(t, t.Context(), c, known(i), diag.SourceNetwork); gap.Why != diag.GapForbidden || !strings.Contains(gap.Text, "credential") {
		t.Errorf("login refused: %+v", gap)
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	s := start(t, nil)
	for _, body := range []string{"", "<html>portal</html>", "[]", "null", `{"other": 1}`, `{"ports": 7}`, `{"ports": null}`, `{"ports": [7, {"id": 8}]}`} {
		i := find(t, open(t, s, "ann"), "web-1")
		c := open(t, s, "ann", answering(map[string]string{"/ports": body}))
		fact, err := c.Read(t.Context(), known(i), diag.SourceNetwork)
		if body == `{"ports": [7, {"id": 8}]}` { // ports of which nothing is understood but that they are there
			if n, ok := fact.(*diag.Network); !ok || len(n.Ports) != 2 {
				t.Errorf("answer %q: %v, %v", body, fact, err)
			}
			continue
		}
		if gap := (*diag.Gap)(nil); !errors.As(err, &gap) || gap.Why != diag.GapFailed {
			t.Errorf("answer %q: %v, %v; want %s", body, fact, err, diag.GapFailed)
		}
	}
}
