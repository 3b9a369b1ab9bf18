// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnotherPinIsAnotherBuild(t *testing.T) {
	t.Parallel()
	checkout := t.TempDir()
	module := filepath.Join(checkout, "deploy", "temporal")
	writeFile(t, filepath.Join(module, "go.mod"), "module m\n\nrequire (\n\tgo.temporal.io/server v1.2.3\n)\n")
	writeFile(t, filepath.Join(module, "go.sum"), "one")
	first, err := findPin(checkout)
	if err != nil {
		t.Fatal(err)
	}

	writeFile(t, filepath.Join(module, "go.sum"), "two")
	second, err := findPin(checkout)
	if err != nil {
		t.Fatal(err)
	}

	if first.version != "v1.2.3" || first.key() == second.key() {
		t.Errorf("the keys are %s and %s", first.key(), second.key())
	}
}

func TestThePinOfThisCheckoutIsFoundFromAnywhere(t *testing.T) {
	t.Parallel()
	p, err := findPin("")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(p.version, "v1.") {
		t.Errorf("found version %q in %s", p.version, p.dir)
	}
}

func TestWithoutACheckoutItIsSaidWhatToDo(t *testing.T) {
	t.Parallel()
	_, err := findPin(t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "set TEMPORAL_ADDRESS") {
		t.Errorf("the error is %v", err)
	}
}

func TestReadyMadeProgramsAreNotBuilt(t *testing.T) {
	t.Parallel()
	cfg := Config{DataDir: t.TempDir(), TemporalBin: t.TempDir()}
	if _, err := TemporalPrograms(t.Context(), cfg); err == nil {
		t.Error("an empty folder passes for ready-made programs")
	}
	for _, name := range temporalPrograms {
		writeFile(t, filepath.Join(cfg.TemporalBin, name), "#!/bin/sh\n")
	}
	dir, err := TemporalPrograms(t.Context(), cfg)
	if err != nil || dir != cfg.TemporalBin {
		t.Errorf("uses %q, %v", dir, err)
	}
}

func TestTheLimitsOfTemporalAreKnownToItsServer(t *testing.T) {
	t.Parallel()
	bin, err := TemporalPrograms(t.Context(), Config{DataDir: t.TempDir(), Out: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	out, err := (&cluster{bin: bin}).command(t.Context(), "server", "validate-dynamic-config", mustAbs(t, "temporal-dynamic.yaml")).CombinedOutput()
	if err != nil || strings.Contains(string(out), "error") || strings.Contains(string(out), "warning") {
		t.Errorf("the server says %s (%v)", out, err)
	}
}

func mustAbs(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}
