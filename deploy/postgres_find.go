// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// oldestPostgres is the first release we are tested with; Debian 12 brings it.
const oldestPostgres = 15

// errNoPostgres says that no usable PostgreSQL is installed.
var errNoPostgres = errors.New("no PostgreSQL found")

// FindPostgres returns the folder with the programs of the newest PostgreSQL on
// this machine, or of exactly the given major version when that is not 0: data
// made by one major version cannot be opened by another.
func FindPostgres(major int) (string, error) {
	best, bestVersion := "", 0
	for _, dir := range postgresFolders() {
		version := postgresVersion(dir)
		if version < oldestPostgres || version <= bestVersion || (major != 0 && version != major) {
			continue
		}
		best, bestVersion = dir, version
	}
	if best == "" {
		return "", fmt.Errorf("%w: %s", errNoPostgres, whatToInstall(major))
	}
	return best, nil
}

func whatToInstall(major int) string {
	if major != 0 {
		return fmt.Sprintf("the data was made by PostgreSQL %d; install postgresql-%d, or move the data on with pg_upgrade", major, major)
	}
	return fmt.Sprintf("install PostgreSQL %d or newer (\"apt-get install postgresql\", \"brew install postgresql\"), or set DATABASE_URL and TEMPORAL_ADDRESS to servers you have", oldestPostgres)
}

// postgresFolders are the places where packages put the server programs, which
// are seldom on the PATH.
func postgresFolders() []string {
	var dirs []string
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/opt/homebrew/opt/postgresql*/bin",
		"/usr/local/opt/postgresql*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
	} {
		found, _ := filepath.Glob(pattern) // fails on a malformed pattern only
		dirs = append(dirs, found...)
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	return slices.DeleteFunc(dirs, func(dir string) bool { return !hasPostgresPrograms(dir) })
}

func hasPostgresPrograms(dir string) bool {
	for _, name := range []string{"postgres", "initdb", "pg_ctl"} {
		if !isExecutable(filepath.Join(dir, name)) {
			return false
		}
	}
	return true
}

var majorVersion = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// postgresVersion is 0 for programs that do not say.
func postgresVersion(dir string) int {
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	match := majorVersion.FindSubmatch(out)
	if err != nil || match == nil {
		return 0
	}
	version, _ := strconv.Atoi(string(match[1])) // the pattern allows digits only
	return version
}

// dataVersion is the major version that made a cluster, 0 when there is none yet.
func dataVersion(dir string) (int, error) {
	content, err := os.ReadFile(filepath.Join(dir, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read which PostgreSQL made the data: %w", err)
	}
	version, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		return 0, fmt.Errorf("read which PostgreSQL made the data in %s; restore the folder from a backup: %w", dir, err)
	}
	return version, nil
}
