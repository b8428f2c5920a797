package diag

import (
	"bytes"
	"sync"
	"time"
)

// Console is an instance's console log, read: the lines of the last boot, and
// the facts that several causes need.
type Console struct {
	Bytes int  // of the text as it came
	Empty bool // nothing but white space
	Boots int  // boots whose beginning is in view
	// Lines are those of the last boot, without blank ones. Of a boot of more
	// than 20,000 lines they are the first quarter of that, where the guest says
	// how it was started, and the latest three, where it stands now.
	Lines []LogLine
	// WholeBoot: the last boot is in view from its beginning and every line of
	// it was searched, so that what is not there was not printed.
	WholeBoot bool
	Stage     Stage    // the furthest stage that the last boot reached
	StageAt   *LogLine // the line that shows it; nil if no stage is known
	// Up is the line that shows that the boot came to its end: cloud-init's
	// "finished", a login prompt, or systemd's last target; nil if there is none.
	Up *LogLine
	// Stopped is the line with which the boot ended before its end and waits for
	// a hand: a panic, a maintenance shell, nothing to boot from; nil if there is
	// none, or if the boot went on after it.
	Stopped *LogLine
	// Down is the line that shows that the guest then shut down or restarted,
	// with nothing of a new boot in view; nil if it did not.
	Down     *LogLine
	Prompt   bool // a login prompt was printed
	Finished bool // cloud-init says that it finished
	// CloudStage is the line of the last stage that cloud-init began in the last
	// boot; nil if it said nothing.
	CloudStage *LogLine
	CloudInit  string // version, with its distribution suffix
	// Datasource is cloud-init's, as its final line names it.
	Datasource string
	AdminUser  string // the account that cloud-init names in its key table
	// NoKeys is cloud-init's line that says that it authorised no key for the
	// admin user; nil if it did not say so.
	NoKeys *LogLine
	// Authorized are the keys that cloud-init authorised, as it printed them: at
	// an instance's first boot only.
	Authorized []AuthorizedKey
	HostKeys   []HostKey
	// Interfaces and Gateways (default routes of IPv4) are as the last boot
	// printed them. InterfacesWhole: none was cut off. RoutesShown: it printed its
	// routes at all.
	Interfaces      []Interface
	InterfacesWhole bool
	Gateways        []Gateway
	RoutesShown     bool
	// Lease is the last line by which a DHCP client got an address; nil if none.
	Lease *LogLine
	// SSHD is what was said last of the SSH service; nil if nothing was.
	SSHD *Service
	// SetUp is the first line that tells of what sets instances up: cloud-init,
	// Ignition or the like; nil if none does.
	SetUp *LogLine
	// Units is how many services the last boot told of as started well, 30 at
	// most.
	Units int
	// Job is what systemd said last that it waits for; nil once it went on.
	Job *Job
	// Began is when the last boot began by the guest's own clock, the zero time
	// if the log does not tell.
	Began time.Time
	// Ran is how long the last boot had run when it last said so.
	Ran time.Duration

	reached [StageCloudDone + 1]int // number of the line that first showed each stage, 0 if none did

	// What the causes' lines hit in the last boot, if a scanner read along; nil
	// otherwise.
	scanner *scanner
	hits    map[*Cause][]Hit
}

// An AuthorizedKey is a public key that cloud-init wrote for an account.
type AuthorizedKey struct {
	User    string
	Key     HostKey // SHA256 or MD5, as cloud-init printed it
	Comment string
}

// A Job is a systemd job that others wait for.
type Job struct {
	Name string // the unit's description, or its name
	Time string // "12s / 1min 30s": how long, of how long at most
	Line LogLine
}

// A Stage is how far a boot came, in order.
type Stage int

const (
	StageNone Stage = iota
	StageFirmware
	StageLoader // GRUB or another boot loader
	StageKernel
	StageInitramfs
	StageInit      // the real init of the root file system
	StageNetwork   // network is up or cloud-init's network stage ran
	StageSSHD      // the SSH service was started
	StagePrompt    // login prompt
	StageCloudDone // cloud-init finished
)

// String returns the stage's name.
func (s Stage) String() string {
	return [...]string{
		"nothing", "firmware", "boot loader", "kernel", "initramfs", "init", "network", "SSH service", "login prompt", "cloud-init finished",
	}[s]
}

// maxConsoleLine bounds one line, in bytes. The longest that matters is an RSA
// public key of 16,384 bits.
const maxConsoleLine = 8 << 10

// ReadConsole reads a console log as Nova, virsh or a person hands it out. It
// cleans and redacts every line, cuts the text into boots and keeps the last
// one. It takes any bytes, never fails, and its time is linear in their number.
// One that is too long to be in memory as a whole, [NewConsoleReader] reads.
func ReadConsole(text string) *Console {
	r := NewConsoleReader()
	for text != "" {
		n, _ := r.Write([]byte(text[:min(len(text), pieceSize)]))
		text = text[n:]
	}
	return r.Console()
}

// A ConsoleReader reads a console log of any length that is written to it piece
// by piece. What it keeps in memory is bounded.
type ConsoleReader struct {
	lines   *consoleReader
	pending []byte // what came since the last whole line
	// Lines that were searched and are to be read. While they are, the next ones
	// are searched.
	searched string
	seen     []sighting
	memory   [2]sightings // for those sightings and the next, in turn
}

// pieceSize is how much is read at once at most, in bytes.
const pieceSize = 256 << 10

// NewConsoleReader returns a reader for one log.
func NewConsoleReader() *ConsoleReader { return newConsoleReader(nil) }

// NewConsoleReader returns a reader for one log that also looks for the lines of
// the causes while it reads, so that [Catalogue.Diagnose] misses none of a boot
// that is too long to keep.
func (c *Catalogue) NewConsoleReader() *ConsoleReader { return newConsoleReader(c.scanner) }

func newConsoleReader(s *scanner) *ConsoleReader { return &ConsoleReader{lines: newLineReader(s)} }

// Write takes the next piece of the log. It never fails.
func (r *ConsoleReader) Write(piece []byte) (int, error) {
	r.lines.c.Bytes += len(piece)
	for rest := piece; len(rest) > 0; {
		if len(r.pending) > 0 {
			rest = r.finish(rest)
			continue
		}
		next := rest[:min(len(rest), pieceSize)]
		whole := wholeLines(next)
		r.text(uncolour(next[:whole]))
		if whole == 0 {
			r.pending, whole = append(r.pending, next...), len(next)
		}
		rest = rest[whole:]
	}
	return len(piece), nil
}

// finish goes on with the line that is pending, and returns what is left.
func (r *ConsoleReader) finish(rest []byte) []byte {
	n := bytes.IndexAny(rest[:min(len(rest), pieceSize)], "\r\n") + 1
	if n > 0 {
		r.text(uncolour(append(r.pending, rest[:n]...)))
		r.pending = r.pending[:0]
		return rest[n:]
	}
	n = min(len(rest), pieceSize)
	if len(r.pending) < pieceSize { // nobody will read more of such a line
		r.pending = append(r.pending, rest[:n]...)
	}
	return rest[n:]
}

// wholeLines is the length of the whole lines that a piece begins with.
func wholeLines(piece []byte) int {
	if end := bytes.LastIndexByte(piece, '\n'); end >= 0 {
		return end + 1
	}
	return bytes.LastIndexByte(piece, '\r') + 1
}

// Console ends the log and returns what it says. It is called once.
func (r *ConsoleReader) Console() *Console {
	r.text(uncolour(r.pending))
	r.text("")
	return r.lines.console()
}

// text reads the lines before, and searches these.
func (r *ConsoleReader) text(next string) {
	var seen []sighting
	search := func() { seen = r.lines.index.finder.search(next, &r.memory[1]) }
	if len(next) < minShare {
		search()
		r.lines.text(r.searched, r.seen)
	} else {
		var other sync.WaitGroup
		other.Go(search)
		r.lines.text(r.searched, r.seen)
		other.Wait()
	}
	r.searched, r.seen = next, seen
	r.memory[0], r.memory[1] = r.memory[1], r.memory[0]
}
