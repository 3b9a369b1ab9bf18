// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ricongiungi/casefile"
	"ricongiungi/diary"
)

// refusedSlot says why the case may not hold what it would hold after a command,
// whichever command brings it about. What is free is read before the commit;
// should another case be faster, the database refuses the row and the command is
// decided again, now seeing what was taken.
func (s *Store) refusedSlot(ctx context.Context, before, after *casefile.State, now time.Time) (*casefile.Refusal, error) {
	claims := casefile.NewClaims(before, after)
	for _, claim := range claims {
		if why, refused := s.diary.Refuses(claim); refused {
			return casefile.NotInDiary(why), nil
		}
	}
	for _, claim := range claims {
		taken, err := s.taken(ctx, claim.From, claim.To, after.CaseID, claim.Resource)
		if err != nil {
			return nil, err
		}
		if len(taken) > 0 {
			near, err := s.near(ctx, after, claim, now)
			return casefile.SlotTaken(near), err
		}
	}
	return nil, nil
}

// near names free appointments like the one that is taken.
func (s *Store) near(ctx context.Context, after *casefile.State, claim casefile.Claim, now time.Time) ([]string, error) {
	wanted := diary.Slot{At: claim.From, Minutes: int(claim.To.Sub(claim.From).Minutes())}
	for _, a := range after.Appointments {
		if a.ID == claim.AppointmentID && a.Mediator != "" {
			wanted.Language = a.Language
			if wanted.Language == "" {
				wanted.Language = s.diary.LanguageOf(a.Mediator)
			}
		}
	}
	taken, err := s.taken(ctx, claim.From.AddDate(0, 0, -1), claim.From.AddDate(0, 0, 9), "", "")
	if err != nil {
		return nil, err
	}
	var near []string
	for _, slot := range s.diary.Near(wanted, now, taken) {
		near = append(near, slot.String())
	}
	return near, nil
}

// taken reads what is held between two instants: of one resource or all, by
// other cases than the one named.
func (s *Store) taken(ctx context.Context, from, to time.Time, notOf, resource string) ([]diary.Taken, error) {
	rows, err := s.pool.Query(ctx, `SELECT resource, lower(during), upper(during) FROM reservations
		WHERE during && tstzrange($1, $2) AND ($3 = '' OR case_id <> nullif($3, '')::uuid) AND ($4 = '' OR resource = $4)`, from, to, notOf, resource)
	if err != nil {
		return nil, fmt.Errorf("store: reading reservations: %w", err)
	}
	taken, err := pgx.CollectRows(rows, pgx.RowToStructByPos[diary.Taken])
	if err != nil {
		return nil, fmt.Errorf("store: reading reservations: %w", err)
	}
	return taken, nil
}

// queueReservations writes what the case holds now, what it gave up first. A nil
// before writes all anew.
func queueReservations(batch *pgx.Batch, before, after *casefile.State) {
	if before == nil {
		batch.Queue(`DELETE FROM reservations WHERE case_id = $1`, after.CaseID)
		before = &casefile.State{}
	}
	for _, c := range casefile.NewClaims(after, before) {
		batch.Queue(`DELETE FROM reservations WHERE appointment_id = $1 AND resource = $2`, c.AppointmentID, c.Resource)
	}
	for _, c := range casefile.NewClaims(before, after) {
		batch.Queue(`INSERT INTO reservations (appointment_id, resource, case_id, during) VALUES ($1, $2, $3, tstzrange($4, $5))`,
			c.AppointmentID, c.Resource, after.CaseID, c.From, c.To)
	}
}

// FreeSlots lists free appointments, soonest first.
func (s *Store) FreeSlots(ctx context.Context, q diary.Query) ([]diary.Slot, error) {
	q.After = s.now()
	taken, err := s.taken(ctx, q.From.Start(), q.To.End(), "", "")
	if err != nil {
		return nil, unavailable(err)
	}
	return s.diary.Free(q, taken), nil
}
