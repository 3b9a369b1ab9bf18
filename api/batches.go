// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"strings"

	"ricongiungi/handoff"
	"ricongiungi/schemas"
)

const (
	batchLines    = 10_000
	batchesAtOnce = 4
)

// batch is a file of messages, one per line, and what became of each line.
type batch struct {
	items    []batchItem
	messages []Received
	places   []int // of the messages among the items
	rejected []handoff.RowError
}

type batchItem struct {
	Line     int               `json:"line"`
	Receipt  *handoff.Receipt  `json:"receipt,omitempty"`
	Forecast *handoff.Forecast `json:"forecast,omitempty"`
	Problems []schemas.Problem `json:"problems,omitempty"`
}

type batchResult struct {
	Accepted int         `json:"accepted"`
	Rejected int         `json:"rejected"`
	Items    []batchItem `json:"items"`
}

// acceptBatch takes the sound lines in together and lists the others. Sending
// the same batch again is safe: each message is known by its message_id.
func (s *server) acceptBatch(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	dryRun := q.flag("dry_run")
	if err := q.err(); err != nil {
		return err
	}
	select {
	case s.batches <- struct{}{}:
		defer func() { <-s.batches }()
	default:
		return ErrUnavailable
	}
	raw, err := body(w, r, "application/x-ndjson", batchLimit)
	if err != nil {
		return err
	}
	read, err := readBatch(raw, originOf(r))
	if err != nil {
		return err
	}
	if dryRun {
		return s.forecastBatch(w, r, read)
	}
	return s.storeBatch(w, r, read)
}

func (s *server) storeBatch(w http.ResponseWriter, r *http.Request, b *batch) error {
	acceptances, err := s.Handoffs.AcceptHandoffs(r.Context(), b.messages)
	if err != nil {
		return err
	}
	if len(b.rejected) > 0 {
		if err := s.Handoffs.KeepRejected(r.Context(), actorOf(r), b.rejected); err != nil {
			return err
		}
	}
	for i, acceptance := range acceptances {
		item := &b.items[b.places[i]]
		if acceptance.Err != nil {
			item.Problems = s.notAccepted(r, acceptance.Err)
			continue
		}
		item.Receipt = &acceptance.Receipt
	}
	return answer(w, http.StatusAccepted, b.result())
}

// notAccepted says why a sound message was not kept.
func (s *server) notAccepted(r *http.Request, err error) []schemas.Problem {
	switch {
	case errors.Is(err, handoff.ErrOtherContent):
		return []schemas.Problem{{Path: "/message_id", Reason: "was used before with other content"}}
	case errors.Is(err, handoff.ErrSequenceTaken):
		return []schemas.Problem{{Path: "/sequence", Reason: "belongs to another message of the sender"}}
	}
	s.Log.Error("unforeseen", "request_id", exchangeOf(r).id, "error", err.Error())
	return []schemas.Problem{{Reason: "could not be kept: send it again"}}
}

func (s *server) forecastBatch(w http.ResponseWriter, r *http.Request, b *batch) error {
	messages := make([]handoff.Message, len(b.messages))
	for i, received := range b.messages {
		messages[i] = received.Message
	}
	forecasts, err := s.Handoffs.PreviewHandoffs(r.Context(), messages)
	if err != nil {
		return err
	}
	for i, forecast := range forecasts {
		if forecast.Events == nil {
			forecast.Events = []string{}
		}
		b.items[b.places[i]].Forecast = &forecast
	}
	return answer(w, http.StatusOK, b.result())
}

// readBatch checks line by line; blank lines are passed over.
func readBatch(raw []byte, from origin) (*batch, error) {
	b := &batch{}
	number := 0
	for line := range bytes.Lines(raw) {
		number++
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		if len(b.items) == batchLines {
			return nil, problemTooLarge
		}
		b.add(number, line, from)
	}
	if len(b.items) == 0 {
		return nil, problemInvalid.because(schemas.Problem{Reason: "must hold at least one line"})
	}
	return b, nil
}

func (b *batch) add(number int, line []byte, from origin) {
	item := batchItem{Line: number}
	received, err := receiveLine(line, from)
	if err != nil {
		item.Problems = problemOf(err).Problems
		b.rejected = append(b.rejected, rowError(number, line, item.Problems))
	} else {
		b.messages = append(b.messages, received)
		b.places = append(b.places, len(b.items))
	}
	b.items = append(b.items, item)
}

func receiveLine(line []byte, from origin) (Received, error) {
	if len(line) > handoffLimit {
		return Received{}, problemTooLarge.because(schemas.Problem{Reason: "must not be longer than 256 KiB"})
	}
	received, err := receive(line, from)
	if err != nil && len(problemOf(err).Problems) == 0 {
		err = problemUnforeseen.because(schemas.Problem{Reason: "could not be read"})
	}
	return received, err
}

// rowError is what is kept with the line, so that it can be mended.
func rowError(number int, line []byte, problems []schemas.Problem) handoff.RowError {
	reasons := make([]string, len(problems))
	for i, p := range problems {
		reasons[i] = strings.TrimSpace(p.Path + " " + p.Reason)
	}
	return handoff.RowError{Line: number, Field: problems[0].Path, Reason: strings.Join(reasons, "; "), Raw: slices.Clone(line)}
}

func (b *batch) result() batchResult {
	result := batchResult{Items: b.items}
	for _, item := range b.items {
		if len(item.Problems) > 0 {
			result.Rejected++
			continue
		}
		result.Accepted++
	}
	return result
}
