package causes

import "sshhelp/diag"

// rescue is the step by which a disk is mended when its own system lets nobody
// in. Nova boots the instance's own image unless told otherwise; two disks made
// from one image bear the same labels and UUIDs, so that the rescue system may
// take the other's for its own.
func rescue(do string) diag.Step {
	return diag.Step{
		Do: do + " Its own disk is the second one there, mostly /dev/vdb. RESCUE-IMAGE must be another image than its own," +
			" or the two disks are mistaken for each other. When you are done, the second command ends the rescue.",
		Code: "openstack server rescue --image RESCUE-IMAGE {id}\nopenstack server unrescue {id}",
		Risk: diag.Restarts,
	}
}
