package causes

import (
	"slices"

	"sshhelp/diag"
)

var bootNoConsole = &diag.Cause{
	ID:    "boot/no-console",
	Title: "its console is empty",
	Doc: `The console log of the instance holds nothing. Either its image does not
write to the serial port (the kernel wants console=ttyS0 for it), or it never came
as far as to print anything, because it found no disk to boot from. Which of the
two it is, only its screen tells.`,
	Text:        "{name} has printed nothing on its console: its image does not write there, or it found nothing to boot from.",
	Maybe:       "{name} has printed nothing on its console: its image does not write there, or it found nothing to boot from.",
	Breaks:      diag.AtGuest,
	ExplainedBy: slices.Concat(notRunning, []*diag.Cause{instanceHostDown, instanceWindowsImage}),
	Check:       checkNoConsole,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Look at its screen, which shows what the log does not.", Code: "openstack console url show {id}"},
		{Do: "If it boots, have its kernel write to the serial port too: console=tty0 console=ttyS0,115200 on its command line."},
		{Do: "If it does not boot, see that the image or volume it boots from is bootable.", Code: "openstack server show -c image -c volumes_attached {id}"},
	}},
}

// checkNoConsole settles it for a log that is all there is; of an instance it is
// a lack of evidence more than a fault.
func checkNoConsole(p *diag.Pass) diag.Verdict {
	c := p.Console
	switch {
	case c == nil:
		return diag.Verdict{}
	case !c.Empty:
		return diag.Verdict{State: diag.RuledOut}
	case p.SSHAnswers() != nil, p.Instance != nil && p.Instance.Status != "ACTIVE":
		return diag.Verdict{}
	}
	v := diag.Verdict{State: diag.Confirmed, Because: []diag.Observation{{Source: diag.SourceConsole, Where: "console", Text: "nothing was ever printed"}}}
	if p.Instance == nil {
		return v
	}
	if since, known := bootAge(p); !known || since <= firstWords {
		return diag.Verdict{}
	}
	v.State = diag.Possible
	return v
}
