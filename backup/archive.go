// SPDX-License-Identifier: AGPL-3.0-or-later

// Package backup keeps encrypted copies from which everything comes back: the
// log in one archive, what opens names in another one that is kept for a shorter
// time, so that who was erased does not live on in copies. It proves a copy by
// restoring it.
package backup

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	"filippo.io/age"
)

// An archive is a tar file, compressed and then encrypted for whoever holds the
// identity. Tables are cut into pieces, since how long one is is known only at
// its end; the last entry says that nothing is missing.
const (
	manifestName = "manifest.json"
	endName      = "end"
	pieceSize    = 1 << 20
)

// archive is being written.
type archive struct {
	tar     *tar.Writer
	closers []io.Closer // from the inside out
}

func newArchive(to io.Writer, recipients []age.Recipient) (*archive, error) {
	sealed, err := age.Encrypt(to, recipients...)
	if err != nil {
		return nil, fmt.Errorf("backup: encrypting: %w", err)
	}
	packed := gzip.NewWriter(sealed)
	inside := tar.NewWriter(packed)
	return &archive{tar: inside, closers: []io.Closer{inside, packed, sealed}}, nil
}

func (a *archive) entry(name string, content []byte) error {
	err := a.tar.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o600, ModTime: time.Unix(0, 0), Format: tar.FormatPAX})
	if err == nil {
		_, err = a.tar.Write(content)
	}
	if err != nil {
		return fmt.Errorf("backup: writing %s: %w", name, err)
	}
	return nil
}

func (a *archive) json(name string, value any) error {
	content, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("backup: %s: %w", name, err)
	}
	return a.entry(name, content)
}

// close ends the archive. One that was not closed is not read as a whole one.
func (a *archive) close() error {
	failed := []error{a.entry(endName, nil)}
	for _, c := range a.closers {
		failed = append(failed, c.Close())
	}
	return errors.Join(failed...)
}

// pieces takes a table of unknown length. An empty one has one empty piece.
func (a *archive) pieces(folder string) io.WriteCloser {
	p := &pieces{archive: a, folder: folder}
	p.buffer = bufio.NewWriterSize(writerFunc(p.piece), pieceSize)
	return p
}

type pieces struct {
	archive *archive
	folder  string
	count   int
	buffer  *bufio.Writer
}

// Write keeps the bytes until there are enough for a piece.
func (p *pieces) Write(b []byte) (int, error) { return p.buffer.Write(b) }

func (p *pieces) piece(b []byte) (int, error) {
	p.count++
	return len(b), p.archive.entry(fmt.Sprintf("%s/%06d", p.folder, p.count), b)
}

// Close writes the last piece.
func (p *pieces) Close() error {
	err := p.buffer.Flush()
	if err == nil && p.count == 0 {
		_, err = p.piece(nil)
	}
	return err
}

type writerFunc func([]byte) (int, error)

// Write calls the function.
func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// reading is an archive being read.
type reading struct {
	tar  *tar.Reader
	next *tar.Header // read already, not yet taken
}

// errCutShort says that an archive has no end.
var errCutShort = errors.New("backup: the archive is cut short; use another one")

func openArchive(from io.Reader, identities []age.Identity) (*reading, error) {
	opened, err := age.Decrypt(from, identities...)
	if err != nil {
		return nil, fmt.Errorf("backup: opening the archive: %w", err)
	}
	unpacked, err := gzip.NewReader(opened)
	if err != nil {
		return nil, fmt.Errorf("backup: opening the archive: %w", err)
	}
	r := &reading{tar: tar.NewReader(unpacked)}
	return r, r.advance()
}

func (r *reading) advance() error {
	header, err := r.tar.Next()
	if errors.Is(err, io.EOF) {
		return errCutShort
	}
	if err != nil {
		return fmt.Errorf("backup: reading the archive: %w", err)
	}
	r.next = header
	return nil
}

// ended tells whether the whole archive was read.
func (r *reading) ended() bool { return r.next.Name == endName }

// file takes the next entry, which must have that name.
func (r *reading) file(name string) ([]byte, error) {
	if r.next.Name != name {
		return nil, fmt.Errorf("backup: the archive has %s where %s should be", r.next.Name, name)
	}
	content, err := io.ReadAll(r.tar)
	if err != nil {
		return nil, fmt.Errorf("backup: reading %s: %w", name, err)
	}
	return content, r.advance()
}

// table is the next table and its rows; io.EOF after the last.
func (r *reading) table() (string, io.Reader, error) {
	if r.ended() {
		return "", nil, io.EOF
	}
	folder := path.Dir(r.next.Name)
	return path.Base(folder), &joined{reading: r, folder: folder}, nil
}

// joined reads the pieces of one table as one.
type joined struct {
	reading *reading
	folder  string
}

// Read reads on, over the borders of pieces.
func (j *joined) Read(b []byte) (int, error) {
	for path.Dir(j.reading.next.Name) == j.folder {
		n, err := j.reading.tar.Read(b)
		if n > 0 || err != nil && !errors.Is(err, io.EOF) {
			return n, notEOF(err)
		}
		if err := j.reading.advance(); err != nil {
			return 0, err
		}
	}
	return 0, io.EOF
}

func notEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
