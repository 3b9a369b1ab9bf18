// SPDX-License-Identifier: AGPL-3.0-or-later

package ledger_test

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ricongiungi/ledger"
)

func TestALeafHashesToTheSameValueForEver(t *testing.T) {
	t.Parallel()
	const want = "FyeN145xc2nlZg8Mf1I2qqfXDUkPxNSGKVBBnPA/uSM="
	if got := history(1, 1)[0].leaf.Hash().String(); got != want {
		t.Fatalf("leaf hash %s, want %s: logs already written would no longer verify", got, want)
	}
}

func TestALeafKeepsWhatPostgresKeepsOfTime(t *testing.T) {
	t.Parallel()
	leaf := history(1, 1)[0].leaf
	back := leaf
	back.RecordedAt = leaf.RecordedAt.Add(999 * time.Nanosecond).In(time.FixedZone("CEST", 7200))
	if back.Hash() != leaf.Hash() {
		t.Error("nanoseconds or the time zone changed the hash")
	}
	back.RecordedAt = leaf.RecordedAt.Add(time.Microsecond)
	if back.Hash() == leaf.Hash() {
		t.Error("a microsecond did not change the hash")
	}
}

func TestDifferentLeavesHaveDifferentEncodings(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawLeaf(t, "a"), drawLeaf(t, "b")
		if equal(a, b) != bytes.Equal(a.Encode(), b.Encode()) {
			t.Fatalf("leaves %+v and %+v share an encoding or one has two", a, b)
		}
	})
}

// drawLeaf draws from few, confusable values, so that shifted fields are found.
func drawLeaf(t *rapid.T, label string) ledger.Leaf {
	text := rapid.SampledFrom([]string{"", "1", "11", "1:1", "\x00\x00\x00\x011"})
	raw := rapid.Map(text, func(s string) []byte { return []byte(s) })
	number := rapid.Int64Range(0, 2)
	sealed := rapid.Custom(func(t *rapid.T) ledger.SealedDigest {
		return ledger.SealedDigest{PersonID: text.Draw(t, "person"), KeyID: text.Draw(t, "key"), Commitment: raw.Draw(t, "commitment"), CiphertextSHA256: raw.Draw(t, "digest")}
	})
	return ledger.Leaf{
		Position: number.Draw(t, label), CaseID: text.Draw(t, label), Version: number.Draw(t, label),
		EventID: text.Draw(t, label), CommandID: text.Draw(t, label), Type: text.Draw(t, label),
		Actor: raw.Draw(t, label), Data: raw.Draw(t, label), PrevHash: raw.Draw(t, label),
		Sealed: rapid.SliceOfN(sealed, 0, 2).Draw(t, label),
	}
}

func equal(a, b ledger.Leaf) bool {
	same := len(a.Sealed) == len(b.Sealed)
	for i := 0; same && i < len(a.Sealed); i++ {
		x, y := a.Sealed[i], b.Sealed[i]
		same = x.PersonID == y.PersonID && x.KeyID == y.KeyID &&
			bytes.Equal(x.Commitment, y.Commitment) && bytes.Equal(x.CiphertextSHA256, y.CiphertextSHA256)
	}
	return same && a.Position == b.Position && a.CaseID == b.CaseID && a.Version == b.Version &&
		a.EventID == b.EventID && a.CommandID == b.CommandID && a.Type == b.Type &&
		bytes.Equal(a.Actor, b.Actor) && bytes.Equal(a.Data, b.Data) && bytes.Equal(a.PrevHash, b.PrevHash)
}
