package causes

import (
	"slices"

	"sshhelp/diag"
)

var instanceNotFound = &diag.Cause{
	ID:    "instance/not-found",
	Title: "there is no such instance",
	Doc: `No instance with that name, ID or address was found in the clouds and projects
that may be looked at. The name may be mistyped, the instance may belong to
another project, or it was deleted and its address given back. An address that
belongs to nothing answers to nobody, or answers for somebody else.`,
	Text:   "No instance with the name, ID or address {query} was found in {where}.",
	Maybe:  "No instance with the name, ID or address {query} was found, but not everything could be searched.",
	Breaks: diag.AtName,
	Check:  checkNotFound,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Compare the name and the address with the list of your instances, in the dashboard or with this command.", Code: "openstack server list"},
		{Do: "If it is a floating IP, which is a public address that can be moved, see whether it belongs to an instance just now.", Code: "openstack floating ip list"},
		{Do: "If it is in another project or cloud, ask there, or say which cloud to look in."},
		{Do: "If it was deleted it cannot be reached again: launch a new one."},
	}},
}

// checkNotFound: a search that found nothing proves absence only if all of it
// could be made.
func checkNotFound(p *diag.Pass) diag.Verdict {
	switch {
	case p.Search == nil && p.Instance == nil:
		return diag.Verdict{}
	case p.Instance != nil || len(p.Search.Matches) > 0 || p.Search.Deleted != nil:
		return diag.Verdict{State: diag.RuledOut}
	}
	where := listed(p.Search.Where)
	if where == "" {
		where = "the projects that may be looked at"
	}
	v := diag.Verdict{
		State:   diag.Confirmed,
		Because: []diag.Observation{{Source: diag.SourceServer, Where: "search in " + where, Text: "no instance fits " + quoted(p.Search.Query)}},
		Args:    diag.Args{"where": where},
	}
	if slices.ContainsFunc(p.Gaps, func(g diag.Gap) bool { return g.Source == diag.SourceServer }) {
		v.State = diag.Possible
	}
	return v
}
