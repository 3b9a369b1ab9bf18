// SPDX-License-Identifier: AGPL-3.0-or-later

package vault_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"ricongiungi/vault"
)

func open(t testing.TB) *vault.Vault {
	t.Helper()
	v, err := vault.Open(filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func newKey(t testing.TB, v *vault.Vault, person string) vault.StoredKey {
	t.Helper()
	key, err := v.NewKey(person)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func seal(t testing.TB, v *vault.Vault, key vault.StoredKey, plaintext string) vault.Sealed {
	t.Helper()
	s, err := v.Seal(key, at(key.PersonID), []byte(plaintext))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// at is the place of the tests' sealed data.
func at(person string) vault.Context {
	return vault.Context{CaseID: "case-1", EventID: "event-1", PersonID: person}
}

func TestWhatIsSealedOpensAtItsPlaceOnly(t *testing.T) {
	t.Parallel()
	v := open(t)
	text := rapid.String()
	rapid.Check(t, func(t *rapid.T) {
		key, err := v.NewKey(text.Draw(t, "person"))
		if err != nil {
			t.Fatal(err)
		}
		place := vault.Context{CaseID: text.Draw(t, "case"), EventID: text.Draw(t, "event"), PersonID: key.PersonID}
		plaintext := rapid.SliceOf(rapid.Byte()).Draw(t, "plaintext")
		s, err := v.Seal(key, place, plaintext)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := v.Open(key, place, s); err != nil || !bytes.Equal(got, plaintext) {
			t.Fatalf("%q, %v; want %q", got, err, plaintext)
		}
		other := vault.Context{CaseID: text.Draw(t, "other case"), EventID: text.Draw(t, "other event"), PersonID: key.PersonID}
		if _, err := v.Open(key, other, s); other != place && !errors.Is(err, vault.ErrTampered) {
			t.Fatalf("at %+v: %v, want ErrTampered", other, err)
		}
	})
}

// parts are what a reader brings to open a box.
type parts struct {
	key    vault.StoredKey
	place  vault.Context
	sealed vault.Sealed
}

// mixtures bring together what does not belong together: parts of a box of
// anna's, edited with the help of a second key of hers and a box of omar's.
var mixtures = []struct {
	name string
	edit func(p *parts, second vault.StoredKey, omar parts)
	want error
}{
	{"another case", func(p *parts, _ vault.StoredKey, _ parts) { p.place.CaseID = "case-2" }, vault.ErrTampered},
	{"another event", func(p *parts, _ vault.StoredKey, _ parts) { p.place.EventID = "event-2" }, vault.ErrTampered},
	{"fields shifted", func(p *parts, _ vault.StoredKey, _ parts) { p.place.CaseID, p.place.EventID = "case-1e", "vent-1" }, vault.ErrTampered},
	{"another person's place", func(p *parts, _ vault.StoredKey, _ parts) { p.place.PersonID = "omar" }, vault.ErrTampered},
	{"another person's key", func(p *parts, _ vault.StoredKey, omar parts) { p.key = omar.key }, vault.ErrWrongKey},
	{"another key of the person", func(p *parts, second vault.StoredKey, _ parts) { p.key = second }, vault.ErrWrongKey},
	{"another person's box", func(p *parts, _ vault.StoredKey, omar parts) { p.sealed.Box = omar.sealed.Box }, vault.ErrTampered},
	{"flipped bit", func(p *parts, _ vault.StoredKey, _ parts) { p.sealed.Box[20] ^= 1 }, vault.ErrTampered},
	{"cut box", func(p *parts, _ vault.StoredKey, _ parts) { p.sealed.Box = p.sealed.Box[:5] }, vault.ErrTampered},
	{"no box", func(p *parts, _ vault.StoredKey, _ parts) { p.sealed.Box = nil }, vault.ErrTampered},
	{"person renamed in the box", func(p *parts, _ vault.StoredKey, _ parts) { p.sealed.PersonID = "omar" }, vault.ErrWrongKey},
	{"key id changed in the box", func(p *parts, second vault.StoredKey, _ parts) { p.sealed.KeyID = second.KeyID }, vault.ErrWrongKey},
	{"commitment changed in the box", func(p *parts, second vault.StoredKey, _ parts) { p.sealed.Commitment = second.Commitment }, vault.ErrWrongKey},
	{"key id changed everywhere", func(p *parts, second vault.StoredKey, _ parts) {
		p.key.KeyID, p.sealed.KeyID = second.KeyID, second.KeyID
	}, vault.ErrTampered},
	{"commitment changed everywhere", func(p *parts, second vault.StoredKey, _ parts) {
		p.key.Commitment, p.sealed.Commitment = second.Commitment, second.Commitment
	}, vault.ErrTampered},
	{"person renamed everywhere", func(p *parts, _ vault.StoredKey, _ parts) {
		p.key.PersonID, p.place.PersonID, p.sealed.PersonID = "omar", "omar", "omar"
	}, vault.ErrTampered},
}

func TestWhatDoesNotBelongTogetherIsRefused(t *testing.T) {
	t.Parallel()
	v := open(t)
	anna, second, omar := newKey(t, v, "anna"), newKey(t, v, "anna"), newKey(t, v, "omar")
	for _, m := range mixtures {
		p := parts{anna, at("anna"), seal(t, v, anna, "Anna")}
		m.edit(&p, second, parts{omar, at("omar"), seal(t, v, omar, "Omar")})
		if _, err := v.Open(p.key, p.place, p.sealed); !errors.Is(err, m.want) {
			t.Errorf("%s: %v, want %v", m.name, err, m.want)
		}
	}
}

func TestAnAlteredWrappedKeyIsRefused(t *testing.T) {
	t.Parallel()
	v := open(t)
	key := newKey(t, v, "anna")
	key.Wrapped[20] ^= 1
	if _, err := v.Seal(key, at("anna"), nil); !errors.Is(err, vault.ErrTampered) {
		t.Errorf("%v, want ErrTampered", err)
	}
}

func TestNobodySealsUnderTheKeyOfAnother(t *testing.T) {
	t.Parallel()
	v := open(t)
	if _, err := v.Seal(newKey(t, v, "anna"), at("omar"), nil); !errors.Is(err, vault.ErrWrongKey) {
		t.Errorf("%v, want ErrWrongKey", err)
	}
}

func TestForgettingOnePersonLeavesTheOthers(t *testing.T) {
	t.Parallel()
	v := open(t)
	anna, omar := newKey(t, v, "anna"), newKey(t, v, "omar")
	ofAnna, ofOmar := seal(t, v, anna, "Anna"), seal(t, v, omar, "Omar")
	anna.Wrapped = nil
	v.Forget("anna")
	if _, err := v.Open(anna, at("anna"), ofAnna); !errors.Is(err, vault.ErrForgotten) {
		t.Errorf("open: %v, want ErrForgotten", err)
	}
	if _, err := v.Seal(anna, at("anna"), nil); !errors.Is(err, vault.ErrForgotten) {
		t.Errorf("seal: %v, want ErrForgotten", err)
	}
	if _, err := v.Rewrap(anna); !errors.Is(err, vault.ErrForgotten) {
		t.Errorf("rewrap: %v, want ErrForgotten", err)
	}
	if got, err := v.Open(omar, at("omar"), ofOmar); err != nil || string(got) != "Omar" {
		t.Errorf("the other person: %q, %v", got, err)
	}
}

func TestManyUseOneVaultAtOnce(t *testing.T) {
	t.Parallel()
	v := open(t)
	keys := []vault.StoredKey{newKey(t, v, "anna"), newKey(t, v, "omar"), newKey(t, v, "lin")}
	var group sync.WaitGroup
	for i := range 12 {
		group.Go(func() {
			key := keys[i%len(keys)]
			for range 50 {
				s, err := v.Seal(key, at(key.PersonID), []byte(key.PersonID))
				if err != nil {
					t.Error(err)
				}
				if got, err := v.Open(key, at(key.PersonID), s); err != nil || string(got) != key.PersonID {
					t.Errorf("%q, %v; want %q", got, err, key.PersonID)
				}
				v.Forget("omar")
			}
		})
	}
	group.Wait()
}

func TestSealedDataTravelsAsJSON(t *testing.T) {
	t.Parallel()
	v := open(t)
	key := newKey(t, v, "anna")
	s := seal(t, v, key, "Anna")
	text, err := json.Marshal(s)
	if err != nil || !strings.HasPrefix(string(text), `{"person":"anna","key":"`+key.KeyID+`","commitment":"`) {
		t.Fatalf("%s, %v", text, err)
	}
	var back vault.Sealed
	if err := json.Unmarshal(text, &back); err != nil || !bytes.Equal(back.Digest(), s.Digest()) {
		t.Fatalf("digest changed on the way: %v", err)
	}
	if got, err := v.Open(key, at("anna"), back); err != nil || string(got) != "Anna" {
		t.Fatalf("%q, %v", got, err)
	}
}

func TestABoxOpensInItsContextOnly(t *testing.T) {
	t.Parallel()
	v := open(t)
	box, err := v.SealBox("inbox 1", []byte("command"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.OpenBox("inbox 1", box); err != nil || string(got) != "command" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := v.OpenBox("inbox 2", box); !errors.Is(err, vault.ErrTampered) {
		t.Errorf("another context: %v, want ErrTampered", err)
	}
	if _, err := v.OpenBox("inbox 1", nil); !errors.Is(err, vault.ErrTampered) {
		t.Errorf("no box: %v, want ErrTampered", err)
	}
}

func TestABlindIndexTellsEqualityWithinOneLabelOnly(t *testing.T) {
	t.Parallel()
	v := open(t)
	index := v.BlindIndex("file number", "MI-1")
	if len(index) != 32 || !bytes.Equal(index, v.BlindIndex("file number", "MI-1")) {
		t.Error("equal values have different indexes")
	}
	for name, other := range map[string][]byte{
		"another value": v.BlindIndex("file number", "MI-2"),
		"another label": v.BlindIndex("visa number", "MI-1"),
		"another vault": open(t).BlindIndex("file number", "MI-1"),
	} {
		if bytes.Equal(index, other) {
			t.Errorf("%s has the same index", name)
		}
	}
}
