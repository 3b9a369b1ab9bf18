// SPDX-License-Identifier: AGPL-3.0-or-later

package handoff

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Canonical is the message in the one form that is kept and digested, so that
// the order of fields and blank space in what was sent do not matter.
func Canonical(m Message) []byte {
	raw, err := json.Marshal(m)
	if err != nil {
		panic(err) // nothing in a message can fail to marshal
	}
	return raw
}

// Digest is the SHA-256 of the canonical message in hex: two messages are the
// same exactly when their digests are.
func Digest(m Message) string {
	sum := sha256.Sum256(Canonical(m))
	return hex.EncodeToString(sum[:])
}
