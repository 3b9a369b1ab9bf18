// SPDX-License-Identifier: AGPL-3.0-or-later

package capsule

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"ricongiungi/casefile"
	"ricongiungi/ledger"
)

//go:embed README.txt
var readme []byte

// file is one file of a capsule.
type file struct {
	name    string
	content []byte
}

// Make packs a capsule, signed by the log. The same contents give the same
// bytes, so that two bodies can compare what they hold by a digest.
func Make(c Contents, signer *ledger.Signer) ([]byte, error) {
	if len(c.Events) == 0 {
		return nil, errors.New("capsule: a case without events")
	}
	files, err := c.files(signer.VerifierKey())
	if err != nil {
		return nil, err
	}
	verifier, err := note.NewVerifier(signer.VerifierKey())
	if err != nil {
		return nil, fmt.Errorf("capsule: key of the log: %w", err)
	}
	head, err := ledger.OpenCheckpoint(c.Checkpoint, verifier)
	if err != nil {
		return nil, err
	}
	signed, err := signer.SignText(manifestOf(c, head.Size, files).text())
	if err != nil {
		return nil, err
	}
	return pack(slices.Insert(files, 1, file{manifestFile, signed}))
}

// files are all but the manifest.
func (c Contents) files(key string) ([]file, error) {
	keys := byPerson(c.Keys)
	view, facts, err := replay(c.Events, keys, c.Book)
	if err != nil {
		return nil, fmt.Errorf("capsule: %w", err)
	}
	state, err := json.MarshalIndent(view, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("capsule: state: %w", err)
	}
	events, err := lines(c.Events)
	if err != nil {
		return nil, err
	}
	var law bytes.Buffer
	if err := c.Book.WriteCSV(&law); err != nil {
		return nil, fmt.Errorf("capsule: rules: %w", err)
	}
	files := []file{{readmeFile, readme}, {keyFile, []byte(key + "\n")}, {checkpointFile, c.Checkpoint}, {eventsFile, events},
		{viewFile, append(state, '\n')}, {rulesFile, law.Bytes()}}
	if len(keys) > 0 {
		private, err := c.private(facts)
		if err != nil {
			return nil, err
		}
		files = slices.Insert(files, 4, private...)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Schemas)) {
		files = append(files, file{"schemas/" + name, c.Schemas[name]})
	}
	return files, nil
}

// private are the files with personal data.
func (c Contents) private(facts []casefile.Fact) ([]file, error) {
	keys, err := lines(c.Keys)
	if err != nil {
		return nil, err
	}
	particulars, err := lines(openedIn(facts))
	return []file{{keysFile, keys}, {particularsFile, particulars}}, err
}

// openedIn lists what the events say of persons, in the order of the log.
func openedIn(facts []casefile.Fact) []opened {
	var all []opened
	for _, f := range facts {
		for _, person := range slices.Sorted(maps.Keys(f.Private)) {
			all = append(all, opened{f.EventID, person, f.Private[person]})
		}
	}
	return all
}

func lines[T any](items []T) ([]byte, error) {
	var out bytes.Buffer
	for _, item := range items {
		line, err := json.Marshal(item)
		if err != nil {
			return nil, fmt.Errorf("capsule: writing: %w", err)
		}
		out.Write(line)
		out.WriteByte('\n')
	}
	return out.Bytes(), nil
}

// manifest is what the log signs: what the capsule is about and the digest of
// every file. Events, chain and proofs show that nothing was changed; that the
// case had no later event at this size of the log is the log's word alone.
type manifest struct {
	caseID   string
	version  int64
	logSize  int64
	personal bool
	digests  []string // lines of "<SHA-256 in hex>  <name>"
}

func manifestOf(c Contents, logSize int64, files []file) manifest {
	last := c.Events[len(c.Events)-1]
	m := manifest{caseID: last.CaseID, version: last.Version, logSize: logSize, personal: len(c.Keys) > 0}
	for _, f := range files {
		m.digests = append(m.digests, fmt.Sprintf("%x  %s", sha256.Sum256(f.content), f.name))
	}
	return m
}

func (m manifest) text() string {
	contents := "without personal data"
	if m.personal {
		contents = "with personal data"
	}
	return fmt.Sprintf("%s\ncase %s\nversion %d\nlog of %d events\n%s\n%s\n", format, m.caseID, m.version, m.logSize, contents,
		strings.Join(m.digests, "\n"))
}

// pack writes the files without compression and with one fixed time: nothing in
// the bytes depends on when, where or with which release it is done.
func pack(files []file) ([]byte, error) {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, f := range files {
		entry, err := archive.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Store, Modified: time.Date(1998, 3, 27, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return nil, fmt.Errorf("capsule: packing: %w", err)
		}
		if _, err := entry.Write(f.content); err != nil {
			return nil, fmt.Errorf("capsule: packing: %w", err)
		}
	}
	if err := archive.Close(); err != nil {
		return nil, fmt.Errorf("capsule: packing: %w", err)
	}
	return out.Bytes(), nil
}
