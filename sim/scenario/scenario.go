// Package scenario owns the description of one imaginary OpenStack cloud: who
// may use it, its networks and rules, and its servers with everything that is
// wrong with them.
//
// A scenario is plain data, so that several twins can read the same one: the
// OpenStack twin answers the APIs from it, the SSH twin opens the listeners it
// names, the demo lists its servers. Nothing here listens or has a clock; ages
// ("created: 25m") become times only where a twin has a clock.
//
// Names refer to names ("image: Debian 12"); identifiers are derived from
// names, so they are the same in every run. Complete fills in what was left
// out, and reports every mistake with its path.
package scenario

// A Cloud is one scenario. A Cloud built by hand needs Complete before it is
// used; Load, Parse and Lab return complete ones.
type Cloud struct {
	// Region of all endpoints, "RegionOne" if empty.
	Region string `yaml:"region"`
	// Microversion is the newest one Nova offers, "2.93" (Zed) if empty.
	Microversion string `yaml:"microversion"`
	// PageLimit is the most servers Nova puts into one page, 1000 if zero.
	PageLimit int `yaml:"page_limit"`
	// Defaults are what a server has that does not say.
	Defaults Defaults `yaml:"defaults"`

	Projects               []Project               `yaml:"projects"`
	Users                  []User                  `yaml:"users"`
	ApplicationCredentials []ApplicationCredential `yaml:"application_credentials"`
	Flavors                []Flavor                `yaml:"flavors"`
	Images                 []Image                 `yaml:"images"`
	KeyPairs               []KeyPair               `yaml:"key_pairs"`
	Networks               []Network               `yaml:"networks"`
	Routers                []Router                `yaml:"routers"`
	AddressGroups          []AddressGroup          `yaml:"address_groups"`
	SecurityGroups         []SecurityGroup         `yaml:"security_groups"`
	// FloatingIPs that no server names. Complete adds those that one does.
	FloatingIPs []FloatingIP `yaml:"floating_ips"`
	Servers     []Server     `yaml:"servers"`
}

// Defaults apply to every server that leaves the field out.
type Defaults struct {
	Project        string   `yaml:"project"` // the first project if empty
	User           string   `yaml:"user"`    // the first user if empty
	Image          string   `yaml:"image"`
	Flavor         string   `yaml:"flavor"` // the first flavor if empty
	KeyName        string   `yaml:"key_name"`
	Network        string   `yaml:"network"`
	SecurityGroups []string `yaml:"security_groups"`
	Console        *Console `yaml:"console"` // a healthy boot if nil
	// SSHD of servers that have an address.
	SSHD []SSHD `yaml:"sshd"`
}

// A Project owns servers, networks and rules.
type Project struct {
	Name string `yaml:"name"`
	ID   string `yaml:"id"` // 32 hexadecimal digits
}

// A User may authenticate, with a role in one project.
type User struct {
	Name     string `yaml:"name"`
	ID       string `yaml:"id"`
	Password string `yaml:"password"` // "secret-" and the name if empty
	Project  string `yaml:"project"`  // the first project if empty
	Role     string `yaml:"role"`     // admin, member (default) or reader
}

// An ApplicationCredential lets a program act as its user.
type ApplicationCredential struct {
	Name   string `yaml:"name"`
	ID     string `yaml:"id"`
	Secret string `yaml:"secret"`
	User   string `yaml:"user"`
	// AccessRules, if any, are the only calls allowed; others get 401.
	AccessRules []AccessRule `yaml:"access_rules"`
}

// An AccessRule allows one kind of call. In Path, * is one segment and **
// anything, as in Keystone.
type AccessRule struct {
	Service string `yaml:"service"` // compute, network, image, volumev3
	Method  string `yaml:"method"`
	Path    string `yaml:"path"`
}

// A Flavor is a size of servers.
type Flavor struct {
	Name  string `yaml:"name"`
	ID    string `yaml:"id"`
	VCPUs int    `yaml:"vcpus"` // 1 if zero
	RAM   int    `yaml:"ram"`   // MiB, 512 if zero
	Disk  int    `yaml:"disk"`  // GiB, 10 if zero
}

// An Image is what servers boot from. A deleted one is still named by servers,
// but Glance no longer knows it.
type Image struct {
	Name       string            `yaml:"name"`
	ID         string            `yaml:"id"`
	Properties map[string]string `yaml:"properties"`
	Deleted    bool              `yaml:"deleted"`
}

// An AddressGroup is a named list of prefixes that rules may refer to.
type AddressGroup struct {
	Name      string   `yaml:"name"`
	ID        string   `yaml:"id"`
	Project   string   `yaml:"project"`
	Addresses []string `yaml:"addresses"`
}

// A Fault is why a server is in ERROR.
type Fault struct {
	Code    int    `yaml:"code"` // 500 if zero
	Message string `yaml:"message"`
	Details string `yaml:"details"` // shown to administrators only
}

// An SSHD is a listener that the SSH twin should open for a server. This
// package does not know what the behaviours mean.
type SSHD struct {
	// Listen is "floating", "fixed" (default: floating if the server has
	// one, else fixed) or an IP address.
	Listen    string `yaml:"listen"`
	Port      int    `yaml:"port"`      // 22 if zero
	Behaviour string `yaml:"behaviour"` // "healthy" if empty
}
