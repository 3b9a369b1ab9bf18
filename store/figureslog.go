// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/demand"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// notCounted are the events that no figure is made of: left out, reading the
// whole log takes a fraction of the time.
var notCounted = []string{"term_lapsed", "reminder_raised", "note_added", "document_supplied", "document_attached", "document_verified", "contact_made",
	"counsellor_assigned", "plan_made", "appointment_booked", "appointment_kept", "appointment_missed", "referral_sent", "referral_closed", "check_in_held"}

// FigureLog reads the histories of all cases as far as they were recorded before
// the day, without opening anything that is sealed.
func (s *Store) FigureLog(ctx context.Context, on rules.Date) (*demand.Log, error) {
	var position int64
	err := s.pool.QueryRow(ctx, `SELECT coalesce((SELECT position + 1 FROM events WHERE recorded_at < $1 ORDER BY position DESC LIMIT 1), 0)`, on.Start()).Scan(&position)
	if err != nil {
		return nil, unavailable(fmt.Errorf("store: the position of %s: %w", on, err))
	}
	return s.FigureLogAt(ctx, position)
}

// FigureLogAt is the same up to a position of the log, for making figures again.
func (s *Store) FigureLogAt(ctx context.Context, position int64) (*demand.Log, error) {
	log := &demand.Log{Position: position, Cohorts: map[string]int{}, Book: s.book}
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if err := readCohorts(ctx, tx, log.Cohorts); err != nil {
			return err
		}
		return readFacts(ctx, tx, log)
	})
	return log, unavailable(err)
}

func readCohorts(ctx context.Context, tx pgx.Tx, into map[string]int) error {
	rows, err := tx.Query(ctx, `SELECT member_id::text, cohort FROM school_needs WHERE cohort > 0`)
	if err != nil {
		return fmt.Errorf("store: cohorts: %w", err)
	}
	var member string
	var cohort int
	_, err = pgx.ForEachRow(rows, []any{&member, &cohort}, func() error {
		into[member] = cohort
		return nil
	})
	return err
}

func readFacts(ctx context.Context, tx pgx.Tx, log *demand.Log) error {
	rows, err := tx.Query(ctx, `SELECT case_id::text, version, event_id::text, command_id::text, type, schema_version, occurred_at, recorded_at, data::text
		FROM events WHERE position < $1 AND type <> ALL($2) ORDER BY case_id, version`, log.Position, notCounted)
	if err != nil {
		return fmt.Errorf("store: reading the log: %w", err)
	}
	var f casefile.Fact
	var name, data string
	_, err = pgx.ForEachRow(rows, []any{&f.CaseID, &f.Version, &f.EventID, &f.CommandID, &name, &f.SchemaVersion, &f.OccurredAt, &f.RecordedAt, &data}, func() error {
		event, err := casefile.DecodeEvent(name, f.SchemaVersion, []byte(data))
		if err != nil {
			return fmt.Errorf("store: event %s: %w", f.EventID, err)
		}
		fact := f
		fact.Event, fact.OccurredAt, fact.RecordedAt = event, f.OccurredAt.UTC(), f.RecordedAt.UTC()
		log.Add(fact)
		return nil
	})
	return err
}

// Published gives figures as they were published for a day. Errors:
// views.ErrNotFound when there are none yet.
func (s *Store) Published(ctx context.Context, key demand.Key) (json.RawMessage, error) {
	var figures string
	err := s.pool.QueryRow(ctx, `SELECT figures::text FROM published_figures WHERE kind = $1 AND as_of = $2 AND parameters = $3`,
		key.Kind, key.On.String(), key.Parameters).Scan(&figures)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, views.ErrNotFound
	}
	return json.RawMessage(figures), unavailable(err)
}

// Publish keeps figures for good. What was published first stands: it is what
// the caller gets back.
func (s *Store) Publish(ctx context.Context, key demand.Key, figures json.RawMessage) (json.RawMessage, error) {
	_, err := s.pool.Exec(ctx, `INSERT INTO published_figures (kind, as_of, parameters, published_at, figures) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, key.Kind, key.On.String(), key.Parameters, s.now(), string(figures))
	if err != nil {
		return nil, unavailable(err)
	}
	return s.Published(ctx, key)
}

// Publications lists all figures ever published, in the order of their days.
func (s *Store) Publications(ctx context.Context) ([]demand.Publication, error) {
	rows, err := s.pool.Query(ctx, `SELECT kind, as_of::text, parameters, figures::text FROM published_figures ORDER BY as_of, kind, parameters`)
	if err != nil {
		return nil, unavailable(err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (demand.Publication, error) {
		var p demand.Publication
		var on, figures string
		if err := row.Scan(&p.Kind, &on, &p.Parameters, &figures); err != nil {
			return p, err
		}
		p.Figures = json.RawMessage(figures)
		return p, p.On.UnmarshalText([]byte(on))
	})
	return all, unavailable(err)
}

// RecordQuestion keeps who asked what for which purpose, and the digest of the answer.
func (s *Store) RecordQuestion(ctx context.Context, q demand.Question, answer []byte) error {
	actor, err := json.Marshal(q.By)
	if err != nil {
		return fmt.Errorf("store: question: %w", err)
	}
	parameters, err := json.Marshal(q.Parameters)
	if err != nil {
		return fmt.Errorf("store: question: %w", err)
	}
	digest := sha256.Sum256(answer)
	_, err = s.pool.Exec(ctx, `INSERT INTO demand_queries (asked_at, actor, purpose, kind, parameters, log_position, answer) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		s.now(), string(actor), q.Purpose, q.Kind, string(parameters), q.Position, digest[:])
	return unavailable(err)
}
