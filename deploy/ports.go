// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"sync"
	"time"
)

// ports remembers which service of this data directory listens where, so that
// a second start is found where the first one was.
type ports struct {
	path   string
	random bool
	chosen map[string]int
}

// Ports are picked below the range from which the kernel takes the local ends
// of outgoing connections; otherwise one of those could sit on ours at a restart.
const (
	lowestPort  = 20000
	highestPort = 31999
)

// handedOut keeps two systems of one process (tests) from choosing the same port.
var handedOut sync.Map

func loadPorts(cfg Config) (*ports, error) {
	p := &ports{path: cfg.path("ports.json"), random: cfg.RandomPorts, chosen: map[string]int{}}
	content, err := os.ReadFile(p.path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the chosen ports: %w", err)
	}
	if err := json.Unmarshal(content, &p.chosen); err != nil {
		return nil, fmt.Errorf("read the chosen ports; delete %s to choose them anew: %w", p.path, err)
	}
	return p, nil
}

// claim returns the port of a service: the remembered one, which must be free
// now, or a fresh one, preferably the well-known.
func (p *ports) claim(ctx context.Context, service string, wellKnown int) (int, error) {
	if port, ok := p.chosen[service]; ok {
		return port, p.awaitFree(ctx, service, port)
	}
	port, err := p.choose(wellKnown)
	if err != nil {
		return 0, fmt.Errorf("choose a port for %s: %w", service, err)
	}
	p.chosen[service] = port
	content, err := json.MarshalIndent(p.chosen, "", "  ")
	if err != nil {
		return 0, fmt.Errorf("encode the chosen ports: %w", err)
	}
	return port, writePrivate(p.path, append(content, '\n'))
}

// awaitFree gives the children of a predecessor that was killed a moment ago
// time to leave, then says plainly which port is taken.
func (p *ports) awaitFree(ctx context.Context, service string, port int) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	err := poll(ctx, func() error { return tryPort(port) })
	if err != nil {
		return fmt.Errorf("port %d, where %s listens, is taken by another program; stop that program, or delete %s to choose new ports: %w",
			port, service, p.path, err)
	}
	return nil
}

func (p *ports) choose(wellKnown int) (int, error) {
	if !p.random && reserve(wellKnown) {
		return wellKnown, nil
	}
	for range 1000 {
		port := lowestPort + rand.IntN(highestPort-lowestPort+1)
		if reserve(port) {
			return port, nil
		}
	}
	return 0, fmt.Errorf("no free port between %d and %d: stop some programs and try again", lowestPort, highestPort)
}

func reserve(port int) bool {
	if _, taken := handedOut.LoadOrStore(port, true); taken {
		return false
	}
	return tryPort(port) == nil
}

func tryPort(port int) error {
	listener, err := net.Listen("tcp", loopback(port))
	if err != nil {
		return err
	}
	return listener.Close()
}

func loopback(port int) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}
