package diag

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestUsualAccount: images as clouds name them, with and without os_distro.
func TestUsualAccount(t *testing.T) {
	tests := []struct {
		name, distro, version string
		want                  []string
	}{
		{name: "CentOS-Stream-9", want: []string{"cloud-user", "centos"}},
		{name: "CentOS-Stream-9", distro: "centos", want: []string{"cloud-user", "centos"}},
		{name: "stream", distro: "centos", version: "10", want: []string{"cloud-user", "centos"}},
		{name: "CentOS-7-x86_64-GenericCloud", want: []string{"centos", "cloud-user"}},
		{name: "CentOS Stream 8", distro: "centos", want: []string{"centos", "cloud-user"}},
		{name: "debian-12-generic-amd64", want: []string{"debian"}},
		{name: "debian12", want: []string{"debian"}},
		{name: "Rocky-9-GenericCloud", want: []string{"rocky"}},
		{name: "AlmaLinux-9-GenericCloud-latest", want: []string{"almalinux"}},
		{name: "openSUSE-Leap-15.6", want: []string{"opensuse"}},
		{name: "SLES15-SP5", want: []string{"sles"}},
		{name: "FreeBSD-14.1-RELEASE", want: []string{"freebsd"}},
		{name: "Fedora-Cloud-Base-40", want: []string{"fedora"}},
		{name: "fedora-coreos-40", want: []string{"core"}},
		{name: "NeCTAR Ubuntu 22.04 LTS (Jammy) amd64", want: []string{"ubuntu"}},
		{name: "jammy-server-cloudimg-amd64", want: []string{"ubuntu"}},
		{name: "Flatcar Stable", want: []string{"core"}},
		{name: "VyOS 1.4", want: []string{"vyos"}},
		{name: "amzn2-ami-kvm", want: []string{"ec2-user"}},
		{name: "al2023-kvm", want: []string{"ec2-user"}},
		{name: "Oracle Linux 9", want: []string{"cloud-user", "opc"}},
		{name: "OL9U4", distro: "ol", want: []string{"cloud-user", "opc"}},
		{name: "RHEL 9.4", want: []string{"cloud-user"}},
		{name: "cirros-0.6.2-x86_64-disk", want: []string{"cirros"}},
		{name: "Alpine Linux 3.20", want: []string{"alpine"}},
		{name: "Arch-Linux-x86_64-cloudimg", want: []string{"arch"}},
		{name: "Windows Server 2022", want: []string{"Administrator", "Admin"}},
		// The property says more than a name that only mentions another system.
		{name: "runner for debian builds", distro: "ubuntu", want: []string{"ubuntu"}},
		{name: "research appliance"},
		{name: "solid"},
	}
	for _, tt := range tests {
		i := &Image{Name: tt.name, Distro: tt.distro, Properties: map[string]string{"os_version": tt.version}}
		if got, _ := usualUsers(i); !slices.Equal(got, tt.want) {
			t.Errorf("%q, os_distro %q %q: %q, want %q", tt.name, tt.distro, tt.version, got, tt.want)
		}
	}
}

// answered is what is known after asking about accounts: those named took the
// launch key.
func answered(e Evidence, took ...string) *Evidence {
	e.Asked.Port = 22
	e.Instance = &Instance{Addresses: []Address{{IP: netip.MustParseAddr("203.0.113.5"), Floating: true}}}
	e.KeyPair = &KeyPair{Name: "launch", PublicKey: launchLine}
	key, _ := ReadPublicKey(launchLine)
	var auth []AuthFacts
	for _, user := range took {
		auth = append(auth, AuthFacts{User: user, Outcome: OK, Methods: []string{"publickey"}, Keys: []KeyAnswer{{Key: key, Whose: LaunchKey, Accepted: OK}}})
	}
	e.Reach = []Reach{{
		Target: netip.MustParseAddrPort("203.0.113.5:22"), Connect: Dial{Outcome: OK},
		SSH: &SSHFacts{Ident: OK, Kex: OK, Auth: auth},
	}}
	return &e
}

const launchLine = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIImTRJU5Y3kj/VNv80MvQJOZ9kW0fnUL2UQp1JaFF6/P launch"

// TestAccountTruth: who the account is, by the best that is known.
func TestAccountTruth(t *testing.T) {
	debian := &Image{Name: "debian-12", AdminUser: "debian"}
	planted := func(users ...string) *Console {
		c := &Console{}
		for _, u := range users {
			c.AdminUser = u
			c.Authorized = append(c.Authorized, AuthorizedKey{User: u})
		}
		return c
	}
	banner := answered(Evidence{}, "root")
	banner.Reach[0].SSH.Auth[0].Banner = "Please login as the user \"rocky\" rather than the user \"root\"."
	tests := []struct {
		name      string
		e         *Evidence
		user, why string
	}{
		{"said", &Evidence{Asked: Asked{User: "alice"}, Image: debian}, "alice", "you said so"},
		{"site", &Evidence{SiteUser: "nectar", Image: debian}, "nectar", "this site's configuration"},
		{"property", &Evidence{Image: debian, Console: &Console{AdminUser: "admin"}}, "debian", "the image's os_admin_user"},
		{"property agrees", &Evidence{Image: debian, Console: planted("debian", "ops")}, "debian", "the image's os_admin_user"},
		{"planted elsewhere", &Evidence{Image: debian, Console: planted("ops")}, "ops", "the console log"},
		{"planted for root alone", &Evidence{Image: debian, Console: planted("root")}, "debian", "the image's os_admin_user"},
		{"console", &Evidence{Image: &Image{Name: "debian-12"}, Console: &Console{AdminUser: "admin"}}, "admin", "the console log"},
		{"banner", banner, "rocky", "the server's own banner"},
		{"name", &Evidence{Image: &Image{Name: "debian-12-generic"}}, "debian", "usual for images of Debian"},
		{"proof", answered(Evidence{Image: &Image{Name: "CentOS-Stream-9"}}, "centos"), "centos", "the server accepts the launch key for it"},
		{"nothing", &Evidence{Image: &Image{Name: "mystery"}}, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if user, why := tt.e.account(); user != tt.user || why != tt.why {
				t.Errorf("%q, %q; want %q, %q", user, why, tt.user, tt.why)
			}
		})
	}
}

// TestLogins: whom a server is asked about, and with which keys.
func TestLogins(t *testing.T) {
	const own = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICWecqdb+4872QNEDqc1j9mXs5o5lGVLlr/UPHHLd62U"
	launch := LoginKey{LaunchKey, launchLine}
	pair := &KeyPair{PublicKey: launchLine}
	tests := []struct {
		name string
		e    Evidence
		want []Login
	}{
		{"nobody is known", Evidence{KeyPair: pair}, nil},
		{"two guesses", Evidence{KeyPair: pair, Image: &Image{Name: "CentOS-Stream-9"}}, []Login{
			{"cloud-user", "usual for images of CentOS Stream 9 and later", []LoginKey{launch}},
			{"centos", "usual for images of CentOS Stream 9 and later", []LoginKey{launch}},
		}},
		{"the person and the image", Evidence{KeyPair: pair, Asked: Asked{User: "alice", Key: &GivenKey{Line: own}}, Image: &Image{AdminUser: "debian"}}, []Login{
			{"alice", "you said so", []LoginKey{launch, {PersonKey, own}}},
			{"debian", "the image's os_admin_user", []LoginKey{launch, {PersonKey, own}}},
		}},
		{"no guess besides what the guest printed", Evidence{
			Image:   &Image{Name: "CentOS-Stream-9"},
			Console: &Console{AdminUser: "cloud-user", Authorized: []AuthorizedKey{{User: "cloud-user"}}},
		}, []Login{{User: "cloud-user", Why: "the console log"}}},
		{"the client's own account", Evidence{
			Pastes: ReadPaste("debug1: Authenticating to 203.0.113.5:22 as 'alice'\nalice@203.0.113.5: Permission denied (publickey).").parts(),
			Image:  &Image{AdminUser: "debian"},
		}, []Login{{User: "alice", Why: "the text that was pasted"}, {User: "debian", Why: "the image's os_admin_user"}}},
		{"one key twice", Evidence{KeyPair: pair, Asked: Asked{User: "alice", Key: &GivenKey{Line: launchLine}}}, []Login{
			{"alice", "you said so", []LoginKey{launch}},
		}},
		{"a fingerprint cannot be shown", Evidence{Asked: Asked{User: "alice", Key: &GivenKey{Fingerprint: "SHA256:x"}}}, []Login{{User: "alice", Why: "you said so"}}},
		{"a certificate of Windows is no key", Evidence{KeyPair: &KeyPair{PublicKey: "-----BEGIN CERTIFICATE-----"}, Asked: Asked{User: "a"}}, []Login{{User: "a", Why: "you said so"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.e.Logins()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestSameKeyInAllForms: the fingerprints of ssh-keygen, Nova and cloud-init.
func TestSameKeyInAllForms(t *testing.T) {
	key, ok := ReadPublicKey("from=\"203.0.113.0/24\",no-pty " + launchLine + " with a comment")
	if !ok {
		t.Fatal("not read")
	}
	for _, form := range []string{
		"SHA256:91l1yAhjj19hZU2wafxn87Jgq3+Mch2ZI61u4bStI+M", "SHA256:91l1yAhjj19hZU2wafxn87Jgq3+Mch2ZI61u4bStI+M=",
		"83:8e:7a:27:b5:c8:37:ef:ba:f1:8c:99:c1:0e:c9:fd", "MD5:83:8e:7a:27:b5:c8:37:ef:ba:f1:8c:99:c1:0e:c9:fd",
		"838e7a27b5c837efbaf18c99c10ec9fd", "83:8E:7A:27:B5:C8:37:EF:BA:F1:8C:99:C1:0E:C9:FD",
		"f7:59:75:c8:08:63:8f:5f:61:65:4d:b0:69:fc:67:f3:b2:60:ab:7f:8c:72:1d:99:23:ad:6e:e1:b4:ad:23:e3",
	} {
		if got := ReadFingerprint(form).Same(key); got != Yes {
			t.Errorf("%s: %v, want it to be the same", form, got)
		}
	}
	if got := ReadFingerprint("SHA256:8B3+utRzAojZhoouAxmQdnZhc1PNuffIG1Z9/jn2pJY").Same(key); got != No {
		t.Errorf("another key: %v", got)
	}
	for _, bad := range []string{"", "SHA256:", "SHA256:short", "MD5:zz", "11:22", "ssh-ed25519", "83:8e"} {
		if got := ReadFingerprint(bad); got != (HostKey{}) || got.Same(key) != NotKnown {
			t.Errorf("%q: %+v", bad, got)
		}
	}
	for _, bad := range []string{"", "ssh-ed25519", "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIImTRJU5Y3kj/VNv80MvQJOZ9kW0fnUL2UQp1JaFF6/P", "ssh-ed25519 AAAA"} {
		if k, ok := ReadPublicKey(bad); ok {
			t.Errorf("%q: %+v", bad, k)
		}
	}
}

// TestOtherPlacesSayNothing: what was said on another port, by another address,
// or not at all, is no word on the account.
func TestOtherPlacesSayNothing(t *testing.T) {
	if got, _ := answered(Evidence{}, "debian").Takes("debian", LaunchKey); got != Yes {
		t.Fatalf("%v, want yes", got)
	}
	port, address, lost := answered(Evidence{}, "debian"), answered(Evidence{}, "debian"), answered(Evidence{}, "debian")
	port.Reach[0].Target = netip.MustParseAddrPort("203.0.113.5:2222")
	address.Reach[0].Target = netip.MustParseAddrPort("203.0.113.6:22")
	lost.Reach[0].SSH.Auth[0].Outcome = Canceled
	for name, e := range map[string]*Evidence{"port": port, "address": address, "lost": lost} {
		if got, _ := e.Takes("debian", LaunchKey); got != NotKnown {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestPathOfALogin: the hops account and key say what was seen of them.
func TestPathOfALogin(t *testing.T) {
	hops := func(e *Evidence) map[HopName]Hop {
		all := map[HopName]Hop{}
		for _, h := range path(e, nil) {
			all[h.Name] = h
		}
		return all
	}
	fine := hops(answered(Evidence{Image: &Image{AdminUser: "debian"}}, "debian"))
	if fine[AtAccount].State != HopOK || fine[AtAccount].Text != "debian" || fine[AtKey].State != HopOK || fine[AtSession].State != HopUnknown {
		t.Errorf("account %+v, key %+v, session %+v", fine[AtAccount], fine[AtKey], fine[AtSession])
	}
	open := answered(Evidence{Image: &Image{AdminUser: "debian"}}, "debian")
	open.Reach[0].SSH.Auth = []AuthFacts{{User: "debian", Outcome: OK, Open: true}}
	if got := hops(open); got[AtAccount].State != HopOK || got[AtKey].Text != "no key is asked for" {
		t.Errorf("open: account %+v, key %+v", got[AtAccount], got[AtKey])
	}
	// Of root, the key shows nothing; the facts are there.
	root := hops(answered(Evidence{Asked: Asked{User: "root"}, Image: &Image{AdminUser: "debian"}}, "root", "debian"))
	if root[AtAccount].State != HopUnknown || root[AtKey].State != HopUnknown || len(root[AtKey].Because) == 0 {
		t.Errorf("root: account %+v, key %+v", root[AtAccount], root[AtKey])
	}
	// The person's key is another one: that the launch key is taken is no comfort.
	other := answered(Evidence{Asked: Asked{Key: &GivenKey{Fingerprint: "SHA256:8B3+utRzAojZhoouAxmQdnZhc1PNuffIG1Z9/jn2pJY"}}, Image: &Image{AdminUser: "debian"}}, "debian")
	if got := hops(other); got[AtKey].State != HopUnknown || got[AtAccount].State != HopOK {
		t.Errorf("another key: account %+v, key %+v", got[AtAccount], got[AtKey])
	}
}

// TestAsksNoMoreThanIsOpen: the question that is left fits what is known.
func TestAsksNoMoreThanIsOpen(t *testing.T) {
	debian := Evidence{Image: &Image{AdminUser: "debian"}}
	own := debian
	own.Asked.Key = &GivenKey{Line: launchLine}
	passwords := answered(debian, "debian")
	passwords.Reach[0].SSH.Auth[0].Methods, passwords.Reach[0].SSH.Auth[0].Keys = []string{"password"}, nil
	unknown := answered(debian, "debian")
	unknown.Reach[0].SSH.Auth[0].Keys = nil
	for want, e := range map[string]*Evidence{
		"Account and key were not tried from here": answered(debian),
		"Is the launch key, SHA256:91l1yAhjj19":    answered(debian, "debian"),
		"The server accepts your key for debian":   answered(own, "debian"),
		"The server asks debian for a password":    passwords,
		"Which key you use is not known":           unknown,
	} {
		if got := e.askLogin(); !strings.Contains(got, want) {
			t.Errorf("asks %q, want %q", got, want)
		}
	}
}
