// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"ricongiungi/access"
	"ricongiungi/casefile"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// Audits look through the whole log and find events in it.
type Audits interface {
	BeginVerification(by casefile.Actor, against []string) (id string, err error)
	Verification(id, by string) (views.VerificationState, error)
	Verifications(ctx context.Context, limit int) ([]views.Verification, error)
	SearchLog(ctx context.Context, q views.LogQuery) (views.Page[views.LogRow], error)
}

// Evidence proves what the log holds.
type Evidence interface {
	Checkpoint(ctx context.Context) ([]byte, error)
	EventProof(ctx context.Context, caseID string, version int64) (views.EventProof, error)
	Capsule(ctx context.Context, caseID string, personal bool) ([]byte, error)
}

var logPages = []tabEntry{
	{"/log", "log.search", "GET /v1/log/entries", ""},
	{"/log/verify", "log.verify", "POST /v1/log/verifications", ""},
	{"/log/checkpoint", "log.checkpoint", "GET /v1/log/entries", ""},
}

func (s *console) logRoutes() []route {
	const (
		search = "GET /v1/log/entries"
		verify = "POST /v1/log/verifications"
	)
	return []route{
		{method: "GET", pattern: "/log", handle: s.searchLog, api: search},
		{method: "GET", pattern: "/log/verify", handle: s.showVerify, api: verify},
		{method: "POST", pattern: "/log/verify", handle: s.beginVerify, api: verify},
		{method: "GET", pattern: "/log/verify/{id}", handle: s.showVerification, api: verify},
		{method: "GET", pattern: "/log/checkpoint", handle: s.showCheckpoint, api: search},
		{method: "GET", pattern: "/log/cases/{case_id}/proof/{version}", handle: s.sendProof, api: "GET /v1/cases/{case_id}/history/{version}/proof"},
		{method: "GET", pattern: "/log/cases/{case_id}/capsule", handle: s.sendCapsule, api: "GET /v1/cases/{case_id}/capsule"},
	}
}

// logPage is what was looked for in the log and what was found.
type logPage struct {
	area
	Type, Actor, Case string
	From, To          rules.Date
	Types             []option
	Actors            []option
	Rows              []logLine
	Next              string
	Problem           bool // the id of the case is none
}

type logLine struct {
	views.LogRow
	Who string
}

func (s *console) searchLog(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	operators, err := s.Views.Operators(r.Context())
	if err != nil {
		return err
	}
	page := logPage{area: s.areaOf(r, logPages), Type: r.FormValue("type"), Actor: r.FormValue("actor"), Case: strings.TrimSpace(r.FormValue("case")),
		Types: v.voice.eventOptions(r.FormValue("type")), Actors: actorOptions(operators, r.FormValue("actor"))}
	page.From, _ = rules.ParseDate(r.FormValue("from")) // what is no day does not restrict, and the field shows it empty
	page.To, _ = rules.ParseDate(r.FormValue("to"))
	asked := views.LogQuery{Type: page.Type, ActorID: page.Actor, CaseID: page.Case, Cursor: r.FormValue("cursor"), Limit: aPage}
	if _, err := uuid.Parse(page.Case); page.Case != "" && err != nil {
		page.Problem = true
		return s.show(w, r, http.StatusUnprocessableEntity, "log", v.voice.say("log.search"), page)
	}
	if !page.From.IsZero() {
		asked.From = page.From.Start().UTC()
	}
	if !page.To.IsZero() {
		asked.To = page.To.End().Add(-time.Nanosecond).UTC()
	}
	found, err := s.Audits.SearchLog(r.Context(), asked)
	if err != nil {
		return err
	}
	for _, row := range found.Items {
		page.Rows = append(page.Rows, logLine{row, operators[row.Actor.ID].Name})
	}
	if found.Next != "" {
		page.Next = "/log?" + url.Values{"type": {page.Type}, "actor": {page.Actor}, "case": {page.Case}, "from": {page.From.String()}, "to": {page.To.String()}, "cursor": {found.Next}}.Encode()
	}
	return s.show(w, r, http.StatusOK, "log", v.voice.say("log.search"), page)
}

func (v voice) eventOptions(chosen string) []option {
	var options []option
	for _, name := range casefile.EventNames() {
		if casefile.TypeClass(name) != casefile.Protected {
			options = append(options, option{Value: name, Label: v.say("event." + name), Chosen: name == chosen})
		}
	}
	return byLabel(options)
}

func actorOptions(operators map[string]views.Operator, chosen string) []option {
	var options []option
	for id, o := range operators {
		options = append(options, option{Value: id, Label: o.Name, Chosen: id == chosen})
	}
	return byLabel(options)
}

// verifyPage is the last answers and the way to a new one.
type verifyPage struct {
	area
	Last    []verificationLine
	Problem string // id of the text that says why none was begun
	Against string // what was typed
}

type verificationLine struct {
	views.Verification
	Who string
}

// lastAnswers is how many earlier verifications are shown.
const lastAnswers = 10

func (s *console) showVerify(w http.ResponseWriter, r *http.Request) error {
	return s.showAnswers(w, r, http.StatusOK, "")
}

func (s *console) showAnswers(w http.ResponseWriter, r *http.Request, status int, problem string) error {
	last, err := s.Audits.Verifications(r.Context(), lastAnswers)
	if err != nil {
		return err
	}
	operators, err := s.Views.Operators(r.Context())
	if err != nil {
		return err
	}
	page := verifyPage{area: s.areaOf(r, logPages), Problem: problem, Against: r.FormValue("against")}
	for _, v := range last {
		page.Last = append(page.Last, verificationLine{v, operators[v.By.ID].Name})
	}
	return s.show(w, r, status, "log-verify", visitOf(r).voice.say("log.verify"), page)
}

func (s *console) beginVerify(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	var against []string
	if statement := strings.TrimSpace(strings.ReplaceAll(r.FormValue("against"), "\r\n", "\n")); statement != "" {
		against = []string{statement + "\n"} // what a form sends ends its lines in its own way
	}
	id, err := s.Audits.BeginVerification(visitOf(r).who.Actor, against)
	var bad views.BadFile
	switch {
	case errors.Is(err, views.ErrBusy):
		return s.showAnswers(w, r, http.StatusConflict, "log.busy")
	case errors.As(err, &bad):
		return s.showAnswers(w, r, http.StatusUnprocessableEntity, "log.bad_statement")
	case err != nil:
		return err
	}
	http.Redirect(w, r, "/log/verify/"+id, http.StatusSeeOther)
	return nil
}

// verificationPage follows one verification to its answer.
type verificationPage struct {
	area
	views.VerificationState
}

func (s *console) showVerification(w http.ResponseWriter, r *http.Request) error {
	state, err := s.Audits.Verification(chi.URLParam(r, "id"), visitOf(r).who.ID)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "log-verification", visitOf(r).voice.say("log.verify"), verificationPage{s.areaOf(r, logPages), state})
}

// checkpointPage is the statement of the log's state, to be printed and registered.
type checkpointPage struct {
	area
	Origin string
	Size   int64
	Digest []string // hexadecimal, in groups that can be read out
	Signed string
	Key    string
	Now    time.Time
}

func (s *console) showCheckpoint(w http.ResponseWriter, r *http.Request) error {
	signed, err := s.Evidence.Checkpoint(r.Context())
	if err != nil {
		return err
	}
	page := checkpointPage{area: s.areaOf(r, logPages), Signed: string(signed), Key: s.LogKey, Now: s.Clock()}
	lines := strings.SplitN(page.Signed, "\n", 4) // origin, size, root, and what is signed
	if len(lines) == 4 {
		page.Origin = lines[0]
		page.Size, _ = strconv.ParseInt(lines[1], 10, 64) // our own text
		root, _ := base64.StdEncoding.DecodeString(lines[2])
		for part := range slices.Chunk([]byte(hex.EncodeToString(root)), 4) {
			page.Digest = append(page.Digest, string(part))
		}
	}
	return s.show(w, r, http.StatusOK, "log-checkpoint", visitOf(r).voice.say("log.checkpoint"), page)
}

// sendProof hands out the proof of one event, which anybody can check offline.
func (s *console) sendProof(w http.ResponseWriter, r *http.Request) error {
	id := chi.URLParam(r, "case_id")
	version, err := strconv.ParseInt(chi.URLParam(r, "version"), 10, 64)
	if err != nil || version < 1 {
		return views.ErrNotFound
	}
	if err := s.mayProve(r, id, version); err != nil {
		return err
	}
	proof, err := s.Evidence.EventProof(r.Context(), id, version)
	if err != nil {
		return err
	}
	content, err := json.MarshalIndent(proof, "", "  ")
	if err != nil {
		return err
	}
	return s.sendFile(w, "proof-"+id+"-"+strconv.FormatInt(version, 10)+".json", "application/json", content)
}

// mayProve refuses proofs of events that the visitor may not know of: a proof
// holds the event.
func (s *console) mayProve(r *http.Request, id string, version int64) error {
	v := visitOf(r)
	kept, err := s.Views.Rendered(r.Context(), id, v.standing)
	if err != nil {
		return err
	}
	var view casefile.View
	if err := json.Unmarshal(kept.View, &view); err != nil {
		return err
	}
	history, err := s.Views.History(r.Context(), views.HistoryQuery{CaseID: id, Limit: int(min(version, 1<<30))})
	if err != nil {
		return err
	}
	shown := access.GuardedHistory(history.Items, view.Guard, v.who.Actor)
	if !slices.ContainsFunc(shown, func(e views.Entry) bool { return e.Version == version }) {
		return views.ErrNotFound
	}
	return nil
}

// sendCapsule hands out a case in one file that proves itself, without personal data.
func (s *console) sendCapsule(w http.ResponseWriter, r *http.Request) error {
	id := chi.URLParam(r, "case_id")
	packed, err := s.Evidence.Capsule(r.Context(), id, false)
	if err != nil {
		return err
	}
	return s.sendFile(w, "case-"+id+".zip", "application/zip", packed)
}
