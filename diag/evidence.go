package diag

import (
	"net/netip"
	"time"
)

// Evidence is all that is known when a diagnosis is made: one slot per source.
// A nil slot was not gathered. It holds facts, never services or conclusions.
type Evidence struct {
	Now      time.Time `json:"now"` // when the gathering began; the only clock causes may use
	Asked    Asked     `json:"asked"`
	SiteUser string    `json:"site_user,omitempty"` // the account that this site's configuration names
	Search   *Search   `json:"search,omitempty"`
	Instance *Instance `json:"instance,omitempty"`
	Image    *Image    `json:"image,omitempty"`
	KeyPair  *KeyPair  `json:"key_pair,omitempty"`
	Network  *Network  `json:"network,omitempty"`
	Console  *Console  `json:"-"`
	Names    *Names    `json:"names,omitempty"`
	Pings    []Ping    `json:"pings,omitempty"`
	Reach    []Reach   `json:"reach,omitempty"`
	SeenKeys SeenKeys  `json:"seen_keys,omitempty"` // host keys that are remembered; nil: nobody remembers
	Vantages []Vantage `json:"vantages,omitempty"`
	Pastes   []Paste   `json:"-"`
	Gaps     []Gap     `json:"gaps,omitempty"`
}

// Add puts what a source has learnt into its slot.
func (e *Evidence) Add(f Fact) { f.into(e) }

// A Fact is what one source has learnt. Only types of this package are facts,
// so that a source can write no slot but its own.
type Fact interface{ into(*Evidence) }

func (f *Search) into(e *Evidence)   { e.Search = f }
func (f *Instance) into(e *Evidence) { e.Instance = f }
func (f *Image) into(e *Evidence)    { e.Image = f }
func (f *KeyPair) into(e *Evidence)  { e.KeyPair = f }
func (f *Network) into(e *Evidence)  { e.Network, e.Gaps = f, append(e.Gaps, f.Gaps...) }
func (f *Console) into(e *Evidence)  { e.Console = f }
func (f *Names) into(e *Evidence)    { e.Names = f }
func (f Pings) into(e *Evidence)     { e.Pings = append(e.Pings, f...) }
func (f Reaches) into(e *Evidence)   { e.Reach = append(e.Reach, f...) }
func (f *Paste) into(e *Evidence)    { e.Pastes = append(e.Pastes, f.parts()...) }
func (f *Gap) into(e *Evidence)      { e.Gaps = append(e.Gaps, *f) }

// Facts are several facts that one source has learnt together.
type Facts []Fact

func (f Facts) into(e *Evidence) {
	for _, one := range f {
		one.into(e)
	}
}

// A Source names where a fact comes from.
type Source string

// The sources, in the order in which progress lists them.
const (
	SourceServer  Source = "server"  // Nova: the instance itself
	SourceNetwork Source = "network" // Neutron: ports, rules, floating IPs, routers
	SourceConsole Source = "console" // Nova: the console log
	SourceImage   Source = "image"   // Glance
	SourceKeyPair Source = "keypair" // Nova: the launch key
	SourceDNS     Source = "dns"
	SourcePing    Source = "icmp"
	SourceSSH     Source = "ssh"   // TCP and SSH from outside
	SourcePaste   Source = "paste" // what a person pasted
	SourcePerson  Source = "person"
	SourceMemory  Source = "memory" // host keys that were seen before
)

// Title is what a person calls the source.
func (s Source) Title() string {
	if title, ok := sourceTitles[s]; ok {
		return title
	}
	return string(s)
}

var sourceTitles = map[Source]string{
	SourceServer: "Instance", SourceNetwork: "Ports and rules", SourceConsole: "Console log",
	SourceImage: "Image", SourceKeyPair: "Key pair", SourceDNS: "DNS", SourcePing: "Ping",
	SourceSSH: "SSH port", SourcePaste: "Pasted text", SourcePerson: "What you said", SourceMemory: "Host keys seen before",
}

// Asked is what the person said: which instance, and how they connect.
type Asked struct {
	Query    string     `json:"query"`              // as typed: name, UUID, address or DNS name
	Cloud    string     `json:"cloud,omitempty"`    // restrict to this cloud
	User     string     `json:"user,omitempty"`     // account; "" if not said
	Port     uint16     `json:"port"`               // never 0
	PortSaid bool       `json:"port_said,omitzero"` // said by the person, not assumed
	From     netip.Addr `json:"from,omitzero"`      // the person's own address, if known
	FromWhy  FromWhy    `json:"from_why,omitempty"` // how From is known
	Address  netip.Addr `json:"address,omitzero"`   // the address being used, if the query is one
	Key      *GivenKey  `json:"key,omitempty"`      // the person's own public key, if they gave it
}

// A FromWhy says how the person's address is known.
type FromWhy string

const (
	// FromSaid: the person gave it.
	FromSaid FromWhy = "said"
	// FromHere: the person sits at the machine that probes, so its own source
	// address is theirs. Behind address translation it may not be what the
	// cloud sees.
	FromHere FromWhy = "here"
)

// Search is how the look-up of the instance ended.
type Search struct {
	Query   string     `json:"query"`
	Where   []string   `json:"where,omitempty"`   // clouds and projects that were searched
	Matches []Instance `json:"matches"`           // exact matches; none, one or several
	More    bool       `json:"more,omitzero"`     // there are more matches than are listed
	Near    []string   `json:"near,omitempty"`    // names much like the query, nearest first, at most 3
	Deleted *Deleted   `json:"deleted,omitempty"` // the query was an instance that is gone
}

// Deleted tells of an instance that is gone.
type Deleted struct {
	ID   string    `json:"id"`
	Name string    `json:"name,omitempty"`
	At   time.Time `json:"at,omitzero"`
}

// Instance is what Nova says of the server.
type Instance struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Cloud      string            `json:"cloud,omitempty"`
	Project    string            `json:"project,omitempty"` // ID
	User       string            `json:"user,omitempty"`    // ID of who launched it
	Status     string            `json:"status"`            // Nova's: ACTIVE, BUILD, SHUTOFF, ...
	Task       string            `json:"task,omitempty"`    // OS-EXT-STS:task_state; "" if none
	VMState    string            `json:"vm_state,omitempty"`
	Power      string            `json:"power,omitempty"` // running, paused, shutdown, crashed, suspended; "" unknown
	Fault      *Fault            `json:"fault,omitempty"`
	Created    time.Time         `json:"created,omitzero"`
	Updated    time.Time         `json:"updated,omitzero"`
	Launched   time.Time         `json:"launched,omitzero"`
	Terminated time.Time         `json:"terminated,omitzero"`
	HostStatus string            `json:"host_status,omitempty"` // UP, DOWN, MAINTENANCE, UNKNOWN; "" if not shown to us
	Host       string            `json:"host,omitempty"`
	Locked     bool              `json:"locked,omitzero"`
	LockReason string            `json:"lock_reason,omitempty"`
	KeyName    string            `json:"key_name,omitempty"` // "" means launched without a key pair
	ImageID    string            `json:"image_id,omitempty"` // "" if it boots from a volume
	ImageMeta  map[string]string `json:"image_meta,omitempty"`
	Volumes    []string          `json:"volumes,omitempty"` // IDs of attached volumes
	// ConfigDrive: what the metadata service would tell is on a disk of its own
	// too, so that it needs no network; nil: not shown.
	ConfigDrive *bool             `json:"config_drive,omitempty"`
	Flavor      string            `json:"flavor,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
	Addresses   []Address         `json:"addresses"` // as Nova lists them; empty means none
}

// Fault is why an instance is in ERROR.
type Fault struct {
	Code    int       `json:"code,omitempty"`
	Message string    `json:"message"`
	At      time.Time `json:"at,omitzero"`
}

// Address is one address of an instance.
type Address struct {
	IP       netip.Addr `json:"ip"`
	Floating bool       `json:"floating,omitzero"`
	MAC      string     `json:"mac,omitempty"`
	Network  string     `json:"network,omitempty"` // name
}

// Image is what Glance says of the image the instance was made from.
type Image struct {
	ID         string            `json:"id"`
	Name       string            `json:"name,omitempty"`
	Distro     string            `json:"distro,omitempty"`     // os_distro
	OSType     string            `json:"os_type,omitempty"`    // os_type
	AdminUser  string            `json:"admin_user,omitempty"` // os_admin_user
	Properties map[string]string `json:"properties,omitempty"`
}

// KeyPair is the launch key as Nova keeps it.
type KeyPair struct {
	Name        string `json:"name"`
	Type        string `json:"type,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"` // MD5, colons, as Nova prints it
	PublicKey   string `json:"public_key,omitempty"`  // authorized_keys form
}

// Names is what the resolver said of the name that the person uses.
type Names struct {
	Name    string       `json:"name"`
	Outcome Outcome      `json:"outcome"`
	Addrs   []netip.Addr `json:"addrs,omitempty"`
	// Reverse holds the names that the reverse tree gives for the instance's
	// addresses; nil: not asked.
	Reverse map[netip.Addr][]string `json:"reverse,omitempty"`
	Err     string                  `json:"err,omitempty"`
	From    string                  `json:"from,omitempty"` // vantage point
}

// Ping is the answer to ICMP echo requests.
type Ping struct {
	Target  netip.Addr    `json:"target"`
	From    string        `json:"from,omitempty"`
	Outcome Outcome       `json:"outcome"`
	RTT     time.Duration `json:"rtt,omitempty"`
	By      netip.Addr    `json:"by,omitzero"` // who sent an ICMP error
	Err     string        `json:"err,omitempty"`
	// Size is the length of the IP packet in bytes, 0 for the usual small one.
	// Larger ones must not be fragmented on the way (DF, RFC 791).
	Size int `json:"size,omitzero"`
	// MTU is the largest packet that the sender of an ICMP error says it can
	// pass on (RFC 1191, RFC 8201), 0 if nobody said.
	MTU int `json:"mtu,omitzero"`
}

// Pings is a [Fact] of several pings.
type Pings []Ping

// Reach is what was seen of one address and port from one vantage point.
type Reach struct {
	Target    netip.AddrPort `json:"target"`
	From      string         `json:"from,omitempty"`     // vantage point
	FromAddr  netip.Addr     `json:"from_addr,omitzero"` // the local address that was used
	Connect   Dial           `json:"connect"`            // TCP
	SSH       *SSHFacts      `json:"ssh,omitempty"`      // nil if TCP did not open
	StartedAt time.Time      `json:"started_at,omitzero"`
	Effort    Effort         `json:"effort,omitzero"` // what it cost the other side
}

// Reaches is a [Fact] of several [Reach] values.
type Reaches []Reach

// Dial is how opening a TCP connection ended.
type Dial struct {
	Outcome Outcome       `json:"outcome"`
	Took    time.Duration `json:"took,omitempty"`
	By      netip.Addr    `json:"by,omitzero"` // who sent an ICMP error, where known
	Err     string        `json:"err,omitempty"`
}

// SSHFacts is what an open connection told, stage by stage.
type SSHFacts struct {
	// Ident is how reading the identification string ended (RFC 4253, 4.2).
	Ident    Outcome  `json:"ident"`
	Version  string   `json:"version,omitempty"` // "SSH-2.0-OpenSSH_9.2p1 Debian-2"
	Before   []string `json:"before,omitempty"`  // lines before it, or what came instead, at most 20
	IdentErr string   `json:"ident_err,omitempty"`
	// Kex is how the key exchange ended; NotTried if there was no identification.
	Kex        Outcome     `json:"kex"`
	KexErr     string      `json:"kex_err,omitempty"`
	Algorithms *Algorithms `json:"algorithms,omitempty"` // the server's own lists
	HostKeys   []HostKey   `json:"host_keys,omitempty"`  // of every type that it offers, the preferred one first
	// SmallKex is how a second key exchange ended whose first packet was small;
	// NotTried unless the first one stalled. OK then tells of an MTU black hole.
	SmallKex Outcome       `json:"small_kex,omitzero"`
	Clients  []Negotiation `json:"clients,omitempty"` // what typical clients would agree on
	// SigAlgs are the signature algorithms that it takes from clients, from its
	// server-sig-algs (RFC 8308, 3.1); nil if it did not say.
	SigAlgs []string    `json:"sig_algs,omitempty"`
	Auth    []AuthFacts `json:"auth,omitempty"` // one per account that was asked about
}

// Algorithms are the lists of a KEXINIT message (RFC 4253, 7.1).
type Algorithms struct {
	Kex     []string `json:"kex"`
	HostKey []string `json:"host_key"`
	Cipher  []string `json:"cipher"` // server to client
	MAC     []string `json:"mac"`    // server to client
	// The other direction, and what is rarely of interest; left out where it is
	// the same, or not known.
	CipherToServer []string `json:"cipher_to_server,omitempty"`
	MACToServer    []string `json:"mac_to_server,omitempty"`
	Compression    []string `json:"compression,omitempty"`
}

// HostKey is a host key as a fingerprint.
type HostKey struct {
	Type   string `json:"type"`          // "ssh-ed25519"
	SHA256 string `json:"sha256"`        // "SHA256:..." as ssh-keygen -l prints it
	MD5    string `json:"md5,omitempty"` // hex with colons
}

// A Gap is something that could not be learnt, and why. It is an error so that
// a source can return it as one.
type Gap struct {
	Source Source `json:"source"`
	Why    GapWhy `json:"why"`
	Text   string `json:"text"` // a sentence for people
}

// Error returns the gap's sentence.
func (f *Gap) Error() string { return f.Text }

// A GapWhy classes gaps.
type GapWhy string

const (
	GapForbidden   GapWhy = "forbidden"   // the credential may not (401, 403)
	GapNotFound    GapWhy = "not-found"   // 404
	GapUnsupported GapWhy = "unsupported" // 501, or this cloud does not offer it
	GapTimedOut    GapWhy = "timed-out"   // no answer within the source's budget
	GapUnavailable GapWhy = "unavailable" // 5xx, connection refused
	GapSkipped     GapWhy = "skipped"     // not asked, on purpose
	GapCanceled    GapWhy = "canceled"    // the diagnosis ran out of time
	GapFailed      GapWhy = "failed"      // something else; the log has the reference
)

// An Observation is one quoted fact.
type Observation struct {
	Source Source `json:"source"`
	Where  string `json:"where"` // "console line 812", "rule 6f3…", "tcp 203.0.113.9:22 from melbourne"
	Text   string `json:"text"`
}
