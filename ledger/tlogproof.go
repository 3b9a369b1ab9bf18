// SPDX-License-Identifier: AGPL-3.0-or-later

package ledger

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// EventProof is one event with all that is needed to check it without asking
// anybody: its bytes as they were hashed, where it stands, and a checkpoint, with
// the signatures of witnesses where there are any. As a file it has the form of
// C2SP tlog-proof, which others' programs read too.
type EventProof struct {
	Leaf       []byte // as Leaf.Encode wrote it
	Position   int64
	Hashes     tlog.RecordProof
	Checkpoint []byte
}

const proofHeader = "c2sp.org/tlog-proof@v1"

// Marshal writes the file; the leaf goes where the format has extra data.
func (p EventProof) Marshal() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s\nextra %s\nindex %d\n", proofHeader, base64.StdEncoding.EncodeToString(p.Leaf), p.Position)
	for _, hash := range p.Hashes {
		fmt.Fprintln(&out, hash.String())
	}
	fmt.Fprintf(&out, "\n%s", p.Checkpoint)
	return out.Bytes()
}

var errNoProof = errors.New("ledger: this is no proof of an event (C2SP tlog-proof with the event as extra data)")

// maxHashes is how many hashes a proof can have in a tree of any size.
const maxHashes = 63

// ParseEventProof reads a file written by Marshal, and nothing else.
func ParseEventProof(file []byte) (EventProof, error) {
	head, checkpoint, _ := strings.Cut(string(file), "\n\n")
	lines := strings.Split(head, "\n")
	if len(lines) < 3 || len(lines) > 3+maxHashes || lines[0] != proofHeader {
		return EventProof{}, errNoProof
	}
	p := EventProof{Checkpoint: []byte(checkpoint)}
	extra, hasExtra := strings.CutPrefix(lines[1], "extra ")
	index, hasIndex := strings.CutPrefix(lines[2], "index ")
	var err1, err2 error
	p.Leaf, err1 = base64.StdEncoding.Strict().DecodeString(extra)
	p.Position, err2 = strconv.ParseInt(index, 10, 64)
	if !hasExtra || !hasIndex || errors.Join(err1, err2) != nil {
		return EventProof{}, errNoProof
	}
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return EventProof{}, errNoProof
		}
		p.Hashes = append(p.Hashes, hash)
	}
	if !bytes.Equal(p.Marshal(), file) {
		return EventProof{}, errNoProof // two spellings of one proof are one too many
	}
	return p, nil
}

// Check returns the checkpoint if the log signed it and the event stands in it at
// its position. The log's key must be among the verifiers; those of witnesses may.
func (p EventProof) Check(verifiers ...note.Verifier) (Checkpoint, error) {
	in, err := OpenCheckpoint(p.Checkpoint, verifiers...)
	if err != nil {
		return in, err
	}
	return in, CheckInclusion(p.Hashes, in, p.Position, tlog.RecordHash(p.Leaf))
}

// LeafFields gives the fields of an encoded leaf as text, in their order, for
// people to read. Errors: that it is no leaf.
func LeafFields(leaf []byte) ([]string, error) {
	rest, is := bytes.CutPrefix(leaf, []byte(leafFormat))
	var fields []string
	for is && len(rest) >= 4 {
		length := int(rest[0])<<24 | int(rest[1])<<16 | int(rest[2])<<8 | int(rest[3])
		if is = length <= len(rest)-4; is {
			fields, rest = append(fields, string(rest[4:4+length])), rest[4+length:]
		}
	}
	if !is || len(rest) > 0 || len(fields) < 13 {
		return nil, errors.New("ledger: this is no event of a log")
	}
	return fields, nil
}
