// SPDX-License-Identifier: AGPL-3.0-or-later

package search

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"ricongiungi/views"
)

// Source is what the index is made from and kept up to date with.
type Source interface {
	// ChangedCases lists the cases in which something was recorded from a position
	// of the log on, and the position to go on from.
	ChangedCases(ctx context.Context, from int64) (caseIDs []string, next int64, err error)
	// Findable gives who the cases are about, as of now.
	Findable(ctx context.Context, caseIDs []string) ([]views.Findable, error)
}

// Directory is an index that follows the log. Every process has one of its own.
type Directory struct {
	index  *Index
	source Source
	next   int64
	loaded atomic.Bool
}

// NewDirectory is a directory that nobody is in until it follows its source.
func NewDirectory(source Source) *Directory { return &Directory{index: NewIndex(), source: source} }

const (
	followEvery = time.Second // how late the index may be
	stretch     = 500         // how many cases are opened at once
)

// Follow keeps the index up to date until the context ends. What cannot be read
// now is read at the next turn.
func (d *Directory) Follow(ctx context.Context, log *slog.Logger) error {
	ticker := time.NewTicker(followEvery)
	defer ticker.Stop()
	told := false
	for {
		began := time.Now()
		if err := d.CatchUp(ctx); err != nil && ctx.Err() == nil {
			log.Warn("search index not up to date", "error", err.Error())
		} else if ctx.Err() == nil && !told {
			told = true
			log.Info("search index loaded", "people", d.index.Len(), "took", time.Since(began).String())
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// CatchUp takes in what was recorded since. It is not for concurrent use.
func (d *Directory) CatchUp(ctx context.Context) error {
	changed, next, err := d.source.ChangedCases(ctx, d.next)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	for ids := range slices.Chunk(changed, stretch) {
		people, err := d.source.Findable(ctx, ids)
		if err != nil {
			return fmt.Errorf("search: %w", err)
		}
		byCase := map[string][]views.Findable{}
		for _, p := range people {
			byCase[p.CaseID] = append(byCase[p.CaseID], p)
		}
		for _, id := range ids {
			d.index.Put(id, byCase[id])
		}
	}
	d.next = next
	d.loaded.Store(true)
	return nil
}

// FindPeople searches, and reads whom it found anew: nobody is shown who was
// erased, restricted or handed over a moment ago. Errors: views.ErrUnavailable
// while the index is being loaded.
func (d *Directory) FindPeople(ctx context.Context, q views.PeopleQuery) (views.PeopleFound, error) {
	if !d.loaded.Load() {
		return views.PeopleFound{}, views.ErrUnavailable
	}
	asked := Query{Text: q.Text, Born: q.Born, Limit: q.Limit, May: func(r Ref) bool { return may(q, r) }}
	items, err := d.shown(ctx, q, d.index.Find(asked))
	if err != nil {
		return views.PeopleFound{}, err
	}
	found := views.PeopleFound{Items: items}
	asked.May = func(r Ref) bool { return mayBeTold(q, r) }
	for _, hit := range d.index.Find(asked) {
		if hit.Exact {
			found.Elsewhere, found.ToldOf = append(found.Elsewhere, hit.Office), append(found.ToldOf, hit.CaseID)
		}
	}
	found.Elsewhere = unique(found.Elsewhere)
	return found, nil
}

// may tells whether the searcher sees the person.
func may(q views.PeopleQuery, r Ref) bool {
	return slices.Contains(q.Offices, r.Office) && allowed(q, r)
}

// mayBeTold tells whether the searcher is told that another office has them.
func mayBeTold(q views.PeopleQuery, r Ref) bool {
	return !slices.Contains(q.Offices, r.Office) && !r.Hidden && allowed(q, r)
}

func allowed(q views.PeopleQuery, r Ref) bool {
	return (r.Pupil || !q.PupilsOnly) && (!r.Restricted || q.WithRestricted)
}

func (d *Directory) shown(ctx context.Context, q views.PeopleQuery, hits []Hit) ([]views.FoundPerson, error) {
	items := []views.FoundPerson{}
	if len(hits) == 0 {
		return items, nil
	}
	var ids []string
	for _, hit := range hits {
		ids = append(ids, hit.CaseID)
	}
	people, err := d.source.Findable(ctx, unique(ids))
	if err != nil {
		return nil, err
	}
	for _, hit := range hits {
		at := slices.IndexFunc(people, func(p views.Findable) bool { return p.Person.PersonID == hit.PersonID })
		if at < 0 || people[at].Person.Erased || !may(q, refOf(people[at])) {
			continue
		}
		p := people[at]
		items = append(items, views.FoundPerson{CaseID: p.CaseID, PersonID: hit.PersonID, Office: p.Office, Role: p.Role, GivenName: p.Person.GivenName,
			FamilyName: p.Person.FamilyName, BirthDate: p.Person.BirthDate, ByNumber: hit.ByNumber, Restricted: p.Person.Restricted})
	}
	return items, nil
}
