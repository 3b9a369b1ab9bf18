// SPDX-License-Identifier: AGPL-3.0-or-later

// Package reports gives the figures of those who plan: made once for a day, kept,
// and the same through page, API and export. Every question is kept with its
// purpose and the digest of the answer.
package reports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/demand"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// Source is what figures are made of and where they are kept.
type Source interface {
	// SchoolDemand counts who waits for a school on the day, with the position of the log.
	SchoolDemand(ctx context.Context, q demand.Query, on rules.Date) ([]demand.Cell, int64, error)
	// FigureLog reads the whole log as it was recorded before the day.
	FigureLog(ctx context.Context, on rules.Date) (*demand.Log, error)
	// Published gives figures as they were published. Errors: views.ErrNotFound.
	Published(ctx context.Context, key demand.Key) (json.RawMessage, error)
	// Publish keeps figures for good and gives those that stand.
	Publish(ctx context.Context, key demand.Key, figures json.RawMessage) (json.RawMessage, error)
	// RecordQuestion keeps who asked what for which purpose.
	RecordQuestion(ctx context.Context, q demand.Question, answer []byte) error
}

// Office makes figures and keeps what was asked. All fields but Schools are required.
type Office struct {
	Source
	Schools func(ctx context.Context) (demand.Schools, error) // for the indicators; nil while no registry is there
	Clock   func() time.Time
	Book    *rules.Book

	figuring sync.Mutex // reading the whole log is done once at a time
}

// Counted is the answer to a question of who waits.
type Counted struct {
	demand.Stamp
	demand.Table
}

func (o *Office) today() rules.Date { return rules.DateOf(o.Clock()) }

// Count counts who waits, protected for publication: in the database for now, and
// in the log for a day gone by. A zero day is now.
func (o *Office) Count(ctx context.Context, q demand.Query, day rules.Date) (Counted, error) {
	cells, position, on, err := o.count(ctx, q, day)
	if err != nil {
		return Counted{}, err
	}
	return Counted{demand.Stamp{Definition: demand.CountDefinition, AsOf: on, LogPosition: position},
		demand.Publish(q.GroupBy, cells, demand.DisclosureOn(o.Book, on))}, nil
}

func (o *Office) count(ctx context.Context, q demand.Query, day rules.Date) ([]demand.Cell, int64, rules.Date, error) {
	if day.IsZero() || day.After(o.today()) {
		cells, position, err := o.SchoolDemand(ctx, q, o.today())
		return cells, position, o.today(), err
	}
	o.figuring.Lock()
	defer o.figuring.Unlock()
	log, err := o.FigureLog(ctx, day)
	if err != nil {
		return nil, 0, day, err
	}
	return demand.Count(log.Known(day), day, q, o.Book), log.Position, day, nil
}

// Forecast gives the forecast of a day with its past performance.
func (o *Office) Forecast(ctx context.Context, on rules.Date, months int, groups []string) (f demand.Forecast, err error) {
	if err := o.figures(ctx, demand.ForecastKey(on, months, groups), &f); err != nil {
		return f, err
	}
	f.Performance = &demand.BackTest{}
	return f, o.figures(ctx, demand.Key{Kind: demand.BackTestDefinition, On: on}, f.Performance)
}

// Indicators gives the indicators of a day.
func (o *Office) Indicators(ctx context.Context, on rules.Date) (r demand.Report, err error) {
	return r, o.figures(ctx, demand.Key{Kind: demand.IndicatorDefinition, On: on}, &r)
}

// Ask keeps a question before its answer is given.
func (o *Office) Ask(ctx context.Context, by casefile.Actor, purpose string, stamp demand.Stamp, parameters map[string]string, answer []byte) error {
	return o.RecordQuestion(ctx, demand.Question{By: by, Purpose: purpose, Kind: stamp.Definition, Parameters: parameters, Position: stamp.LogPosition}, answer)
}

// figures gives what was published for the day, or makes and publishes it. What
// is made for a day that is not over yet is not kept: it may still change.
func (o *Office) figures(ctx context.Context, key demand.Key, into any) error {
	kept, err := o.Published(ctx, key)
	if errors.Is(err, views.ErrNotFound) {
		kept, err = o.makeFigures(ctx, key)
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(kept, into); err != nil {
		return fmt.Errorf("reports: published figures: %w", err)
	}
	return nil
}

// lastCommits is how long after midnight an event recorded before it may still
// reach the log: figures of the day are kept from then on.
const lastCommits = 5 * time.Minute

func (o *Office) makeFigures(ctx context.Context, key demand.Key) (json.RawMessage, error) {
	o.figuring.Lock()
	defer o.figuring.Unlock()
	if kept, err := o.Published(ctx, key); !errors.Is(err, views.ErrNotFound) {
		return kept, err // made while this one waited
	}
	log, err := o.FigureLog(ctx, key.On)
	if err != nil {
		return nil, err
	}
	known, err := o.schoolFacts(ctx)
	if err != nil {
		return nil, err
	}
	made, err := demand.Make(key, log, known)
	if err != nil {
		return nil, err
	}
	if o.Clock().Before(key.On.Start().Add(lastCommits)) {
		return made, nil
	}
	return o.Publish(ctx, key, made)
}

func (o *Office) schoolFacts(ctx context.Context) (demand.Schools, error) {
	if o.Schools == nil {
		return demand.Schools{}, nil
	}
	return o.Schools(ctx)
}
