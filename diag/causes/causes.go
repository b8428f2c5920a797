// Package causes is the catalogue: everything that sshhelp can say is wrong,
// one declared value per file.
//
// A file is named after the ID of its cause, family_name.go for family/name, and
// a file without an underscore holds what the causes of one family share. All
// causes live in one package, so that what explains what is written as pointers:
// a mistyped name or a circle does not compile. The boundary is that of package
// diag, on which alone this package stands: a cause looks at gathered evidence
// and at nothing else. Cases under testdata tell each cause's story, and run
// against all causes.
package causes

import "sshhelp/diag"

// All lists every cause, sorted by ID.
var All = []*diag.Cause{
	authNoKeypair,
	bootConntrackFull,
	bootDiskFull,
	bootEmergencyMode,
	bootFilesystem,
	bootFstab,
	bootHung,
	bootInProgress,
	bootKernelPanic,
	bootNetwork,
	bootNoBootableDisk,
	bootNoConsole,
	bootOutOfMemory,
	bootRootNotFound,
	bootSecureBoot,
	bootSELinux,
	bootSSHDFailed,
	cloudinitMetadata,
	cloudinitModuleFailed,
	cloudinitNoDatasource,
	cloudinitNoKeys,
	cloudinitNotRun,
	cloudinitUserData,
	instanceBuildStuck,
	instanceBuilding,
	instanceBusy,
	instanceDeleted,
	instanceError,
	instanceHostDown,
	instanceNotFound,
	instancePaused,
	instanceRescued,
	instanceShelved,
	instanceShutoff,
	instanceSuspended,
	instanceWindowsImage,
	networkFloatingIPDown,
	networkGuestAddress,
	networkGuestFirewall,
	networkNoAddress,
	networkNoRouter,
	networkPortDown,
	networkPrivateOnly,
	networkTwoGateways,
	networkUnreachable,
	secgroupFamilyExcluded,
	secgroupNone,
	secgroupNotApplied,
	secgroupPortClosed,
	secgroupSourceExcluded,
	sshdClosesEarly,
	sshdNoBanner,
	sshdNotSSH,
	sshdRefused,
}
