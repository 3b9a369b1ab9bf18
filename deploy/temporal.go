// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

// temporalServer is the private Temporal: one process with all its services, or
// one process for each.
type temporalServer struct {
	address   string
	processes []*child
}

func startTemporalServer(ctx context.Context, s *System, bin string) (*temporalServer, error) {
	t := &temporalServer{}
	for _, p := range s.cfg.temporalProcesses() {
		port, err := p.claimPorts(ctx, s.ports)
		if err != nil {
			return nil, err
		}
		config, err := writeTemporalConfig(s.cfg, s.cluster, p, port)
		if err != nil {
			return nil, err
		}
		process, err := s.supervisor.start(Program{Name: p.name, Command: p.command(bin, config), Env: []string{}, Dir: s.cfg.path("temporal")})
		if err != nil {
			return nil, err
		}
		t.address, t.processes = loopback(port["temporal frontend"]), append(t.processes, process)
	}
	return t, nil
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

// forgiven is how often a service may die on the way up. Services apart write the
// cluster's first row at the same moment; whoever comes second ends, and is started again.
func (t *temporalServer) forgiven() int { return len(t.processes) - 1 }

func (t *temporalServer) whileAlive(ctx context.Context, probe func() error) error {
	died := error(nil)
	err := poll(ctx, func() error {
		for _, process := range t.processes {
			if died = process.alive(t.forgiven()); died != nil {
				return nil
			}
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
