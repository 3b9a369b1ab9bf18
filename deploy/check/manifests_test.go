// SPDX-License-Identifier: AGPL-3.0-or-later

// Package check reads what is in deploy as Kubernetes and compose read it. It is
// a module of its own, so that their types do not weigh on the program.
package check

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// kinds are the documents that the manifests may hold.
var kinds = map[string]func() any{
	"v1 Namespace":                       func() any { return &corev1.Namespace{} },
	"v1 ServiceAccount":                  func() any { return &corev1.ServiceAccount{} },
	"v1 ConfigMap":                       func() any { return &corev1.ConfigMap{} },
	"v1 Service":                         func() any { return &corev1.Service{} },
	"v1 PersistentVolumeClaim":           func() any { return &corev1.PersistentVolumeClaim{} },
	"apps/v1 Deployment":                 func() any { return &appsv1.Deployment{} },
	"apps/v1 StatefulSet":                func() any { return &appsv1.StatefulSet{} },
	"batch/v1 Job":                       func() any { return &batchv1.Job{} },
	"batch/v1 CronJob":                   func() any { return &batchv1.CronJob{} },
	"policy/v1 PodDisruptionBudget":      func() any { return &policyv1.PodDisruptionBudget{} },
	"networking.k8s.io/v1 NetworkPolicy": func() any { return &networkingv1.NetworkPolicy{} },
}

// secrets are made by hand, as the runbook says.
var secrets = map[string]bool{"ricongiungi": true, "ricongiungi-keys": true, "temporal": true}

// cluster is what all manifests together ask for.
type cluster struct {
	maps   map[string]*corev1.ConfigMap
	claims map[string]bool
	labels []map[string]string // of pods
	pods   map[string]corev1.PodSpec
	picks  []map[string]string // what services and budgets select
}

func read(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{maps: map[string]*corev1.ConfigMap{}, claims: map[string]bool{}, pods: map[string]corev1.PodSpec{}}
	files, err := filepath.Glob("../kubernetes/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no manifests: %v", err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, document := range bytes.Split(content, []byte("\n---\n")) {
			c.take(t, file, document)
		}
	}
	return c
}

// take decodes one document strictly: a field that Kubernetes does not know is an error.
func (c *cluster) take(t *testing.T, file string, document []byte) {
	t.Helper()
	var head metav1.TypeMeta
	if err := yaml.Unmarshal(document, &head); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	fresh, known := kinds[head.APIVersion+" "+head.Kind]
	if !known {
		t.Fatalf("%s: %s %s is none of the kinds that are checked", file, head.APIVersion, head.Kind)
	}
	object := fresh()
	if err := yaml.UnmarshalStrict(document, object); err != nil {
		t.Fatalf("%s: %s: %v", file, head.Kind, err)
	}
	switch o := object.(type) {
	case *corev1.ConfigMap:
		c.maps[o.Name] = o
	case *corev1.PersistentVolumeClaim:
		c.claims[o.Name] = true
	case *corev1.Service:
		c.picks = append(c.picks, o.Spec.Selector)
	case *policyv1.PodDisruptionBudget:
		c.picks = append(c.picks, o.Spec.Selector.MatchLabels)
	case *appsv1.Deployment:
		c.pod(o.Name, o.Spec.Template)
		c.picks = append(c.picks, o.Spec.Selector.MatchLabels)
	case *appsv1.StatefulSet:
		c.pod(o.Name, o.Spec.Template)
		c.picks = append(c.picks, o.Spec.Selector.MatchLabels)
	case *batchv1.Job:
		c.pod(o.Name, o.Spec.Template)
	case *batchv1.CronJob:
		c.pod(o.Name, o.Spec.JobTemplate.Spec.Template)
	}
}

func (c *cluster) pod(name string, template corev1.PodTemplateSpec) {
	c.pods[name], c.labels = template.Spec, append(c.labels, template.Labels)
}

func TestEveryManifestIsWhatKubernetesReads(t *testing.T) {
	c := read(t)
	for _, pick := range c.picks {
		if !matches(pick, c.labels) {
			t.Errorf("%v selects no pod", pick)
		}
	}
	for name, pod := range c.pods {
		for _, v := range pod.Volumes {
			if v.Secret != nil && !secrets[v.Secret.SecretName] {
				t.Errorf("%s mounts the secret %s, which nobody makes", name, v.Secret.SecretName)
			}
			if v.PersistentVolumeClaim != nil && !c.claims[v.PersistentVolumeClaim.ClaimName] {
				t.Errorf("%s claims %s, which is nowhere", name, v.PersistentVolumeClaim.ClaimName)
			}
		}
		for _, container := range pod.Containers {
			c.assertContainer(t, name, pod, container)
		}
	}
}

// assertContainer wants what the restricted standard for pods wants, references
// that lead somewhere, and probes on ports that are there.
func (c *cluster) assertContainer(t *testing.T, name string, pod corev1.PodSpec, container corev1.Container) {
	t.Helper()
	security := container.SecurityContext
	if security == nil || *security.AllowPrivilegeEscalation || !*security.ReadOnlyRootFilesystem || security.Capabilities.Drop[0] != "ALL" || !*pod.SecurityContext.RunAsNonRoot {
		t.Errorf("%s may more than it needs", name)
	}
	if container.Resources.Requests.Memory().IsZero() || container.Resources.Limits.Memory().IsZero() {
		t.Errorf("%s says not how much memory it takes", name)
	}
	for _, from := range container.EnvFrom {
		if from.ConfigMapRef != nil && c.maps[from.ConfigMapRef.Name] == nil || from.SecretRef != nil && !secrets[from.SecretRef.Name] {
			t.Errorf("%s takes its environment from nowhere", name)
		}
	}
	mounted := map[string]bool{}
	for _, v := range pod.Volumes {
		mounted[v.Name] = true
	}
	for _, m := range container.VolumeMounts {
		if !mounted[m.Name] {
			t.Errorf("%s mounts %s, which is no volume", name, m.Name)
		}
	}
	ports := map[string]bool{}
	for _, p := range container.Ports {
		ports[p.Name] = true
	}
	for _, probe := range []*corev1.Probe{container.StartupProbe, container.LivenessProbe, container.ReadinessProbe} {
		switch {
		case probe == nil:
		case probe.HTTPGet != nil && (!ports[probe.HTTPGet.Port.String()] || probe.HTTPGet.Path != "/livez" && probe.HTTPGet.Path != "/readyz"):
			t.Errorf("%s is probed at %s %s", name, probe.HTTPGet.Port.String(), probe.HTTPGet.Path)
		case probe.TCPSocket != nil && !ports[probe.TCPSocket.Port.String()]:
			t.Errorf("%s is probed at %s", name, probe.TCPSocket.Port.String())
		}
	}
}

func matches(pick map[string]string, labels []map[string]string) bool {
	for _, have := range labels {
		all := true
		for key, value := range pick {
			all = all && have[key] == value
		}
		if all {
			return true
		}
	}
	return false
}

func compose(t *testing.T) *types.Project {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{"../compose.yaml"}, cli.WithProfiles([]string{"*"}), cli.WithEnv([]string{
		"POSTGRES_PASSWORD=x", "PUBLIC_URL=https://ricongiungi.example", "OIDC_ISSUER=https://login.example", "BACKUP_RECIPIENT=age1x"}))
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		t.Fatalf("the compose file: %v", err)
	}
	return project
}

func TestTheComposeFileIsWhatComposeReads(t *testing.T) {
	project := compose(t)
	for _, name := range []string{"postgres", "temporal-frontend", "temporal-history", "temporal-matching", "temporal-worker", "serve", "work"} {
		if _, there := project.Services[name]; !there {
			t.Errorf("the compose file has no %s", name)
		}
	}
	if n := *project.Services["temporal-history"].Deploy.Replicas; n != 2 {
		t.Errorf("there are %d history hosts", n)
	}
}

// TestSettingsOfContainersAreSettingsOfTheProgram finds a setting that was
// renamed, and a Temporal that is not the one that is tested.
func TestSettingsOfContainersAreSettingsOfTheProgram(t *testing.T) {
	settings, err := os.ReadFile("../../cmd/ricongiungi/settings.go")
	if err != nil {
		t.Fatal(err)
	}
	backup, err := os.ReadFile("../../cmd/ricongiungi/backup.go")
	if err != nil {
		t.Fatal(err)
	}
	pin, err := os.ReadFile("../temporal/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`go\.temporal\.io/server v(\S+)`).FindStringSubmatch(string(pin))[1]
	check := func(where, name string) {
		t.Helper()
		if strings.HasPrefix(name, "RICONGIUNGI_") && !bytes.Contains(append(settings, backup...), []byte(`"`+name+`"`)) {
			t.Errorf("%s sets %s, which the program does not read", where, name)
		}
	}
	image := func(where, name string) {
		t.Helper()
		if strings.Contains(name, "temporalio/") && !strings.HasSuffix(name, ":"+version) {
			t.Errorf("%s runs %s, and %s is what is tested", where, name, version)
		}
	}
	c := read(t)
	for name := range c.maps["ricongiungi"].Data {
		check("the config map", name)
	}
	for name, pod := range c.pods {
		image(name, pod.Containers[0].Image)
	}
	for name, service := range compose(t).Services {
		image(name, service.Image)
		for variable := range service.Environment {
			check(name, variable)
		}
	}
	example, err := os.ReadFile("../systemd/environment.example")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(example), "\n") {
		name, _, _ := strings.Cut(line, "=")
		check("environment.example", name)
	}
}
