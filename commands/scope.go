package commands

import (
	"slices"

	"sshhelp/diag"
)

// A Scope is what somebody may look at: clouds, or single projects of them. The
// nil Scope is nothing, so that whoever forgets to grant has refused.
type Scope []Grant

// A Grant is one cloud, by its name in clouds.yaml, and one project of it, by
// its ID. [Any] in either place stands for all.
type Grant struct {
	Cloud   string
	Project string
}

// Any stands for every cloud or project in a [Grant].
const Any = "*"

// Everything is the scope of who runs sshhelp with credentials of their own.
var Everything = Scope{{Any, Any}}

// cloud reports whether any of the cloud may be looked at, and whether all of it.
func (s Scope) cloud(name string) (some, whole bool) {
	for _, g := range s {
		if g.Cloud == Any || g.Cloud == name {
			some = true
			whole = whole || g.Project == Any
		}
	}
	return some, whole
}

// Allows reports whether an instance may be looked at.
func (s Scope) Allows(cloud, project string) bool {
	return slices.ContainsFunc(s, func(g Grant) bool {
		return (g.Cloud == Any || g.Cloud == cloud) && (g.Project == Any || g.Project == project && project != "")
	})
}

// cut leaves in what a cloud found only what is in scope. Of names near the query
// and of deleted instances it is not known whose they are: they go unless all of
// the cloud may be looked at.
func (s Scope) cut(found *diag.Search, cloud string) *diag.Search {
	_, whole := s.cloud(cloud)
	if whole || found == nil {
		return found
	}
	kept := *found
	kept.Near, kept.Deleted = nil, nil
	kept.Matches = slices.DeleteFunc(slices.Clone(found.Matches), func(i diag.Instance) bool { return !s.Allows(cloud, i.Project) })
	return &kept
}
