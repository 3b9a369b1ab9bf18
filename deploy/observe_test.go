// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// checked runs a checker that `make test` installs, and wants it content.
func checked(t *testing.T, dir, program string, args ...string) {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s %v: %v\n%s", program, args, err, out)
	}
}

func TestAlertRulesAreSoundAndFireWhenTheyShould(t *testing.T) {
	t.Parallel()
	checked(t, "prometheus", "promtool", "check", "rules", "alerts.yaml")
	checked(t, "prometheus", "promtool", "test", "rules", "alerts_test.yaml")
	checked(t, "prometheus", "promtool", "check", "config", "prometheus.yaml")
}

// TestEveryFigureNamedToOperatorsExists holds alerts and dashboard against the
// names that the program gives its figures.
func TestEveryFigureNamedToOperatorsExists(t *testing.T) {
	t.Parallel()
	sources, err := filepath.Glob("../metrics/*.go")
	if err != nil || len(sources) == 0 {
		t.Fatalf("no sources of metrics: %v", err)
	}
	known := map[string]bool{}
	for _, path := range sources {
		for _, name := range regexp.MustCompile(`"([a-z_]+)"`).FindAllStringSubmatch(readFile(t, path), -1) {
			known[name[1]] = true
		}
	}
	for _, path := range []string{"prometheus/alerts.yaml", "prometheus/alerts_test.yaml", "grafana/ricongiungi.json"} {
		named := regexp.MustCompile(`ricongiungi_([a-z_]+)`).FindAllStringSubmatch(readFile(t, path), -1)
		if len(named) == 0 {
			t.Errorf("%s names no figure", path)
		}
		for _, name := range named {
			base := regexp.MustCompile(`_(bucket|count|sum)$`).ReplaceAllString(name[1], "")
			if !known[base] {
				t.Errorf("%s names ricongiungi_%s, which the program does not show", path, name[1])
			}
		}
	}
}

func TestEveryExpressionOfTheDashboardCanBeRead(t *testing.T) {
	t.Parallel()
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(readFile(t, "grafana/ricongiungi.json")), &dashboard); err != nil {
		t.Fatal(err)
	}
	var rules strings.Builder
	rules.WriteString("groups:\n- name: dashboard\n  rules:\n")
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			expression, _ := json.Marshal(target.Expr)
			rules.WriteString("  - record: dashboard:x\n    expr: " + string(expression) + "\n    labels: {panel: " + quoteYAML(panel.Title+target.Expr) + "}\n")
		}
	}
	file := filepath.Join(t.TempDir(), "dashboard.yaml")
	if err := os.WriteFile(file, []byte(rules.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	checked(t, ".", "promtool", "check", "rules", file)
}

func quoteYAML(text string) string {
	quoted, _ := json.Marshal(text)
	return string(quoted)
}

// TestUnitsAreHardened has systemd judge the units itself; it needs no running systemd.
func TestUnitsAreHardened(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("no systemd-analyze on this machine")
	}
	units, err := filepath.Glob("systemd/*.service")
	if err != nil || len(units) == 0 {
		t.Fatalf("no units: %v", err)
	}
	for _, unit := range units {
		checked(t, ".", "systemd-analyze", "security", "--offline=true", "--threshold=30", unit)
	}
	root := fakeRoot(t)
	timers, _ := filepath.Glob("systemd/*.timer")
	for _, unit := range append(units, timers...) {
		name := strings.Replace(filepath.Base(unit), "@.", "@frontend.", 1)
		checked(t, ".", "systemd-analyze", "verify", "--man=no", "--recursive-errors=no", "--root="+root, name)
	}
}

// fakeRoot is a machine on which everything that the units name is installed.
func fakeRoot(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	copyTo := func(from, to string, mode os.FileMode) {
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, []byte(readFile(t, from)), mode); err != nil {
			t.Fatal(err)
		}
	}
	units, _ := filepath.Glob("systemd/*.*")
	for _, unit := range units {
		copyTo(unit, filepath.Join(root, "etc/systemd/system", filepath.Base(unit)), 0o644)
	}
	for _, program := range []string{"usr/local/bin/ricongiungi", "usr/local/lib/temporal/server"} {
		copyTo("systemd/ricongiungi-serve.service", filepath.Join(root, program), 0o755)
	}
	for _, target := range []string{"network-online", "multi-user", "timers", "sysinit", "basic", "shutdown", "time-sync", "time-set"} {
		copyTo("systemd/ricongiungi-backup.timer", filepath.Join(root, "usr/lib/systemd/system", target+".target"), 0o644)
		if err := os.WriteFile(filepath.Join(root, "usr/lib/systemd/system", target+".target"), []byte("[Unit]\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
