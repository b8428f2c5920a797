package parts_test

import (
	"time"

	"sshhelp/diag"
	"sshhelp/sim/scenario"
)

// status puts a server into a status of Nova's.
func status(s string) func(*scenario.Server) {
	return func(v *scenario.Server) { v.Status = s }
}

// instanceSamples are made by the cloud; nothing answers at most addresses.
func instanceSamples() []sample {
	state := func(cause, made string, server func(*scenario.Server)) sample {
		return sample{cause: cause, made: made, server: server, nowhere: true, outside: true}
	}
	return []sample{
		{cause: "instance/not-found", made: "a name that no server has", nowhere: true, outside: true, asked: func(a *diag.Asked) { a.Query = "nobody-has-this-name" }},
		state("instance/building", "BUILD for 2 minutes", func(v *scenario.Server) { v.Status, v.Created = "BUILD", scenario.Age(2*time.Minute) }),
		state("instance/build-stuck", "BUILD for 25 minutes", func(v *scenario.Server) {
			v.Status, v.Created, v.Ports, v.FloatingIP = "BUILD", scenario.Age(25*time.Minute), []scenario.Port{}, nil
		}),
		state("instance/shutoff", "SHUTOFF", status("SHUTOFF")),
		state("instance/paused", "PAUSED", status("PAUSED")),
		state("instance/suspended", "SUSPENDED", status("SUSPENDED")),
		state("instance/error", "ERROR, no valid host", func(v *scenario.Server) {
			none := ""
			v.Status, v.Host, v.Ports, v.FloatingIP = "ERROR", &none, []scenario.Port{}, nil
			v.Fault = &scenario.Fault{Message: "No valid host was found. There are not enough hosts available."}
		}),
		state("instance/shelved", "SHELVED_OFFLOADED", status("SHELVED_OFFLOADED")),
		{cause: "instance/rescued", made: "RESCUE; its OpenSSH has another account and no launch key", server: status("RESCUE"), inside: func(m *made) {
			m.account(rescueAccount)
			m.sshd()
		}},
		state("instance/deleted", "SOFT_DELETED", status("SOFT_DELETED")),
		{cause: "instance/busy", made: "REBOOT; its system refuses for now", server: status("REBOOT"), outside: true, inside: func(*made) {}},
		{
			cause: "instance/host-down", made: "host status DOWN, as an administrator sees it; nothing answers", nowhere: true, admin: true, outside: true,
			server: func(v *scenario.Server) {
				host := "compute-2"
				v.Host, v.HostStatus, v.Console = &host, "DOWN", &scenario.Console{Status: 500}
			},
		},
		state("instance/windows-image", "an image with os_type windows; nothing answers", func(v *scenario.Server) {
			image, key := "Windows Server 2022", ""
			v.Image, v.KeyName, v.Console = &image, &key, &scenario.Console{}
		}),
	}
}
