// SPDX-License-Identifier: AGPL-3.0-or-later

package letters

import (
	"context"
	"fmt"

	"ricongiungi/casefile"
	"ricongiungi/views"
)

// Histories reads the history of a case.
type Histories interface {
	Facts(ctx context.Context, caseID string) ([]casefile.Fact, error)
}

// Desk is where letters are drawn up and asked for again.
type Desk struct {
	*Writer
	*Printer
	Histories Histories
}

// DrawFor draws up a letter from the case as it stands, and the command that
// keeps it. Errors: ErrNoReader, views.ErrNotFound, or the database's.
func (d *Desk) DrawFor(ctx context.Context, caseID string, o Order) (*casefile.IssueLetter, error) {
	facts, err := d.facts(ctx, caseID)
	if err != nil {
		return nil, err
	}
	_, command, err := d.Draw(facts, o)
	return command, err
}

// Kept is a letter as it was drawn up. Errors: views.ErrNotFound also when the
// key of its addressee was destroyed, or the database's.
func (d *Desk) Kept(ctx context.Context, caseID, letterID string) ([]byte, error) {
	facts, err := d.facts(ctx, caseID)
	if err != nil {
		return nil, err
	}
	_, _, document, found := casefile.LetterIn(facts, letterID)
	if !found || document == "" {
		return nil, views.ErrNotFound
	}
	return Unpack(document)
}

func (d *Desk) facts(ctx context.Context, caseID string) ([]casefile.Fact, error) {
	facts, err := d.Histories.Facts(ctx, caseID)
	if err != nil {
		return nil, fmt.Errorf("letters: history: %w", err)
	}
	if len(facts) == 0 {
		return nil, views.ErrNotFound
	}
	return facts, nil
}
