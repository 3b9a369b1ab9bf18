// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"path/filepath"
	"strings"
	"text/template"
)

// historyShards and apartShards are how many independently locked parts Temporal cuts its
// workflows into. Two per core keep the cores busy; more only add background
// work at rest. It is fixed when the Temporal database is made and can never be
// changed; to outgrow it, start a cluster and run "rebuild workflows".
const (
	historyShards = 4
	apartShards   = 16
)

// Connections each process of Temporal keeps to the main and the visibility
// database, all together well below the cluster's 200.
const (
	mainConnections       = 40
	visibilityConnections = 10

	apartMainConnections       = 15
	apartVisibilityConnections = 5
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

// temporalProcess is one process of Temporal.
type temporalProcess struct {
	name    string
	service string // the one it runs; empty: all of them
	copy    string // added to the names of its own ports where a service has several hosts
}

var oneTemporal = []temporalProcess{{name: "temporal"}}

// temporalApart is the smallest cluster that can lose a history host.
var temporalApart = []temporalProcess{
	{name: "temporal-frontend", service: "frontend"},
	{name: "temporal-history-1", service: "history"},
	{name: "temporal-history-2", service: "history", copy: " 2"},
	{name: "temporal-matching", service: "matching"},
	{name: "temporal-worker", service: "worker"},
}

func (c Config) temporalProcesses() []temporalProcess {
	if c.Apart {
		return temporalApart
	}
	return oneTemporal
}

// command starts the process with its configuration.
func (p temporalProcess) command(bin, config string) []string {
	command := []string{filepath.Join(bin, "server"), "--config-file", config, "--allow-no-auth", "start"}
	if p.service != "" {
		command = append(command, "--service", p.service)
	}
	return command
}

// claimPorts gives the ports of all services as one process sees them.
func (p temporalProcess) claimPorts(ctx context.Context, ports *ports) (map[string]int, error) {
	port := map[string]int{}
	for _, t := range temporalPorts {
		name := t.service
		if strings.HasPrefix(name, "temporal "+p.service) {
			name += p.copy
		}
		number, err := ports.claim(ctx, name, t.wellKnown)
		if err != nil {
			return nil, err
		}
		port[t.service] = number
	}
	return port, nil
}

// writeTemporalConfig writes the configuration of one process, which holds the
// database password and is readable by the owner only.
func writeTemporalConfig(cfg Config, c *cluster, p temporalProcess, port map[string]int) (path string, err error) {
	dynamic := cfg.path("temporal", "dynamic.yaml")
	if err := writePrivate(dynamic, temporalDynamicYAML); err != nil {
		return "", err
	}
	values := map[string]any{
		"Shards": historyShards, "Database": loopback(c.port), "User": clusterOwner, "Password": c.password,
		"MainConnections": mainConnections, "VisibilityConnections": visibilityConnections,
		"Port": port, "Dynamic": dynamic,
	}
	if cfg.Apart {
		values["Shards"], values["MainConnections"], values["VisibilityConnections"] = apartShards, apartMainConnections, apartVisibilityConnections
	}
	var out bytes.Buffer
	if err := temporalTemplate.Execute(&out, values); err != nil {
		return "", fmt.Errorf("fill in the Temporal configuration: %w", err)
	}
	path = cfg.path("temporal", p.name+".yaml")
	return path, writePrivate(path, out.Bytes())
}
