package twin_test

import (
	"testing"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/blockstorage/v3/volumes"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/attachinterfaces"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/flavors"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/keypairs"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/secgroups"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"github.com/gophercloud/gophercloud/v2/openstack/image/v2/images"

	"sshhelp/sim/openstack/twin"
	"sshhelp/sim/scenario"
)

func TestKeyPairsAreTheirUsers(t *testing.T) {
	s := start(t, twin.Options{})
	for _, c := range []struct {
		user, name string
		opts       keypairs.GetOptsBuilder
		status     int
	}{
		{"ann", "key", nil, 0},
		{"ann", "key2", nil, 404},
		{"ann", "old", nil, 404},
		{"oth", "key2", nil, 0},
		{"rea", "key", nil, 404}, // in the same project, and yet another user
		{"adm", "key", nil, 404},
		{"adm", "key", keypairs.GetOpts{UserID: userID("ann")}, 0},
		{"rea", "key", keypairs.GetOpts{UserID: userID("ann")}, 403},
	} {
		k, err := keypairs.Get(t.Context(), compute(t, login(t, s, c.user), "2.93"), c.name, c.opts).Extract()
		if statusOf(err) != c.status {
			t.Errorf("%s asks for %s: %v, want status %d", c.user, c.name, err, c.status)
		}
		if err == nil && (k.Name != c.name || k.PublicKey == "" || len(k.Fingerprint) != 47 || k.Type != "ssh") {
			t.Errorf("%s gets %+v", c.user, k)
		}
	}
	pages, err := keypairs.List(compute(t, login(t, s, "ann"), ""), nil).AllPages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if list, err := keypairs.ExtractKeyPairs(pages); err != nil || len(list) != 1 {
		t.Errorf("got %v %v, want ann's one that is not deleted", list, err)
	}
}

// userID is that of a user in the small cloud.
func userID(name string) string {
	c, err := scenario.Parse([]byte(small))
	if err != nil {
		panic(err) // the other tests say so better
	}
	return c.User(name).ID
}

func TestFlavorsInterfacesAndGroups(t *testing.T) {
	s := start(t, twin.Options{})
	c := compute(t, login(t, s, "ann"), "2.93")
	if f, err := flavors.Get(t.Context(), c, scenario.ID("flavor", "m1.small")).Extract(); err != nil || f.Name != "m1.small" {
		t.Errorf("flavor: %v %v", f, err)
	}
	if _, err := flavors.Get(t.Context(), c, "x").Extract(); statusOf(err) != 404 {
		t.Errorf("unknown flavor: %v", err)
	}
	pages, err := attachinterfaces.List(c, id("web-1")).AllPages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if list, err := attachinterfaces.ExtractInterfaces(pages); err != nil || len(list) != 1 || list[0].FixedIPs[0].IPAddress != "127.20.0.10" {
		t.Errorf("interfaces: %v %v", list, err)
	}
	if pages, err = secgroups.ListByServer(c, id("web-1")).AllPages(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list, err := secgroups.ExtractSecurityGroups(pages); err != nil || len(list) != 1 || len(list[0].Rules) != 2 || list[0].Rules[0].IPRange.CIDR != "198.51.100.0/24" {
		t.Errorf("groups: %+v %v", list, err)
	}
}

func TestImages(t *testing.T) {
	s := start(t, twin.Options{})
	c, err := openstack.NewImageV2(login(t, s, "ann"), gophercloud.EndpointOpts{})
	if err != nil {
		t.Fatal(err)
	}
	i, err := images.Get(t.Context(), c, scenario.ID("image", "Debian 12")).Extract()
	if err != nil {
		t.Fatal(err)
	}
	if i.Name != "Debian 12" || i.Properties["os_admin_user"] != "debian" || i.Properties["os_distro"] != "debian" {
		t.Errorf("got %+v", i)
	}
	for _, gone := range []string{scenario.ID("image", "gone"), "x"} {
		if _, err := images.Get(t.Context(), c, gone).Extract(); statusOf(err) != 404 {
			t.Errorf("%s: got %v, want 404", gone, err)
		}
	}
	if _, status := get(t, c.ProviderClient, s.URL()+"/image/v2/images?limit=x", ""); status != 400 {
		t.Errorf("limit=x: status %d, want 400", status)
	}
	pages, err := images.List(c, images.ListOpts{Limit: 1}).AllPages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if list, err := images.ExtractImages(pages); err != nil || len(list) != 1 {
		t.Errorf("list: %v %v, want the one that is not deleted", list, err)
	}
}

// TestBootVolumeNamesItsImage is the way from a server without an image to
// what it was made of.
func TestBootVolumeNamesItsImage(t *testing.T) {
	s := start(t, twin.Options{})
	p := login(t, s, "ann")
	v, err := servers.Get(t.Context(), compute(t, p, ""), id("volume")).Extract()
	if err != nil {
		t.Fatal(err)
	}
	c, err := openstack.NewBlockStorageV3(p, gophercloud.EndpointOpts{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := volumes.Get(t.Context(), c, v.AttachedVolumes[0].ID).Extract()
	if err != nil {
		t.Fatal(err)
	}
	if got.VolumeImageMetadata["image_name"] != "Debian 12" || got.Attachments[0].ServerID != v.ID {
		t.Errorf("got %+v", got)
	}
	if c, err = openstack.NewBlockStorageV3(login(t, s, "oth"), gophercloud.EndpointOpts{}); err != nil {
		t.Fatal(err)
	}
	if _, err := volumes.Get(t.Context(), c, v.AttachedVolumes[0].ID).Extract(); statusOf(err) != 404 {
		t.Errorf("another project: got %v, want 404", err)
	}
}
