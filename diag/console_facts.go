package diag

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// What a boot's lines say of themselves: clocks, prompts, jobs, cloud-init.

var (
	cloudLine = regexp.MustCompile(`Cloud-init v\. ?(\S+) (running '([a-z:-]+)'|finished)( at ([^.]*\d{2}:\d{2}:\d{2} [+-]\d{4})\.)?(.*)`)
	cloudUp   = regexp.MustCompile(`Up ([\d.]+) seconds`)
	dataAt    = regexp.MustCompile(`Datasource (DataSource\w+[^.]*(\.\w+)*)`)
	sysClock  = regexp.MustCompile(`setting system clock to .*\((\d{9,11})\)`)
	startJob  = regexp.MustCompile(`A start job is running for (.+?)(?: \(([^()]*)\)?)?\s*$`)
	unitJob   = regexp.MustCompile(`Job (\S+)/start running \(([^()]*)\)?`)
	loginWord = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
)

// learn takes from a line what holds for the boot.
func (c *Console) learn(line LogLine) {
	c.learnTime(line.Text)
	c.learnStop(line)
	c.learnJob(line)
	if strings.Contains(line.Text, "Cloud-init v") {
		c.learnCloudInit(line)
	}
	if isPrompt(line.Text) {
		c.Prompt = true
		c.reach(StagePrompt, line)
		c.up(line)
	}
	switch t := line.Text; {
	case !strings.Contains(t, "Reached target") && !strings.Contains(t, "Startup finished") && !strings.Contains(t, "inal"):
	case finalStage.MatchString(t):
		c.Finished = true
		c.reach(StageCloudDone, line)
		c.up(line)
	case lastTarget.MatchString(t):
		c.up(line)
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

func (c *Console) learnCloudInit(line LogLine) {
	m := cloudLine.FindStringSubmatch(line.Text)
	if m == nil {
		return
	}
	c.CloudInit = m[1]
	if at, err := time.Parse("Mon, 2 Jan 2006 15:04:05 -0700", m[5]); err == nil {
		if up := cloudUp.FindStringSubmatch(m[6]); up != nil {
			c.Began = at.Add(-seconds(up[1])).UTC()
			c.Ran = max(c.Ran, seconds(up[1]))
		}
	}
	if m[3] != "" {
		c.CloudStage = &line
		return
	}
	c.Finished = true
	if d := dataAt.FindStringSubmatch(m[6]); d != nil {
		c.Datasource, _, _ = strings.Cut(d[1], " ")
	}
	c.reach(StageCloudDone, line)
	c.up(line)
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
// it, or has it glued behind a prompt.
func kernelTime(text string) (time.Duration, bool) {
	open := strings.IndexByte(text, '[')
	if open < 0 {
		return 0, false
	}
	stamp, _, ok := strings.Cut(text[open+1:], "]")
	stamp = strings.TrimLeft(stamp, " ")
	whole, fraction, point := strings.Cut(stamp, ".")
	if !ok || !point || len(fraction) != 6 || len(whole) > 9 {
		return 0, false
	}
	s, err1 := strconv.ParseUint(whole, 10, 32)
	us, err2 := strconv.ParseUint(fraction, 10, 32)
	return time.Duration(s)*time.Second + time.Duration(us)*time.Microsecond, err1 == nil && err2 == nil
}

// seconds reads cloud-init's seconds; what it cannot read or believe is 0.
func seconds(s string) time.Duration {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f < 0 || f > 1e9 {
		return 0
	}
	return time.Duration(f * float64(time.Second))
}

// learnJob keeps the last job that systemd waits for. Any other line of systemd
// shows that it went on.
func (c *Console) learnJob(line LogLine) {
	switch t := line.Text; {
	case strings.Contains(t, "start job is running for"):
		if m := startJob.FindStringSubmatch(t); m != nil {
			c.Job = &Job{Name: strings.TrimSpace(m[1]), Time: m[2], Line: line}
		}
	case strings.Contains(t, "/start running"):
		if m := unitJob.FindStringSubmatch(t); m != nil {
			c.Job = &Job{Name: m[1], Time: m[2], Line: line}
		}
	case strings.Contains(t, "[  OK  ]"), strings.Contains(t, "[FAILED]"), strings.Contains(t, "[ TIME ]"), strings.Contains(t, "[DEPEND]"):
		c.Job = nil
	}
}

// notHosts are words that stand before "login:" where it is no prompt.
var notHosts = map[string]bool{"Last": true, "last": true, "Failed": true, "failed": true, "for": true, "on": true, "user": true, "the": true}

// isPrompt reports whether getty asks who is there: "host login:", alone at the
// end of a line, or at its beginning with anything glued to it.
func isPrompt(text string) bool {
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

// tables reads cloud-init's tables of authorised keys and learns the account
// that the image is meant to be used with.
func (r *consoleReader) tables(line LogLine) {
	t := line.Text
	if !strings.Contains(t, "uthorized ") && !strings.Contains(t, "ogin as") && r.table == "" {
		return
	}
	if m := keyTable.FindStringSubmatch(t); m != nil {
		r.c.forget(m[1])
		r.table = m[1]
		r.admin(m[1])
	}
	if m := noKeys.FindStringSubmatch(t); m != nil {
		r.admin(m[1])
		r.c.NoKeys = &line
	}
	if m := loginAs.FindStringSubmatch(t); m != nil {
		r.admin(m[1])
	}
	if m := keyRow.FindStringSubmatch(t); m != nil && r.table != "" {
		r.c.authorize(AuthorizedKey{User: r.table, Key: colonKey(m[1], m[2]), Comment: m[4]})
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
