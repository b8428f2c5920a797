package commands

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sshhelp/diag"
)

// TestScope: what is out of scope is as if it did not exist, near names and
// deleted instances included.
func TestScope(t *testing.T) {
	of := func(id, project string) diag.Instance { return diag.Instance{ID: id, Name: "web-1", Project: project} }
	north := &town{name: "north", search: &diag.Search{Matches: []diag.Instance{of("n1", "p1"), of("n2", "p2")}, Near: []string{"web-11"}}}
	south := &town{name: "south", search: &diag.Search{Matches: []diag.Instance{of("s1", "p1")}, Deleted: &diag.Deleted{ID: "s9"}}}
	e := engine(t, nil, north, south)
	tests := []struct {
		name    string
		scope   Scope
		cloud   string
		want    []string // IDs
		near    int
		deleted bool
		refused bool
	}{
		{name: "everything", scope: Everything, want: []string{"n1", "n2", "s1"}, near: 1, deleted: true},
		{name: "nothing", scope: nil, refused: true},
		{name: "a cloud", scope: Scope{{"north", Any}}, want: []string{"n1", "n2"}, near: 1},
		{name: "a project", scope: Scope{{"north", "p1"}}, want: []string{"n1"}},
		{name: "a project wherever it is", scope: Scope{{Any, "p1"}}, want: []string{"n1", "s1"}},
		{name: "two that add up", scope: Scope{{"north", "p2"}, {"south", Any}}, want: []string{"n2", "s1"}, deleted: true},
		{name: "a cloud that is not there", scope: Scope{{"west", Any}}, refused: true},
		{name: "another cloud than may be asked", scope: Scope{{"north", Any}}, cloud: "south", refused: true},
		{name: "no project is no match", scope: Scope{{"north", ""}}, want: nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := e.Find(t.Context(), diag.Asked{Query: "web-1", Cloud: tt.cloud}, tt.scope)
			if refused := errors.As(err, new(*UsageError)); refused != tt.refused || err != nil && !refused {
				t.Fatalf("error %v, refused should be %v", err, tt.refused)
			}
			if err != nil {
				return
			}
			var ids []string
			for _, m := range f.Search.Matches {
				ids = append(ids, m.ID)
			}
			if diff := cmp.Diff(tt.want, ids); diff != "" {
				t.Errorf("matches (-want +got):\n%s", diff)
			}
			if len(f.Search.Near) != tt.near || (f.Search.Deleted != nil) != tt.deleted {
				t.Errorf("near %v, deleted %v", f.Search.Near, f.Search.Deleted)
			}
		})
	}
	if len(north.search.Matches) != 2 || len(north.search.Near) != 1 {
		t.Error("what the cloud found was changed in place")
	}
}
