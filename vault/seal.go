// SPDX-License-Identifier: AGPL-3.0-or-later

package vault

import (
	"bytes"
	"crypto/sha256"
	"fmt"
)

// Context is the place a box is sealed for. It opens nowhere else, so that a
// box copied into another event or case is found out.
type Context struct {
	CaseID, EventID, PersonID string
}

func (c Context) aad() []byte {
	return bind("sealed data", c.CaseID, c.EventID, c.PersonID)
}

// Sealed is personal data of one person under that person's key, in the form
// in which events carry it. Bytes are Base64 in JSON.
type Sealed struct {
	PersonID   string `json:"person"`
	KeyID      string `json:"key"`
	Commitment []byte `json:"commitment"` // that of the StoredKey it was sealed under
	Box        []byte `json:"box"`        // AES256-GCM, 28 bytes longer than the plaintext
}

// Digest returns the SHA-256 of the box, which the log's leaf covers in place
// of the box.
func (s Sealed) Digest() []byte {
	sum := sha256.Sum256(s.Box)
	return sum[:]
}

// Seal closes the plaintext under the person's key for the place given. It
// fails with ErrForgotten after the key was destroyed, with ErrWrongKey if the
// place is another person's, and otherwise as the key itself does: with
// ErrTampered or ErrUnavailable.
func (v *Vault) Seal(key StoredKey, at Context, plaintext []byte) (Sealed, error) {
	if at.PersonID != key.PersonID {
		return Sealed{}, fmt.Errorf("vault: seal under key %s: %w", key.KeyID, ErrWrongKey)
	}
	cipher, err := v.cipher(key)
	if err != nil {
		return Sealed{}, err
	}
	box, err := cipher.Encrypt(plaintext, at.aad())
	if err != nil {
		return Sealed{}, fmt.Errorf("vault: seal under key %s: %w", key.KeyID, err)
	}
	return Sealed{key.PersonID, key.KeyID, key.Commitment, box}, nil
}

// Open returns the plaintext of what was sealed for the place given. It fails
// with ErrWrongKey if the box names another person, key or commitment than the
// key has; with ErrForgotten after the key was destroyed; with ErrTampered if
// box, key or place are not what they were; with ErrUnavailable without the
// right master key.
func (v *Vault) Open(key StoredKey, at Context, s Sealed) ([]byte, error) {
	if s.PersonID != key.PersonID || s.KeyID != key.KeyID || !bytes.Equal(s.Commitment, key.Commitment) {
		return nil, fmt.Errorf("vault: open with key %s: %w", key.KeyID, ErrWrongKey)
	}
	cipher, err := v.cipher(key)
	if err != nil {
		return nil, err
	}
	plaintext, err := cipher.Decrypt(s.Box, at.aad())
	if err != nil {
		return nil, fmt.Errorf("vault: open with key %s: %w", key.KeyID, ErrTampered)
	}
	return plaintext, nil
}

// SealBox closes the plaintext under the master key, for data of no single
// person that is kept for a short while, such as a command not yet handled. It
// opens only with the same context, which should name the row.
func (v *Vault) SealBox(context string, plaintext []byte) ([]byte, error) {
	box, err := v.master.Encrypt(plaintext, bind("box", context))
	if err != nil {
		return nil, fmt.Errorf("vault: seal box: %w", err)
	}
	return box, nil
}

// OpenBox returns the plaintext of a SealBox. It fails with ErrTampered if the
// box or its context were changed and with ErrUnavailable if it was sealed
// under a master key that is not in this vault.
func (v *Vault) OpenBox(context string, box []byte) ([]byte, error) {
	plaintext, err := v.master.open(box, bind("box", context))
	if err != nil {
		return nil, fmt.Errorf("vault: open box: %w", err)
	}
	return plaintext, nil
}
