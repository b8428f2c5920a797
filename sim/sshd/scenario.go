package main

import (
	"fmt"

	"sshhelp/sim/scenario"
	"sshhelp/sim/sshd/twin"
)

// servers says what to start: one behaviour, or all that a scenario wants: the
// one that is built in, or a file.
func servers(what, listen string) ([]twin.Options, error) {
	if twin.Describe(what) != "" {
		return []twin.Options{{Listen: listen, Behaviour: what}}, nil
	}
	load := func() (*scenario.Cloud, error) { return scenario.Load(what) }
	if what == "lab" {
		load = scenario.Lab
	}
	cloud, err := load()
	if err != nil {
		return nil, fmt.Errorf("%q is no behaviour (see --list) and no scenario: %w", what, err)
	}
	return twin.FromCloud(cloud)
}
