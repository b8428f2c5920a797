package causes

import (
	"cmp"
	"time"

	"sshhelp/diag"
)

var instanceDeleted = &diag.Cause{
	ID:    "instance/deleted",
	Title: "the instance was deleted",
	Doc: `The instance does not exist any more. Its address went back to the cloud and may
soon belong to another instance, of somebody else even: if something answers
there it is not yours, and SSH will warn that the host key has changed. Some
clouds keep a deleted instance for a while (SOFT_DELETED) and can bring it back.`,
	Text:   "{name} was deleted{when} and {after}.",
	Breaks: diag.AtInstance,
	Check:  checkDeleted,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Do not log in to whatever answers at its old address: it may be somebody else's instance by now."},
		{Do: "See whether you meant another one.", Code: "openstack server list"},
		{Do: "If it is in the state SOFT_DELETED, bring it back.", Code: "openstack server restore {id}"},
		{Do: "Otherwise launch a new one, from a snapshot or a volume if you have one.", Code: "openstack image list --private\nopenstack volume list"},
		{Do: "If a new instance gets the old address, make your computer forget the old one's host key first.", Code: "ssh-keygen -R {address}"},
	}},
}

func checkDeleted(p *diag.Pass) diag.Verdict {
	if p.Instance == nil && p.Search != nil && p.Search.Deleted != nil {
		return goneForGood(p.Search.Deleted, p.Asked.Query)
	}
	v := inStatus("DELETED", "SOFT_DELETED")(p)
	if v.State != diag.Confirmed {
		return v
	}
	v.Args = diag.Args{"when": onDay(p.Instance.Terminated), "after": "does not exist any more"}
	if p.Instance.Status == "SOFT_DELETED" {
		v.Args["after"] = "can still be restored for a while"
	}
	return v
}

// goneForGood is the verdict on an instance of which only the deletion is known.
func goneForGood(gone *diag.Deleted, query string) diag.Verdict {
	return diag.Verdict{
		State:   diag.Confirmed,
		Because: []diag.Observation{{Source: diag.SourceServer, Where: "instance " + gone.ID, Text: "deleted" + onDay(gone.At)}},
		Args: diag.Args{
			"name": cmp.Or(gone.Name, query, gone.ID), "id": gone.ID,
			"when": onDay(gone.At), "after": "does not exist any more",
		},
	}
}

func onDay(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return " on " + at.UTC().Format("2 January 2006 at 15:04 UTC")
}
