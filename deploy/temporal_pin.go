// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
)

// pin is the Go module that fixes the Temporal server and all it is made of.
type pin struct {
	dir     string // the folder with go.mod and go.sum
	version string // of go.temporal.io/server
	sum     string // a short digest of both files
}

// key names a build in the cache: a different module, compiler or machine gives
// a different one, so a cached build is never a wrong one.
func (p pin) key() string {
	return fmt.Sprintf("temporal-%s-%s-%s-%s-%s", p.version, p.sum, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// findPin reads deploy/temporal from the checkout. The module cannot be embedded
// in our binary (go:embed stops at the border of a module) and is kept a plain
// module, so that the usual tools update it and look for known weaknesses. It is
// searched in the given checkout, else where this file was compiled, else upwards
// from the working directory.
func findPin(sourceDir string) (pin, error) {
	for _, dir := range pinCandidates(sourceDir) {
		if exists(filepath.Join(dir, "go.sum")) {
			return readPin(dir)
		}
	}
	return pin{}, fmt.Errorf("cannot build the Temporal server: no checkout with deploy/temporal/go.mod is near; run this inside one, or set TEMPORAL_ADDRESS to a server you have")
}

func pinCandidates(sourceDir string) []string {
	const within = "deploy/temporal"
	if sourceDir != "" {
		return []string{filepath.Join(sourceDir, within)}
	}
	var dirs []string
	if _, file, _, ok := runtime.Caller(0); ok {
		dirs = append(dirs, filepath.Join(filepath.Dir(file), "temporal"))
	}
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		dirs = append(dirs, filepath.Join(dir, within))
		dir = filepath.Dir(dir)
	}
	return dirs
}

var serverVersion = regexp.MustCompile(`(?m)^\s*(?:require )?go\.temporal\.io/server (v\S+)`)

func readPin(dir string) (pin, error) {
	digest := sha256.New()
	var module []byte
	for _, name := range []string{"go.sum", "go.mod"} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return pin{}, fmt.Errorf("read the pinned Temporal module: %w", err)
		}
		digest.Write(content)
		module = content
	}
	match := serverVersion.FindSubmatch(module)
	if match == nil {
		return pin{}, fmt.Errorf("%s/go.mod names no version of go.temporal.io/server: restore the file", dir)
	}
	return pin{dir: dir, version: string(match[1]), sum: hex.EncodeToString(digest.Sum(nil)[:6])}, nil
}
