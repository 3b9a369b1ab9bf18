// SPDX-License-Identifier: AGPL-3.0-or-later

package ledger

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// algCosignature names C2SP tlog-cosignature v1 over Ed25519 in note keys.
const algCosignature = 4

// cosignatureSize is a timestamp of 8 bytes and an Ed25519 signature.
const cosignatureSize = 8 + ed25519.SignatureSize

// Cosigner signs checkpoints of another's log as a witness, in the form of C2SP
// tlog-cosignature v1: the signature covers the instant at which the witness
// saw that the log only grew. It is a note.Signer.
type Cosigner struct {
	name  string
	key   ed25519.PrivateKey
	clock func() time.Time
}

// LoadOrCreateCosigner reads the witness's key from the file at path or makes
// one there for the witness of that name. The clock tells the time to sign; nil
// is time.Now.
func LoadOrCreateCosigner(path, name string, clock func() time.Time) (*Cosigner, error) {
	signer, err := LoadOrCreateSigner(path, name)
	if err != nil {
		return nil, err
	}
	if clock == nil {
		clock = time.Now
	}
	return &Cosigner{name: name, key: signer.key, clock: clock}, nil
}

// Name returns the name of the witness.
func (c *Cosigner) Name() string { return c.name }

// KeyHash returns the number that C2SP derives from name, algorithm and key.
func (c *Cosigner) KeyHash() uint32 { return cosignatureKeyHash(c.name, c.publicKey()) }

// Sign returns the instant and the signature over it and the checkpoint.
func (c *Cosigner) Sign(checkpoint []byte) ([]byte, error) {
	at := uint64(c.clock().Unix())
	signed := binary.BigEndian.AppendUint64(nil, at)
	return append(signed, ed25519.Sign(c.key, cosigned(at, checkpoint))...), nil
}

// VerifierKey returns the witness's public key as text for NewCosignatureVerifier.
func (c *Cosigner) VerifierKey() string {
	key := append([]byte{algCosignature}, c.publicKey()...)
	return fmt.Sprintf("%s+%08x+%s", c.name, c.KeyHash(), base64.StdEncoding.EncodeToString(key))
}

func (c *Cosigner) publicKey() ed25519.PublicKey { return c.key.Public().(ed25519.PublicKey) }

// Cosign returns the checkpoint with the witness's signature added. It checks
// that the log signed; that the log only grew is for a Witness to check before.
func (c *Cosigner) Cosign(checkpoint []byte, log note.Verifier) ([]byte, error) {
	signed, err := note.Open(checkpoint, note.VerifierList(log))
	if err != nil {
		return nil, fmt.Errorf("ledger: cosign: %w", err)
	}
	cosigned, err := note.Sign(signed, c)
	if err != nil {
		return nil, fmt.Errorf("ledger: cosign: %w", err)
	}
	return cosigned, nil
}

func cosigned(at uint64, checkpoint []byte) []byte {
	return fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at, checkpoint)
}

func cosignatureKeyHash(name string, key ed25519.PublicKey) uint32 {
	sum := sha256.Sum256(append([]byte(name+"\n\x04"), key...))
	return binary.BigEndian.Uint32(sum[:])
}

// cosignatureVerifier is the public half of a Cosigner.
type cosignatureVerifier struct {
	name string
	key  ed25519.PublicKey
}

// NewCosignatureVerifier reads what Cosigner.VerifierKey wrote.
func NewCosignatureVerifier(vkey string) (note.Verifier, error) {
	malformed := errors.New("ledger: malformed key of a witness")
	name, rest, _ := strings.Cut(vkey, "+")
	hash, encoded, _ := strings.Cut(rest, "+")
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != algCosignature || name == "" {
		return nil, malformed
	}
	v := cosignatureVerifier{name, key[1:]}
	if given, err := strconv.ParseUint(hash, 16, 32); err != nil || uint32(given) != v.KeyHash() {
		return nil, malformed
	}
	return v, nil
}

// Name returns the name of the witness.
func (v cosignatureVerifier) Name() string { return v.name }

// KeyHash returns the number that C2SP derives from name, algorithm and key.
func (v cosignatureVerifier) KeyHash() uint32 { return cosignatureKeyHash(v.name, v.key) }

// Verify tells whether the witness signed the checkpoint at the instant given in
// the signature.
func (v cosignatureVerifier) Verify(checkpoint, signature []byte) bool {
	if len(signature) != cosignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(signature)
	return ed25519.Verify(v.key, cosigned(at, checkpoint), signature[8:])
}
