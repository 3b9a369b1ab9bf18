// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"time"
)

// temporalServer is the private Temporal: one process with all its services.
type temporalServer struct {
	address string
	process *child
}

func startTemporalServer(ctx context.Context, s *System, bin string) (*temporalServer, error) {
	port := map[string]int{}
	for _, p := range temporalPorts {
		number, err := s.ports.claim(ctx, p.service, p.wellKnown)
		if err != nil {
			return nil, err
		}
		port[p.service] = number
	}
	config, err := writeTemporalConfig(s.cfg, s.cluster, port)
	if err != nil {
		return nil, err
	}
	process, err := s.supervisor.start(Program{
		Name:    "temporal",
		Command: []string{filepath.Join(bin, "server"), "--config-file", config, "--allow-no-auth", "start"},
		Env:     []string{},
		Dir:     s.cfg.path("temporal"),
	})
	if err != nil {
		return nil, err
	}
	return &temporalServer{address: loopback(port["temporal frontend"]), process: process}, nil
}

// awaitReady registers the namespace as soon as the server answers and waits
// until workflows can be started in it.
func (t *temporalServer) awaitReady(ctx context.Context, namespace string) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	if err := t.whileAlive(ctx, func() error { return dial(ctx, t.address) }); err != nil {
		return err
	}
	admin, err := newNamespaces(t.address)
	if err != nil {
		return err
	}
	defer admin.close()
	if err := t.whileAlive(ctx, func() error { return admin.ensure(ctx, namespace) }); err != nil {
		return fmt.Errorf("prepare the Temporal namespace %s: %w", namespace, err)
	}
	return nil
}

func (t *temporalServer) whileAlive(ctx context.Context, probe func() error) error {
	died := error(nil)
	err := poll(ctx, func() error {
		if died = t.process.alive(); died != nil {
			return nil
		}
		return probe()
	})
	return errors.Join(died, err)
}

// dial precedes the first call: a gRPC client that is refused once waits a
// second before it tries again.
func dial(ctx context.Context, address string) error {
	dialer := net.Dialer{Timeout: time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return conn.Close()
}
