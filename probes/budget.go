package probes

import "time"

// Budgets. Each is long enough that its end means something, and together they
// bound what one diagnosis costs.
const (
	// maxTargets bounds the addresses of one diagnosis.
	maxTargets = 4
	// dnsBudget lets one name server be dead (5 s, resolv.conf(5)) and the next
	// answer.
	dnsBudget = 8 * time.Second
	// reverseBudget is for names of addresses, which are nice to know.
	reverseBudget = 3 * time.Second
	// dialBudget covers three SYNs, which Linux sends at 0, 1 and 3 s: one lost
	// packet is no evidence, three are.
	dialBudget = 5 * time.Second
	// identBudget is for the identification string. A server that looks up its
	// client in a dead DNS needs longer, and that is worth knowing.
	identBudget = 10 * time.Second
	// speakAfter is how long the server may keep silent before we identify
	// ourselves: a server speaks at once (RFC 4253, 4.2), while HTTP waits for
	// its client. Speaking first would leave bytes unread at a server that
	// hangs up, and turn its orderly close into a reset.
	speakAfter = 2 * time.Second
	// kexBudget is for the key exchange: three round trips and some arithmetic.
	// A small machine that has just booted may take seconds.
	kexBudget = 10 * time.Second
	// partBudget is for saying goodbye, which no answer waits for.
	partBudget = time.Second
	// elsewhereAfter is how long the asked port may take to open before others
	// are tried: until the answer to a second SYN, sent at 1 s, could be here.
	elsewhereAfter = 1500 * time.Millisecond
	// knockBudget is for the identification on a port that nobody asked for.
	knockBudget = 3 * time.Second
	// maxOtherPorts bounds those.
	maxOtherPorts = 8
	// smallBudget is for another with small packets, when one has stood still: the
	// server is well, so that it need not be slow.
	smallBudget = 5 * time.Second
	// authBudget is for asking about one account. Servers delay their refusals on
	// purpose, by some 0.3 s (dropbear) to 2 s (pam_unix) each.
	authBudget = 10 * time.Second
	// pingEvery is the time between the two echo requests, pingBudget the whole.
	pingEvery  = time.Second
	pingBudget = 3 * time.Second
)

// Limits on what a server may make us read or keep.
const (
	maxIdentBytes = 64 << 10  // before the identification string is complete
	maxBefore     = 20        // lines kept from before it, and of a banner
	maxLine       = 255       // bytes kept of one line; also RFC 4253, 4.2
	maxHeard      = 256 << 10 // bytes of one connection, behind the identification
	maxPacket     = 64 << 10  // bytes of one packet; RFC 4253, 6.1 wants 35000
	maxNames      = 128       // algorithms kept of one list
	maxReverse    = 8         // names kept of one address
	maxMTU        = 65536
	maxExtensions = 32 // looked through (RFC 8308 knows four)
)

// Limits on what one diagnosis costs the other side: per machine at most
// 1 + maxMore connections and maxLogins more if there is none to spare, with
// 1 + 2*maxKeys authentication requests each. OpenSSH hangs up after six failures
// on a connection (MaxAuthTries) and logs them more loudly after three, and
// begins to refuse at ten connections that have not logged in (MaxStartups).
const (
	maxMore   = 4 // connections for further host keys: there are at most six types
	maxLogins = 2 // accounts, each on a connection of its own
	maxKeys   = 2 // public keys shown for one account: the launch key and the person's
)
