// SPDX-License-Identifier: AGPL-3.0-or-later

package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"ricongiungi/store"
)

// Plan says what to copy and where to.
type Plan struct {
	DatabaseURL string            // with the login that owns the tables
	KeyFiles    map[string]string // path by name, of files without which the database is useless
	LogDir      string            // where the archive of the log goes
	KeyDir      string            // where the archive of the keys goes: another disk, another administrator
	Recipients  []age.Recipient   // who can open the archives
	OnTotal     func(bytes int64) // about how many bytes are coming; may be nil
	OnBytes     func(n int)       // how many more have gone; may be nil
}

// Pair names the two archives of one copy.
type Pair struct{ Log, Keys string }

// Names of archives: what they hold and the instant of which they are.
const (
	logPrefix, keyPrefix = "log-", "keys-"
	suffix               = ".tar.gz.age"
	stamp                = "20060102T150405.000Z"
)

// manifest stands first in both archives.
type manifest struct {
	Format   int            `json:"format"`
	Holds    string         `json:"holds"` // log or keys
	Files    []string       `json:"files,omitempty"`
	Snapshot store.Snapshot `json:"snapshot"`
}

const format = 1

// Create copies everything as of one instant. What was begun and not finished
// leaves no archive behind.
func Create(ctx context.Context, p Plan) (Pair, error) {
	w := &writing{plan: p}
	defer w.discard()
	err := store.Dump(ctx, p.DatabaseURL, w.begin, w.into)
	if err != nil {
		return Pair{}, err
	}
	return w.finish()
}

// writing is a copy on its way.
type writing struct {
	plan      Plan
	at        time.Time
	log, keys *draft
}

func (w *writing) begin(s store.Snapshot) error {
	if w.plan.OnTotal != nil {
		w.plan.OnTotal(s.Bytes)
	}
	w.at = s.At
	var err error
	if w.log, err = newDraft(w.plan.LogDir, logPrefix, s.At, w.plan.Recipients); err != nil {
		return err
	}
	if w.keys, err = newDraft(w.plan.KeyDir, keyPrefix, s.At, w.plan.Recipients); err != nil {
		return err
	}
	m := manifest{Format: format, Holds: "log", Snapshot: s}
	if err := w.log.json(manifestName, m); err != nil {
		return err
	}
	m.Holds, m.Files = "keys", sorted(w.plan.KeyFiles)
	if err := w.keys.json(manifestName, m); err != nil {
		return err
	}
	for _, name := range m.Files {
		content, err := os.ReadFile(w.plan.KeyFiles[name])
		if err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		if err := w.keys.entry(name, content); err != nil {
			return err
		}
	}
	return nil
}

func (w *writing) into(table string) (io.WriteCloser, error) {
	to := w.log
	if table == store.KeyTable {
		to = w.keys
	}
	return counted{to.pieces("tables/" + table), w.plan.OnBytes}, nil
}

// finish puts both archives in their places, that of the keys first: without it
// the other is of little use.
func (w *writing) finish() (Pair, error) {
	var done Pair
	var err error
	if done.Keys, err = w.keys.place(); err != nil {
		return done, err
	}
	done.Log, err = w.log.place()
	return done, err
}

func (w *writing) discard() {
	for _, d := range []*draft{w.log, w.keys} {
		if d != nil {
			os.Remove(d.file.Name())
		}
	}
}

// draft is an archive under another name until it is whole and on disk.
type draft struct {
	*archive
	file *os.File
	path string
}

func newDraft(dir, prefix string, at time.Time, recipients []age.Recipient) (*draft, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	file, err := os.CreateTemp(dir, ".unfinished-*")
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	a, err := newArchive(file, recipients)
	return &draft{archive: a, file: file, path: filepath.Join(dir, prefix+at.Format(stamp)+suffix)}, err
}

func (d *draft) place() (string, error) {
	err := errors.Join(d.close(), d.file.Sync(), d.file.Close())
	if err == nil {
		err = os.Rename(d.file.Name(), d.path)
	}
	if err != nil {
		return "", fmt.Errorf("backup: finishing %s: %w", d.path, err)
	}
	return d.path, nil
}

type counted struct {
	io.WriteCloser
	onBytes func(int)
}

// Write tells how much has gone.
func (c counted) Write(b []byte) (int, error) {
	n, err := c.WriteCloser.Write(b)
	if c.onBytes != nil {
		c.onBytes(n)
	}
	return n, err
}

// Prune removes archives that are older than their kind may become, and tells
// which. The newest of each kind stays, however old it is.
func Prune(logDir, keyDir string, now time.Time, keepLog, keepKeys time.Duration) ([]string, error) {
	var gone []string
	for _, kind := range []struct {
		dir, prefix string
		keep        time.Duration
	}{{logDir, logPrefix, keepLog}, {keyDir, keyPrefix, keepKeys}} {
		archives, err := list(kind.dir, kind.prefix)
		if err != nil {
			return gone, err
		}
		for _, a := range archives[:max(len(archives)-1, 0)] {
			if now.Sub(a.at) <= kind.keep {
				continue
			}
			if err := os.Remove(a.path); err != nil {
				return gone, fmt.Errorf("backup: %w", err)
			}
			gone = append(gone, a.path)
		}
	}
	return gone, nil
}

// Newest is the latest copy of which both archives are there.
func Newest(logDir, keyDir string) (Pair, error) {
	logs, err := list(logDir, logPrefix)
	if err != nil {
		return Pair{}, err
	}
	keys, err := list(keyDir, keyPrefix)
	if err != nil {
		return Pair{}, err
	}
	if len(logs) == 0 || len(keys) == 0 {
		return Pair{}, fmt.Errorf("backup: no archive in %s or in %s; make one with `ricongiungi backup create`", logDir, keyDir)
	}
	return Pair{Log: logs[len(logs)-1].path, Keys: keys[len(keys)-1].path}, nil
}

type dated struct {
	path string
	at   time.Time
}

// list gives the archives of one kind in a folder, oldest first: their names
// sort by instant.
func list(dir, prefix string) ([]dated, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	var archives []dated
	for _, e := range entries {
		name, isArchive := strings.CutSuffix(e.Name(), suffix)
		name, ours := strings.CutPrefix(name, prefix)
		at, err := time.Parse(stamp, name)
		if isArchive && ours && err == nil {
			archives = append(archives, dated{filepath.Join(dir, e.Name()), at})
		}
	}
	return archives, nil
}

// Latest is the instant of the newest archive of the log in the folder; zero when
// there is none or the folder cannot be read.
func Latest(dir string) time.Time {
	archives, err := list(dir, logPrefix)
	if err != nil || len(archives) == 0 {
		return time.Time{}
	}
	return archives[len(archives)-1].at
}
