// SPDX-License-Identifier: AGPL-3.0-or-later

package ledger

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ricongiungi/internal/keyfile"
)

// Checkpoint is what a log's key has signed: that the first Size events of the
// log named Origin have the root hash Root.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
	Access Edge // of the log of access as it then was; zero where the checkpoint does not say
}

// Edge is how long a tree is and what it hashes to.
type Edge struct {
	Size int64
	Root tlog.Hash
}

// accessLine begins the line after the root that fixes the log of access too.
const accessLine = "access "

// text returns the body of the C2SP checkpoint, before the signatures.
func (c Checkpoint) text() string {
	text := fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
	if c.Access.Size > 0 {
		text += c.Access.line()
	}
	return text
}

func (e Edge) line() string { return fmt.Sprintf("%s%d %s\n", accessLine, e.Size, e.Root) }

// Signer signs the checkpoints of one log with Ed25519.
type Signer struct {
	signer note.Signer
	key    ed25519.PrivateKey
	vkey   string
}

// LoadOrCreateSigner reads the log's key from the file at path or, on first
// start, makes one for origin: the name of the log, by convention a host and
// path without scheme, with neither spaces nor plus signs. It fails when the
// file is open to other users or holds the key of another log.
func LoadOrCreateSigner(path, origin string) (*Signer, error) {
	skey, err := keyfile.LoadOrCreate(path, func() ([]byte, error) {
		skey, _, err := note.GenerateKey(rand.Reader, origin)
		return []byte(skey + "\n"), err
	})
	if err != nil {
		return nil, fmt.Errorf("ledger: signing key: %w", err)
	}
	s, err := ParseSigner(strings.TrimSpace(string(skey)))
	if err != nil {
		return nil, err
	}
	if s.Origin() != origin {
		return nil, fmt.Errorf("ledger: signing key belongs to log %q, not %q", s.Origin(), origin)
	}
	return s, nil
}

// ParseSigner reads a signing key as text, in the form of package note:
// "PRIVATE+KEY+<origin>+<hash>+<key>". Its errors never show the key.
func ParseSigner(skey string) (*Signer, error) {
	signer, err := note.NewSigner(skey)
	if err != nil {
		return nil, fmt.Errorf("ledger: signing key: %w", err)
	}
	key, err := privateKey(skey)
	if err != nil {
		return nil, errors.New("ledger: signing key is malformed")
	}
	vkey, err := note.NewEd25519VerifierKey(signer.Name(), key.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, fmt.Errorf("ledger: public key: %w", err)
	}
	return &Signer{signer, key, vkey}, nil
}

// privateKey reads the key itself, which package note keeps to itself. The last
// part of a signing key is one byte that names the algorithm and the Ed25519
// seed; note.NewSigner has checked both.
func privateKey(skey string) (ed25519.PrivateKey, error) {
	// Base64 uses the plus sign too, hence no search from the end.
	parts := strings.SplitN(skey, "+", 5)
	key, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(key[1:]), nil
}

// Origin returns the name of the log.
func (s *Signer) Origin() string { return s.signer.Name() }

// VerifierKey returns the public key as text for note.NewVerifier. It is no
// secret: the more people hold it, the better.
func (s *Signer) VerifierKey() string { return s.vkey }

// Sign returns the signed C2SP checkpoint of a tree with size leaves and the
// given root. The edge of the log of access stands in a line of its own after
// the root, so that whoever keeps or cosigns the checkpoint fixes both.
func (s *Signer) Sign(size int64, root tlog.Hash, access Edge) ([]byte, error) {
	text := Checkpoint{s.Origin(), size, root, access}.text()
	signed, err := note.Sign(&note.Note{Text: text}, s.signer)
	if err != nil {
		return nil, fmt.Errorf("ledger: sign checkpoint: %w", err)
	}
	return signed, nil
}

// SignText signs any other text of the log, such as a receipt. Its first line
// must say what it is and its second must be no number, so that nobody can pass
// it off as a checkpoint; it must end with a line feed.
func (s *Signer) SignText(text string) ([]byte, error) {
	if _, err := parseCheckpoint(text); err == nil {
		return nil, errors.New("ledger: this text would pass for a checkpoint")
	}
	signed, err := note.Sign(&note.Note{Text: text}, s.signer)
	if err != nil {
		return nil, fmt.Errorf("ledger: sign: %w", err)
	}
	return signed, nil
}

// OpenText checks a text signed with SignText and returns it without the
// signatures.
func OpenText(signed []byte, log note.Verifier) (string, error) {
	opened, err := note.Open(signed, note.VerifierList(log))
	if err != nil {
		return "", fmt.Errorf("ledger: open signed text: %w", err)
	}
	return opened.Text, nil
}

// OpenCheckpoint checks and reads a signed checkpoint. The log's own key must
// be among the verifiers and must have signed: a witness's signature alone
// proves nothing about the log. Other lines after the root are allowed and
// ignored, as C2SP asks.
func OpenCheckpoint(text []byte, verifiers ...note.Verifier) (Checkpoint, error) {
	signed, err := note.Open(text, note.VerifierList(verifiers...))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("ledger: open checkpoint: %w", err)
	}
	c, err := parseCheckpoint(signed.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	for _, sig := range signed.Sigs {
		if sig.Name == c.Origin {
			return c, nil
		}
	}
	return Checkpoint{}, fmt.Errorf("ledger: checkpoint of log %q is not signed by that log", c.Origin)
}

// HeadOf reads size and root of a checkpoint that was signed here and needs no
// verifying: it has lain in our own database.
func HeadOf(checkpoint []byte) (size int64, root string, err error) {
	c, err := parseCheckpoint(string(checkpoint))
	return c.Size, c.Root.String(), err
}

func parseCheckpoint(text string) (Checkpoint, error) {
	malformed := errors.New("ledger: malformed checkpoint")
	lines := strings.SplitN(text, "\n", 4)
	if len(lines) < 4 || lines[0] == "" {
		return Checkpoint{}, malformed
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return Checkpoint{}, malformed
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return Checkpoint{}, malformed
	}
	if size == 0 && root != (Frontier{}).Root() {
		return Checkpoint{}, malformed
	}
	c := Checkpoint{Origin: lines[0], Size: size, Root: root}
	// Two spellings of one checkpoint, such as "+7" and "7", are one too many.
	if !strings.HasPrefix(text, c.text()) {
		return Checkpoint{}, malformed
	}
	c.Access, err = parseAccess(lines[3])
	return c, err
}

// parseAccess finds the line about the log of access among those after the root.
func parseAccess(more string) (Edge, error) {
	for line := range strings.Lines(more) {
		told, found := strings.CutPrefix(line, accessLine)
		if !found {
			continue
		}
		count, hash, _ := strings.Cut(strings.TrimSuffix(told, "\n"), " ")
		size, err := strconv.ParseInt(count, 10, 64)
		root, hashErr := tlog.ParseHash(hash)
		if edge := (Edge{size, root}); err == nil && hashErr == nil && edge.line() == line {
			return edge, nil
		}
		return Edge{}, errors.New("ledger: malformed checkpoint")
	}
	return Edge{}, nil
}
