package diag

// Console is an instance's console log, read: the lines of the last boot, and
// the facts that several causes need.
type Console struct {
	Bytes int       // of the text as it came
	Empty bool      // nothing but white space
	Boots int       // boots whose beginning is in view
	Lines []LogLine // of the last boot
	// WholeBoot: the last boot is in view from its beginning, so that what is
	// not there was not printed.
	WholeBoot bool
	Stage     Stage    // the furthest stage that the last boot reached
	StageAt   *LogLine // the line that shows it; nil if no stage is known
	// Up is the line that shows that the boot came to its end: cloud-init's
	// "finished", or a login prompt; nil if there is none.
	Up        *LogLine
	Prompt    bool   // a login prompt was printed
	Finished  bool   // cloud-init says that it finished
	CloudInit string // version, with its distribution suffix
	// Datasource is cloud-init's, as its final line names it.
	Datasource string
	AdminUser  string // the account that cloud-init names in its key table
	HostKeys   []HostKey
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
