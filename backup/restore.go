// SPDX-License-Identifier: AGPL-3.0-or-later

package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"filippo.io/age"

	"ricongiungi/store"
)

// ErrOlderKeys says that the archive of the keys does not know all the persons
// of the log's archive.
var ErrOlderKeys = errors.New("backup: the keys are older than the log; take the archive of the keys that was made with it, or a later one")

// Restoring says what to restore and where to.
type Restoring struct {
	DatabaseURL string // of an empty database, with the login that will own the tables
	From        Pair
	Identities  []age.Identity
	// Keys puts the key files in their place, by name, before anything else is
	// done; when it fails the database stays empty.
	Keys    func(map[string][]byte) error
	OnBytes func(int) // how many more were read; may be nil
}

// Restore fills an empty database from both archives and gives what the copy says
// of itself. Keys may be of a later copy than the log: who was erased between the
// two stays erased.
func Restore(ctx context.Context, r Restoring) (store.Snapshot, error) {
	log, logSays, err := open(r, r.From.Log, "log")
	if err != nil {
		return store.Snapshot{}, err
	}
	defer log.Close()
	keys, keysSay, err := open(r, r.From.Keys, "keys")
	if err != nil {
		return store.Snapshot{}, err
	}
	defer keys.Close()
	if keysSay.Snapshot.At.Before(logSays.Snapshot.At) {
		return store.Snapshot{}, ErrOlderKeys
	}
	files := map[string][]byte{}
	for _, name := range keysSay.Files {
		if files[name], err = keys.file(name); err != nil {
			return store.Snapshot{}, err
		}
	}
	if err := r.Keys(files); err != nil {
		return store.Snapshot{}, err
	}
	return logSays.Snapshot, store.Load(ctx, r.DatabaseURL, logSays.Snapshot, oneAfterTheOther(keys.table, log.table))
}

// oneAfterTheOther gives the tables of several archives.
func oneAfterTheOther(sources ...func() (string, io.Reader, error)) func() (string, io.Reader, error) {
	return func() (string, io.Reader, error) {
		for len(sources) > 0 {
			name, rows, err := sources[0]()
			if !errors.Is(err, io.EOF) {
				return name, rows, err
			}
			sources = sources[1:]
		}
		return "", nil, io.EOF
	}
}

type openFile struct {
	*reading
	io.Closer
}

func open(r Restoring, path, holds string) (openFile, manifest, error) {
	file, err := os.Open(path)
	if err != nil {
		return openFile{}, manifest{}, fmt.Errorf("backup: %w", err)
	}
	read, said, err := readManifest(readCounted{file, r.OnBytes}, r.Identities)
	switch {
	case err != nil:
	case said.Holds != holds:
		err = fmt.Errorf("backup: %s holds %s where %s is wanted", path, said.Holds, holds)
	case said.Format != format:
		err = fmt.Errorf("backup: %s has the format %d, which this release does not know", path, said.Format)
	}
	if err != nil {
		file.Close()
	}
	return openFile{read, file}, said, err
}

func readManifest(from io.Reader, identities []age.Identity) (*reading, manifest, error) {
	var said manifest
	read, err := openArchive(from, identities)
	if err != nil {
		return nil, said, err
	}
	content, err := read.file(manifestName)
	if err != nil {
		return nil, said, err
	}
	if err := json.Unmarshal(content, &said); err != nil {
		return nil, said, fmt.Errorf("backup: the manifest: %w", err)
	}
	return read, said, nil
}

type readCounted struct {
	io.Reader
	onBytes func(int)
}

// Read tells how much was read.
func (r readCounted) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	if r.onBytes != nil {
		r.onBytes(n)
	}
	return n, err
}

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
