package diag

import (
	"strings"
	"time"
)

// Console is an instance's console log, read: the lines of the last boot, and
// the facts that several causes need.
type Console struct {
	Bytes int       // of the text as it came
	Empty bool      // nothing but white space
	Boots int       // boots whose beginning is in view
	Lines []LogLine // of the last boot, without blank ones
	// WholeBoot: the last boot is in view from its beginning, so that what is
	// not there was not printed.
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
	// Job is what systemd said last that it waits for; nil once it went on.
	Job *Job
	// Began is when the last boot began by the guest's own clock, the zero time
	// if the log does not tell.
	Began time.Time
	// Ran is how long the last boot had run when it last said so.
	Ran time.Duration

	reached [StageCloudDone + 1]int // number of the line that first showed each stage, 0 if none did
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

const (
	// maxConsoleLines bounds what is kept of one boot; of a longer one the
	// latest lines. Nova hands out 100 KiB, some 1,500 lines.
	maxConsoleLines = 20_000
	// maxConsoleLine bounds one line, in bytes. The longest that matters is an
	// RSA public key of 16,384 bits.
	maxConsoleLine = 8 << 10
)

// ReadConsole reads a console log as Nova, virsh or a person hands it out. It
// cleans and redacts every line, cuts the text into boots and keeps the last
// one. It takes any bytes, never fails, and its time is linear in their number.
func ReadConsole(text string) *Console {
	r := consoleReader{c: Console{Bytes: len(text), Empty: true}}
	for line := range strings.SplitSeq(text, "\n") {
		r.line(line)
	}
	return &r.c
}

// A consoleReader takes a console log line by line and knows at each line what
// there is to know so far, so that a log need not be in memory as a whole.
type consoleReader struct {
	c      Console
	n      int // number of the line, from 1
	redact redactor
	keys   hostKeyReader
	table  string  // the account whose table of authorised keys is being read
	ended  bool    // the boot has ended: the next line belongs to a new one
	fresh  bool    // nothing but this line has been read of the boot
	found  []int32 // consoleTexts that the line holds
}

// line takes the next line of the text. A carriage return goes back to redraw
// the line; what it held before is a line of its own.
func (r *consoleReader) line(raw string) {
	r.n++
	for part := range strings.SplitSeq(raw, "\r") {
		text := r.redact.line(clean(part[:min(len(part), maxConsoleLine)]))
		if strings.TrimSpace(text) != "" {
			r.read(LogLine{N: r.n, Text: text})
		}
	}
}

// read places a line in its boot, keeps it, and learns from it.
func (r *consoleReader) read(line LogLine) {
	r.c.Empty = false
	r.found = consoleTexts.find(line.Text, r.found[:0])
	r.place(line)
	r.fresh = false
	r.keep(line)
	r.c.learnTime(line.Text)
	r.keys.read(line.Text, &r.c)
	done := uint64(0) // readings made of this line
	for _, text := range r.found {
		if i := readingOf[text]; i >= 0 && done&(1<<i) == 0 {
			done |= 1 << i
			readings[i].read(r, line)
		}
	}
}

// keep adds a line to the last boot. Of a boot that is too long it keeps the
// later half, which moves each line once only on average.
func (r *consoleReader) keep(line LogLine) {
	if len(r.c.Lines) == maxConsoleLines {
		r.c.Lines = append(r.c.Lines[:0], r.c.Lines[maxConsoleLines/2:]...)
		r.c.WholeBoot = false
	}
	r.c.Lines = append(r.c.Lines, line)
}

// begin starts a new boot. What belongs to the instance and not to one boot
// stays: cloud-init prints keys and accounts at the first boot only.
func (r *consoleReader) begin() {
	old := r.c
	r.c = Console{
		Bytes: old.Bytes, Boots: old.Boots + 1, WholeBoot: true, Lines: old.Lines[:0],
		CloudInit: old.CloudInit, AdminUser: old.AdminUser, NoKeys: old.NoKeys,
		Authorized: old.Authorized, HostKeys: old.HostKeys,
	}
	r.table, r.fresh = "", true
}
