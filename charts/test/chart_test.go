package charttest

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helm.sh/helm/v4/pkg/chart/v2/lint"
	"helm.sh/helm/v4/pkg/chart/v2/lint/support"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

func TestLint(t *testing.T) {
	for _, name := range valueFiles(t, "good-*.yaml") {
		for _, m := range lint.RunAll(chartDir, values(t, name), namespace).Messages {
			if m.Severity > support.InfoSev {
				t.Errorf("%s: %v", name, m)
			}
		}
	}
}

func TestBadValuesAreRefused(t *testing.T) {
	for _, name := range valueFiles(t, "bad-*.yaml") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(text), "\n")
		want, ok := strings.CutPrefix(first, "# refused: ")
		if !ok {
			t.Fatalf("%s does not begin with what it is refused for", name)
		}
		if _, err := templates(values(t, name)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}

// eachGood runs a check on every value set that is meant to work.
func eachGood(t *testing.T, check func(t *testing.T, r *rendering)) {
	t.Helper()
	for _, name := range valueFiles(t, "good-*.yaml") {
		t.Run(filepath.Base(name), func(t *testing.T) { check(t, render(t, values(t, name))) })
	}
}

func TestPodIsUnprivileged(t *testing.T) {
	eachGood(t, func(t *testing.T, r *rendering) {
		pod, c := r.deployment.Spec.Template.Spec, r.container(t)
		p, s := pod.SecurityContext, c.SecurityContext
		switch {
		case p.RunAsNonRoot == nil || !*p.RunAsNonRoot || *p.RunAsUser == 0 || *p.RunAsGroup == 0:
			t.Error("may run as root")
		case p.SeccompProfile == nil || p.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault:
			t.Error("no seccomp profile")
		case s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation:
			t.Error("may escalate privileges")
		case s.ReadOnlyRootFilesystem == nil || !*s.ReadOnlyRootFilesystem:
			t.Error("may write to its root file system")
		case len(s.Capabilities.Drop) != 1 || s.Capabilities.Drop[0] != "ALL" || len(s.Capabilities.Add) > 0:
			t.Errorf("capabilities %+v", s.Capabilities)
		case pod.HostNetwork || pod.HostPID || pod.HostIPC:
			t.Error("shares a namespace with the host")
		case pod.AutomountServiceAccountToken == nil || *pod.AutomountServiceAccountToken:
			t.Error("holds a Kubernetes token")
		case r.account != nil && (r.account.AutomountServiceAccountToken == nil || *r.account.AutomountServiceAccountToken):
			t.Error("its account gives out a Kubernetes token")
		case pod.EnableServiceLinks == nil || *pod.EnableServiceLinks:
			t.Error("Service variables would mix with SSHHELP_ settings")
		case c.Resources.Limits.Memory().IsZero() || c.Resources.Requests.Memory().IsZero():
			t.Error("no memory request or limit")
		}
	})
}

func TestPingSysctl(t *testing.T) {
	for file, want := range map[string]string{
		"good-default.yaml": "65532 65532", "good-everything.yaml": "1000 1000", "good-without-extras.yaml": "",
	} {
		got := ""
		for _, s := range render(t, values(t, "testdata/"+file)).deployment.Spec.Template.Spec.SecurityContext.Sysctls {
			if s.Name == "net.ipv4.ping_group_range" {
				got = s.Value
			}
		}
		if got != want {
			t.Errorf("%s: ping_group_range %q, want %q", file, got, want)
		}
	}
}

// Two replicas must never become none during a rollout or a drain.
func TestRollout(t *testing.T) {
	eachGood(t, func(t *testing.T, r *rendering) {
		s := r.deployment.Spec
		if s.Strategy.Type != "RollingUpdate" || s.Strategy.RollingUpdate.MaxUnavailable.IntValue() != 0 {
			t.Errorf("strategy %+v", s.Strategy)
		}
		if many := *s.Replicas > 1; many != (r.budget != nil) {
			t.Errorf("%d replicas, disruption budget %v", *s.Replicas, r.budget)
		}
		if len(s.Template.Spec.TopologySpreadConstraints) == 0 {
			t.Error("nothing spreads the pods")
		}
		if *s.Template.Spec.TerminationGracePeriodSeconds < 30 {
			t.Error("killed before a diagnosis is finished")
		}
	})
}

func TestHealth(t *testing.T) {
	eachGood(t, func(t *testing.T, r *rendering) {
		c := r.container(t)
		for path, probe := range map[string]*corev1.Probe{"/healthz": c.LivenessProbe, "/readyz": c.ReadinessProbe} {
			if probe == nil || probe.HTTPGet == nil || probe.HTTPGet.Path != path || probe.HTTPGet.Port.StrVal != "http" {
				t.Errorf("%s is not asked: %+v", path, probe)
			}
		}
		if c.StartupProbe == nil || c.StartupProbe.HTTPGet.Path != "/healthz" {
			t.Errorf("startup probe %+v", c.StartupProbe)
		}
		if len(c.Ports) != 1 || c.Ports[0].Name != "http" {
			t.Errorf("ports %+v", c.Ports)
		}
	})
}

// Whatever selects pods must select this pod, by the labels that never change:
// a version among them would lose the old pods during an upgrade.
func TestSelectors(t *testing.T) {
	eachGood(t, func(t *testing.T, r *rendering) {
		pod := labels.Set(r.deployment.Spec.Template.Labels)
		selects := func(what string, s *metav1.LabelSelector) {
			t.Helper()
			selector, err := metav1.LabelSelectorAsSelector(s)
			stable := maps.Equal(s.MatchLabels, r.deployment.Spec.Selector.MatchLabels)
			if err != nil || len(s.MatchLabels) != 2 || !stable || !selector.Matches(pod) {
				t.Errorf("%s selects %v, the pod has %v (%v)", what, selector, pod, err)
			}
		}
		selects("the Deployment", r.deployment.Spec.Selector)
		if r.policy != nil {
			selects("the NetworkPolicy", &r.policy.Spec.PodSelector)
		}
		if r.budget != nil {
			selects("the PodDisruptionBudget", r.budget.Spec.Selector)
		}
		if r.service != nil {
			selects("the Service", &metav1.LabelSelector{MatchLabels: r.service.Spec.Selector})
		}
		if r.monitor != nil && !labels.SelectorFromSet(r.monitor.Spec.Selector.MatchLabels).Matches(labels.Set(r.service.Labels)) {
			t.Error("the ServiceMonitor does not find the Service")
		}
		if r.account != nil && r.deployment.Spec.Template.Spec.ServiceAccountName != r.account.Name {
			t.Error("the pod uses another account than the chart makes")
		}
	})
}

// Every way to the pod ends at its one port, and the pod may go anywhere.
func TestNetwork(t *testing.T) {
	eachGood(t, func(t *testing.T, r *rendering) {
		port := r.container(t).Ports[0].Name
		if r.service != nil && r.service.Spec.Ports[0].TargetPort.StrVal != port {
			t.Errorf("the Service leads to %v", r.service.Spec.Ports[0].TargetPort)
		}
		if r.monitor != nil && r.monitor.Spec.Endpoints[0].Port != r.service.Spec.Ports[0].Name {
			t.Errorf("the ServiceMonitor asks port %s", r.monitor.Spec.Endpoints[0].Port)
		}
		if r.policy == nil {
			return
		}
		in := r.policy.Spec.Ingress
		if len(r.policy.Spec.PolicyTypes) != 2 || len(in) != 1 || len(in[0].Ports) != 1 || in[0].Ports[0].Port.StrVal != port {
			t.Errorf("lets in %+v", in)
		}
	})
	out := render(t, nil).policy.Spec.Egress
	if len(out) != 1 || len(out[0].To)+len(out[0].Ports) > 0 {
		t.Errorf("egress %+v, want everything", out)
	}
}

// The chart names no registry: the image is wherever its operator pushed it.
func TestDefaultImage(t *testing.T) {
	if c := render(t, nil).container(t); c.Image != "sshhelp:0.1.0" {
		t.Errorf("image %q", c.Image)
	}
}

func TestVolumesAreMountedAndSecretsStaySecret(t *testing.T) {
	eachGood(t, func(t *testing.T, r *rendering) {
		volumes := map[string]bool{}
		for _, v := range r.deployment.Spec.Template.Spec.Volumes {
			volumes[v.Name] = true
		}
		mounts := r.container(t).VolumeMounts
		for _, m := range mounts {
			if !volumes[m.Name] || !m.ReadOnly {
				t.Errorf("mount %+v has no volume or is writable", m)
			}
		}
		if len(mounts) != len(volumes) {
			t.Errorf("%d volumes, %d mounts", len(volumes), len(mounts))
		}
		for _, e := range r.container(t).Env {
			if strings.HasPrefix(e.Name, "SLACK_") && (e.ValueFrom == nil || e.ValueFrom.SecretKeyRef == nil) {
				t.Errorf("%s does not come from a Secret", e.Name)
			}
		}
	})
}

func TestEverythingArrives(t *testing.T) {
	r := render(t, values(t, "testdata/good-everything.yaml"))
	pod, c := r.deployment.Spec.Template, r.container(t)
	for what, ok := range map[string]bool{
		"image by digest":   strings.HasPrefix(c.Image, "images.internal/tools/sshhelp@sha256:"),
		"names":             r.deployment.Name == "ssh-doctor" && r.service.Name == "ssh-doctor",
		"namespace":         r.deployment.Namespace == namespace && r.policy.Namespace == namespace,
		"common labels":     r.deployment.Labels["team"] == "cloud" && r.service.Labels["tier"] == "1" && pod.Labels["team"] == "cloud",
		"pod labels":        pod.Labels["extra"] == "yes" && pod.Annotations["note"] == "kept",
		"own sysctl":        len(pod.Spec.SecurityContext.Sysctls) == 2,
		"priority":          pod.Spec.PriorityClassName == "high",
		"placement":         len(pod.Spec.Tolerations) == 1 && pod.Spec.NodeSelector["kubernetes.io/os"] == "linux" && pod.Spec.Affinity.PodAntiAffinity != nil,
		"own spread":        pod.Spec.TopologySpreadConstraints[0].TopologyKey == "topology.kubernetes.io/zone",
		"extra environment": c.EnvFrom[0].SecretRef.Name == "more" && env(c)["HTTPS_PROXY"] != "",
		"redis by secret":   env(c)["REDIS_URL"] == "secret redis/whole-url",
		"clouds.yaml":       env(c)["OS_CLIENT_CONFIG_FILE"] == "/etc/openstack/my-clouds.yaml" && env(c)["OS_CLOUD"] == "melbourne",
		"extra objects":     len(r.configMaps) == 3,
		"monitor":           r.monitor.Labels["release"] == "prometheus" && r.monitor.Spec.Endpoints[0].Interval == "1m",
		"narrow policy":     len(r.policy.Spec.Ingress[0].From) == 1 && len(r.policy.Spec.Egress[0].To) == 1,
		"budget":            r.budget.Spec.MaxUnavailable.StrVal == "50%",
		"port":              c.Ports[0].ContainerPort == 9090 && r.service.Spec.Ports[0].Port == 80,
	} {
		if !ok {
			t.Errorf("%s did not arrive", what)
		}
	}
}

// env is the container's environment in words.
func env(c corev1.Container) map[string]string {
	all := map[string]string{}
	for _, e := range c.Env {
		all[e.Name] = e.Value
		if e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil {
			all[e.Name] = "secret " + e.ValueFrom.SecretKeyRef.Name + "/" + e.ValueFrom.SecretKeyRef.Key
		}
	}
	return all
}

func TestNotes(t *testing.T) {
	for file, want := range map[string][2]string{ // said, not said
		"good-default.yaml":      {"NOBODY MAY CHECK YET", "sshhelp-redis"},
		"good-two-replicas.yaml": {"create secret generic sshhelp-redis", "No Redis is set"},
		"good-everything.yaml":   {"--from-file=my-clouds.yaml=clouds.yaml", "No cloud is chosen"},
	} {
		notes := render(t, values(t, "testdata/"+file)).notes
		if !strings.Contains(notes, want[0]) || strings.Contains(notes, want[1]) {
			t.Errorf("%s: want %q and not %q in:\n%s", file, want[0], want[1], notes)
		}
	}
}

// A values file that nobody can read is one that nobody checks.
func TestValuesStayShort(t *testing.T) {
	text, err := os.ReadFile(chartDir + "/values.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("\n")); n > 200 {
		t.Errorf("values.yaml has %d lines, at most 200", n)
	}
}
