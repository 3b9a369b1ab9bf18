// SPDX-License-Identifier: AGPL-3.0-or-later

package vault

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"ricongiungi/internal/keyfile"
)

// keyFile is the key file as JSON. The index secret is apart from the keyset
// because it must outlive rotations: with it change all blind indexes.
type keyFile struct {
	Version     int             `json:"version"`
	Keyset      json.RawMessage `json:"keyset"` // Tink keyset in clear: AES256-GCM keys, one of them primary
	IndexSecret []byte          `json:"index_secret"`
}

const (
	keyFileVersion    = 1
	indexSecretLength = 32
)

// masterKeys is the content of a key file.
type masterKeys struct {
	handle *keyset.Handle
	index  []byte
}

// newMasterKeys returns the text of a fresh key file.
func newMasterKeys() ([]byte, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	index := make([]byte, indexSecretLength)
	rand.Read(index) // never fails: it would end the process instead
	return masterKeys{handle, index}.text()
}

// parseMasterKeys never shows the content in its errors: it is all secret.
func parseMasterKeys(text []byte) (masterKeys, error) {
	var file keyFile
	if json.Unmarshal(text, &file) != nil || len(file.IndexSecret) != indexSecretLength {
		return masterKeys{}, errors.New("vault: key file is malformed")
	}
	if file.Version != keyFileVersion {
		return masterKeys{}, fmt.Errorf("vault: key file has version %d, want %d", file.Version, keyFileVersion)
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(file.Keyset)))
	if err != nil {
		return masterKeys{}, errors.New("vault: key file holds no valid keyset")
	}
	return masterKeys{handle, file.IndexSecret}, nil
}

func (k masterKeys) text() ([]byte, error) {
	var set bytes.Buffer
	if err := insecurecleartextkeyset.Write(k.handle, keyset.NewJSONWriter(&set)); err != nil {
		return nil, err
	}
	return json.MarshalIndent(keyFile{keyFileVersion, set.Bytes(), k.index}, "", "  ")
}

// Rotate adds a fresh master key to the file at path and makes it the primary
// one: vaults opened from then on seal under it, and open what the older keys
// sealed. Until they are started again, running processes fail on what the new
// key wrapped with ErrUnavailable, so restart all of them. Keys of persons move
// to the new master key with Vault.Rewrap; only when all have moved, backups
// included, may an older master key be removed from the file.
func Rotate(path string) error {
	text, err := keyfile.Read(path)
	if err != nil {
		return fmt.Errorf("vault: key file: %w", err)
	}
	keys, err := parseMasterKeys(text)
	if err != nil {
		return err
	}
	if keys.handle, err = withFreshPrimary(keys.handle); err != nil {
		return fmt.Errorf("vault: rotate: %w", err)
	}
	if text, err = keys.text(); err != nil {
		return fmt.Errorf("vault: rotate: %w", err)
	}
	return keyfile.Replace(path, text)
}

func withFreshPrimary(handle *keyset.Handle) (*keyset.Handle, error) {
	manager := keyset.NewManagerFromHandle(handle)
	id, err := manager.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	if err := manager.SetPrimary(id); err != nil {
		return nil, err
	}
	return manager.Handle()
}

// keyring seals under the primary master key and opens under any. AES-GCM's
// random nonces allow some four billion boxes for one key, a bound that
// rotating once in some years keeps far away.
type keyring struct {
	tink.AEAD
	ids map[uint32]bool
}

func newKeyring(handle *keyset.Handle) (keyring, error) {
	primitive, err := aead.New(handle)
	if err != nil {
		return keyring{}, fmt.Errorf("vault: master keys: %w", err)
	}
	ids := map[uint32]bool{}
	for _, key := range handle.KeysetInfo().GetKeyInfo() {
		ids[key.GetKeyId()] = true
	}
	return keyring{primitive, ids}, nil
}

// open fails with ErrUnavailable for a box of a master key it does not hold,
// and with ErrTampered for one it should be able to open.
func (k keyring) open(box, aad []byte) ([]byte, error) {
	plaintext, err := k.Decrypt(box, aad)
	if err == nil {
		return plaintext, nil
	}
	// Tink's prefix of a box: a byte 1, then the id of the key.
	if len(box) >= 5 && box[0] == 1 && !k.ids[binary.BigEndian.Uint32(box[1:5])] {
		return nil, ErrUnavailable
	}
	return nil, ErrTampered
}
