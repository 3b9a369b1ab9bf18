// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/handoff"
	"ricongiungi/intake"
	"ricongiungi/views"
)

// Handoffs takes the Prefecture's messages in and tells what became of them.
type Handoffs interface {
	intake.Handoffs
	Handoff(ctx context.Context, handoffID string) (handoff.Receipt, error)
	Handoffs(ctx context.Context, q views.HandoffQuery) (views.Page[handoff.Receipt], error)
	Gaps(ctx context.Context, sender string) ([]handoff.Gap, error)
	Settle(ctx context.Context, handoffID string, s handoff.Settlement, by casefile.Actor) (handoff.Receipt, error)
	OriginalHandoff(ctx context.Context, handoffID string) (views.HandoffOriginal, error)
	Propose(ctx context.Context, handoffID string, s handoff.Settlement, by casefile.Actor) error
}

var handoffPages = []tabEntry{
	{"/handoffs", "handoffs.receipts", "GET /v1/handoffs", ""},
	{"/handoffs/send", "handoffs.send", "POST /v1/handoffs/batches", ""},
	{"/handoffs/quarantine", "handoffs.quarantine", "GET /v1/handoffs/{handoff_id}/original", ""},
	{"/handoffs/gaps", "handoffs.gaps", "GET /v1/handoff-gaps", ""},
}

func (s *console) handoffRoutes() []route {
	const (
		list     = "GET /v1/handoffs"
		send     = "POST /v1/handoffs/batches"
		original = "GET /v1/handoffs/{handoff_id}/original"
	)
	return []route{
		{method: "GET", pattern: "/handoffs", handle: s.listHandoffs, api: list},
		{method: "GET", pattern: "/handoffs/quarantine", handle: s.listQuarantine, api: original},
		{method: "GET", pattern: "/handoffs/gaps", handle: s.listGaps, api: "GET /v1/handoff-gaps"},
		{method: "GET", pattern: "/handoffs/send", handle: s.showSending, api: send},
		{method: "GET", pattern: "/handoffs/template", handle: s.sendTemplate, api: send},
		{method: "POST", pattern: "/handoffs/files", handle: s.takeBatch, api: send},
		{method: "GET", pattern: "/handoffs/files/{id}", handle: s.showBatch, api: send},
		{method: "POST", pattern: "/handoffs/files/{id}/send", handle: s.sendBatch, api: send},
		{method: "GET", pattern: "/handoffs/files/{id}/rejected", handle: s.sendRejected, api: send},
		{method: "GET", pattern: "/handoffs/{id}", handle: s.showHandoff, api: "GET /v1/handoffs/{handoff_id}"},
		{method: "POST", pattern: "/handoffs/{id}/settle", handle: s.settleHandoff, api: "POST /v1/handoffs/{handoff_id}/settlement"},
		{method: "POST", pattern: "/handoffs/{id}/propose", handle: s.proposeHandoff, api: "POST /v1/handoffs/{handoff_id}/proposals"},
	}
}

// senderOf keeps officers of the Prefecture to what their own office sent.
func senderOf(who views.Operator) string {
	if who.Role == casefile.SUIOfficer {
		return who.Office
	}
	return ""
}

// receiptsPage lists what was handed over and what became of it.
type receiptsPage struct {
	area
	Status   string
	Statuses []handoff.Status
	Rows     []handoff.Receipt
	Next     string
	MaySend  bool
	SeesCase bool
}

func (s *console) listHandoffs(w http.ResponseWriter, r *http.Request) error {
	return s.listReceipts(w, r, r.FormValue("status"), "handoffs.receipts")
}

func (s *console) listQuarantine(w http.ResponseWriter, r *http.Request) error {
	return s.listReceipts(w, r, string(handoff.Quarantined), "handoffs.quarantine")
}

func (s *console) listReceipts(w http.ResponseWriter, r *http.Request, status, title string) error {
	v := visitOf(r)
	page := receiptsPage{area: s.areaOf(r, handoffPages), Status: status,
		Statuses: []handoff.Status{handoff.Accepted, handoff.Held, handoff.Applied, handoff.Quarantined, handoff.Discarded},
		MaySend:  s.may(r, "POST /v1/handoffs/batches"), SeesCase: s.may(r, "GET /v1/cases/{case_id}")}
	if status != "" && !slices.Contains(page.Statuses, handoff.Status(status)) {
		return views.ErrNotFound
	}
	found, err := s.Handoffs.Handoffs(r.Context(), views.HandoffQuery{Sender: senderOf(v.who), Status: handoff.Status(status), Cursor: r.FormValue("cursor"), Limit: aPage})
	if err != nil {
		return err
	}
	page.Rows = found.Items
	if found.Next != "" {
		page.Next = r.URL.Path + "?" + url.Values{"status": {status}, "cursor": {found.Next}}.Encode()
	}
	return s.show(w, r, http.StatusOK, "handoffs", v.voice.say(title), page)
}

// may tells whether the visitor's role may ask the API's route.
func (s *console) may(r *http.Request, route string) bool {
	return s.Rights.Routes[route].Roles[visitOf(r).who.Role]
}

// gapsPage lists numbers that never arrived.
type gapsPage struct {
	area
	Rows []handoff.Gap
}

func (s *console) listGaps(w http.ResponseWriter, r *http.Request) error {
	gaps, err := s.Handoffs.Gaps(r.Context(), senderOf(visitOf(r).who))
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "handoffs-gaps", visitOf(r).voice.say("handoffs.gaps"), gapsPage{s.areaOf(r, handoffPages), gaps})
}

// settleReasons are why a message is settled as it is.
var settleReasons = []string{"duplicate", "mended_and_sent_again", "wrong_file", "not_ours", "cause_removed"}

// handoffPage is one message: what became of it and, while nobody has settled
// it, what it says.
type handoffPage struct {
	area
	handoff.Receipt
	Original  *views.HandoffOriginal
	Proposals []proposalLine
	Reasons   []string
	MaySettle bool
	MayMend   bool // may propose
	SeesCase  bool
	Problem2  string // id of the text that says what is missing
}

type proposalLine struct {
	views.Proposal
	Who string
}

// ownReceipt finds a message that the visitor may know of.
func (s *console) ownReceipt(r *http.Request) (handoff.Receipt, error) {
	id := chi.URLParam(r, "id")
	if _, err := uuid.Parse(id); err != nil {
		return handoff.Receipt{}, views.ErrNotFound
	}
	receipt, err := s.Handoffs.Handoff(r.Context(), id)
	if errors.Is(err, handoff.ErrUnknown) {
		err = views.ErrNotFound
	}
	if own := senderOf(visitOf(r).who); err == nil && own != "" && own != receipt.Sender {
		return receipt, views.ErrNotFound
	}
	return receipt, err
}

func (s *console) showHandoff(w http.ResponseWriter, r *http.Request) error {
	return s.showHandoffSaying(w, r, http.StatusOK, "")
}

func (s *console) showHandoffSaying(w http.ResponseWriter, r *http.Request, status int, problem string) error {
	receipt, err := s.ownReceipt(r)
	if err != nil {
		return err
	}
	page := handoffPage{area: s.areaOf(r, handoffPages), Receipt: receipt, Reasons: settleReasons, Problem2: problem, SeesCase: s.may(r, "GET /v1/cases/{case_id}")}
	if open := receipt.Status == handoff.Quarantined || receipt.Status == handoff.Held; open && s.may(r, "GET /v1/handoffs/{handoff_id}/original") {
		page.MaySettle, page.MayMend = s.may(r, "POST /v1/handoffs/{handoff_id}/settlement"), s.may(r, "POST /v1/handoffs/{handoff_id}/proposals")
		if err := s.openOriginal(r, &page); err != nil {
			return err
		}
	}
	return s.show(w, r, status, "handoff", visitOf(r).voice.say("handoffs.one", "number", receipt.Sequence), page)
}

func (s *console) openOriginal(r *http.Request, page *handoffPage) error {
	original, err := s.Handoffs.OriginalHandoff(r.Context(), page.HandoffID)
	if err != nil {
		return err
	}
	operators, err := s.Views.Operators(r.Context())
	page.Original = &original
	for _, p := range original.Proposals {
		page.Proposals = append(page.Proposals, proposalLine{p, operators[p.By.ID].Name})
	}
	return err
}

// settlement reads what was chosen; not ok when something is missing.
func settlement(r *http.Request) (chosen handoff.Settlement, ok bool) {
	chosen = handoff.Settlement{Action: r.FormValue("action"), Reason: r.FormValue("reason")}
	return chosen, slices.Contains([]string{"retry", "discard"}, chosen.Action) && slices.Contains(settleReasons, chosen.Reason)
}

func (s *console) settleHandoff(w http.ResponseWriter, r *http.Request) error {
	receipt, err := s.ownReceipt(r)
	if err != nil {
		return err
	}
	chosen, ok := settlement(r)
	if !ok {
		return s.showHandoffSaying(w, r, http.StatusUnprocessableEntity, "handoffs.choose")
	}
	if _, err := s.Handoffs.Settle(r.Context(), receipt.HandoffID, chosen, visitOf(r).who.Actor); err != nil && !errors.Is(err, handoff.ErrNotSettleable) { // somebody was faster: the page shows it
		return err
	}
	http.Redirect(w, r, "/handoffs/"+receipt.HandoffID, http.StatusSeeOther)
	return nil
}

func (s *console) proposeHandoff(w http.ResponseWriter, r *http.Request) error {
	receipt, err := s.ownReceipt(r)
	if err != nil {
		return err
	}
	chosen, ok := settlement(r)
	if !ok {
		return s.showHandoffSaying(w, r, http.StatusUnprocessableEntity, "handoffs.choose")
	}
	if err := s.Handoffs.Propose(r.Context(), receipt.HandoffID, chosen, visitOf(r).who.Actor); err != nil && !errors.Is(err, handoff.ErrNotSettleable) { // somebody was faster: the page shows it
		return err
	}
	http.Redirect(w, r, "/handoffs/"+receipt.HandoffID, http.StatusSeeOther)
	return nil
}
