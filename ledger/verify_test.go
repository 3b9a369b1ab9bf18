// SPDX-License-Identifier: AGPL-3.0-or-later

package ledger_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ricongiungi/ledger"
)

// Twelve events of three cases; the event that the tables touch is number 4,
// whose case continues with 7.
const touched = 4

func TestAnUntouchedLogVerifies(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 50).Draw(t, "events")
		rows := history(n, rapid.IntRange(1, 7).Draw(t, "cases"))
		old := rapid.IntRange(0, n).Draw(t, "events at an older checkpoint")
		v := ledger.NewVerifier(checkpoint(rows), checkpoint(rows[:old]), checkpoint(nil))
		for _, r := range rows {
			if err := v.Add(r.leaf, r.hash); err != nil {
				t.Fatal(err)
			}
		}
		size, root, err := v.Finish()
		if want := checkpoint(rows); err != nil || size != want.Size || root != want.Root {
			t.Fatalf("size %d, root %v, %v; want %d, %v", size, root, err, want.Size, want.Root)
		}
	})
}

// nextInCase is what the event after the touched one in its case gives away.
var nextInCase = ledger.Tampered{Position: 7, CaseID: "case-1", What: ledger.Unchained}

// alterations are the ways to change one event, each with what gives it away
// when the event's stored hash was recomputed to match.
var alterations = []struct {
	name     string
	alter    func(*ledger.Leaf)
	rehashed ledger.Tampered
}{
	{"flipped byte in data", func(l *ledger.Leaf) { l.Data[3] ^= 1 }, nextInCase},
	{"changed actor", func(l *ledger.Leaf) { l.Actor = []byte(`{"kind":"system"}`) }, nextInCase},
	{"changed type", func(l *ledger.Leaf) { l.Type = "VisaRefused" }, nextInCase},
	{"changed event id", func(l *ledger.Leaf) { l.EventID = "event-40" }, nextInCase},
	{"changed command", func(l *ledger.Leaf) { l.CommandID = "command-5" }, nextInCase},
	{"changed ordinal", func(l *ledger.Leaf) { l.Ordinal++ }, nextInCase},
	{"changed schema version", func(l *ledger.Leaf) { l.SchemaVersion++ }, nextInCase},
	{"backdated occurrence", func(l *ledger.Leaf) { l.OccurredAt = l.OccurredAt.Add(-time.Hour) }, nextInCase},
	{"changed time of recording", func(l *ledger.Leaf) { l.RecordedAt = l.RecordedAt.Add(time.Microsecond) }, nextInCase},
	{"swapped ciphertext digest", func(l *ledger.Leaf) { l.Sealed[0].CiphertextSHA256 = digest("other") }, nextInCase},
	{"changed key id", func(l *ledger.Leaf) { l.Sealed[0].KeyID = "key-2" }, nextInCase},
	{"changed key commitment", func(l *ledger.Leaf) { l.Sealed[0].Commitment = digest("other") }, nextInCase},
	{"removed sealed data", func(l *ledger.Leaf) { l.Sealed = nil }, nextInCase},
	{"changed version", func(l *ledger.Leaf) { l.Version++ }, ledger.Tampered{Position: 4, CaseID: "case-1", What: ledger.Skipped}},
	{"changed case", func(l *ledger.Leaf) { l.CaseID = "case-0" }, ledger.Tampered{Position: 4, CaseID: "case-0", What: ledger.Skipped}},
	{"cut from its case", func(l *ledger.Leaf) { l.PrevHash = ledger.FirstPrevHash() }, ledger.Tampered{Position: 4, CaseID: "case-1", What: ledger.Unchained}},
}

func TestAnAlteredEventIsFoundAndNamed(t *testing.T) {
	t.Parallel()
	for _, a := range alterations {
		rows := history(12, 3)
		a.alter(&rows[touched].leaf)
		got := tampered(t, a.name, verify(rows))
		if got.Position != touched || got.What != ledger.Altered {
			t.Errorf("%s: found %q", a.name, got)
		}
	}
}

func TestAnAlteredEventWithItsHashRecomputedIsFoundByItsCase(t *testing.T) {
	t.Parallel()
	for _, a := range alterations {
		rows := history(12, 3)
		a.alter(&rows[touched].leaf)
		rows[touched] = seal(rows[touched].leaf)
		if got := tampered(t, a.name, verify(rows)); *got != a.rehashed {
			t.Errorf("%s: found %q, want %q", a.name, got, &a.rehashed)
		}
	}
}

func TestAHistoryRewrittenWithAllItsHashesIsFoundByACheckpoint(t *testing.T) {
	t.Parallel()
	honest := history(12, 3)
	rewritten := history(12, 3)
	rewritten[touched].leaf.Data = []byte(`{"office":"Cairo"}`)
	for i := touched; i < len(rewritten); i += 3 {
		rewritten[i].leaf.PrevHash = rewritten[i-3].hash
		rewritten[i] = seal(rewritten[i].leaf)
	}
	if err := verify(rewritten); err != nil {
		t.Fatalf("the rewriting is not perfect: %v", err)
	}
	if err := verify(rewritten, checkpoint(honest[:touched])); err != nil {
		t.Fatalf("a checkpoint older than the rewriting: %v", err)
	}
	want := ledger.Tampered{Position: 5, What: ledger.Rewritten}
	got := tampered(t, "rewritten", verify(rewritten, checkpoint(honest), checkpoint(honest[:5])))
	if *got != want {
		t.Errorf("found %q, want %q", got, &want)
	}
}

func TestEventsRemovedMovedOrRepeatedAreFoundAndNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		edit func([]row) []row
		want ledger.Tampered
	}{
		{"deleted", func(r []row) []row { return slices.Delete(r, 4, 5) }, ledger.Tampered{Position: 4, What: ledger.Missing}},
		{"repeated", func(r []row) []row { return slices.Insert(r, 5, r[4]) }, ledger.Tampered{Position: 4, CaseID: "case-1", What: ledger.Misplaced}},
		{"swapped rows", func(r []row) []row { r[4], r[5] = r[5], r[4]; return r }, ledger.Tampered{Position: 4, What: ledger.Missing}},
		{"swapped positions", func(r []row) []row {
			r[4], r[5] = r[5], r[4]
			r[4].leaf.Position, r[5].leaf.Position = 4, 5
			return r
		}, ledger.Tampered{Position: 4, CaseID: "case-2", What: ledger.Altered}},
		{"deleted and closed up", func(r []row) []row {
			r = slices.Delete(r, 4, 5)
			for i := 4; i < len(r); i++ {
				r[i].leaf.Position--
				r[i] = seal(r[i].leaf)
			}
			return r
		}, ledger.Tampered{Position: 6, CaseID: "case-1", What: ledger.Skipped}},
		{"cut tail", func(r []row) []row { return r[:9] }, ledger.Tampered{Position: 9, What: ledger.CutShort}},
		{"all cut", func(r []row) []row { return nil }, ledger.Tampered{What: ledger.CutShort}},
	} {
		rows := history(12, 3)
		held := checkpoint(rows)
		if got := tampered(t, c.name, verify(c.edit(rows), held)); *got != c.want {
			t.Errorf("%s: found %q, want %q", c.name, got, &c.want)
		}
	}
}

func TestAnyFlippedBitOfAStoredEventIsFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := history(12, 3)
		target := &rows[rapid.IntRange(0, 11).Draw(t, "event")]
		bytes := rapid.SampledFrom([][]byte{
			target.leaf.Data, target.leaf.Actor, target.leaf.PrevHash, target.hash,
			target.leaf.Sealed[0].Commitment, target.leaf.Sealed[0].CiphertextSHA256,
		}).Draw(t, "field")
		bytes[rapid.IntRange(0, len(bytes)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if verify(rows) == nil {
			t.Fatal("not found")
		}
	})
}

func tampered(t *testing.T, name string, err error) *ledger.Tampered {
	t.Helper()
	var found *ledger.Tampered
	if !errors.As(err, &found) {
		t.Fatalf("%s: not found: %v", name, err)
	}
	return found
}

func BenchmarkVerify(b *testing.B) {
	rows := history(10_000, 200)
	held := checkpoint(rows)
	for b.Loop() {
		if err := verify(rows, held); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(rows)), "ns/leaf")
}
