package charttest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

const (
	chartDir  = "../sshhelp"
	release   = "prod"
	namespace = "support"
)

// A rendering is the chart's objects, decoded.
type rendering struct {
	deployment *appsv1.Deployment
	policy     *networkingv1.NetworkPolicy
	budget     *policyv1.PodDisruptionBudget
	service    *corev1.Service
	account    *corev1.ServiceAccount
	monitor    *serviceMonitor
	configMaps []*corev1.ConfigMap
	notes      string
}

// serviceMonitor is the part of the Prometheus Operator's type that the chart uses.
type serviceMonitor struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Selector  metav1.LabelSelector `json:"selector"`
		Endpoints []struct {
			Port          string `json:"port"`
			Path          string `json:"path"`
			Interval      string `json:"interval"`
			ScrapeTimeout string `json:"scrapeTimeout"`
		} `json:"endpoints"`
	} `json:"spec"`
}

// values reads a values file.
func values(t *testing.T, name string) map[string]any {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	v := map[string]any{}
	if err := yaml.UnmarshalStrict(data, &v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

// valueFiles lists the value sets of a kind.
func valueFiles(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(found) == 0 {
		t.Fatalf("no %s: %v", pattern, err)
	}
	return found
}

// templates renders the chart as `helm install` does, the schema included.
func templates(given map[string]any) (map[string]string, error) {
	chart, err := loader.LoadDir(chartDir)
	if err != nil {
		return nil, err
	}
	options := common.ReleaseOptions{Name: release, Namespace: namespace, Revision: 1, IsInstall: true}
	all, err := util.ToRenderValues(chart, given, options, nil)
	if err != nil {
		return nil, err
	}
	return engine.Render(chart, all)
}

var documentEnd = regexp.MustCompile(`(?m)^---\s*$`)

// render renders and decodes; anything that does not decode fails the test.
func render(t *testing.T, given map[string]any) *rendering {
	t.Helper()
	files, err := templates(given)
	if err != nil {
		t.Fatal(err)
	}
	r := &rendering{}
	for name, text := range files {
		if strings.HasSuffix(name, "NOTES.txt") {
			r.notes = text
			continue
		}
		for _, document := range documentEnd.Split(text, -1) {
			if err := r.decode(document); err != nil {
				t.Fatalf("%s: %v\n%s", name, err, document)
			}
		}
	}
	return r
}

// decode puts one object in its place, and refuses a field that its type does
// not have.
func (r *rendering) decode(document string) error {
	var kind metav1.TypeMeta
	if err := yaml.Unmarshal([]byte(document), &kind); err != nil {
		return err
	}
	var into any
	switch kind.APIVersion + " " + kind.Kind {
	case " ":
		return nil // an empty document
	case "apps/v1 Deployment":
		r.deployment = &appsv1.Deployment{}
		into = r.deployment
	case "networking.k8s.io/v1 NetworkPolicy":
		r.policy = &networkingv1.NetworkPolicy{}
		into = r.policy
	case "policy/v1 PodDisruptionBudget":
		r.budget = &policyv1.PodDisruptionBudget{}
		into = r.budget
	case "v1 Service":
		r.service = &corev1.Service{}
		into = r.service
	case "v1 ServiceAccount":
		r.account = &corev1.ServiceAccount{}
		into = r.account
	case "monitoring.coreos.com/v1 ServiceMonitor":
		r.monitor = &serviceMonitor{}
		into = r.monitor
	case "v1 ConfigMap":
		c := &corev1.ConfigMap{}
		r.configMaps = append(r.configMaps, c)
		into = c
	default:
		return fmt.Errorf("an object that the chart should not make: %s %s", kind.APIVersion, kind.Kind)
	}
	return yaml.UnmarshalStrict([]byte(document), into)
}

// own returns the chart's ConfigMap, which is the one that holds a configuration.
func (r *rendering) own(t *testing.T) *corev1.ConfigMap {
	t.Helper()
	for _, c := range r.configMaps {
		if c.Data["config.yaml"] != "" {
			return c
		}
	}
	t.Fatal("no ConfigMap with config.yaml")
	return nil
}

func (r *rendering) container(t *testing.T) corev1.Container {
	t.Helper()
	if r.deployment == nil || len(r.deployment.Spec.Template.Spec.Containers) != 1 {
		t.Fatal("no Deployment with one container")
	}
	return r.deployment.Spec.Template.Spec.Containers[0]
}

// The checks below mean nothing if a misspelt field gets through.
func TestDecodeIsStrict(t *testing.T) {
	head := "apiVersion: apps/v1\nkind: Deployment\n"
	for _, document := range []string{
		head + "spec: {replicaz: 1}",
		head + "spec: {replicas: one}",
		head + "spec: {replicas: 1}\nspec: {replicas: 2}",
		"apiVersion: v1\nkind: Secret\n",
	} {
		if err := new(rendering).decode(document); err == nil {
			t.Errorf("decoded:\n%s", document)
		}
	}
}
