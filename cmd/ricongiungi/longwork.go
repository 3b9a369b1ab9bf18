// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/sync/errgroup"

	"ricongiungi/casefile"
	"ricongiungi/errand"
	"ricongiungi/ledger"
	"ricongiungi/oversight"
	"ricongiungi/rules"
	"ricongiungi/store"
	"ricongiungi/views"
)

// trials try changed rules on every case, one trial at a time: each reads the
// whole log. Nothing of it is recorded.
type trials struct {
	log  *store.Store
	book *rules.Book
	desk *errand.Desk[oversight.Trial]
}

func newTrials(ctx context.Context, log *store.Store, book *rules.Book) *trials {
	return &trials{log, book, errand.New[oversight.Trial](ctx, 1, 4)}
}

// BeginTrial reads the changed rules and begins to look at cases. Errors:
// errand.ErrBusy, or what is wrong with the file.
func (t *trials) BeginTrial(by string, file []byte) (string, error) {
	changed, err := t.book.Override("changed rules", bytes.NewReader(file))
	if err != nil {
		return "", views.BadFile{Reason: err.Error()}
	}
	id, err := t.desk.Start(by, func(ctx context.Context, tell errand.Progress) (oversight.Trial, error) {
		return t.look(ctx, changed, tell)
	})
	if errors.Is(err, errand.ErrBusy) {
		err = views.ErrBusy
	}
	return id, err
}

func (t *trials) look(ctx context.Context, changed *rules.Book, tell errand.Progress) (oversight.Trial, error) {
	ids, err := t.log.CaseIDs(ctx)
	if err != nil {
		return oversight.Trial{}, err
	}
	var found oversight.Shifts
	var done atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2) // people work on the same machine meanwhile
	for _, id := range ids {
		group.Go(func() error {
			defer func() { tell(done.Add(1), int64(len(ids))) }()
			return tryOn(ctx, t.log, id, t.book, changed, &found)
		})
	}
	err = group.Wait()
	return found.Trial(len(ids)), err
}

// Trial tells how far a trial is. Errors: views.ErrNotFound.
func (t *trials) Trial(id, by string) (views.TrialState, error) {
	s, err := t.desk.Find(id, by)
	if err != nil {
		return views.TrialState{}, views.ErrNotFound
	}
	state := views.TrialState{ID: s.ID, Going: s.Going(), Done: s.Done, Total: s.Total, Fails: s.Err != nil}
	if !s.Going() && s.Err == nil {
		state.Result = &s.Result
	}
	return state, nil
}

// audits look through the whole log on demand, one at a time, and keep the answer.
type audits struct {
	log  *store.Store
	key  note.Verifier // of the log
	desk *errand.Desk[views.Verification]
}

func newAudits(ctx context.Context, log *store.Store, key note.Verifier) *audits {
	return &audits{log, key, errand.New[views.Verification](ctx, 1, 16)}
}

// BeginVerification begins to look through the log and to hold it against signed
// statements that were kept elsewhere. Errors: views.ErrBusy, views.BadFile.
func (a *audits) BeginVerification(by casefile.Actor, against []string) (string, error) {
	var known []ledger.Checkpoint
	for _, statement := range against {
		head, err := ledger.OpenCheckpoint([]byte(statement), a.key)
		if err != nil {
			return "", views.BadFile{Reason: "a statement is not signed by the key of this log"}
		}
		known = append(known, head)
	}
	id, err := a.desk.Start(by.ID, func(ctx context.Context, tell errand.Progress) (views.Verification, error) {
		return a.look(ctx, by, known, tell)
	})
	if errors.Is(err, errand.ErrBusy) {
		err = views.ErrBusy
	}
	return id, err
}

func (a *audits) look(ctx context.Context, by casefile.Actor, known []ledger.Checkpoint, tell errand.Progress) (views.Verification, error) {
	pulse, err := a.log.Pulse(ctx)
	if err != nil {
		return views.Verification{}, err
	}
	began := time.Now()
	head, err := a.log.Verify(ctx, store.Audit{Key: a.key, Known: known, OnEvent: func(n int64) { tell(n, pulse.Events) }})
	return recordVerification(ctx, a.log, by, began, head, err)
}

// recordVerification keeps the answer of a look through the log; an error that
// says nothing about the log is given back.
func recordVerification(ctx context.Context, log *store.Store, by casefile.Actor, began time.Time, head ledger.Checkpoint, err error) (views.Verification, error) {
	v := views.Verification{ID: uuid.NewString(), At: began.UTC(), By: by, Intact: err == nil, Events: head.Size, Seconds: time.Since(began).Seconds()}
	var tampered *ledger.Tampered
	switch {
	case errors.As(err, &tampered):
		v.Fault = &views.LogFault{Position: tampered.Position, CaseID: tampered.CaseID, What: string(tampered.What)}
	case err != nil:
		return v, err
	}
	return v, log.RecordVerification(ctx, v)
}

// Verification tells how far one is. Errors: views.ErrNotFound.
func (a *audits) Verification(id, by string) (views.VerificationState, error) {
	s, err := a.desk.Find(id, by)
	if err != nil {
		return views.VerificationState{}, views.ErrNotFound
	}
	state := views.VerificationState{ID: s.ID, Going: s.Going(), Done: s.Done, Total: s.Total, Fails: s.Err != nil}
	if !s.Going() && s.Err == nil {
		state.End = &s.Result
	}
	return state, nil
}

// Verifications lists the last answers, newest first.
func (a *audits) Verifications(ctx context.Context, limit int) ([]views.Verification, error) {
	return a.log.Verifications(ctx, limit)
}

// SearchLog lists events of the whole log, the newest first.
func (a *audits) SearchLog(ctx context.Context, q views.LogQuery) (views.Page[views.LogRow], error) {
	return a.log.SearchLog(ctx, q)
}
