// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
)

// Delivery is a hand-off whose turn has come. CaseID is empty when no message
// has opened a case for its file.
type Delivery struct {
	HandoffID, CommandID, CaseID string
	Opening                      bool // the case has no event yet
}

// Deliverable lists hand-offs whose turn has come, in the senders' order.
func (s *Store) Deliverable(ctx context.Context, limit int) ([]Delivery, error) {
	rows, err := s.pool.Query(ctx, `SELECT h.handoff_id::text, h.command_id::text, coalesce(f.case_id::text, ''),
			f.case_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM case_views v WHERE v.case_id = f.case_id)
		FROM handoffs h LEFT JOIN case_files f USING (file_index)
		WHERE h.status = 'accepted' ORDER BY h.sender, h.sequence LIMIT $1`, limit)
	if err != nil {
		return nil, unavailable(err)
	}
	deliveries, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Delivery])
	return deliveries, unavailable(err)
}

// Unstarted lists cases that were opened and have no workflow yet.
func (s *Store) Unstarted(ctx context.Context, limit int) ([]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT case_id::text FROM unstarted_cases LIMIT $1`, limit)
	if err != nil {
		return nil, unavailable(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return ids, unavailable(err)
}

// MarkStarted notes that the cases have their workflow.
func (s *Store) MarkStarted(ctx context.Context, caseIDs []string) error {
	_, err := s.pool.Exec(ctx, `DELETE FROM unstarted_cases WHERE case_id = ANY($1::uuid[])`, caseIDs)
	return unavailable(err)
}

// QuarantineHomeless sets a hand-off apart that speaks of a file nobody knows.
func (s *Store) QuarantineHomeless(ctx context.Context, d Delivery) error {
	problem, err := json.Marshal(handoff.NoSuchFile())
	if err != nil {
		return fmt.Errorf("store: refusal: %w", err)
	}
	_, err = s.pool.Exec(ctx, `UPDATE handoffs SET status = 'quarantined', settled_at = $2, problem = $3
		WHERE handoff_id = $1 AND status = 'accepted'`, d.HandoffID, s.now(), string(problem))
	return unavailable(err)
}

// PassGaps stops waiting for messages that are missing since before the instant:
// what was held behind them goes on, and the gap stays on record.
func (s *Store) PassGaps(ctx context.Context, before time.Time) error {
	return unavailable(pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT h.sender, min(h.sequence) FROM handoffs h JOIN senders USING (sender)
			WHERE h.status = 'held' GROUP BY h.sender HAVING min(h.received_at) < $1`, before)
		if err != nil {
			return err
		}
		stuck, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct {
			Sender string
			Next   int64
		}])
		if err != nil {
			return err
		}
		for _, g := range stuck {
			in := &intake{sender: g.Sender, next: g.Next}
			if err := in.advance(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Gaps lists the sequence numbers of a sender (of all, when empty) that are
// missing below the highest one that arrived.
func (s *Store) Gaps(ctx context.Context, sender string) ([]handoff.Gap, error) {
	rows, err := s.pool.Query(ctx, `SELECT sender, before + 1, sequence - 1, received_at FROM (
			SELECT sender, sequence, received_at, lag(sequence, 1, 0::bigint) OVER (PARTITION BY sender ORDER BY sequence) AS before
			FROM handoffs WHERE $1 = '' OR sender = $1
		) numbered WHERE sequence > before + 1 ORDER BY sender, sequence`, sender)
	if err != nil {
		return nil, unavailable(err)
	}
	gaps, err := pgx.CollectRows(rows, pgx.RowToStructByPos[handoff.Gap])
	return gaps, unavailable(err)
}

// KeepRejected keeps rows that were no valid message, sealed, with their reasons.
func (s *Store) KeepRejected(ctx context.Context, by casefile.Actor, rejected []handoff.RowError) error {
	actor, err := json.Marshal(by)
	if err != nil {
		return fmt.Errorf("store: actor: %w", err)
	}
	batch := &pgx.Batch{}
	for _, row := range rejected {
		box, err := s.vault.SealBox("reject", row.Raw)
		if err != nil {
			return fmt.Errorf("store: sealing a rejected row: %w", err)
		}
		batch.Queue(`INSERT INTO handoff_rejects (rejected_at, actor, line, field, reason, box) VALUES ($1, $2, $3, $4, $5, $6)`,
			s.now(), string(actor), row.Line, row.Field, row.Reason, box)
	}
	return unavailable(s.pool.SendBatch(ctx, batch).Close())
}

// PreviewHandoffs decides messages in order without recording anything: what
// each would do to its case, given those before it.
func (s *Store) PreviewHandoffs(ctx context.Context, messages []handoff.Message) ([]handoff.Forecast, error) {
	p := &preview{store: s, cases: map[string]*previewed{}}
	forecasts := make([]handoff.Forecast, len(messages))
	for i, m := range messages {
		forecast, err := p.foresee(ctx, m)
		if err != nil {
			return nil, unavailable(err)
		}
		forecasts[i] = forecast
	}
	return forecasts, nil
}

type preview struct {
	store *Store
	cases map[string]*previewed // by file number
}

type previewed struct {
	id     string // empty when no case exists yet
	facts  []casefile.Fact
	exists bool
}

func (p *preview) foresee(ctx context.Context, m handoff.Message) (handoff.Forecast, error) {
	c, err := p.of(ctx, m.SUIFile)
	if err != nil {
		return handoff.Forecast{}, err
	}
	forecast := handoff.Forecast{MessageID: m.MessageID, Sequence: m.Sequence, Status: handoff.Applied, Events: []string{},
		NewCase: len(c.facts) == 0 && m.Opens()}
	if c.exists {
		forecast.CaseID = c.id
	}
	r := casefile.Request{CommandID: m.MessageID, CaseID: c.id, Now: p.store.now(), Book: p.store.book}
	drafts, refusal := casefile.Decide(casefile.Fold(c.facts), m.Command(), r)
	if refusal != nil {
		forecast.Status, forecast.Problem, forecast.NewCase = handoff.Quarantined, refusal, false
	}
	for _, d := range drafts {
		fact := d.Recorded(r, int64(len(c.facts)+1))
		c.facts = append(c.facts, fact)
		forecast.Events = append(forecast.Events, casefile.EventName(fact.Event))
	}
	return forecast, nil
}

func (p *preview) of(ctx context.Context, suiFile string) (*previewed, error) {
	if c, ok := p.cases[suiFile]; ok {
		return c, nil
	}
	c := &previewed{id: casefile.DeriveID("preview", suiFile)}
	p.cases[suiFile] = c
	var id string
	err := p.store.pool.QueryRow(ctx, `SELECT coalesce((SELECT case_id::text FROM case_files WHERE file_index = $1), '')`, p.store.fileIndex(suiFile)).Scan(&id)
	if err != nil || id == "" {
		return c, err
	}
	st, err := p.store.readStream(ctx, p.store.pool, id)
	c.id, c.facts, c.exists = id, st.facts, len(st.facts) > 0
	return c, err
}
