package diag

import (
	"slices"
	"strings"
	"unicode"
)

// A system is a family of images and the account that they make: cloud-init's
// default_user for the distribution, or what the distribution's own cloud image
// sets in its place. Where two are about, the commoner one comes first.
type system struct {
	name  string
	marks []string // what its images are named, or os_distro says; words in order
	users []string
}

// systems are tried in this order, so that what names another one in passing
// comes first.
var systems = []system{
	{"Bitnami", []string{"bitnami"}, []string{"bitnami"}},
	{"Amazon Linux", []string{"amazon linux", "amazon", "amzn", "al 2023"}, []string{"ec2-user"}},
	{"Oracle Linux", []string{"oracle linux", "oraclelinux", "oracle", "ol"}, []string{"cloud-user", "opc"}},
	{"CentOS Stream 9 and later", []string{"centos stream 9", "centos stream 10", "centos 9", "centos 10"}, []string{"cloud-user", "centos"}},
	{"CentOS", []string{"centos"}, []string{"centos", "cloud-user"}},
	{"AlmaLinux", []string{"almalinux", "alma linux", "alma"}, []string{"almalinux"}},
	{"Rocky Linux", []string{"rocky"}, []string{"rocky"}},
	{"Red Hat Enterprise Linux", []string{"rhel", "red hat", "redhat"}, []string{"cloud-user"}},
	{"Flatcar", []string{"flatcar"}, []string{"core"}},
	{"CoreOS", []string{"coreos", "fcos", "rhcos", "scos"}, []string{"core"}},
	{"Fedora", []string{"fedora"}, []string{"fedora"}},
	{"openSUSE", []string{"opensuse", "tumbleweed"}, []string{"opensuse"}},
	{"SUSE Linux Enterprise", []string{"sles", "sled", "suse linux enterprise", "sle"}, []string{"sles"}},
	{"Ubuntu", []string{"ubuntu", "bionic", "focal", "jammy", "noble"}, []string{"ubuntu"}},
	{"Debian", []string{"debian", "buster", "bullseye", "bookworm", "trixie"}, []string{"debian"}},
	{"FreeBSD", []string{"freebsd"}, []string{"freebsd"}},
	{"OpenBSD", []string{"openbsd"}, []string{"openbsd"}},
	{"NetBSD", []string{"netbsd"}, []string{"netbsd"}},
	{"DragonFly", []string{"dragonfly"}, []string{"dragonfly"}},
	{"Alpine", []string{"alpine", "alpinelinux"}, []string{"alpine"}},
	{"Arch Linux", []string{"arch linux", "archlinux", "arch"}, []string{"arch"}},
	{"Gentoo", []string{"gentoo"}, []string{"gentoo"}},
	{"openEuler", []string{"openeuler"}, []string{"openeuler"}},
	{"OpenMandriva", []string{"openmandriva"}, []string{"omv"}},
	{"Kali", []string{"kali"}, []string{"kali"}},
	{"CirrOS", []string{"cirros"}, []string{"cirros"}},
	{"VyOS", []string{"vyos"}, []string{"vyos"}},
	{"Windows", []string{"windows"}, []string{"Administrator", "Admin"}},
}

// usualUsers are the accounts that images of this kind usually make, and what
// kind that is. The property os_distro says more than a name, but for the
// release.
func usualUsers(i *Image) (users []string, name string) {
	if i == nil {
		return nil, ""
	}
	by, named := systemOf(i.Distro+" "+i.Properties["os_version"]), systemOf(i.Name)
	switch {
	case by == nil && named == nil:
		return nil, ""
	case by == nil, named != nil && strings.HasPrefix(named.name, by.name):
		return named.users, named.name
	}
	return by.users, by.name
}

// systemOf returns the first system that one of its marks names, nil if none.
func systemOf(text string) *system {
	words := " " + inWords(text) + " "
	for i := range systems {
		for _, mark := range systems[i].marks {
			if strings.Contains(words, " "+mark+" ") {
				return &systems[i]
			}
		}
	}
	return nil
}

// inWords parts a name where letters and digits meet, and at all else:
// "CentOS-Stream-9", "debian12" and "amzn2-ami" have two words or three.
func inWords(text string) string {
	var b strings.Builder
	var last rune
	for _, r := range strings.ToLower(text) {
		letter, digit := unicode.IsLetter(r), unicode.IsDigit(r)
		if unicode.IsLetter(last) && digit || unicode.IsDigit(last) && letter {
			b.WriteByte(' ')
		}
		if letter || digit {
			b.WriteRune(r)
		} else {
			b.WriteByte(' ')
		}
		last = r
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// UsualAccount reports whether images of some system make an account of this
// name.
func UsualAccount(user string) bool {
	for i := range systems {
		if slices.Contains(systems[i].users, user) {
			return true
		}
	}
	return false
}
