// SPDX-License-Identifier: AGPL-3.0-or-later

// Package keyfile keeps small files that must stay private and whole: they
// are readable by their owner only, and a crash leaves the old content or the
// new, never half of it.
package keyfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrExposed says that the file can be read or written by others than its
// owner. It is refused rather than repaired: somebody may already have read it.
var ErrExposed = errors.New("file is open to other users")

// Read returns the content of the file at path. It fails with fs.ErrNotExist
// when there is none and with ErrExposed when others have access to it.
func Read(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	// The open file is asked, not the path, so that nobody can swap it between.
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%s has mode %04o, want 0600: %w", path, mode, ErrExposed)
	}
	return io.ReadAll(file)
}

// LoadOrCreate returns the content of the file at path. When there is none it
// stores what fresh returns, with mode 0600, and returns that. Of several
// processes that start together one creates the file and all read the same.
func LoadOrCreate(path string, fresh func() ([]byte, error)) ([]byte, error) {
	content, err := Read(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return content, err
	}
	if content, err = fresh(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	// A link, unlike a rename, fails when the file has appeared meanwhile.
	err = place(path, content, os.Link)
	if errors.Is(err, fs.ErrExist) {
		return Read(path)
	}
	return content, err
}

// Replace stores content at path with mode 0600 in place of what was there.
func Replace(path string, content []byte) error {
	return place(path, content, os.Rename)
}

// place writes content beside path and lets put move it there in one step.
func place(path string, content []byte, put func(from, to string) error) error {
	draft, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name())
	_, err = draft.Write(content)
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := put(draft.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes the new name itself survive a power cut.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
