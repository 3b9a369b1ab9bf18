// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/go-chi/chi/v5"

	"ricongiungi/errand"
	"ricongiungi/handoff"
	"ricongiungi/intake"
	"ricongiungi/views"
)

// How many files are worked on at a time, how many are remembered for who sent
// them, and how large one may be.
const (
	filesAtOnce = 4
	filesKept   = 32
	batchFile   = 16 << 20
)

// sendingPage takes a file.
type sendingPage struct {
	area
	Problem string // what is wrong with the file as a whole
}

func (s *console) showSending(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, http.StatusOK, "handoffs-send", visitOf(r).voice.say("handoffs.send"), sendingPage{area: s.areaOf(r, handoffPages)})
}

// sendTemplate hands out a filled example to start from.
func (s *console) sendTemplate(w http.ResponseWriter, _ *http.Request) error {
	var example bytes.Buffer
	if err := handoff.Template(&example, handoff.CSV); err != nil {
		return err
	}
	return s.sendFile(w, "handoffs.csv", "text/csv; charset=utf-8", example.Bytes())
}

// takeBatch reads the file and begins to foresee what it would do. Nothing is
// kept yet.
func (s *console) takeBatch(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	content, name, err := upload(w, r)
	var file *intake.File
	if err == nil {
		file, err = intake.Open(name, content, v.who.Actor)
	}
	if err != nil {
		page := sendingPage{area: s.areaOf(r, handoffPages), Problem: v.voice.fileProblem(err)}
		return s.show(w, r, http.StatusUnprocessableEntity, "handoffs-send", v.voice.say("handoffs.send"), page)
	}
	return s.workOn(w, r, func(ctx context.Context, _ errand.Progress) (*intake.File, error) {
		return file, file.Foresee(ctx, s.Handoffs)
	})
}

// The errors of an upload.
var (
	errNoFile        = errors.New("console: no file was chosen")
	errBatchTooLarge = errors.New("console: the file is too large")
)

// upload reads the file of a form into memory: nothing of it touches the disk.
func upload(w http.ResponseWriter, r *http.Request) (content []byte, name string, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, batchFile+1<<16)
	if err := r.ParseMultipartForm(batchFile + 1<<16); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, "", errBatchTooLarge
		}
		return nil, "", errNoFile
	}
	file, header, err := r.FormFile("file")
	if err != nil {
		return nil, "", errNoFile
	}
	defer file.Close()
	content, err = io.ReadAll(file)
	return content, header.Filename, err
}

// fileProblem says what is wrong with a file as a whole.
func (v voice) fileProblem(err error) string {
	for known, id := range map[error]string{errNoFile: "handoffs.no_file", errBatchTooLarge: "handoffs.too_large", intake.ErrFormat: "handoffs.format",
		intake.ErrTooLong: "handoffs.too_long", intake.ErrEmpty: "handoffs.empty_file", errand.ErrBusy: "handoffs.busy"} {
		if errors.Is(err, known) {
			return v.say(id)
		}
	}
	return v.say("handoffs.unreadable") + " " + err.Error()
}

// workOn begins and leads to the page that follows the work.
func (s *console) workOn(w http.ResponseWriter, r *http.Request, work func(ctx context.Context, tell errand.Progress) (*intake.File, error)) error {
	v := visitOf(r)
	id, err := s.files.Start(v.who.ID, work)
	if err != nil {
		page := sendingPage{area: s.areaOf(r, handoffPages), Problem: v.voice.fileProblem(err)}
		return s.show(w, r, http.StatusServiceUnavailable, "handoffs-send", v.voice.say("handoffs.send"), page)
	}
	http.Redirect(w, r, "/handoffs/files/"+id, http.StatusSeeOther)
	return nil
}

// filePage is how far the work on a file is and what came of it.
type filePage struct {
	area
	ID          string
	Going       bool
	Failed      bool
	Done, Total int64
	File        *intake.File
	Bad         []intake.Row // to be mended, as many as are shown
	BadCount    int
	Good        int
	Counts      []fileCount
	Rows        []intake.Row // sound ones, as many as are shown
}

// fileCount is how many rows come to the same.
type fileCount struct {
	Label string // id of its text
	Count int
}

// shownRows is how many rows of a file the page shows; the file for download has all.
const shownRows = 100

func (s *console) takenBatch(r *http.Request) (errand.State[*intake.File], error) {
	state, err := s.files.Find(chi.URLParam(r, "id"), visitOf(r).who.ID)
	if err != nil {
		return state, views.ErrNotFound
	}
	return state, nil
}

func (s *console) showBatch(w http.ResponseWriter, r *http.Request) error {
	state, err := s.takenBatch(r)
	if err != nil {
		return err
	}
	page := filePage{area: s.areaOf(r, handoffPages), ID: state.ID, Going: state.Going(), Failed: state.Err != nil, Done: state.Done, Total: state.Total}
	if !page.Going && !page.Failed {
		page.fill(state.Result)
	}
	return s.show(w, r, http.StatusOK, "handoffs-file", visitOf(r).voice.say("handoffs.file"), page)
}

func (p *filePage) fill(f *intake.File) {
	p.File = f
	counts := map[string]int{}
	for _, row := range f.Rows {
		if !row.Sound() {
			p.BadCount++
			p.Bad = append(p.Bad, row)
			continue
		}
		p.Good++
		p.Rows = append(p.Rows, row)
		counts[comesTo(row)]++
	}
	for _, label := range []string{"opens", "adds", "nothing", "quarantine", "accepted", "held", "applied", "quarantined", "discarded"} {
		if counts[label] > 0 {
			p.Counts = append(p.Counts, fileCount{"handoffs.comes." + label, counts[label]})
		}
	}
	p.Bad, p.Rows = p.Bad[:min(len(p.Bad), shownRows)], p.Rows[:min(len(p.Rows), shownRows)]
}

// comesTo is what becomes of a sound row, or would.
func comesTo(row intake.Row) string {
	switch f := row.Forecast; {
	case row.Receipt != nil:
		return string(row.Receipt.Status)
	case f == nil:
		return "nothing"
	case f.Problem != nil:
		return "quarantine"
	case f.NewCase:
		return "opens"
	case len(f.Events) == 0:
		return "nothing"
	}
	return "adds"
}

// ComesTo is the id of the text for what becomes of the row.
func (filePage) ComesTo(row intake.Row) string { return "handoffs.comes." + comesTo(row) }

// sendBatch keeps the sound rows of a file that was looked at.
func (s *console) sendBatch(w http.ResponseWriter, r *http.Request) error {
	state, err := s.takenBatch(r)
	if err != nil {
		return err
	}
	if state.Going() || state.Err != nil || state.Result.Sent {
		http.Redirect(w, r, "/handoffs/files/"+state.ID, http.StatusSeeOther)
		return nil
	}
	file := state.Result.Again()
	return s.workOn(w, r, func(ctx context.Context, tell errand.Progress) (*intake.File, error) {
		return file, file.Send(ctx, s.Handoffs, tell)
	})
}

// sendRejected hands out the rows to be mended and sent again.
func (s *console) sendRejected(w http.ResponseWriter, r *http.Request) error {
	state, err := s.takenBatch(r)
	if err != nil || state.Going() || state.Err != nil {
		return views.ErrNotFound
	}
	content, err := state.Result.Rejected()
	if err != nil {
		return err
	}
	return s.sendFile(w, "rejected."+string(state.Result.Format), "text/"+string(state.Result.Format)+"; charset=utf-8", content)
}
