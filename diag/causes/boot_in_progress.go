package causes

import (
	"strings"
	"time"

	"sshhelp/diag"
)

var bootInProgress = &diag.Cause{
	ID:    "boot/in-progress",
	Title: "the instance is still booting",
	Doc: `A new or rebooted instance needs a while, mostly a minute or two, until
its SSH server answers: firmware, kernel, system services, and at the first boot
cloud-init, which makes the account and puts the key into it. Until then
connections time out, are refused, or end with "Permission denied".`,
	Text:   "{name} has not finished booting: {stage}{waiting}.",
	Maybe:  "{name} has not come to the end of its boot{since}{hint}: {stage}{waiting}.",
	Breaks: diag.AtGuest,
	// Whatever else is wrong, and not the time that the boot takes, is then it.
	Generic: true,
	ExplainedBy: []*diag.Cause{
		bootNoBootableDisk, bootSecureBoot, bootRootNotFound, bootFilesystem, bootFstab, bootSELinux, bootDiskFull, bootOutOfMemory, bootHung,
		bootKernelPanic, bootNetwork, bootEmergencyMode, bootSSHDFailed, bootConntrackFull,
		cloudinitMetadata, cloudinitModuleFailed, cloudinitNoDatasource, cloudinitNoKeys, cloudinitUserData,
	},
	Lines: []diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `has gone \d+ days without being checked, check forced|contains a file system with errors, check forced|was not cleanly unmounted, check forced`,
		Example:  `/dev/vda1 has gone 361 days without being checked, check forced`,
		NearMiss: `cloudimg-rootfs: clean, 20235/131072 files, 160693/524032 blocks`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `^\S+: \|=+[^|]*\| *\d+\.\d%`,
		Example:  `/dev/vda1: |=====================                   | 37.4%`,
		NearMiss: `growpart: /dev/vda1 grew by 80.0%`,
	}},
	Check: checkInProgress,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Wait a minute or two, then try again.", Code: "ssh -p {port} {user}@{address}"},
		{Do: "See whether it gets on: the last lines change while it does.", Code: "openstack console log show --lines 20 {id}"},
		{Do: "If it has stood at the same line for more than ten minutes, keep the log and hard reboot it once. What was in its memory is lost.", Code: "openstack console log show {id} > console.log\nopenstack server reboot --hard {id}", Risk: diag.Restarts},
	}},
}

const (
	// bootTakes is how long a boot may take before it is taken to hang: a first
	// boot with package upgrades takes some minutes, systemd gives up most jobs
	// after 90 seconds and a network that does not come up after five minutes.
	bootTakes = 10 * time.Minute
	// firstWords is how long a new instance may take to print anything.
	firstWords = 2 * time.Minute
	// clockOff is by how much a guest's clock may be wrong and still be used.
	clockOff = 5 * time.Minute
)

func checkInProgress(p *diag.Pass) diag.Verdict {
	c := p.Console
	switch {
	case p.SSHAnswers() != nil:
		return diag.Verdict{State: diag.RuledOut}
	case p.Instance != nil && p.Instance.Status != "ACTIVE", c == nil:
		return diag.Verdict{}
	case c.Empty:
		return justStarted(p)
	case c.Stopped != nil:
		return diag.Verdict{State: diag.RuledOut}
	}
	at := notFinished(p)
	switch {
	case at == nil && c.Up != nil:
		return diag.Verdict{State: diag.RuledOut}
	case at == nil:
		return diag.Verdict{}
	}
	return stillBooting(p, *at)
}

// justStarted judges an instance that has printed nothing yet.
func justStarted(p *diag.Pass) diag.Verdict {
	since, known := bootAge(p)
	if !known || since > firstWords {
		return diag.Verdict{}
	}
	return diag.Verdict{
		State:   diag.Possible,
		Because: []diag.Observation{{Source: diag.SourceConsole, Where: "console", Text: "nothing printed yet"}},
		Args:    diag.Args{"stage": "nothing is on its console yet", "waiting": "", "since": inWords(since), "hint": ""},
	}
}

// notFinished is the line that shows best that the last boot has not come to
// its end; nil if it has, or if too little of it is in view to say.
func notFinished(p *diag.Pass) *diag.LogLine {
	c := p.Console
	last := &c.Lines[len(c.Lines)-1]
	switch {
	case c.Down != nil:
		return nil
	case c.Job != nil && c.Up == nil && c.Ran <= bootTakes:
		return &c.Job.Line
	case c.CloudStage != nil && !c.Finished:
		return c.CloudStage
	case c.Up != nil || c.Ran > bootTakes:
		return nil
	case len(p.Hits) > 0 || c.Boots > 0:
		return last
	}
	return nil
}

func stillBooting(p *diag.Pass, at diag.LogLine) diag.Verdict {
	v := diag.Verdict{
		State: diag.Confirmed, Because: []diag.Observation{at.Observe()},
		Args: diag.Args{"stage": stageInWords(p), "waiting": "", "since": "", "hint": ""},
	}
	if last := p.Console.Lines[len(p.Console.Lines)-1]; last.N != at.N {
		v.Because = append(v.Because, last.Observe())
	}
	if job := p.Console.Job; job != nil {
		v.Args["waiting"] = ", waiting for " + job.Name
		if job.Time != "" {
			v.Args["waiting"] += " (" + job.Time + ")"
		}
	}
	since, known := bootAge(p)
	if known {
		v.Args["since"] = inWords(since)
	}
	switch {
	case afterFinal(p.Console):
		v.State = diag.Possible
		v.Args["hint"] = " as far as cloud-init tells"
	case known && since > bootTakes && p.Console.Up != nil:
		// Owners may replace cloud-init's final message, and a script that never
		// ends keeps nobody out.
		return diag.Verdict{}
	case known && since > bootTakes:
		v.State = diag.Possible
		v.Args["hint"] = ", and may hang"
		v.Ask = "Do the last lines of the console still change?"
	}
	return v
}

// afterFinal reports whether the login prompt came after cloud-init began its last
// stage and nothing of that followed: it may be done, if the owner replaced the
// final message.
func afterFinal(c *diag.Console) bool {
	return c.Up != nil && c.CloudStage != nil && c.Up.N > c.CloudStage.N && strings.Contains(c.CloudStage.Text, "'modules:final'")
}

// bootAge is how long ago the last boot began: by the cloud, which knows of its
// own starts and reboots only, or by the guest's clock. It is not known without
// an instance, because then the log is all that is asked about.
func bootAge(p *diag.Pass) (age time.Duration, known bool) {
	if p.Instance == nil || p.Now.IsZero() {
		return 0, false
	}
	for _, at := range []time.Time{p.Instance.Launched, p.Instance.Updated, p.Console.Began} {
		since := p.Now.Sub(at)
		if at.IsZero() || since < -clockOff || known && since > age {
			continue
		}
		age, known = max(since, 0), true
	}
	return age, known
}

func inWords(d time.Duration) string {
	if d < 48*time.Hour {
		return " in " + strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	}
	return " in days"
}

// stageInWords says how far the boot came.
func stageInWords(p *diag.Pass) string {
	c := p.Console
	switch {
	case c.CloudStage != nil && c.Prompt:
		return "cloud-init is still setting it up"
	case c.Stage >= diag.StageSSHD:
		return "its SSH service was started, other services not yet"
	}
	return map[diag.Stage]string{
		diag.StageNone:      "it is still starting",
		diag.StageFirmware:  "its firmware is looking for a disk to boot from",
		diag.StageLoader:    "its boot loader is loading the kernel",
		diag.StageKernel:    "its kernel is starting",
		diag.StageInitramfs: "it is mounting its root file system",
		diag.StageInit:      "its services are starting",
		diag.StageNetwork:   "its network is up and its services are starting",
	}[c.Stage]
}
