// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/views"
)

// AcceptHandoffs keeps messages durably and gives their receipts, in the order
// given. It asks nothing of the case: that comes when the message is delivered.
func (s *Store) AcceptHandoffs(ctx context.Context, messages []views.Received) ([]views.Acceptance, error) {
	answers := make([]views.Acceptance, len(messages))
	bySender := map[string][]int{}
	for i, m := range messages {
		bySender[m.Message.Sender] = append(bySender[m.Message.Sender], i)
	}
	for _, sender := range sortedKeys(bySender) {
		err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			return s.acceptFrom(ctx, tx, sender, bySender[sender], messages, answers)
		})
		if err != nil {
			return nil, unavailable(fmt.Errorf("store: keeping hand-offs: %w", err))
		}
	}
	return answers, nil
}

// acceptFrom keeps the messages of one sender, whose row it holds meanwhile.
func (s *Store) acceptFrom(ctx context.Context, tx pgx.Tx, sender string, which []int, messages []views.Received, answers []views.Acceptance) error {
	in := &intake{sender: sender, now: s.now()}
	if err := in.open(ctx, tx, s.signer.Origin()); err != nil {
		return err
	}
	slices.SortStableFunc(which, func(a, b int) int { return int(messages[a].Message.Sequence - messages[b].Message.Sequence) })
	if err := in.readKnown(ctx, tx, which, messages); err != nil {
		return err
	}
	batch := &pgx.Batch{}
	for _, i := range which {
		answer, err := s.acceptOne(in, batch, messages[i])
		if err != nil {
			return err
		}
		answers[i] = answer
	}
	batch.Queue(`UPDATE senders SET receipts = $2, last_receipt = $3 WHERE sender = $1`, in.sender, in.last.Number, in.previous)
	if err := send(ctx, tx, batch); err != nil {
		return err
	}
	if err := in.advance(ctx, tx); err != nil {
		return err
	}
	return in.refresh(ctx, tx, which, answers)
}

// intake is what is known of one sender while its messages are taken in.
type intake struct {
	sender   string
	now      time.Time
	next     int64                      // lowest sequence number still awaited
	receipts map[string]handoff.Receipt // by message id, of those kept before or just now
	numbers  map[int64]string           // message id by sequence number

	last     handoff.Statement // what the newest receipt says of log and number
	previous []byte            // SHA-256 of the newest signed receipt
}

func (in *intake) readKnown(ctx context.Context, tx pgx.Tx, which []int, messages []views.Received) error {
	var ids []string
	var numbers []int64
	for _, i := range which {
		ids = append(ids, messages[i].Message.MessageID)
		numbers = append(numbers, messages[i].Message.Sequence)
	}
	rows, err := tx.Query(ctx, selectReceipts+` WHERE sender = $1 AND (message_id = ANY($2::uuid[]) OR sequence = ANY($3::bigint[]))`, in.sender, ids, numbers)
	if err != nil {
		return err
	}
	known, err := pgx.CollectRows(rows, scanReceipt)
	in.receipts, in.numbers = map[string]handoff.Receipt{}, map[int64]string{}
	for _, r := range known {
		in.note(r)
	}
	return err
}

func (in *intake) note(r handoff.Receipt) {
	in.receipts[r.MessageID] = r
	in.numbers[r.Sequence] = r.MessageID
}

// acceptOne decides what a message is: known, conflicting, or new.
func (s *Store) acceptOne(in *intake, batch *pgx.Batch, m views.Received) (views.Acceptance, error) {
	digest := handoff.Digest(m.Message)
	if known, ok := in.receipts[m.Message.MessageID]; ok {
		if known.Digest != digest {
			return views.Acceptance{Err: handoff.ErrOtherContent}, nil
		}
		return views.Acceptance{Receipt: known}, nil
	}
	if _, taken := in.numbers[m.Message.Sequence]; taken {
		return views.Acceptance{Err: handoff.ErrSequenceTaken}, nil
	}
	receipt := handoff.Receipt{HandoffID: casefile.DeriveID(m.Message.MessageID, "handoff/"+in.sender), Sender: in.sender,
		MessageID: m.Message.MessageID, Sequence: m.Message.Sequence, Kind: m.Message.Kind, Digest: digest,
		ReceivedAt: in.now, Status: handoff.Held}
	if err := s.signReceipt(in, &receipt, m.Signature); err != nil {
		return views.Acceptance{}, err
	}
	in.note(receipt)
	return views.Acceptance{Receipt: receipt}, s.queueHandoff(batch, receipt, m)
}

func (s *Store) queueHandoff(batch *pgx.Batch, r handoff.Receipt, m views.Received) error {
	box, err := s.vault.SealBox(handoffBox(r.HandoffID), m.Raw)
	if err != nil {
		return fmt.Errorf("sealing the hand-off: %w", err)
	}
	actor, err := json.Marshal(m.By)
	if err != nil {
		return fmt.Errorf("actor: %w", err)
	}
	digest, err := hex.DecodeString(r.Digest)
	if err != nil {
		return fmt.Errorf("digest: %w", err)
	}
	index := s.fileIndex(m.Message.SUIFile)
	if m.Message.Opens() {
		batch.Queue(`INSERT INTO case_files (file_index, case_id) VALUES ($1, $2) ON CONFLICT (file_index) DO NOTHING`, index, uuid.NewString())
	}
	batch.Queue(`INSERT INTO handoffs (handoff_id, command_id, sender, message_id, sequence, kind, digest, file_index, actor, received_at, status, case_id, box, receipt_number, receipt, sender_signature)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, (SELECT case_id FROM case_files WHERE file_index = $8), $12, $13, $14, nullif($15, ''))`,
		r.HandoffID, attemptID(r.HandoffID, 1), r.Sender, r.MessageID, r.Sequence, string(r.Kind), digest, index,
		string(actor), r.ReceivedAt, string(r.Status), box, r.Number, r.Signed, m.Signature)
	return nil
}

func handoffBox(handoffID string) string { return "handoff/" + handoffID }

// attemptID is the command id of one try to apply a hand-off: a refused try is
// settled for good, and a retry is a new command.
func attemptID(handoffID string, attempt int) string {
	return casefile.DeriveID(handoffID, fmt.Sprintf("attempt/%d", attempt))
}

// fileIndex finds a file by its number without keeping the number in the clear.
func (s *Store) fileIndex(suiFile string) []byte { return s.vault.BlindIndex("sui_file", suiFile) }

// advance moves the awaited number past everything that has arrived and frees
// the messages below it.
func (in *intake) advance(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `WITH arrived AS (
			SELECT sequence, sequence - row_number() OVER (ORDER BY sequence) AS run
			FROM handoffs WHERE sender = $1 AND sequence >= $2
		), reached AS (
			SELECT coalesce(max(sequence) + 1, $2) AS next FROM arrived WHERE run = $2 - 1
		), moved AS (
			UPDATE senders SET next_sequence = reached.next FROM reached WHERE sender = $1 RETURNING next_sequence
		)
		UPDATE handoffs SET status = 'accepted' FROM moved
		WHERE sender = $1 AND status = 'held' AND sequence < moved.next_sequence`, in.sender, in.next)
	if err != nil {
		return fmt.Errorf("ordering the hand-offs: %w", err)
	}
	return nil
}

// loadHandoff reads a hand-off as the command it asks for.
func (s *Store) loadHandoff(ctx context.Context, caseID, commandID string) (pending, error) {
	p := pending{commandID: commandID, settle: settleHandoff}
	var id string
	var box []byte
	err := s.pool.QueryRow(ctx, `SELECT handoff_id::text, actor, box, outcome FROM handoffs
		WHERE command_id = $1 AND file_index = (SELECT file_index FROM case_files WHERE case_id = $2)`,
		commandID, caseID).Scan(&id, &p.actor, &box, &p.outcome)
	if err != nil || p.outcome != nil {
		return p, err
	}
	message, err := s.openHandoff(id, box)
	if err != nil {
		return p, err
	}
	p.command = message.Command()
	return p, nil
}

func (s *Store) openHandoff(id string, box []byte) (handoff.Message, error) {
	var message handoff.Message
	raw, err := s.vault.OpenBox(handoffBox(id), box)
	if err != nil {
		return message, fmt.Errorf("store: opening hand-off %s: %w", id, err)
	}
	if err := json.Unmarshal(raw, &message); err != nil {
		return message, fmt.Errorf("store: hand-off %s: %w", id, err)
	}
	return message, nil
}

// settleHandoff ends an attempt: applied, or quarantined with the refusal. A
// quarantined hand-off keeps its content for a person to settle.
func settleHandoff(batch *pgx.Batch, outcome casefile.Outcome, now time.Time) error {
	text, err := json.Marshal(outcome)
	if err != nil {
		return fmt.Errorf("store: outcome: %w", err)
	}
	if outcome.Refusal == nil {
		batch.Queue(`UPDATE handoffs SET status = 'applied', box = NULL, case_id = $2, settled_at = $3, outcome = $4, problem = NULL
			WHERE command_id = $1 AND outcome IS NULL`, outcome.CommandID, outcome.CaseID, now, string(text)).Exec(mustSettle)
		return nil
	}
	problem, err := json.Marshal(outcome.Refusal)
	if err != nil {
		return fmt.Errorf("store: refusal: %w", err)
	}
	batch.Queue(`UPDATE handoffs SET status = 'quarantined', settled_at = $2, outcome = $3, problem = $4
		WHERE command_id = $1 AND outcome IS NULL`, outcome.CommandID, now, string(text), string(problem)).Exec(mustSettle)
	return nil
}

// Handoff gives the receipt of one hand-off.
func (s *Store) Handoff(ctx context.Context, handoffID string) (handoff.Receipt, error) {
	rows, err := s.pool.Query(ctx, selectReceipts+` WHERE handoff_id = $1`, handoffID)
	if err != nil {
		return handoff.Receipt{}, unavailable(err)
	}
	receipt, err := pgx.CollectExactlyOneRow(rows, scanReceipt)
	if errors.Is(err, pgx.ErrNoRows) {
		return receipt, handoff.ErrUnknown
	}
	return receipt, unavailable(err)
}

// Settle has a person decide on a held or quarantined hand-off: try it again, or
// discard it.
func (s *Store) Settle(ctx context.Context, handoffID string, by handoff.Settlement, actor casefile.Actor) (handoff.Receipt, error) {
	who, err := json.Marshal(map[string]any{"actor": actor, "reason": by.Reason, "at": s.now()})
	if err != nil {
		return handoff.Receipt{}, fmt.Errorf("store: settlement: %w", err)
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return settle(ctx, tx, handoffID, by.Action, string(who), s.now()) })
	if err != nil {
		return handoff.Receipt{}, unavailable(err)
	}
	return s.Handoff(ctx, handoffID)
}

func settle(ctx context.Context, tx pgx.Tx, handoffID, action, who string, now time.Time) error {
	var attempt int
	var status string
	err := tx.QueryRow(ctx, `SELECT attempt, status FROM handoffs WHERE handoff_id = $1 FOR UPDATE`, handoffID).Scan(&attempt, &status)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return handoff.ErrUnknown
	case err != nil:
		return fmt.Errorf("store: settling: %w", err)
	case status != string(handoff.Quarantined) && status != string(handoff.Held):
		return handoff.ErrNotSettleable
	}
	if action == "discard" {
		_, err = tx.Exec(ctx, `UPDATE handoffs SET status = 'discarded', settled_at = $3, settled_by = $2 WHERE handoff_id = $1`, handoffID, who, now)
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE handoffs SET status = 'accepted', attempt = $3, command_id = $4, settled_by = $2,
		settled_at = NULL, outcome = NULL WHERE handoff_id = $1`, handoffID, who, attempt+1, attemptID(handoffID, attempt+1))
	return err
}
