// SPDX-License-Identifier: AGPL-3.0-or-later

package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"ricongiungi/casefile"
	"ricongiungi/vault"
	"ricongiungi/views"
)

// Transact decides an accepted command: load, fold, decide, append, project,
// settle, in one transaction. A command that was settled before gives the
// outcome it had. A refusal is an outcome, not an error; errors mean that
// nothing was decided and that a later try is right.
func (s *Store) Transact(ctx context.Context, caseID, commandID string) (casefile.Outcome, error) {
	ctx, span := hop(ctx, "store.transact", caseID, commandID)
	defer span.End()
	return s.transact(ctx, caseID, func(ctx context.Context) (pending, error) {
		return s.loadPending(ctx, caseID, commandID)
	})
}

// Wake has the case look at its agenda now. It needs no accepted command: a
// second wake finds nothing left to do.
func (s *Store) Wake(ctx context.Context, caseID, commandID string) (casefile.Outcome, error) {
	return s.transact(ctx, caseID, func(context.Context) (pending, error) {
		return pending{commandID: commandID, command: &casefile.Wake{}, actor: casefile.Actor{ID: casefile.SystemActor, Role: casefile.System}}, nil
	})
}

// Resume tells where a case stands, for a workflow that starts or goes on: when
// to wake, which effects are outstanding, whether it is closed.
func (s *Store) Resume(ctx context.Context, caseID string) (casefile.Outcome, error) {
	st, err := s.readStream(ctx, s.pool, caseID)
	if err != nil {
		return casefile.Outcome{}, unavailable(err)
	}
	if len(st.facts) == 0 {
		return casefile.Outcome{}, views.ErrNotFound
	}
	state := casefile.Fold(st.facts)
	outcome := s.standing(state, casefile.Agenda(state, s.book))
	outcome.Effects, err = s.outstanding(ctx, caseID)
	return outcome, unavailable(err)
}

func (s *Store) standing(state *casefile.State, agenda []casefile.Due) casefile.Outcome {
	return casefile.Outcome{CaseID: state.CaseID, Version: state.Version, Events: []casefile.EventRef{},
		NextWake: casefile.NextWake(agenda, s.book, s.now()), Closed: !state.ClosedOn.IsZero()}
}

// pending is a command on its way to being decided.
type pending struct {
	commandID string
	command   casefile.Command
	actor     casefile.Actor
	ifVersion int64
	settle    settler           // nil when there is no row to settle
	outcome   *casefile.Outcome // what it led to, when decided before
}

// settler writes what became of a command into its row.
type settler func(batch *pgx.Batch, outcome casefile.Outcome, now time.Time) error

// settled writes the outcome, if the command has a row to write it to.
func (p pending) settled(batch *pgx.Batch, outcome casefile.Outcome, now time.Time) error {
	if p.settle == nil {
		return nil
	}
	return p.settle(batch, outcome, now)
}

type loader func(ctx context.Context) (pending, error)

// transact retries once when another writer was faster on the same case: the
// database's uniqueness, not this loop, is what keeps the history straight.
func (s *Store) transact(ctx context.Context, caseID string, load loader) (casefile.Outcome, error) {
	outcome, err := s.attempt(ctx, caseID, load)
	if overtaken(err) {
		outcome, err = s.attempt(ctx, caseID, load)
	}
	return outcome, unavailable(err)
}

func overtaken(err error) bool {
	var pgErr *pgconn.PgError
	duplicate := errors.As(err, &pgErr) && (pgErr.Code == "23505" || pgErr.Code == "23P01") // also a slot taken meanwhile
	return duplicate || errors.Is(err, errDecidedMeanwhile)
}

// attempt reads the history before the command: a command that is then still
// unsettled is not in that history, and whoever commits first makes the other's
// version a duplicate.
func (s *Store) attempt(ctx context.Context, caseID string, load loader) (casefile.Outcome, error) {
	st, err := s.history(ctx, caseID)
	if err != nil {
		return casefile.Outcome{}, err
	}
	p, err := load(ctx)
	if err != nil {
		return casefile.Outcome{}, err
	}
	if p.outcome != nil {
		return *p.outcome, nil
	}
	outcome, ready, err := s.decide(ctx, caseID, p, st)
	if err != nil || ready == nil {
		return outcome, err
	}
	err = s.committer.commit(ctx, ready)
	s.emptyCaches(caseID, ready.change)
	return outcome, err
}

// decide gives the outcome and what is to be written for it, if anything.
func (s *Store) decide(ctx context.Context, caseID string, p pending, st stream) (casefile.Outcome, *prepared, error) {
	now := s.now()
	directory, err := s.Services(ctx)
	if err != nil {
		return casefile.Outcome{}, nil, err
	}
	request := casefile.Request{CommandID: p.commandID, CaseID: caseID, Actor: p.actor, Now: now, Book: s.book, Services: directory}
	before, drafts, refusal := s.answer(ctx, st, p, request)
	if refusal != nil || len(drafts) == 0 {
		return s.unchanged(p, caseID, before, refusal, now)
	}
	c, err := s.draftChange(ctx, request, st, drafts)
	if err != nil {
		return casefile.Outcome{}, nil, err
	}
	after := casefile.Fold(c.stream.facts)
	if refusal, err = s.refusedSlot(ctx, before, after, now); err != nil || refusal != nil {
		if err != nil {
			return casefile.Outcome{}, nil, err
		}
		return s.unchanged(p, caseID, before, refusal, now)
	}
	agenda := casefile.Agenda(after, s.book)
	outcome := s.standing(after, agenda)
	outcome.CommandID, outcome.Events, outcome.Effects = p.commandID, c.refs(), c.effects(after)
	was := standpoint{before, casefile.Agenda(before, s.book)}
	outcome.Agenda = casefile.Changes(was.agenda, agenda)
	statements, err := s.statements(p, c, was, after, outcome, now)
	return outcome, &prepared{change: c, statements: statements}, err
}

// unchanged is the outcome of a command that leaves the case as it is.
func (s *Store) unchanged(p pending, caseID string, state *casefile.State, refusal *casefile.Refusal, now time.Time) (casefile.Outcome, *prepared, error) {
	outcome := s.standing(state, casefile.Agenda(state, s.book))
	outcome.CommandID, outcome.CaseID, outcome.Refusal = p.commandID, caseID, refusal
	ready, err := settlingOnly(p, outcome, now)
	return outcome, ready, err
}

// settlingOnly writes an outcome without events; nil when nobody asked to have it kept.
func settlingOnly(p pending, outcome casefile.Outcome, now time.Time) (*prepared, error) {
	if p.settle == nil {
		return nil, nil
	}
	batch := &pgx.Batch{}
	return &prepared{statements: batch}, p.settle(batch, outcome, now)
}

// answer is what the domain says, with the state on which it says so.
func (s *Store) answer(ctx context.Context, st stream, p pending, r casefile.Request) (*casefile.State, []casefile.Draft, *casefile.Refusal) {
	_, span := hop(ctx, "casefile.decide", r.CaseID, r.CommandID)
	defer span.End()
	state := casefile.Fold(st.facts)
	if p.ifVersion > 0 && p.ifVersion != state.Version {
		return state, nil, casefile.StaleVersion(p.ifVersion, state.Version)
	}
	drafts, refusal := casefile.Decide(state, p.command, r)
	return state, drafts, refusal
}

// change is what a command adds to a case, before it has a place in the log.
type change struct {
	stream  stream // with the new facts at its end
	fresh   []casefile.Fact
	records []record
	newKeys []vault.StoredKey
	erased  []vault.StoredKey // already without the key itself
}

func (c change) refs() []casefile.EventRef {
	refs := make([]casefile.EventRef, len(c.records))
	for i, r := range c.records {
		refs[i] = casefile.EventRef{EventID: r.EventID, Version: r.Version, Type: r.Type}
	}
	return refs
}

func (c change) effects(after *casefile.State) []casefile.Effect {
	var effects []casefile.Effect
	for _, f := range c.fresh {
		effects = append(effects, casefile.Effects(after, f)...)
	}
	return effects
}

// draftChange turns drafts into facts and sealed records, with keys for persons
// seen for the first time.
func (s *Store) draftChange(ctx context.Context, r casefile.Request, st stream, drafts []casefile.Draft) (change, error) {
	c := change{stream: st}
	c.stream.facts = append(make([]casefile.Fact, 0, len(st.facts)+len(drafts)), st.facts...) // room for all: a long history is copied once
	if err := s.addKeys(ctx, &c, drafts); err != nil {
		return change{}, err
	}
	version := int64(len(st.facts))
	for i, draft := range drafts {
		fact := draft.Recorded(r, version+int64(i)+1)
		rec, err := s.seal(fact, i, c.stream.keys)
		if err != nil {
			return change{}, err
		}
		c.fresh = append(c.fresh, fact)
		c.stream.facts = append(c.stream.facts, fact)
		c.records = append(c.records, rec)
		if e, ok := draft.Event.(*casefile.PersonErased); ok {
			if err := s.forget(&c, e.PersonID); err != nil {
				return change{}, err
			}
		}
	}
	return c, nil
}

func (s *Store) addKeys(ctx context.Context, c *change, drafts []casefile.Draft) error {
	unknown := map[string]bool{}
	for _, d := range drafts {
		for person := range d.Private {
			if _, ok := c.stream.keys[person]; !ok {
				unknown[person] = true
			}
		}
	}
	known, err := readKeys(ctx, s.pool, slices.Collect(maps.Keys(unknown)))
	if err != nil {
		return err
	}
	c.stream.keys = maps.Clone(c.stream.keys)
	maps.Copy(c.stream.keys, known)
	for _, person := range sortedKeys(unknown) {
		if _, ok := known[person]; ok {
			continue
		}
		key, err := s.vault.NewKey(person)
		if err != nil {
			return fmt.Errorf("store: a key for a new person: %w", err)
		}
		c.stream.keys[person] = key
		c.newKeys = append(c.newKeys, key)
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
