// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// machineDir holds clusters whose data directory the PostgreSQL user cannot reach.
const machineDir = "/var/lib/ricongiungi"

// locationFile says, in the data directory, that the cluster lives elsewhere.
const locationFile = "postgres.location"

// clusterPlace is the folder of the cluster and the user it runs as. Started by
// root from a closed home folder, the cluster cannot live in the data directory.
func clusterPlace(cfg Config) (string, *syscall.Credential, error) {
	dir, err := recordedPlace(cfg)
	if err != nil {
		return "", nil, err
	}
	if dir == "" {
		dir = cfg.path("postgres")
	}
	credential, err := clusterUser(dir)
	if err != nil {
		return "", nil, err
	}
	if !canEnter(credential, filepath.Dir(dir)) {
		dir, err = placeElsewhere(cfg, credential)
	}
	return dir, credential, err
}

// recordedPlace is empty when the cluster was never moved out.
func recordedPlace(cfg Config) (string, error) {
	content, err := os.ReadFile(cfg.path(locationFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read where the cluster is: %w", err)
	}
	dir := strings.TrimSpace(string(content))
	if !exists(filepath.Join(dir, "PG_VERSION")) && exists(cfg.path(passwordFile)) {
		return "", fmt.Errorf("the database of %s was in %s and is not there any more: restore it, or delete %s and %s to begin with an empty one",
			cfg.DataDir, dir, cfg.path(locationFile), cfg.path(passwordFile))
	}
	return dir, nil
}

func placeElsewhere(cfg Config, credential *syscall.Credential) (string, error) {
	sum := sha256.Sum256([]byte(cfg.DataDir))
	parent := filepath.Join(machineDir, hex.EncodeToString(sum[:6]))
	if err := os.MkdirAll(parent, 0o711); err != nil {
		return "", fmt.Errorf("make a folder for the cluster: %w", err)
	}
	if !canEnter(credential, parent) {
		return "", fmt.Errorf("the PostgreSQL user (uid %d) can reach neither %s nor %s: open one of them with chmod o+x, or choose another data directory",
			credential.Uid, cfg.DataDir, parent)
	}
	dir := filepath.Join(parent, "postgres")
	return dir, writePrivate(cfg.path(locationFile), []byte(dir+"\n"))
}
