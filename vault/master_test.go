// SPDX-License-Identifier: AGPL-3.0-or-later

package vault_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ricongiungi/internal/keyfile"
	"ricongiungi/vault"
)

func reopen(t *testing.T, path string) *vault.Vault {
	t.Helper()
	v, err := vault.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAVaultOpensAgainFromItsFileOrItsText(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys")
	first := reopen(t, path)
	key := newKey(t, first, "anna")
	s := seal(t, first, key, "Anna")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fromText, err := vault.FromBase64(base64.StdEncoding.EncodeToString(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []*vault.Vault{reopen(t, path), fromText} {
		if got, err := v.Open(key, at("anna"), s); err != nil || string(got) != "Anna" {
			t.Errorf("%q, %v", got, err)
		}
		if !bytes.Equal(v.BlindIndex("file number", "1"), first.BlindIndex("file number", "1")) {
			t.Error("the blind index changed")
		}
	}
}

func TestAnotherMasterKeyIsNotMistakenForTampering(t *testing.T) {
	t.Parallel()
	v, other := open(t), open(t)
	key := newKey(t, v, "anna")
	if _, err := other.Seal(key, at("anna"), nil); !errors.Is(err, vault.ErrUnavailable) {
		t.Errorf("person's key: %v, want ErrUnavailable", err)
	}
	box, err := v.SealBox("inbox 1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.OpenBox("inbox 1", box); !errors.Is(err, vault.ErrUnavailable) {
		t.Errorf("box: %v, want ErrUnavailable", err)
	}
}

func TestRotationKeepsWhatWasSealedAndMovesKeysOn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys")
	old := reopen(t, path)
	key := newKey(t, old, "anna")
	s := seal(t, old, key, "Anna")
	if err := vault.Rotate(path); err != nil {
		t.Fatal(err)
	}
	rotated := reopen(t, path)
	moved, err := rotated.Rewrap(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, k := range map[string]vault.StoredKey{"old": key, "moved": moved} {
		if got, err := rotated.Open(k, at("anna"), s); err != nil || string(got) != "Anna" {
			t.Errorf("%s wrapping: %q, %v", name, got, err)
		}
	}
	if _, err := old.Rewrap(moved); !errors.Is(err, vault.ErrUnavailable) {
		t.Errorf("moved to the new master key, the old one opens it: %v", err)
	}
	if !bytes.Equal(rotated.BlindIndex("file number", "1"), old.BlindIndex("file number", "1")) {
		t.Error("rotation changed the blind index")
	}
}

func TestAKeyFileOpenToOthersIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys")
	reopen(t, path)
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Open(path); !errors.Is(err, keyfile.ErrExposed) {
		t.Errorf("open: %v, want ErrExposed", err)
	}
	if err := vault.Rotate(path); !errors.Is(err, keyfile.ErrExposed) {
		t.Errorf("rotate: %v, want ErrExposed", err)
	}
}

func TestAMalformedKeyFileIsRefusedWithoutShowingIt(t *testing.T) {
	t.Parallel()
	secret := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("s"), 32))
	for name, text := range map[string]string{
		"empty":           "",
		"not JSON":        secret,
		"short secret":    `{"version":1,"keyset":{},"index_secret":"c2Vj"}`,
		"another version": `{"version":2,"keyset":{},"index_secret":"` + secret + `"}`,
		"no keys":         `{"version":1,"keyset":{},"index_secret":"` + secret + `"}`,
		"no keyset":       `{"version":1,"index_secret":"` + secret + `"}`,
	} {
		_, err := vault.FromBase64(base64.StdEncoding.EncodeToString([]byte(text)))
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := vault.FromBase64("%" + secret); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("not Base64: %v", err)
	}
}
