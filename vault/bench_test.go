// SPDX-License-Identifier: AGPL-3.0-or-later

package vault_test

import (
	"bytes"
	"testing"

	"ricongiungi/vault"
)

// plain is of the usual size of an event's personal data.
var plain = bytes.Repeat([]byte("x"), 300)

func BenchmarkSeal(b *testing.B) {
	v := open(b)
	key := newKey(b, v, "anna")
	for b.Loop() {
		if _, err := v.Seal(key, at("anna"), plain); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	v := open(b)
	key := newKey(b, v, "anna")
	benchmarkOpen(b, v, key, func() {})
}

// BenchmarkOpenUncached unwraps the person's key for every box.
func BenchmarkOpenUncached(b *testing.B) {
	v := open(b)
	key := newKey(b, v, "anna")
	benchmarkOpen(b, v, key, func() { v.Forget("anna") })
}

func benchmarkOpen(b *testing.B, v *vault.Vault, key vault.StoredKey, before func()) {
	s := seal(b, v, key, string(plain))
	for b.Loop() {
		before()
		if _, err := v.Open(key, at("anna"), s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewKey(b *testing.B) {
	v := open(b)
	for b.Loop() {
		newKey(b, v, "anna")
	}
}
