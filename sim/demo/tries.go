package main

import (
	"bytes"
	_ "embed" // for tries.yaml
	"fmt"

	"go.yaml.in/yaml/v3"
)

//go:embed tries.yaml
var triesYAML []byte

// A Group is some things to try that have something in common.
type Group struct {
	Title string `yaml:"title" json:"title"`
	Tries []Try  `yaml:"tries" json:"tries"`
}

// A Try is one thing to type after the command, and what is true of it. The
// page shows it; a test holds it against the product.
type Try struct {
	Type string `yaml:"type" json:"type"`
	Says string `yaml:"says" json:"says"` // what its owner complains of
	Why  string `yaml:"why" json:"why"`   // what is true
	// Cause is the ID of the cause that leads the answer, "" if nothing is
	// wrong. Possible: the answer says that it is not certain.
	Cause    string `yaml:"cause" json:"cause,omitempty"`
	Possible bool   `yaml:"possible" json:"possible,omitempty"`
	// Several instances have this name, or none: the answer is for the asker alone.
	Several bool `yaml:"several" json:"several,omitempty"`
	Unknown bool `yaml:"unknown" json:"unknown,omitempty"`
}

// triesOf returns what there is to try: of the built-in cloud what is written
// down, of another one its servers.
func triesOf(p *place) ([]Group, error) {
	if !p.builtIn {
		g := Group{Title: "Instances"}
		for _, s := range p.cloud.Servers {
			g.Tries = append(g.Tries, Try{Type: s.Name, Says: s.Description})
		}
		return []Group{g}, nil
	}
	var file []Group
	dec := yaml.NewDecoder(bytes.NewReader(triesYAML))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("read tries.yaml: %w", err)
	}
	return file, nil
}
