// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"ricongiungi/casefile"
	"ricongiungi/views"
)

// AcceptOrder makes a command durable under its id: from here on it cannot be
// lost, and only its id travels. It waits for the disk: Temporal remembers the
// first answer to an update for good, so the command must be there before the
// update is. The same order again is no second order; the outcome is returned
// when it is already settled.
func (s *Store) AcceptOrder(ctx context.Context, o casefile.Order) (*casefile.Outcome, error) {
	ctx, span := hop(ctx, "store.accept", o.CaseID, o.CommandID)
	defer span.End()
	digest := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%d", o.CaseID, o.Type, o.Body, o.IfVersion))
	box, err := s.vault.SealBox(orderBox(o.CommandID), o.Body)
	if err != nil {
		return nil, fmt.Errorf("store: sealing the command: %w", err)
	}
	actor, err := json.Marshal(o.Actor)
	if err != nil {
		return nil, fmt.Errorf("store: actor: %w", err)
	}
	tag, err := s.pool.Exec(ctx, `INSERT INTO orders (command_id, case_id, type, digest, actor, if_version, accepted_at, box)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (command_id) DO NOTHING`,
		o.CommandID, o.CaseID, o.Type, digest[:], string(actor), o.IfVersion, o.At.UTC(), box)
	if err != nil {
		return nil, unavailable(fmt.Errorf("store: keeping the command: %w", err))
	}
	if tag.RowsAffected() == 1 {
		return nil, nil
	}
	return s.acceptedBefore(ctx, o, digest[:])
}

func orderBox(commandID string) string { return "order/" + commandID }

func (s *Store) acceptedBefore(ctx context.Context, o casefile.Order, digest []byte) (*casefile.Outcome, error) {
	var kept []byte
	var outcome *casefile.Outcome
	err := s.pool.QueryRow(ctx, `SELECT digest, outcome FROM orders WHERE command_id = $1`, o.CommandID).Scan(&kept, &outcome)
	if err != nil {
		return nil, unavailable(fmt.Errorf("store: reading the command: %w", err))
	}
	if !bytes.Equal(kept, digest) {
		return nil, views.ErrOtherContent
	}
	return outcome, nil
}

// OrderOutcome tells what became of a command; nil while it is pending.
func (s *Store) OrderOutcome(ctx context.Context, caseID, commandID string) (*casefile.Outcome, error) {
	var outcome *casefile.Outcome
	err := s.pool.QueryRow(ctx, `SELECT outcome FROM orders WHERE command_id = $1 AND case_id = $2`, commandID, caseID).Scan(&outcome)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, views.ErrNotFound
	}
	return outcome, unavailable(err)
}

// loadPending reads an accepted command, be it an order or a hand-off.
func (s *Store) loadPending(ctx context.Context, caseID, commandID string) (pending, error) {
	p, err := s.loadOrder(ctx, caseID, commandID)
	if errors.Is(err, pgx.ErrNoRows) {
		p, err = s.loadHandoff(ctx, caseID, commandID)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return pending{}, fmt.Errorf("store: command %s was never accepted for case %s: %w", commandID, caseID, views.ErrNotFound)
	}
	return p, err
}

func (s *Store) loadOrder(ctx context.Context, caseID, commandID string) (pending, error) {
	p := pending{commandID: commandID, settle: settleOrder}
	var name string
	var box []byte
	err := s.pool.QueryRow(ctx, `SELECT type, actor, if_version, box, outcome FROM orders WHERE command_id = $1 AND case_id = $2`,
		commandID, caseID).Scan(&name, &p.actor, &p.ifVersion, &box, &p.outcome)
	if err != nil || p.outcome != nil {
		return p, err
	}
	body, err := s.vault.OpenBox(orderBox(commandID), box)
	if err != nil {
		return p, fmt.Errorf("store: opening command %s: %w", commandID, err)
	}
	p.command, err = casefile.DecodeCommand(name, body)
	return p, err
}

// settleOrder drops the content of a decided command; digest and outcome stay.
func settleOrder(batch *pgx.Batch, outcome casefile.Outcome, now time.Time) error {
	text, err := json.Marshal(outcome)
	if err != nil {
		return fmt.Errorf("store: outcome: %w", err)
	}
	batch.Queue(`UPDATE orders SET box = NULL, settled_at = $2, outcome = $3
		WHERE command_id = $1 AND settled_at IS NULL`, outcome.CommandID, now, string(text)).Exec(mustSettle)
	return nil
}

// Waiting is an accepted command that nobody has settled.
type Waiting struct {
	CaseID, CommandID string
}

// WaitingOrders lists orders accepted before the instant and not yet settled, oldest
// first, so that they can be delivered again; those given for many cases at once
// are there from the start, since nobody else delivers them.
func (s *Store) WaitingOrders(ctx context.Context, before time.Time, limit int) ([]Waiting, error) {
	rows, err := s.pool.Query(ctx, `SELECT case_id::text, command_id::text FROM orders
		WHERE settled_at IS NULL AND (accepted_at < $1 OR bulk) ORDER BY accepted_at LIMIT $2`, before, limit)
	if err != nil {
		return nil, unavailable(err)
	}
	waiting, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Waiting])
	return waiting, unavailable(err)
}

// mustSettle makes a transaction fail whose command another one has settled.
func mustSettle(tag pgconn.CommandTag) error {
	if tag.RowsAffected() == 0 {
		return errDecidedMeanwhile
	}
	return nil
}
