package charttest

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sshhelp/config"

	"sigs.k8s.io/yaml"
)

// load reads the rendered configuration as the pod does, with its environment.
func load(t *testing.T, r *rendering) *config.Config {
	t.Helper()
	c := r.container(t)
	if !slices.Equal(c.Args, []string{"serve", "--config", "/etc/sshhelp/config.yaml"}) {
		t.Errorf("arguments %q", c.Args)
	}
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(r.own(t).Data["config.yaml"]), 0o600); err != nil {
		t.Fatal(err)
	}
	variables := env(c)
	if _, ok := variables["REDIS_URL"]; ok {
		variables["REDIS_URL"] = "redis://redis:6379"
	}
	loaded, err := config.Load(path, variables)
	if err != nil {
		t.Fatalf("%v\n%s", err, r.own(t).Data["config.yaml"])
	}
	return loaded
}

func TestConfigLoads(t *testing.T) {
	eachGood(t, func(t *testing.T, r *rendering) {
		c := load(t, r)
		if err := c.MissingTokens(); err != nil {
			t.Error(err)
		}
		for _, w := range c.Warnings {
			if !strings.HasPrefix(w, "nobody may check") {
				t.Error(w)
			}
		}
		if want := fmt.Sprintf(":%d", r.container(t).Ports[0].ContainerPort); c.HTTP.Listen != want {
			t.Errorf("listens on %s, the pod's port is %s", c.HTTP.Listen, want)
		}
	})
	if v := load(t, render(t, nil)).Probes.Vantage; v != "support/prod-sshhelp" {
		t.Errorf("vantage %q", v)
	}
}

// The pod is replaced when its configuration changes, and only then.
func TestConfigChangeRestartsThePod(t *testing.T) {
	sum := func(given map[string]any) string {
		return render(t, given).deployment.Spec.Template.Annotations["checksum/config"]
	}
	plain := sum(nil)
	if plain == "" || plain != sum(map[string]any{"resources": map[string]any{"limits": map[string]any{"cpu": "1"}}}) {
		t.Errorf("checksum %q changes with the resources", plain)
	}
	if plain == sum(map[string]any{"config": map[string]any{"ssh": map[string]any{"port": 2222}}}) {
		t.Error("checksum stays when the configuration changes")
	}
}

// The chart's schema knows every key of the configuration and no other; the
// example file is held to have them all by package config's own test.
func TestSchemaKnowsTheConfiguration(t *testing.T) {
	text, err := os.ReadFile(chartDir + "/values.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct{ Properties map[string]node }
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	got := schema.Properties["config"].paths("")
	example := values(t, "../../config/example.yaml")
	delete(example, "http") // the chart's own
	var want []string
	for section, keys := range example {
		if inner, ok := keys.(map[string]any); ok {
			for key := range inner {
				want = append(want, section+"."+key)
			}
		} else {
			want = append(want, section)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("schema has\n%q, example.yaml has\n%q", got, want)
	}
}

// A node is what the test needs of a JSON schema.
type node struct {
	Properties map[string]node
}

func (n node) paths(prefix string) []string {
	var all []string
	for key, inner := range n.Properties {
		if inner.Properties == nil {
			all = append(all, prefix+key)
		}
		all = append(all, inner.paths(prefix+key+".")...)
	}
	return all
}

// The example, given as values, is accepted and comes out as it went in.
func TestExampleAsValues(t *testing.T) {
	example := values(t, "../../config/example.yaml")
	delete(example, "http")
	r := render(t, map[string]any{"config": maps.Clone(example)})
	if got, want := load(t, r), config.Default(); got.SSH.Port != want.SSH.Port || got.Probes.Timeout != want.Probes.Timeout ||
		got.Limits != want.Limits || got.Log != want.Log || got.Redis != want.Redis || got.Slack.APIURL != want.Slack.APIURL {
		t.Errorf("got %+v, want %+v", got, want)
	}
	var rendered map[string]any
	if err := yaml.UnmarshalStrict([]byte(r.own(t).Data["config.yaml"]), &rendered); err != nil {
		t.Fatal(err)
	}
	if len(rendered) != len(example)+1 { // http
		t.Errorf("sections %v", slices.Sorted(maps.Keys(rendered)))
	}
}
