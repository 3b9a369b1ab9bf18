// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/handoff"
	"ricongiungi/ledger"
	"ricongiungi/views"
)

// open takes hold of the sender's row, and of the head of the log as it is now.
func (in *intake) open(ctx context.Context, tx pgx.Tx, log string) error {
	var checkpoint []byte
	err := tx.QueryRow(ctx, `INSERT INTO senders (sender) VALUES ($1)
		ON CONFLICT (sender) DO UPDATE SET sender = excluded.sender
		RETURNING next_sequence, receipts, last_receipt, (SELECT checkpoint FROM log_head)`, in.sender).
		Scan(&in.next, &in.last.Number, &in.previous, &checkpoint)
	if err != nil {
		return err
	}
	in.last.Log, in.last.LogRoot = log, ledger.Frontier{}.Root().String()
	if len(checkpoint) > 0 {
		in.last.LogSize, in.last.LogRoot, err = ledger.HeadOf(checkpoint)
	}
	return err
}

// signReceipt numbers the receipt and has the log sign it.
func (s *Store) signReceipt(in *intake, r *handoff.Receipt, senderSigned string) error {
	st := handoff.Statement{Log: in.last.Log, Number: in.last.Number + 1, HandoffID: r.HandoffID, Sender: r.Sender, MessageID: r.MessageID,
		Sequence: r.Sequence, Kind: r.Kind, Digest: r.Digest, ReceivedAt: r.ReceivedAt, Previous: hex.EncodeToString(in.previous),
		LogSize: in.last.LogSize, LogRoot: in.last.LogRoot}
	if senderSigned != "" {
		st.SignedBy = handoff.Fingerprint([]byte(senderSigned))
	}
	signed, err := s.signer.SignText(st.Text())
	if err != nil {
		return fmt.Errorf("signing the receipt: %w", err)
	}
	sum := sha256.Sum256(signed)
	in.last, in.previous = st, sum[:]
	r.Number, r.Signed = st.Number, string(signed)
	return nil
}

// refresh fills the answers with the receipts as they now stand.
func (in *intake) refresh(ctx context.Context, tx pgx.Tx, which []int, answers []views.Acceptance) error {
	var ids []string
	for _, i := range which {
		if answers[i].Err == nil {
			ids = append(ids, answers[i].Receipt.HandoffID)
		}
	}
	rows, err := tx.Query(ctx, selectReceipts+` WHERE handoff_id = ANY($1::uuid[])`, ids)
	if err != nil {
		return err
	}
	receipts, err := pgx.CollectRows(rows, scanReceipt)
	for _, r := range receipts {
		in.note(r)
	}
	for _, i := range which {
		if answers[i].Err == nil {
			answers[i].Receipt = in.receipts[answers[i].Receipt.MessageID]
		}
	}
	return err
}

const selectReceipts = `SELECT handoff_id::text, sender, message_id::text, sequence, kind, encode(digest, 'hex'), received_at,
	status, coalesce(case_id::text, ''), settled_at, problem, coalesce(receipt_number, 0), coalesce(receipt, '') FROM handoffs`

func scanReceipt(row pgx.CollectableRow) (handoff.Receipt, error) {
	var r handoff.Receipt
	var settled *time.Time
	err := row.Scan(&r.HandoffID, &r.Sender, &r.MessageID, &r.Sequence, &r.Kind, &r.Digest, &r.ReceivedAt, &r.Status, &r.CaseID, &settled, &r.Problem, &r.Number, &r.Signed)
	r.ReceivedAt = r.ReceivedAt.UTC()
	if settled != nil {
		r.SettledAt = settled.UTC()
	}
	return r, err
}
