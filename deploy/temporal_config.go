// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"bytes"
	_ "embed"
	"fmt"
	"text/template"
)

// historyShards is how many independently locked parts Temporal cuts its
// workflows into. Two per core keep the cores busy; more only add background
// work at rest. It is fixed when the Temporal database is made and can never be
// changed; to outgrow it, start a cluster and run "rebuild workflows".
const historyShards = 4

// Connections Temporal keeps to the main and the visibility database, together
// well below the cluster's 200.
const (
	mainConnections       = 40
	visibilityConnections = 10
)

//go:embed temporal.yaml.tmpl
var temporalYAML string

//go:embed temporal-dynamic.yaml
var temporalDynamicYAML []byte

var temporalTemplate = template.Must(template.New("temporal").Parse(temporalYAML))

// temporalPorts are claimed under these names; the numbers are Temporal's own.
var temporalPorts = []struct {
	service   string
	wellKnown int
}{
	{"temporal frontend", 7233},
	{"temporal frontend membership", 6933},
	{"temporal history", 7234},
	{"temporal history membership", 6934},
	{"temporal matching", 7235},
	{"temporal matching membership", 6935},
	{"temporal worker", 7239},
	{"temporal worker membership", 6939},
}

// writeTemporalConfig writes the server's configuration, which holds the
// database password and is readable by the owner only.
func writeTemporalConfig(cfg Config, c *cluster, port map[string]int) (path string, err error) {
	dynamic := cfg.path("temporal", "dynamic.yaml")
	if err := writePrivate(dynamic, temporalDynamicYAML); err != nil {
		return "", err
	}
	var out bytes.Buffer
	err = temporalTemplate.Execute(&out, map[string]any{
		"Shards": historyShards, "Database": loopback(c.port), "User": clusterOwner, "Password": c.password,
		"MainConnections": mainConnections, "VisibilityConnections": visibilityConnections,
		"Port": port, "Dynamic": dynamic,
	})
	if err != nil {
		return "", fmt.Errorf("fill in the Temporal configuration: %w", err)
	}
	path = cfg.path("temporal", "server.yaml")
	return path, writePrivate(path, out.Bytes())
}
