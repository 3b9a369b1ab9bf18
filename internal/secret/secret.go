// SPDX-License-Identifier: AGPL-3.0-or-later

// Package secret draws the secrets of personal links: random, readable aloud,
// typeable on an old phone, and known to us by their digest only.
package secret

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"slices"
	"strings"
	"unicode"
)

// bytes of randomness in a secret: 160 bits, which nobody guesses, in 32
// characters, which a person can still type.
const bytes = 20

// letters leave out those that are taken for one another (Crockford's base 32).
var letters = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// New draws a secret, written in groups of four.
func New() string {
	random := make([]byte, bytes)
	_, _ = rand.Read(random) // never fails; the program ends where there is no randomness
	var groups []string
	for group := range slices.Chunk([]byte(letters.EncodeToString(random)), 4) {
		groups = append(groups, string(group))
	}
	return strings.Join(groups, "-")
}

// misread are letters that people write for digits.
var misread = strings.NewReplacer("O", "0", "I", "1", "L", "1")

// Plain is the secret without what does not matter: case, spaces, dashes.
func Plain(typed string) string {
	kept := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) {
			return -1
		}
		return r
	}, typed)
	return misread.Replace(strings.ToUpper(kept))
}

// Digest is what is kept of a secret, however it was typed.
func Digest(typed string) []byte {
	sum := sha256.Sum256([]byte(Plain(typed)))
	return sum[:]
}

// Hex is the digest as commands carry it.
func Hex(typed string) string { return hex.EncodeToString(Digest(typed)) }
