// SPDX-License-Identifier: AGPL-3.0-or-later

// Package intake checks what arrives from the Prefecture before it is kept: one
// message, or a file of them whose sound rows go in while the others come back
// with their reasons. What is written by hand and what is sent by a program
// passes the same checks.
package intake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/schemas"
	"ricongiungi/views"
)

// ErrForeignSender means that a message names another office than the caller's.
var ErrForeignSender = errors.New("intake: the sender must be the office of the caller")

// Receive checks one message and who sends it. Errors: ErrForeignSender and
// those of schemas.Handoff.
func Receive(raw []byte, by casefile.Actor) (views.Received, error) {
	if err := schemas.Handoff(raw); err != nil {
		return views.Received{}, err
	}
	canonical, err := schemas.Canonical(raw)
	if err != nil {
		return views.Received{}, err
	}
	received := views.Received{Raw: canonical, By: by}
	if err := json.Unmarshal(canonical, &received.Message); err != nil {
		return views.Received{}, fmt.Errorf("intake: %w", err)
	}
	if received.Message.Sender != by.Office {
		return views.Received{}, ErrForeignSender
	}
	return received, nil
}

// Handoffs is what a file needs of the place where messages are kept.
type Handoffs interface {
	AcceptHandoffs(ctx context.Context, messages []views.Received) ([]views.Acceptance, error)
	PreviewHandoffs(ctx context.Context, messages []handoff.Message) ([]handoff.Forecast, error)
	KeepRejected(ctx context.Context, by casefile.Actor, rows []handoff.RowError) error
}

// File is a file of messages and what is known of each row.
type File struct {
	Name   string
	Format handoff.Format
	By     casefile.Actor
	Rows   []Row
	Sent   bool // its sound rows were kept
}

// Again is a copy of the file to be sent, while others still look at this one.
func (f *File) Again() *File {
	again := *f
	again.Rows = slices.Clone(f.Rows)
	for i, row := range again.Rows {
		again.Rows[i].Problems = slices.Clip(row.Problems)
	}
	return &again
}

// Row is one message of the file, in order, with its forecast or its receipt
// once there is one.
type Row struct {
	handoff.Row
	Forecast *handoff.Forecast
	Receipt  *handoff.Receipt

	received views.Received
}

// Sound tells whether nothing is wrong with the row so far.
func (r Row) Sound() bool { return len(r.Problems) == 0 }

// longestFile is how many messages a file may hold.
const longestFile = 10_000

// Errors of reading a file.
var (
	ErrFormat  = errors.New("intake: a file of hand-offs ends in .csv or .ndjson")
	ErrTooLong = errors.New("intake: the file holds more than 10000 messages")
	ErrEmpty   = errors.New("intake: the file holds no message")
)

// FormatOf tells the format of a file by its name. Errors: ErrFormat.
func FormatOf(name string) (handoff.Format, error) {
	switch strings.ToLower(path.Ext(name)) {
	case ".csv":
		return handoff.CSV, nil
	case ".ndjson", ".jsonl":
		return handoff.NDJSON, nil
	}
	return "", ErrFormat
}

// Open reads and checks every row. An error means that the file as a whole
// cannot be read; what is wrong with a row is in its problems.
func Open(name string, content []byte, by casefile.Actor) (*File, error) {
	format, err := FormatOf(name)
	if err != nil {
		return nil, err
	}
	f := &File{Name: path.Base(name), Format: format, By: by}
	for read, err := range handoff.Read(bytes.NewReader(content), format) {
		switch {
		case err != nil:
			return nil, err
		case len(f.Rows) == longestFile:
			return nil, ErrTooLong
		}
		f.Rows = append(f.Rows, checked(Row{Row: read}, by))
	}
	if len(f.Rows) == 0 {
		return nil, ErrEmpty
	}
	return f, nil
}

func checked(row Row, by casefile.Actor) Row {
	if !row.Sound() {
		return row
	}
	var invalid *schemas.Invalid
	var malformed *schemas.Malformed
	received, err := Receive(row.JSON, by)
	switch {
	case err == nil:
		row.received = received
	case errors.As(err, &invalid):
		for _, p := range invalid.Problems {
			row.Reject(strings.TrimPrefix(p.Path, "/"), p.Reason)
		}
	case errors.As(err, &malformed):
		row.Reject("", malformed.Problem.Reason)
	case errors.Is(err, ErrForeignSender):
		row.Reject("sender", "must be the office of the caller")
	default:
		row.Reject("", "could not be read")
	}
	return row
}

// Foresee says of each sound row what it would do to its case, given those before it.
func (f *File) Foresee(ctx context.Context, to Handoffs) error {
	places := f.sound()
	messages := make([]handoff.Message, len(places))
	for i, at := range places {
		messages[i] = f.Rows[at].received.Message
	}
	forecasts, err := to.PreviewHandoffs(ctx, messages)
	for i, forecast := range forecasts {
		f.Rows[places[i]].Forecast = &forecast
	}
	return err
}

// atOnce is how many messages are kept in one commit.
const atOnce = 250

// Send has the sound rows kept and the others put aside, and tells how far it is.
// Sending a file twice is safe: a message that was kept before gives its receipt.
func (f *File) Send(ctx context.Context, to Handoffs, tell func(done, total int64)) error {
	if bad := f.rejected(); len(bad) > 0 {
		if err := to.KeepRejected(ctx, f.By, bad); err != nil {
			return err
		}
	}
	places := f.sound()
	for start := 0; start < len(places); start += atOnce {
		tell(int64(start), int64(len(places)))
		if err := f.sendSome(ctx, to, places[start:min(start+atOnce, len(places))]); err != nil {
			return err
		}
	}
	tell(int64(len(places)), int64(len(places)))
	f.Sent = true
	return nil
}

func (f *File) sendSome(ctx context.Context, to Handoffs, places []int) error {
	messages := make([]views.Received, len(places))
	for i, at := range places {
		messages[i] = f.Rows[at].received
	}
	acceptances, err := to.AcceptHandoffs(ctx, messages)
	if err != nil {
		return err
	}
	for i, a := range acceptances {
		row := &f.Rows[places[i]]
		switch {
		case a.Err == nil:
			row.Receipt = &a.Receipt
		case errors.Is(a.Err, handoff.ErrOtherContent):
			row.Reject("message_id", "was used before with other content")
		case errors.Is(a.Err, handoff.ErrSequenceTaken):
			row.Reject("sequence", "belongs to another message of the sender")
		default:
			row.Reject("", "could not be kept: send it again")
		}
	}
	return nil
}

func (f *File) sound() []int {
	var places []int
	for i, row := range f.Rows {
		if row.Sound() {
			places = append(places, i)
		}
	}
	return places
}

func (f *File) rejected() []handoff.RowError {
	var bad []handoff.RowError
	for _, row := range f.Rows {
		bad = append(bad, row.Problems...)
	}
	return bad
}

// Rejected writes the rows that were not taken, to be mended and sent again.
func (f *File) Rejected() ([]byte, error) {
	var rows []handoff.Row
	for _, row := range f.Rows {
		if !row.Sound() {
			rows = append(rows, row.Row)
		}
	}
	var written bytes.Buffer
	err := handoff.WriteRejected(&written, f.Format, rows)
	return written.Bytes(), err
}
