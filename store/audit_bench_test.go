// SPDX-License-Identifier: AGPL-3.0-or-later

package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"ricongiungi/ledger"
	"ricongiungi/store"
	"ricongiungi/vault"
)

// BenchmarkAudit verifies a whole log of AUDIT_EVENTS events (100,000 unless
// given), each with the sealed data of one person. It reports events per second.
func BenchmarkAudit(b *testing.B) {
	events := 100_000
	if given := os.Getenv("AUDIT_EVENTS"); given != "" {
		var err error
		events, err = strconv.Atoi(given)
		must(b, err)
	}
	office := setup(b)
	office.write(events)
	for b.Loop() {
		head, err := office.Verify(b.Context(), store.Audit{})
		if err != nil || head.Size != int64(events) {
			b.Fatalf("%d events, %v", head.Size, err)
		}
	}
	b.ReportMetric(float64(events)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// write fills the log past the program, which would take its time over so many.
func (b *bundle) write(events int) {
	conn, err := pgx.Connect(b.t.Context(), b.url)
	must(b.t, err)
	defer conn.Close(context.Background())
	const cases = 20_000
	var tree ledger.Frontier
	var chunk, nodes [][]any
	last := map[int]ledger.Leaf{}
	flush := func() {
		_, err := conn.CopyFrom(b.t.Context(), pgx.Identifier{"events"}, []string{"position", "case_id", "version", "event_id", "command_id", "ordinal",
			"type", "schema_version", "occurred_at", "recorded_at", "actor", "data", "sealed", "prev_hash", "leaf_hash"}, pgx.CopyFromRows(chunk))
		must(b.t, err)
		_, err = conn.CopyFrom(b.t.Context(), pgx.Identifier{"log_hashes"}, []string{"idx", "hash"}, pgx.CopyFromRows(nodes))
		must(b.t, err)
		chunk, nodes = nil, nil
	}
	for i := range events {
		leaf, sealed := b.anyLeaf(i, last[i%cases])
		last[i%cases] = leaf
		hash := leaf.Hash()
		var added []ledger.IndexedHash
		tree, added = tree.Append(hash)
		for _, n := range added {
			nodes = append(nodes, []any{n.Index, append([]byte{}, n.Hash[:]...)})
		}
		chunk = append(chunk, []any{leaf.Position, leaf.CaseID, leaf.Version, leaf.EventID, leaf.CommandID, 0, leaf.Type, 1,
			leaf.OccurredAt, leaf.RecordedAt, string(leaf.Actor), string(leaf.Data), sealed, leaf.PrevHash, hash[:]})
		if len(chunk) == 10_000 || i == events-1 {
			flush()
		}
	}
	signed, err := b.signer.Sign(tree.Size(), tree.Root(), ledger.Edge{})
	must(b.t, err)
	_, err = conn.Exec(b.t.Context(), `UPDATE log_head SET size = $1, frontier = $2, checkpoint = $3`, tree.Size(), tree.Encode(), signed)
	must(b.t, err)
	_, err = conn.Exec(b.t.Context(), `ANALYZE events`)
	must(b.t, err)
}

// anyLeaf is an event of the usual size that continues its case.
func (b *bundle) anyLeaf(i int, before ledger.Leaf) (ledger.Leaf, string) {
	box := vault.Sealed{PersonID: uuid.NewString(), KeyID: uuid.NewString(), Commitment: make([]byte, 32), Box: make([]byte, 180)}
	sealed, err := json.Marshal([]vault.Sealed{box})
	must(b.t, err)
	leaf := ledger.Leaf{Position: int64(i), CaseID: before.CaseID, Version: before.Version + 1, EventID: uuid.NewString(), CommandID: uuid.NewString(),
		Type: "visa_requested", SchemaVersion: 1, OccurredAt: noon.Add(time.Duration(i) * time.Second), RecordedAt: noon.Add(time.Duration(i) * time.Second),
		Actor:    []byte(`{"id":"10000000-0000-4000-8000-000000000002","role":"counsellor","office":"wemi-mi"}`),
		Data:     fmt.Appendf(nil, `{"member_id":%q,"decision":{"rule":"visa.decision","valid_from":"1998-03-27","from":"2026-03-10","due":"2026-04-09"}}`, box.PersonID),
		Sealed:   []ledger.SealedDigest{{PersonID: box.PersonID, KeyID: box.KeyID, Commitment: box.Commitment, CiphertextSHA256: box.Digest()}},
		PrevHash: ledger.FirstPrevHash()}
	if before.Version == 0 {
		leaf.CaseID = uuid.NewString()
		return leaf, string(sealed)
	}
	hash := before.Hash()
	leaf.PrevHash = hash[:]
	return leaf, string(sealed)
}
