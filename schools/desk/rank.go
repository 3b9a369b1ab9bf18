// SPDX-License-Identifier: AGPL-3.0-or-later

package desk

import (
	"context"

	"ricongiungi/rules"
	"ricongiungi/schools"
	"ricongiungi/schools/placement"
	"ricongiungi/views"
)

// Ranking is the schools with a child's grade, in the order in which they suit it.
type Ranking struct {
	Child   views.WaitingChild `json:"child"`
	On      rules.Date         `json:"on"`
	Schools []placement.Ranked `json:"items"`
}

// Rank puts the schools in order for one child that waits; nothing of it is kept.
// The point is where the family lives, if somebody looked it up; it is blurred
// before it is used. Errors: views.ErrNotFound for a child of whom nothing is to
// be placed, or of a hub that is not among the offices.
func (d *Desk) Rank(ctx context.Context, offices []string, memberID string, at *schools.Point) (Ranking, error) {
	child, err := d.child(ctx, offices, memberID)
	if err != nil {
		return Ranking{}, err
	}
	asked := childOf(child, at)
	seats, err := d.Seats(ctx, []views.GradeOf{{Level: asked.Level, Grade: asked.Grade}}, d.today())
	if err != nil {
		return Ranking{}, err
	}
	return Ranking{Child: child, On: d.today(), Schools: placement.Rank(asked, seats, d.today(), d.Book)}, nil
}

func (d *Desk) child(ctx context.Context, offices []string, memberID string) (views.WaitingChild, error) {
	found, err := d.Waiting(ctx, views.WaitingQuery{Offices: offices, Members: []string{memberID}, Limit: 1})
	if err != nil {
		return views.WaitingChild{}, err
	}
	if len(found.Items) == 0 {
		return views.WaitingChild{}, views.ErrNotFound
	}
	return found.Items[0], nil
}

// childOf is as much of a child as a placement has to know.
func childOf(w views.WaitingChild, at *schools.Point) placement.Child {
	c := placement.Child{ID: w.MemberID, CaseID: w.CaseID, Level: w.Level, Grade: w.Grade, Municipio: w.Municipio, Siblings: w.Siblings,
		NeedsItalian: w.LanguageHelp, WaitingSince: w.Since}
	if c.Municipio == 0 {
		c.Municipio = w.WishMunicipio
	}
	if w.WishSchool != "" {
		c.Wishes = []string{w.WishSchool}
	}
	if at != nil {
		blurred := at.Blurred()
		c.Point = &blurred
	}
	return c
}
