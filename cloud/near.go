package cloud

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// near fills in names much like the one that does not exist. Only names in the
// credential's own project are told: a name cannot be weighed afterwards
// against what a person may see, as an instance can by its project.
func (f *finder) near(ctx context.Context) {
	q := call{op: "list names of servers", service: nova, path: "servers"}
	all, _, err := list[server](ctx, f.Cloud, q, "servers", maxNear)
	if err != nil {
		return // no names to offer; that there is none of the query's is known
	}
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
	}
	f.search.Near = nearest(f.query, names)
}

// nearest returns up to three of the names that are much like the query, the
// nearest first.
func nearest(query string, names []string) []string {
	type candidate struct {
		name string
		far  int
	}
	want := fold(query)
	var found []candidate
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if far, ok := distance(want, fold(name)); ok {
			found = append(found, candidate{name, far})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(a.far, b.far) })
	var near []string
	for _, c := range found[:min(len(found), 3)] {
		near = append(near, c.name)
	}
	return near
}

// fold takes away what people get wrong first: case, and which separator.
func fold(name string) []rune {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_. ", r) {
			return '-'
		}
		return r
	}, strings.ToLower(name))
	runes := []rune(strings.Trim(name, "-"))
	return runes[:min(len(runes), 64)]
}

// distance says how far two folded names are apart, and whether they are much
// alike: a third of the letters may differ, or one holds the other.
func distance(a, b []rune) (far int, alike bool) {
	if len(a) == 0 || len(b) == 0 {
		return 0, false
	}
	most := max(1, min(len(a), len(b))/3)
	if abs(len(a)-len(b)) <= most {
		if far = osa(a, b); far <= most {
			return far, true
		}
	}
	short, long := string(a), string(b)
	if len(a) > len(b) {
		short, long = long, short
	}
	// Behind all that are near by their letters.
	if min(len(a), len(b)) >= 3 && strings.Contains(long, short) {
		return 100 + abs(len(a)-len(b)), true
	}
	return 0, false
}

func abs(n int) int { return max(n, -n) }

// osa is the optimal string alignment distance: letters that are wrong, missing,
// too many, or swapped with their neighbour.
func osa(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
