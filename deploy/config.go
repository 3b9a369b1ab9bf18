// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Config says what to start and where to keep it. The zero value with a DataDir
// starts everything.
type Config struct {
	// DataDir holds the cluster, the logs, the ports and the passwords, usually
	// ".data". Required.
	DataDir string

	// DatabaseURL is the application's database when somebody else runs it.
	// Empty: a private PostgreSQL is found or installed and started.
	DatabaseURL string

	// TemporalAddress is a Temporal frontend (host:port) that somebody else runs.
	// Empty: the pinned Temporal server is built on first use and started, on a
	// private PostgreSQL even when DatabaseURL is given, because creating
	// databases on a server that is not ours is not ours to do.
	TemporalAddress string

	// TemporalNamespace is "ricongiungi" when empty.
	TemporalNamespace string

	// Apart runs Temporal's services as processes of their own, with two history
	// hosts, as a cluster of several machines does. Its databases are made for
	// more shards than those of one process.
	Apart bool

	// Durable makes PostgreSQL wait for the disk at each commit. Everything but
	// a test sets it.
	Durable bool

	// RandomPorts passes over the well-known ports, so that several test
	// binaries that start at the same moment do not race for them.
	RandomPorts bool

	// Out receives one line per step for the person at the terminal; nil is silent.
	Out io.Writer

	// SourceDir is the checkout whose deploy/temporal pins the Temporal server;
	// empty: it is searched (see findPin).
	SourceDir string

	// TemporalBin is a folder with ready-made Temporal programs "server" and
	// "sql"; set, nothing is built. For images and packages without Go.
	TemporalBin string
}

// defaultNamespace is where our workflows live unless the operator says otherwise.
const defaultNamespace = "ricongiungi"

func (c Config) withDefaults() (Config, error) {
	if c.DataDir == "" {
		return c, fmt.Errorf("no data directory given: set DataDir, usually to .data")
	}
	dir, err := filepath.Abs(c.DataDir)
	if err != nil {
		return c, fmt.Errorf("resolve the data directory %s: %w", c.DataDir, err)
	}
	c.DataDir = dir
	if c.TemporalNamespace == "" {
		c.TemporalNamespace = defaultNamespace
	}
	if c.Out == nil {
		c.Out = io.Discard
	}
	return c, nil
}

// prepareDirs makes the data directory. It may be entered but not listed by
// others: PostgreSQL refuses to run as root and must be able to reach its
// folder as another user. Every file with a secret in it is 0600 on its own.
func (c Config) prepareDirs() error {
	if err := os.MkdirAll(c.DataDir, 0o711); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	for _, name := range []string{"log", "temporal"} {
		if err := os.MkdirAll(c.path(name), 0o700); err != nil {
			return fmt.Errorf("make the %s folder: %w", name, err)
		}
	}
	return nil
}

func (c Config) path(elem ...string) string {
	return filepath.Join(append([]string{c.DataDir}, elem...)...)
}
