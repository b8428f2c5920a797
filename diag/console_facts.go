package diag

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// What a boot's lines say of themselves: clocks, prompts, jobs, cloud-init.

var (
	dataAt    = regexp.MustCompile(`Datasource (DataSource\w+)`)
	sysClock  = regexp.MustCompile(`setting system clock to .*\((\d{9,11})\)`)
	startJob  = regexp.MustCompile(`A start job is running for (.+?)(?: \(([^()]*)\)?)?\s*$`)
	unitJob   = regexp.MustCompile(`Job (\S+)/start running \(([^()]*)\)?`)
	loginWord = regexp.MustCompile(`^(?:[A-Za-z0-9][A-Za-z0-9._-]*|\(none\))$`)
)

// A reading is what a line with one of some texts tells of its boot.
type reading struct {
	texts []string
	read  func(*consoleReader, LogLine)
}

// Texts that are in very many lines.
var (
	unitTexts  = []string{"[  OK  ]", "[FAILED]", "[ TIME ]", "[DEPEND]"}
	okTexts    = []string{"[ ok ]", "[  ok  ]"}
	setUpTexts = []string{
		"cloud-init", "cloudinit", "ci-info:", "ignition", "afterburn", "coreos", "flatcar", "cirros", "cloudbase", "ostree",
		"google_guest_agent", "google-guest-agent", "tiny-cloud", "FreeBSD",
	}
)

// spent are texts that tell nothing more once something holds. That saves reading
// most of the lines that hold them.
var spent = []struct {
	texts []string
	when  func(*Console) bool
}{
	{unitTexts, func(c *Console) bool { return c.Job == nil }},
	{okTexts, func(c *Console) bool { return c.Units == maxUnits }},
	{setUpTexts, func(c *Console) bool { return c.SetUp != nil }},
}

// maxUnits is how many services are counted at most.
const maxUnits = 30

// readings are made in this order.
var readings = []reading{
	{stops, readStop},
	{literals(downMarks.String()), readShutdown},
	{[]string{"reboot: Restarting system", "reboot: Power down", "reboot: System halted", "reboot: machine restart"}, readEnd},
	{[]string{"start job is running for", "/start running"}, readJob},
	{unitTexts, endJob},
	{[]string{"login:"}, readPrompt},
	{[]string{"bound to ", "ease of ", "DHCPACK ", "my address is ", "DHCPv4 address ", "leased "}, readLease},
	{[]string{"Cloud-init v."}, readCloudInit},
	{[]string{"cloud-init start", "cloud-init boot finished"}, readOldCloudInit},
	{[]string{"cloud-final", "Cloud-init: Final Stage", "cloud user/final scripts"}, readFinalStage},
	{literals(lastTarget.String()), readLastTarget},
	{[]string{"Authorized keys from"}, readKeyTable},
	{[]string{"ci-info: |"}, readKeyRow},
	{[]string{"no authorized ssh keys"}, readNoKeys},
	{[]string{"login as"}, readLoginAs},
	{[]string{"ci-info:", "+Net device info", "+Route IPv4 info", "+Route info"}, readTable},
	{[]string{"if-info:", "ip-route:"}, readCirrOS},
	{serviceTexts, readService},
	{okTexts, readUnit},
	{setUpTexts, readSetUp},
}

// consoleTexts are what tells something of a boot: the texts of marks, then those
// of readings. tellOf has for each text the mark it stands for or, counted on from
// the marks, the reading.
var consoleTexts, tellOf = indexConsole()

// indexConsole looks for the rarest text of a mark, so that few lines have to be
// matched.
func indexConsole() (texts []string, of []int) {
	add := func(tell int, list []string) {
		for _, text := range list {
			texts, of = append(texts, text), append(of, tell)
		}
	}
	for i := range marks {
		list := []string{marks[i].text}
		if marks[i].also != nil {
			list = literals(marks[i].also.String())
		}
		add(i, list)
	}
	for i := range readings {
		add(len(marks)+i, readings[i].texts)
	}
	return texts, of
}

func readUnit(r *consoleReader, _ LogLine) { r.c.Units = min(r.c.Units+1, maxUnits) }

func readSetUp(r *consoleReader, line LogLine) {
	if r.c.SetUp == nil {
		r.c.SetUp = &line
	}
}

func readLease(r *consoleReader, line LogLine) {
	if lease.MatchString(line.Text) {
		r.c.Lease = &line
		r.c.reach(StageNetwork, line)
	}
}

func readPrompt(r *consoleReader, line LogLine) {
	if isPrompt(line.Text) {
		r.c.Prompt = true
		r.c.reach(StagePrompt, line)
		r.c.up(line)
	}
}

// readFinalStage is for guests whose owner replaced cloud-init's final message.
func readFinalStage(r *consoleReader, line LogLine) {
	if finalStage.MatchString(line.Text) {
		r.c.Finished = true
		r.c.reach(StageCloudDone, line)
		r.c.up(line)
	}
}

func readLastTarget(r *consoleReader, line LogLine) {
	// Packages that are installed name the target too.
	if (strings.Contains(line.Text, "Reached") || strings.Contains(line.Text, "Startup")) && lastTarget.MatchString(line.Text) {
		r.c.up(line)
	}
}

// up notes the end of the boot. The first line that shows it is kept, but that
// cloud-init is done says more than a prompt.
func (c *Console) up(line LogLine) {
	if c.Up == nil || c.Stage == StageCloudDone && c.StageAt.N == line.N {
		c.Up = &line
	}
	c.Stopped = nil
}

// readCloudInit reads the line that begins each of cloud-init's stages, and its
// final one:
//
//	Cloud-init v. 22.4.2 running 'init' at Wed, 20 May 2026 09:00:30 +0000. Up 29.00 seconds.
//	Cloud-init v. 22.4.2 finished at Wed, 20 May 2026 09:01:10 +0000. Datasource DataSourceNone.  Up 69.22 seconds
func readCloudInit(r *consoleReader, line LogLine) {
	_, rest, _ := strings.Cut(line.Text, "Cloud-init v.")
	version, rest, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	running, finished := strings.HasPrefix(rest, "running '"), strings.HasPrefix(rest, "finished")
	if !running && !finished {
		return
	}
	r.c.CloudInit = version
	r.c.clock(rest)
	if running {
		r.c.CloudStage = &line
		return
	}
	r.c.Finished = true
	if m := dataAt.FindStringSubmatch(rest); m != nil {
		r.c.Datasource = m[1]
	}
	r.c.reach(StageCloudDone, line)
	r.c.up(line)
}

// readOldCloudInit reads the same of cloud-init 0.6:
//
//	cloud-init start-local running: Tue, 27 Nov 2012 12:10:05 +0000. up 31.98 seconds
//	cloud-init boot finished at Tue, 27 Nov 2012 12:10:48 +0000. Up 74.90 seconds
func readOldCloudInit(r *consoleReader, line LogLine) {
	switch {
	case strings.Contains(line.Text, "cloud-init boot finished at"):
		r.c.Finished = true
		r.c.reach(StageCloudDone, line)
		r.c.up(line)
	case strings.Contains(line.Text, " running: "):
		r.c.CloudStage = &line
	}
}

// clock reads cloud-init's date and for how long it says the guest has run.
func (c *Console) clock(text string) {
	_, date, _ := strings.Cut(text, " at ")
	date, _, _ = strings.Cut(date, ".")
	_, up, _ := strings.Cut(text, "Up ")
	up, _, _ = strings.Cut(up, " ")
	ran := seconds(up)
	at, err := time.Parse("Mon, 2 Jan 2006 15:04:05 -0700", date)
	if err == nil && ran > 0 {
		c.Began, c.Ran = at.Add(-ran).UTC(), max(c.Ran, ran)
	}
}

// learnTime follows the kernel's time stamps and its reading of the clock.
func (c *Console) learnTime(text string) {
	stamp, ok := kernelTime(text)
	if !ok {
		return
	}
	c.Ran = stamp
	if strings.Contains(text, "setting system clock") {
		if m := sysClock.FindStringSubmatch(text); m != nil {
			epoch, _ := strconv.ParseInt(m[1], 10, 64)
			c.Began = time.Unix(epoch, 0).Add(-stamp).UTC()
		}
	}
}

// kernelTime reads the time stamp "[   12.345678] " where a line begins with
// it, or has it glued behind a prompt. It is asked of very many lines.
func kernelTime(text string) (time.Duration, bool) {
	i := strings.IndexByte(text, '[') + 1
	if i == 0 {
		return 0, false
	}
	for i < len(text) && text[i] == ' ' {
		i++
	}
	s, whole := digits(text[i:])
	i += whole
	if whole == 0 || whole > 9 || i == len(text) || text[i] != '.' {
		return 0, false
	}
	us, fraction := digits(text[i+1:])
	i += 1 + fraction
	if fraction != 6 || i == len(text) || text[i] != ']' {
		return 0, false
	}
	return time.Duration(s)*time.Second + time.Duration(us)*time.Microsecond, true
}

// digits reads a number of at most nine digits, and says how many there are.
func digits(s string) (value int64, n int) {
	for n < len(s) && n < 10 && s[n] >= '0' && s[n] <= '9' {
		value = value*10 + int64(s[n]-'0')
		n++
	}
	return value, n
}

// seconds reads cloud-init's seconds; what it cannot read or believe is 0.
func seconds(s string) time.Duration {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f < 0 || f > 1e9 {
		return 0
	}
	return time.Duration(f * float64(time.Second))
}

// readJob keeps the last job that systemd waits for.
func readJob(r *consoleReader, line LogLine) {
	if m := startJob.FindStringSubmatch(line.Text); m != nil {
		r.c.Job = &Job{Name: strings.TrimSpace(m[1]), Time: m[2], Line: line}
	} else if m := unitJob.FindStringSubmatch(line.Text); m != nil {
		r.c.Job = &Job{Name: m[1], Time: m[2], Line: line}
	}
}

// endJob: systemd says of another unit what became of it, so it went on.
func endJob(r *consoleReader, line LogLine) {
	if r.c.Job != nil && r.c.Job.Line.N != line.N {
		r.c.Job = nil
	}
}

// notHosts are words that stand before "login:" where it is no prompt.
var notHosts = map[string]bool{"Last": true, "last": true, "Failed": true, "failed": true, "for": true, "on": true, "user": true, "the": true, "Please": true}

// isPrompt reports whether getty asks who is there: "host login:", alone at the
// end of a line, or at its beginning with anything glued to it. FreeBSD's asks
// without the host's name.
func isPrompt(text string) bool {
	if strings.TrimSpace(text) == "login:" {
		return true
	}
	i := strings.Index(text, " login:")
	if i < 0 {
		return false
	}
	before := text[:i]
	host := before[strings.LastIndexByte(before, ' ')+1:]
	if notHosts[host] || !loginWord.MatchString(host) {
		return false
	}
	return strings.TrimSpace(before) == host || strings.TrimSpace(text[i:]) == "login:"
}

var (
	keyTable = regexp.MustCompile(`Authorized keys from \S+ for user ([^\s+]+)`)
	keyRow   = regexp.MustCompile(`\| +((?:ssh|ecdsa|sk)-[a-z0-9@.-]+) +\| +([0-9a-f]{2}(?::[0-9a-f]{2}){15,31}) +\| +(.*?) +\| +(.*?) +\|`)
	noKeys   = regexp.MustCompile(`no authorized (?:SSH|ssh) keys fingerprints found for user (\S+?)\.?(?:\s|$)`)
	loginAs  = regexp.MustCompile(`[Ll]ogin as (?:the user )?\\?["']([a-z_][a-z0-9_-]*)\\?["']`)
)

// readKeyTable begins one of cloud-init's tables of authorised keys.
func readKeyTable(r *consoleReader, line LogLine) {
	if m := keyTable.FindStringSubmatch(line.Text); m != nil {
		r.c.forget(m[1])
		r.table = m[1]
		r.admin(m[1])
	}
}

func readKeyRow(r *consoleReader, line LogLine) {
	if r.table == "" {
		return
	}
	if m := keyRow.FindStringSubmatch(line.Text); m != nil {
		r.c.authorize(AuthorizedKey{User: r.table, Key: colonKey(m[1], m[2]), Comment: m[4]})
	}
}

func readNoKeys(r *consoleReader, line LogLine) {
	if m := noKeys.FindStringSubmatch(line.Text); m != nil {
		r.admin(m[1])
		r.c.NoKeys = &line
	}
}

func readLoginAs(r *consoleReader, line LogLine) {
	if m := loginAs.FindStringSubmatch(line.Text); m != nil {
		r.admin(m[1])
	}
}

// admin notes an account. Root is in the tables as well and is hardly ever the
// one to use.
func (r *consoleReader) admin(user string) {
	if user != "root" || r.c.AdminUser == "" {
		r.c.AdminUser = user
	}
}

// maxKeys bounds the keys that are kept of a log.
const maxKeys = 100

func (c *Console) authorize(k AuthorizedKey) {
	if k.User == c.AdminUser {
		c.NoKeys = nil
	}
	if len(c.Authorized) < maxKeys {
		c.Authorized = append(c.Authorized, k)
	}
}

// forget drops an account's keys, which a new table lists anew.
func (c *Console) forget(user string) {
	kept := []AuthorizedKey(nil)
	for _, k := range c.Authorized {
		if k.User != user {
			kept = append(kept, k)
		}
	}
	c.Authorized = kept
}
