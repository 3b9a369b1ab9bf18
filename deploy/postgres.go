// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	clusterOwner    = "ricongiungi"
	applicationName = "ricongiungi"
	// postgresPort is not 5432: a PostgreSQL of the machine that is switched on
	// later would want that one.
	postgresPort = 15432
	readyWithin  = 60 * time.Second
)

// cluster is one private PostgreSQL.
type cluster struct {
	bin        string
	dir        string
	credential *syscall.Credential
	port       int
	password   string
	durable    bool
}

func openCluster(ctx context.Context, cfg Config, ports *ports, say func(string, ...any)) (*cluster, error) {
	dir, credential, err := clusterPlace(cfg)
	if err != nil {
		return nil, err
	}
	c := &cluster{dir: dir, credential: credential, durable: cfg.Durable}
	version, err := dataVersion(dir)
	if err != nil {
		return nil, err
	}
	if c.bin, err = findOrInstallPostgres(ctx, version, say); err != nil {
		return nil, err
	}
	if c.password, err = clusterPassword(cfg, version != 0); err != nil {
		return nil, err
	}
	if version == 0 {
		if err := c.initialise(ctx); err != nil {
			return nil, err
		}
	}
	if err := c.stopOrphan(ctx); err != nil {
		return nil, err
	}
	if c.port, err = ports.claim(ctx, "postgres", postgresPort); err != nil {
		return nil, err
	}
	return c, c.configure()
}

// command is a PostgreSQL program run as the user of the cluster, from a folder
// that user can be in.
func (c *cluster) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, program), args...)
	cmd.Dir, cmd.Env = "/", postgresEnv()
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.credential, Setpgid: true}
	return cmd
}

// postgresEnv leaves out everything: PGHOST, PGDATA and their like in the
// environment of the person at the terminal mean some other database.
func postgresEnv() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
}

func (c *cluster) program() Program {
	return Program{
		Name:       "postgres",
		Command:    []string{filepath.Join(c.bin, "postgres"), "-D", c.dir},
		Env:        postgresEnv(),
		Dir:        "/",
		Credential: c.credential,
		// Fast shutdown, then immediate (recovery at the next start), then the end.
		StopSignals: []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL},
		Patience:    30 * time.Second,
		DeathSignal: syscall.SIGINT,
	}
}

func (c *cluster) url(database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(clusterOwner, c.password),
		Host:     loopback(c.port),
		Path:     database,
		RawQuery: "sslmode=disable", // loopback only
	}
	return u.String()
}

// awaitReady waits until the cluster lets us in, or says why it will not.
func (c *cluster) awaitReady(ctx context.Context, process *child) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	died := error(nil)
	err := poll(ctx, func() error {
		if died = process.alive(0); died != nil {
			return nil
		}
		conn, err := pgx.Connect(ctx, c.url("postgres"))
		if err != nil {
			return err
		}
		return conn.Close(ctx)
	})
	return errors.Join(died, err)
}

// createDatabases makes the databases that are missing.
func (c *cluster) createDatabases(ctx context.Context, names ...string) error {
	conn, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return fmt.Errorf("connect to the cluster: %w", err)
	}
	defer conn.Close(ctx)
	for _, name := range names {
		var found bool
		err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&found)
		if err == nil && !found {
			_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
		}
		if err != nil {
			return fmt.Errorf("create the database %s: %w", name, err)
		}
	}
	return nil
}
