package causes

import "sshhelp/diag"

// bootTrouble are the causes under which the guest began to boot and did not
// come to offer its services.
var bootTrouble = []*diag.Cause{
	bootNoBootableDisk, bootSecureBoot, bootRootNotFound, bootFilesystem, bootFstab, bootSELinux, bootDiskFull, bootOutOfMemory, bootHung,
	bootKernelPanic, bootNetwork, bootEmergencyMode, bootInProgress,
}

// bootedBy quotes the console line that shows that the boot came to its end, nil
// if there is none.
func bootedBy(e *diag.Evidence) []diag.Observation {
	if e.Console == nil || e.Console.Up == nil {
		return nil
	}
	return []diag.Observation{e.Console.Up.Observe()}
}
