// SPDX-License-Identifier: AGPL-3.0-or-later

// Package vault seals what identifies a person under a key of that person's
// own, so that destroying one key forgets one person everywhere, whatever
// copies of the sealed data exist. Persons' keys are kept by the caller,
// wrapped under a master key that stands in a file of its own.
package vault

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"

	"ricongiungi/internal/keyfile"
)

var (
	// ErrForgotten says that the person's key was destroyed: nobody can open
	// this any more, and readers show that the person was erased.
	ErrForgotten = errors.New("the person's key was destroyed")
	// ErrWrongKey says that the key belongs to another person or is not the one
	// the box was sealed under.
	ErrWrongKey = errors.New("this key does not belong to the sealed data")
	// ErrTampered says that sealed data or a wrapped key was altered, or moved
	// to a place it was not sealed for.
	ErrTampered = errors.New("the sealed data was altered or moved")
	// ErrUnavailable says that the master key needed is not in this vault. The
	// data is not lost: it opens as soon as the right key file is back.
	ErrUnavailable = errors.New("the master key is not in this vault")
)

// Vault seals and opens. It is safe for concurrent use.
type Vault struct {
	master keyring
	index  []byte // secret from which the keys of blind indexes are derived
	cache  *cache
}

// Open returns the vault whose master keys stand in the file at path, which is
// created with mode 0600 on first start. It fails when the file is open to
// other users or malformed.
//
// A lost key file is replaced by a fresh one just as silently, and everything
// sealed before then fails with ErrUnavailable. Callers notice at once if they
// keep one SealBox from their own first start and open it at every other.
func Open(path string) (*Vault, error) {
	text, err := keyfile.LoadOrCreate(path, newMasterKeys)
	if err != nil {
		return nil, fmt.Errorf("vault: key file: %w", err)
	}
	return parse(text)
}

// FromBase64 returns the vault of a key file given as standard Base64, for
// machines that hand out secrets as configuration.
func FromBase64(keyFile string) (*Vault, error) {
	text, err := base64.StdEncoding.DecodeString(keyFile)
	if err != nil {
		return nil, errors.New("vault: key file is not Base64")
	}
	return parse(text)
}

func parse(text []byte) (*Vault, error) {
	keys, err := parseMasterKeys(text)
	if err != nil {
		return nil, err
	}
	master, err := newKeyring(keys.handle)
	if err != nil {
		return nil, err
	}
	return &Vault{master: master, index: keys.index, cache: newCache(cachedKeys)}, nil
}

// bind joins a purpose and its fields so that no two lists of fields give the
// same bytes: each is preceded by its length.
func bind(purpose string, fields ...string) []byte {
	b := []byte("ricongiungi " + purpose + " v1\n")
	for _, field := range fields {
		b = binary.BigEndian.AppendUint32(b, uint32(len(field)))
		b = append(b, field...)
	}
	return b
}
