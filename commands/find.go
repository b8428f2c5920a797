package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"sshhelp/diag"
)

// Found is how the search for an instance ended: one instance, none, or several.
type Found struct {
	Asked  diag.Asked
	Search diag.Search
	Gaps   []diag.Gap // clouds that could not be searched while others could
	Took   time.Duration

	cloud Cloud // where the one instance is
}

// One reports whether exactly one instance was found.
func (f *Found) One() bool { return len(f.Search.Matches) == 1 }

// Instance returns the one that was found, else nil.
func (f *Found) Instance() *diag.Instance {
	if !f.One() {
		return nil
	}
	return &f.Search.Matches[0]
}

// Find looks the instance up in every cloud of the scope, or in the one that was
// asked for, side by side. What is out of scope is as if it did not exist. It
// fails only if no cloud could be searched; a cloud that could not be while
// another could is a gap.
func (e *Engine) Find(ctx context.Context, asked diag.Asked, scope Scope) (*Found, error) {
	clouds, err := e.choose(asked.Cloud, scope)
	if err != nil {
		return nil, err
	}
	if !asked.PortSaid {
		asked.Port = e.Port
	}
	ctx, cancel := context.WithTimeout(ctx, findMost)
	defer cancel()

	started := e.Now()
	searches, errs := make([]*diag.Search, len(clouds)), make([]error, len(clouds))
	var wg sync.WaitGroup
	for i, cloud := range clouds {
		wg.Go(func() {
			searches[i], errs[i] = cloud.Find(ctx, asked.Query)
			searches[i] = scope.cut(searches[i], cloud.Name())
		})
	}
	wg.Wait()
	found, err := e.merge(asked, clouds, searches, errs)
	if err != nil {
		return nil, err
	}
	found.Took = e.Now().Sub(started)
	return found, nil
}

// choose returns the clouds to search.
func (e *Engine) choose(name string, scope Scope) ([]Cloud, error) {
	if len(e.Clouds) == 0 {
		return nil, fmt.Errorf("%w: no cloud is set up", diag.ErrConfig)
	}
	var seen []Cloud
	var names []string
	for _, c := range e.Clouds {
		if some, _ := scope.cloud(c.Name()); !some {
			continue
		}
		seen, names = append(seen, c), append(names, c.Name())
		if c.Name() == name {
			return []Cloud{c}, nil
		}
	}
	switch {
	case len(seen) == 0:
		return nil, usage("Whoever runs sshhelp can change that.", "None of its clouds may be looked at from here.")
	case name == "":
		return seen, nil
	}
	return nil, usage("There is: "+strings.Join(names, ", "), "No cloud is called %q here.", clip(name))
}

func (e *Engine) merge(asked diag.Asked, clouds []Cloud, searches []*diag.Search, errs []error) (*Found, error) {
	f := &Found{Asked: asked, Search: diag.Search{Query: asked.Query, Matches: []diag.Instance{}}}
	for i, s := range searches {
		if errs[i] != nil {
			e.Logger.Warn("search failed", "cloud", clouds[i].Name(), "err", errs[i])
			f.Gaps = append(f.Gaps, diag.Gap{
				Source: diag.SourceServer, Why: diag.GapUnavailable,
				Text: "Cloud " + clouds[i].Name() + " could not be searched: " + Explain(errs[i]),
			})
			continue
		}
		f.add(s, clouds[i])
	}
	if len(f.Gaps) == len(clouds) {
		return nil, joined(errs) // each says what was looked for, and where
	}
	return f, nil
}

// joined is errors.Join, but one error stays itself.
func joined(errs []error) error {
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}

// add takes over what one cloud found. Two entries of clouds.yaml may be two
// credentials for one cloud: an instance that both see is one instance.
func (f *Found) add(s *diag.Search, cloud Cloud) {
	for _, m := range s.Matches {
		if slices.ContainsFunc(f.Search.Matches, func(o diag.Instance) bool { return o.ID == m.ID }) {
			continue
		}
		f.cloud, f.Search.Matches = cloud, append(f.Search.Matches, m)
	}
	f.Search.More = f.Search.More || s.More
	f.Search.Where = append(f.Search.Where, s.Where...)
	f.Search.Near = append(f.Search.Near, s.Near...)
	if len(f.Search.Near) > 3 {
		f.Search.Near = f.Search.Near[:3]
	}
	if s.Deleted != nil {
		f.Search.Deleted = s.Deleted
	}
}

// Explain puts an error into a sentence for people: known ones with what to
// do, all others without their inner text, which stays in the log.
func Explain(err error) string {
	var u *UsageError
	switch {
	case errors.As(err, &u):
		return u.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "it did not answer in time."
	case errors.Is(err, diag.ErrUnreachable):
		return "its API does not answer. Is it up, and is the address in clouds.yaml right?"
	case errors.Is(err, diag.ErrCredentials):
		return "it refused the credentials. Renew them in clouds.yaml."
	case errors.Is(err, diag.ErrConfig):
		return err.Error() + ". Set OS_CLOUD and clouds.yaml, or the OS_* variables."
	}
	return "something went wrong here; the log says what."
}
