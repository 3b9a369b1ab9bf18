// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"ricongiungi/access"
	"ricongiungi/casefile"
	"ricongiungi/views"
)

// Reads keeps who was shown what.
type Reads interface {
	// RecordReads returns once the records are on disk.
	RecordReads(ctx context.Context, reads []views.Read) error
	// Reads lists them, newest first. Errors: views.ErrBadCursor.
	Reads(ctx context.Context, q views.ReadQuery) (views.Page[views.Read], error)
}

// watchedViews notes on the visit of which cases something was opened, so that no
// page can show a family without leaving a record.
type watchedViews struct{ Views }

func note(ctx context.Context, caseIDs ...string) {
	v, ok := ctx.Value(visitKey{}).(*visit)
	if !ok {
		return
	}
	for _, id := range caseIDs {
		if !slices.Contains(v.seen, id) {
			v.seen = append(v.seen, id)
		}
	}
}

func (w watchedViews) Rendered(ctx context.Context, caseID string, at views.Standing) (views.Rendered, error) {
	note(ctx, caseID)
	return w.Views.Rendered(ctx, caseID, at)
}

func (w watchedViews) CaseAsOf(ctx context.Context, caseID string, asOf, knownAt time.Time) (casefile.View, error) {
	note(ctx, caseID)
	return w.Views.CaseAsOf(ctx, caseID, asOf, knownAt)
}

func (w watchedViews) History(ctx context.Context, q views.HistoryQuery) (views.Page[views.Entry], error) {
	note(ctx, q.CaseID)
	return w.Views.History(ctx, q)
}

func (w watchedViews) People(ctx context.Context, caseIDs []string) (map[string][]casefile.Person, error) {
	note(ctx, caseIDs...)
	return w.Views.People(ctx, caseIDs)
}

// recorded puts on record whose data a page shows before the page goes out. A
// read that cannot be recorded is not shown.
func (s *console) recorded(to route) handler {
	reading := s.reading(to)
	return func(w http.ResponseWriter, r *http.Request) error {
		v := visitOf(r)
		if v.caseID != "" {
			note(r.Context(), v.caseID)
		}
		held := &access.HeldAnswer{ResponseWriter: w, Release: func(status int) error {
			if !showsPage(status) || len(v.seen) == 0 {
				return nil
			}
			purpose, err := s.Rights.Purpose(v.who.Role, reading, r.URL.Query().Get("purpose"))
			if err != nil {
				return errForbidden
			}
			return s.Reads.RecordReads(r.Context(), reading.Records(v.who.Actor, purpose, "console", v.seen, ""))
		}}
		if err := to.handle(held, r); err != nil {
			return err
		}
		return held.Err()
	}
}

// showsPage tells pages from redirects and errors. A form that is shown again
// with its mistakes is a page.
func showsPage(status int) bool {
	return status < http.StatusMultipleChoices || status == http.StatusUnprocessableEntity
}

// reading is what a page shows: the same as the question of the API whose
// permission counts, unless the page says otherwise.
func (s *console) reading(to route) access.Reading {
	method, pattern, _ := strings.Cut(to.api, " ")
	reading, known := s.Rights.Reading(method, pattern)
	switch {
	case to.shows != "":
		reading.Shows = to.shows
	case to.api == giveCommand:
		reading.Shows = "form"
	case !known:
		reading.Shows = "page"
	}
	return reading
}
