// SPDX-License-Identifier: AGPL-3.0-or-later

package vault

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"
	"github.com/tink-crypto/tink-go/v2/aead/aesgcm"
	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/secretdata"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// personKeyLength is that of an AES-256 key, in bytes.
const personKeyLength = 32

// StoredKey is a person's key as the caller keeps it. Emptying Wrapped, in
// every copy, forgets the person; the other fields are no secret and stay, so
// that a reader can tell a forgotten person from a missing key.
type StoredKey struct {
	KeyID    string // UUID
	PersonID string
	Wrapped  []byte // the key under the master key, or empty once destroyed
	// Commitment is SHA-256 over the person, the key id and the key. AES-GCM is
	// not key-committing: somebody who may choose two keys can make one box that
	// opens to different texts under each. Written into every box and covered by
	// the log's proofs, the commitment leaves only one key to open it with. The
	// key is random, so its hash gives nothing away.
	Commitment []byte
}

// NewKey makes a key for the person. It is not kept: the caller stores it
// before storing anything sealed under it.
func (v *Vault) NewKey(person string) (StoredKey, error) {
	secret := make([]byte, personKeyLength)
	rand.Read(secret) // never fails: it would end the process instead
	key := StoredKey{KeyID: uuid.NewString(), PersonID: person}
	key.Commitment = key.commitment(secret)
	return v.wrap(key, secret)
}

// Rewrap returns the same key wrapped under the primary master key, after a
// rotation. It fails as Open does.
func (v *Vault) Rewrap(key StoredKey) (StoredKey, error) {
	secret, err := v.unwrap(key)
	if err != nil {
		return StoredKey{}, err
	}
	return v.wrap(key, secret)
}

// DisclosedKey is a person's key in the clear, given away together with what is
// sealed under it: the only way to show somebody else that opened data is what
// was sealed. It opens everything sealed for that person, elsewhere and later too.
type DisclosedKey struct {
	PersonID string `json:"person"`
	KeyID    string `json:"key"`
	Secret   []byte `json:"secret"` // AES-256
}

// Disclose returns the person's key in the clear. It fails as Open does.
func (v *Vault) Disclose(key StoredKey) (DisclosedKey, error) {
	secret, err := v.unwrap(key)
	if err != nil {
		return DisclosedKey{}, err
	}
	return DisclosedKey{key.PersonID, key.KeyID, secret}, nil
}

// OpenDisclosed opens a box with a disclosed key, without any vault. It fails
// with ErrWrongKey if the box commits to another key, and with ErrTampered if
// box or place are not what they were.
func OpenDisclosed(key DisclosedKey, at Context, s Sealed) ([]byte, error) {
	named := StoredKey{KeyID: key.KeyID, PersonID: key.PersonID}
	if s.PersonID != key.PersonID || s.KeyID != key.KeyID || !bytes.Equal(s.Commitment, named.commitment(key.Secret)) {
		return nil, fmt.Errorf("vault: open with disclosed key %s: %w", key.KeyID, ErrWrongKey)
	}
	cipher, err := newCipher(key.Secret)
	if err != nil {
		return nil, fmt.Errorf("vault: disclosed key %s: %w", key.KeyID, err)
	}
	plaintext, err := cipher.Decrypt(s.Box, at.aad())
	if err != nil {
		return nil, fmt.Errorf("vault: open with disclosed key %s: %w", key.KeyID, ErrTampered)
	}
	return plaintext, nil
}

// Forget drops the person's keys from memory. Call it when a key is destroyed;
// other processes notice by the empty Wrapped or, at the latest, when their
// cache is next emptied.
func (v *Vault) Forget(person string) {
	v.cache.forget(person)
}

func (k StoredKey) commitment(secret []byte) []byte {
	sum := sha256.Sum256(bind("key commitment", k.PersonID, k.KeyID, string(secret)))
	return sum[:]
}

// aad ties the wrapped key to its row: moved to another person it will not open.
func (k StoredKey) aad() []byte {
	return bind("person key", k.PersonID, k.KeyID)
}

func (v *Vault) wrap(key StoredKey, secret []byte) (StoredKey, error) {
	wrapped, err := v.master.Encrypt(secret, key.aad())
	if err != nil {
		return StoredKey{}, fmt.Errorf("vault: wrap key %s: %w", key.KeyID, err)
	}
	key.Wrapped = wrapped
	return key, nil
}

func (v *Vault) unwrap(key StoredKey) ([]byte, error) {
	if len(key.Wrapped) == 0 {
		return nil, fmt.Errorf("vault: key %s: %w", key.KeyID, ErrForgotten)
	}
	secret, err := v.master.open(key.Wrapped, key.aad())
	if err != nil {
		return nil, fmt.Errorf("vault: unwrap key %s: %w", key.KeyID, err)
	}
	if !bytes.Equal(key.commitment(secret), key.Commitment) {
		return nil, fmt.Errorf("vault: commitment of key %s: %w", key.KeyID, ErrTampered)
	}
	return secret, nil
}

// cipher returns the person's key ready for use. Making it costs more than
// sealing with it, hence the cache.
func (v *Vault) cipher(key StoredKey) (tink.AEAD, error) {
	if len(key.Wrapped) == 0 {
		v.cache.remove(key)
		return nil, fmt.Errorf("vault: key %s: %w", key.KeyID, ErrForgotten)
	}
	cipher, round := v.cache.get(key)
	if cipher != nil {
		return cipher, nil
	}
	secret, err := v.unwrap(key)
	if err != nil {
		return nil, err
	}
	if cipher, err = newCipher(secret); err != nil {
		return nil, fmt.Errorf("vault: key %s: %w", key.KeyID, err)
	}
	v.cache.put(key, cipher, round)
	return cipher, nil
}

func newCipher(secret []byte) (tink.AEAD, error) {
	parameters, err := aesgcm.NewParameters(aesgcm.ParametersOpts{
		KeySizeInBytes: personKeyLength,
		IVSizeInBytes:  12,
		TagSizeInBytes: 16,
		Variant:        aesgcm.VariantNoPrefix,
	})
	if err != nil {
		return nil, err
	}
	data := secretdata.NewBytesFromData(secret, insecuresecretdataaccess.Token{})
	key, err := aesgcm.NewKey(data, 0, parameters)
	if err != nil {
		return nil, err
	}
	return aesgcm.NewAEAD(key)
}
