package scenario

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Complete fills in what was left out and checks that names lead somewhere. It
// returns all mistakes, each with its path. A complete Cloud stays as it is.
func (c *Cloud) Complete() error {
	f := filler{Cloud: c, used: map[netip.Addr]bool{}}
	f.top()
	f.identity()
	f.images()
	f.keyPairs()
	f.networks()
	f.routers()
	f.groups()
	f.servers()
	f.floatingIPs()
	return errors.Join(f.errs...)
}

type filler struct {
	*Cloud
	used map[netip.Addr]bool // addresses taken, so that free ones can be given
	errs []error
}

func (f *filler) fail(path, format string, args ...any) {
	f.errs = append(f.errs, fmt.Errorf("%s: %s", path, fmt.Sprintf(format, args...)))
}

// at is the path of item i of a list, with its name to make it easy to find.
func at(list string, i int, name string) string { return fmt.Sprintf("%s[%d] (%s)", list, i, name) }

// oneOf reports a value that is not among those allowed.
func (f *filler) oneOf(path, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		f.fail(path, "%q is not one of %s", value, strings.Join(allowed, ", "))
	}
}

// known reports a reference that leads nowhere. Empty ones are not looked at.
func known[T any](f *filler, path, name string, list []T, is func(*T) bool) {
	if name != "" && find(list, is) == nil {
		f.fail(path, "there is none called %q", name)
	}
}

func find[T any](list []T, is func(*T) bool) *T {
	for i := range list {
		if is(&list[i]) {
			return &list[i]
		}
	}
	return nil
}

// unique reports names that are given twice or not at all.
func (f *filler) unique(list string, names []string) {
	seen := map[string]bool{}
	for i, name := range names {
		switch {
		case name == "":
			f.fail(fmt.Sprintf("%s[%d]", list, i), "the name is missing")
		case seen[name]:
			f.fail(at(list, i, name), "given twice")
		}
		seen[name] = true
	}
}

func namesOf[T any](list []T, name func(*T) string) []string {
	var names []string
	for i := range list {
		names = append(names, name(&list[i]))
	}
	return names
}

func (f *filler) top() {
	setDefault(&f.Region, "RegionOne")
	setDefault(&f.Microversion, "2.93")
	setDefault(&f.PageLimit, 1000)
	if len(f.Projects) == 0 {
		f.Projects = []Project{{Name: "demo"}}
	}
	if len(f.Users) == 0 {
		f.Users = []User{{Name: "demo"}}
	}
	if len(f.Flavors) == 0 {
		f.Flavors = []Flavor{{Name: "m1.small"}}
	}
	setDefault(&f.Defaults.Project, f.Projects[0].Name)
	setDefault(&f.Defaults.User, f.Users[0].Name)
	setDefault(&f.Defaults.Flavor, f.Flavors[0].Name)
	known(f, "defaults.flavor", f.Defaults.Flavor, f.Flavors, func(x *Flavor) bool { return x.Name == f.Defaults.Flavor })
	for i := range f.Flavors {
		x := &f.Flavors[i]
		setDefault(&x.ID, ID("flavor", x.Name))
		setDefault(&x.VCPUs, 1)
		setDefault(&x.RAM, 512)
		setDefault(&x.Disk, 10)
	}
}

func (f *filler) identity() {
	f.unique("projects", namesOf(f.Projects, func(p *Project) string { return p.Name }))
	f.unique("users", namesOf(f.Users, func(u *User) string { return u.Name }))
	for i := range f.Projects {
		setDefault(&f.Projects[i].ID, shortID("project", f.Projects[i].Name))
	}
	f.inProject("defaults", &f.Defaults.Project)
	for i := range f.Users {
		u, path := &f.Users[i], at("users", i, f.Users[i].Name)
		setDefault(&u.ID, shortID("user", u.Name))
		setDefault(&u.Password, "secret-"+u.Name)
		setDefault(&u.Role, "member")
		f.inProject(path, &u.Project)
		f.oneOf(path+".role", u.Role, "admin", "member", "reader")
	}
	f.ofUser("defaults", &f.Defaults.User)
	for i := range f.ApplicationCredentials {
		a, path := &f.ApplicationCredentials[i], at("application_credentials", i, f.ApplicationCredentials[i].Name)
		f.ofUser(path, &a.User)
		setDefault(&a.ID, shortID("application credential", a.Name))
		setDefault(&a.Secret, "secret-"+a.Name)
	}
}

// inProject fills in a project, or checks it.
func (f *filler) inProject(path string, name *string) {
	setDefault(name, f.Defaults.Project)
	known(f, path+".project", *name, f.Projects, func(p *Project) bool { return p.Name == *name })
}

// ofUser fills in a user, or checks it.
func (f *filler) ofUser(path string, name *string) {
	setDefault(name, f.Defaults.User)
	known(f, path+".user", *name, f.Users, func(u *User) bool { return u.Name == *name })
}

func (f *filler) images() {
	f.unique("images", namesOf(f.Images, func(i *Image) string { return i.Name }))
	for i := range f.Images {
		setDefault(&f.Images[i].ID, ID("image", f.Images[i].Name))
	}
	if f.Defaults.Image == "" && len(f.Images) > 0 {
		f.Defaults.Image = f.Images[0].Name
	}
	known(f, "defaults.image", f.Defaults.Image, f.Images, func(i *Image) bool { return i.Name == f.Defaults.Image })
}

func (f *filler) keyPairs() {
	for i := range f.KeyPairs {
		k, path := &f.KeyPairs[i], at("key_pairs", i, f.KeyPairs[i].Name)
		if k.Name == "" {
			f.fail(path, "the name is missing")
		}
		f.ofUser(path, &k.User)
		if err := k.complete(); err != nil {
			f.fail(path, "%v", err)
		}
	}
}
