package causes

import "sshhelp/diag"

var cloudinitNotRun = &diag.Cause{
	ID:    "cloudinit/not-run",
	Title: "cloud-init did not run",
	Doc: `cloud-init is what puts the launch key into the account of an instance. A
whole boot without one line of it means that the image has none, that it is
switched off, or that it did not take the machine for one of a cloud.`,
	Text:   "{name} booted without cloud-init, so nothing put an SSH key into it.",
	Maybe:  "{name} seems to have booted without cloud-init, so that nothing may have put an SSH key into it.",
	Breaks: diag.AtKey,
	Check:  checkNotRun,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Log in with an account that the image brings, if it has one; its password works on the virtual console at least.", Code: "openstack console url show {id}"},
		{Do: "If it is your own image, install cloud-init in it and launch anew."},
		{Do: "If cloud-init is in it, see whether something switches it off: /etc/cloud/cloud-init.disabled, cloud-init=disabled on the kernel's command line, or /run/cloud-init/ds-identify.log.", Who: diag.Inside},
	}},
}

// manyUnits is how many services a boot must tell of before silence about one
// means anything: with "quiet" on the kernel's command line none is told of.
const manyUnits = 20

func checkNotRun(p *diag.Pass) diag.Verdict {
	c := p.Console
	switch {
	case c == nil || c.Empty:
		return diag.Verdict{}
	case c.CloudInit != "" || c.Finished:
		return diag.Verdict{State: diag.RuledOut}
	case !c.WholeBoot || c.Up == nil || c.SetUp != nil || c.Units < manyUnits:
		return diag.Verdict{}
	}
	v := diag.Verdict{State: diag.Confirmed, Because: []diag.Observation{c.Up.Observe()}}
	if p.SSHAnswers() != nil {
		v.State = diag.Possible
	}
	return v
}
