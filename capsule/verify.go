// SPDX-License-Identifier: AGPL-3.0-or-later

package capsule

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"ricongiungi/casefile"
	"ricongiungi/ledger"
	"ricongiungi/rules"
	"ricongiungi/vault"
)

// Altered says that a capsule is not what the log signed.
type Altered struct {
	File string // in which it shows; empty for the capsule as a whole
	What string
}

// Error says in one sentence what is wrong where.
func (a *Altered) Error() string {
	if a.File == "" {
		return "the capsule: " + a.What
	}
	return a.File + ": " + a.What
}

// Report is what an intact capsule says.
type Report struct {
	Case       Case
	Checkpoint ledger.Checkpoint
	Events     int64
	KeyKnown   bool // the key was given by the reader and not taken from the capsule
}

// Case is the replayed case.
type Case struct {
	View     casefile.View `json:"state"`
	Personal bool          `json:"with_personal_data"`
}

// limit bounds what is unpacked: a case of a thousand events takes some three
// megabytes.
const limit = 64 << 20

// Verify replays a capsule with nothing but its own bytes and the public key of
// the log. Without a key the one in the capsule is used, which shows only that
// the capsule is whole and not who made it. A nil error says that every event is
// in the signed log, that the case is complete as the log signed it, and that
// the events lead to the state and dates written in the capsule. An *Altered
// error says what is wrong.
func Verify(content []byte, key note.Verifier) (Report, error) {
	report := Report{KeyKnown: key != nil}
	files, err := unpack(content)
	if err != nil {
		return report, err
	}
	c, err := read(files)
	if err != nil {
		return report, err
	}
	if key == nil {
		if key, err = note.NewVerifier(strings.TrimSpace(string(files.get(keyFile)))); err != nil {
			return report, &Altered{keyFile, "this is no public key of a log"}
		}
	}
	if report.Checkpoint, err = ledger.OpenCheckpoint(c.Checkpoint, key); err != nil {
		return report, &Altered{checkpointFile, "the key of the log has not signed it"}
	}
	if err := checkManifest(files, c, report.Checkpoint.Size, key); err != nil {
		return report, err
	}
	if err := checkEvents(c, report.Checkpoint); err != nil {
		return report, err
	}
	report.Events, report.Case.Personal = int64(len(c.Events)), len(c.Keys) > 0
	report.Case.View, err = checkReplay(files, c)
	return report, err
}

// archive are the files of a capsule in their order.
type archive []file

func (a archive) get(name string) []byte {
	for _, f := range a {
		if f.name == name {
			return f.content
		}
	}
	return nil
}

// unpack reads the files and packs them again: bytes that the archive's readers
// would pass over in silence are found by that.
func unpack(content []byte) (archive, error) {
	damaged := &Altered{What: "it is damaged or no capsule: it cannot be unpacked to what was packed"}
	reader, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil || len(content) > limit {
		return nil, damaged
	}
	var files archive
	for _, entry := range reader.File {
		packed, err := entry.Open()
		if err != nil {
			return nil, damaged
		}
		unpacked, err := io.ReadAll(io.LimitReader(packed, limit))
		if err := errors.Join(err, packed.Close()); err != nil {
			return nil, damaged
		}
		files = append(files, file{entry.Name, unpacked})
	}
	again, err := pack(files)
	if err != nil || !bytes.Equal(again, content) {
		return nil, damaged
	}
	return files, nil
}

func read(files archive) (Contents, error) {
	c := Contents{Checkpoint: files.get(checkpointFile)}
	var err error
	if c.Events, err = readLines[Event](files, eventsFile); err != nil {
		return c, err
	}
	if c.Keys, err = readLines[vault.DisclosedKey](files, keysFile); err != nil {
		return c, err
	}
	if len(c.Events) == 0 {
		return c, &Altered{eventsFile, "there is no event"}
	}
	if c.Book, err = rules.Restore(rulesFile, bytes.NewReader(files.get(rulesFile))); err != nil {
		return c, &Altered{rulesFile, "it cannot be read: " + err.Error()}
	}
	return c, nil
}

func readLines[T any](files archive, name string) ([]T, error) {
	var items []T
	decoder := json.NewDecoder(bytes.NewReader(files.get(name)))
	for {
		var item T
		err := decoder.Decode(&item)
		if errors.Is(err, io.EOF) {
			return items, nil
		}
		if err != nil {
			return nil, &Altered{name, "it cannot be read"}
		}
		items = append(items, item)
	}
}

// checkManifest makes sure that the log signed exactly these files about exactly
// this case.
func checkManifest(files archive, c Contents, logSize int64, key note.Verifier) error {
	signed, err := ledger.OpenText(files.get(manifestFile), key)
	if err != nil || len(files) < 2 || files[1].name != manifestFile {
		return &Altered{manifestFile, "the key of the log has not signed it, or it is not in its place"}
	}
	rest := slices.Delete(slices.Clone(files), 1, 2)
	for _, f := range rest {
		if !strings.Contains(signed, fmt.Sprintf("\n%x  %s\n", sha256.Sum256(f.content), f.name)) {
			return &Altered{f.name, "it is not the file that the log signed"}
		}
	}
	if manifestOf(c, logSize, rest).text() != signed {
		return &Altered{manifestFile, "a file is missing or repeated, or it speaks of another case or another state of the log"}
	}
	return nil
}

// checkEvents makes sure that every event is in the log and continues the one
// before it.
func checkEvents(c Contents, in ledger.Checkpoint) error {
	previous := ledger.FirstPrevHash()
	for i, e := range c.Events {
		hash := e.leaf().Hash()
		proof, err := e.proof()
		switch {
		case err != nil || ledger.CheckInclusion(proof, in, e.Position, hash) != nil:
			return &Altered{eventsFile, fmt.Sprintf("event %d is not what the log recorded", i+1)}
		case e.CaseID != c.Events[0].CaseID || e.Version != int64(i+1) || !bytes.Equal(e.PrevHash, previous):
			return &Altered{eventsFile, fmt.Sprintf("event %d does not continue the one before it: one is missing, repeated or moved", i+1)}
		}
		if err := checkBoxes(e, len(c.Keys) > 0); err != nil {
			return err
		}
		previous = hash[:]
	}
	return nil
}

// checkBoxes holds sealed data against the digests that the log covers.
func checkBoxes(e Event, personal bool) error {
	for _, s := range e.Sealed {
		there := len(s.Box) > 0
		if there && !bytes.Equal(vault.Sealed{Box: s.Box}.Digest(), s.Digest) {
			return &Altered{eventsFile, fmt.Sprintf("the sealed data in event %d is not what the log recorded", e.Version)}
		}
		if there && !personal {
			return &Altered{eventsFile, "it holds sealed data though it says that it has none"}
		}
	}
	return nil
}

// checkReplay folds the events anew and compares.
func checkReplay(files archive, c Contents) (casefile.View, error) {
	view, facts, err := replay(c.Events, byPerson(c.Keys), c.Book)
	if err != nil {
		return view, &Altered{eventsFile, "it cannot be replayed: " + err.Error()}
	}
	state, err := json.MarshalIndent(view, "", "  ")
	if err != nil {
		return view, fmt.Errorf("capsule: state: %w", err)
	}
	if !bytes.Equal(append(state, '\n'), files.get(viewFile)) {
		return view, &Altered{viewFile, "the events lead to another state or to other dates; if the capsule is of another release of the program, verify it with that one"}
	}
	particulars, err := lines(openedIn(facts))
	if err != nil {
		return view, err
	}
	if !bytes.Equal(particulars, files.get(particularsFile)) {
		return view, &Altered{particularsFile, "it is not what is sealed in the events"}
	}
	return view, nil
}
