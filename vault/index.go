// SPDX-License-Identifier: AGPL-3.0-or-later

package vault

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
)

// BlindIndex returns 32 bytes by which a value can be looked up without being
// stored, such as a file number. Equal values have equal indexes, under one
// label only: whoever sees the table learns which rows share a value and how
// often, but neither the value nor, without the key file, how to test a guess.
// So it suits numbers that are nearly unique, never names, and must be deleted
// with the person. It tells apart every spelling: bring values to one form first.
func (v *Vault) BlindIndex(label, value string) []byte {
	// One key for each label, so that columns cannot be compared.
	key, err := hkdf.Key(sha256.New, v.index, nil, string(bind("blind index", label)), sha256.Size)
	if err != nil {
		panic("vault: one SHA-256 block of key can always be derived: " + err.Error())
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(value))
	return mac.Sum(nil)
}
