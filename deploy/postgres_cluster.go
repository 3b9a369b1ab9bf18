// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// passwordFile keeps the generated password of the cluster's owner beside its data.
const passwordFile = "postgres.password"

func clusterPassword(cfg Config, initialised bool) (string, error) {
	path := cfg.path(passwordFile)
	content, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(content)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read the database password: %w", err)
	}
	if initialised {
		return "", fmt.Errorf("the cluster is there but its password is not: restore %s from your backup", path)
	}
	password := rand.Text()
	return password, writePrivate(path, []byte(password+"\n"))
}

// initialise makes the cluster beside its final place and moves it there when it
// is complete: an interrupted start leaves nothing that looks like a cluster.
func (c *cluster) initialise(ctx context.Context) error {
	fresh := c.dir + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("clear an interrupted start: %w", err)
	}
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return fmt.Errorf("make the folder of the cluster: %w", err)
	}
	if err := giveTo(c.credential, fresh); err != nil {
		return err
	}
	if err := c.initdb(ctx, fresh); err != nil {
		return err
	}
	if err := appendLine(filepath.Join(fresh, "postgresql.conf"), "include_if_exists = '"+settingsFile+"'"); err != nil {
		return err
	}
	if err := os.Rename(fresh, c.dir); err != nil {
		return fmt.Errorf("put the new cluster in its place: %w", err)
	}
	return nil
}

func (c *cluster) initdb(ctx context.Context, dir string) error {
	passwords := dir + ".password"
	defer os.Remove(passwords)
	if err := writePrivate(passwords, []byte(c.password+"\n")); err != nil {
		return err
	}
	if err := giveTo(c.credential, passwords); err != nil {
		return err
	}
	args := []string{"-D", dir, "--username=" + clusterOwner, "--pwfile=" + passwords,
		"--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8"}
	if !c.durable {
		args = append(args, "--no-sync")
	}
	out, err := c.command(ctx, "initdb", append(args, localeArgs()...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("create the cluster with initdb, which said:\n%s\n(%w)", lastLines(string(out), 5), err)
	}
	return nil
}

// localeArgs order text by code point: the order of a language changes with the
// system's library and would corrupt indexes silently when the machine is
// upgraded. Lists for people are sorted where they are shown.
func localeArgs() []string {
	if runtime.GOOS == "darwin" {
		return []string{"--locale=C", "--lc-ctype=en_US.UTF-8"} // macOS has no C.UTF-8
	}
	return []string{"--locale=C.UTF-8"}
}

// stopOrphan ends a server that its supervisor left behind. We hold the lock of
// the data directory, so whoever still runs there has lost its parent. The file
// that names it is never deleted by us: PostgreSQL knows when it is stale.
func (c *cluster) stopOrphan(ctx context.Context) error {
	content, err := os.ReadFile(filepath.Join(c.dir, "postmaster.pid"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for a server that was left behind: %w", err)
	}
	first, _, _ := strings.Cut(string(content), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	// The number may have passed on to an innocent process, after a reboot for example.
	if err != nil || !strings.Contains(commandLine(pid), c.dir) {
		return nil
	}
	out, err := c.command(ctx, "pg_ctl", "stop", "-D", c.dir, "-m", "fast", "-w", "-t", "60").CombinedOutput()
	if err != nil && strings.Contains(commandLine(pid), c.dir) {
		return fmt.Errorf("stop the PostgreSQL (process %d) that a killed run left behind; pg_ctl said:\n%s\n(%w); stop it by hand",
			pid, lastLines(string(out), 3), err)
	}
	return nil
}

func appendLine(path, line string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	_, err = fmt.Fprintln(file, line)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("extend %s: %w", path, err)
	}
	return nil
}
