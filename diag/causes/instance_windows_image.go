package causes

import (
	"regexp"
	"strings"

	"sshhelp/diag"
)

var instanceWindowsImage = &diag.Cause{
	ID:    "instance/windows-image",
	Title: "the instance runs Windows, where no SSH server is to be expected",
	Doc: `The image of the instance is marked as Windows. Windows images are used through
Remote Desktop (RDP, port 3389); few have an SSH server that is switched on. The
password is that of the account in the image's description, often
"Administrator", and may be had from the cloud with the private key.`,
	Text:   "{name} runs Windows, and no SSH server answers on it: use Remote Desktop (port 3389).",
	Maybe:  "{name} runs Windows, on which an SSH server is rarely switched on: Remote Desktop (port 3389) may be what you need.",
	Breaks: diag.AtPort,
	Check:  checkWindowsImage,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Connect with a Remote Desktop client to {address}, port 3389. A rule of its security groups must let that port in (TCP)."},
		{Do: `Ask the cloud for the first password. It is decrypted on your own computer with the private half of the key pair, which must be an RSA one. In the dashboard: "Retrieve Password".`, Code: "nova get-password {id} ~/.ssh/id_rsa"},
		{Do: "If you want SSH, log in by Remote Desktop and switch the OpenSSH server on, in PowerShell as administrator.", Code: "Add-WindowsCapability -Online -Name OpenSSH.Server~~~~0.0.1.0\nStart-Service sshd\nSet-Service -Name sshd -StartupType Automatic", Who: diag.Inside},
	}},
}

// windowsName is how people name images of Windows; not those of what runs on it.
var windowsName = regexp.MustCompile(`(?i)^(?:ms|microsoft)?[ _-]*windows(?:[ _-]|$)|\bwin(?:dows)?[ _-]*(?:server[ _-]*)?(?:20[012]\d|1[01])\b`)

// checkWindowsImage: only what does not speak SSH needs an explanation. A name
// without a property is a hint and no more.
func checkWindowsImage(p *diag.Pass) diag.Verdict {
	seen, named := windowsMark(p.Evidence), false
	if seen == nil && p.Image != nil && p.Image.OSType == "" && p.Image.Distro == "" && windowsName.MatchString(p.Image.Name) {
		named, seen = true, []diag.Observation{{Source: diag.SourceImage, Where: "image " + p.Image.ID, Text: "name: " + p.Image.Name}}
	}
	switch {
	case p.Instance == nil && p.Image == nil:
		return diag.Verdict{}
	case p.SSHAnswers() != nil:
		return diag.Verdict{State: diag.RuledOut}
	case seen == nil && p.Image == nil && len(p.Instance.ImageMeta) == 0:
		return diag.Verdict{}
	case seen == nil:
		return diag.Verdict{State: diag.RuledOut}
	}
	v := diag.Verdict{State: diag.Possible, Because: seen}
	if tried := probes(p.Evidence); len(tried) > 0 {
		if !named {
			v.State = diag.Confirmed
		}
		v.Because = append(v.Because, tried[0].ObserveConnect())
	}
	return v
}

// windowsMark quotes the property that says Windows: the image's, or what Nova
// or a boot volume kept of it.
func windowsMark(e *diag.Evidence) []diag.Observation {
	if e.Image != nil {
		if o := windowsProperty("image "+e.Image.ID, diag.SourceImage, map[string]string{"os_type": e.Image.OSType, "os_distro": e.Image.Distro}); o != nil {
			return o
		}
	}
	if e.Instance == nil {
		return nil
	}
	return windowsProperty("instance "+e.Instance.ID, diag.SourceServer, e.Instance.ImageMeta)
}

func windowsProperty(where string, source diag.Source, properties map[string]string) []diag.Observation {
	for _, name := range []string{"os_type", "os_distro", "image_os_type", "image_os_distro"} {
		if strings.EqualFold(properties[name], "windows") {
			return []diag.Observation{{Source: source, Where: where, Text: name + ": " + properties[name]}}
		}
	}
	return nil
}
