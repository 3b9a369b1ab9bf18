// SPDX-License-Identifier: AGPL-3.0-or-later

package console

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/internal/secret"
	"ricongiungi/letters"
	"ricongiungi/linkpages"
	"ricongiungi/schemas"
	"ricongiungi/tongues"
	"ricongiungi/views"
)

// Letters draws letters up and finds them again.
type Letters interface {
	DrawFor(ctx context.Context, caseID string, o letters.Order) (*casefile.IssueLetter, error)
	Kept(ctx context.Context, caseID, letterID string) ([]byte, error)
	PDF(ctx context.Context, page []byte) ([]byte, error)
	Languages() []tongues.Voice
	Voice(lang string) tongues.Voice
}

// lettersPage is what a family and the bodies it was referred to are given: the
// links that stand, the letters there are, and the forms for more.
type lettersPage struct {
	casefile.View
	Family    string
	MayRecord bool
	Readers   []reader
	Answers   []answering
	Kinds     []string
	Languages []tongues.Voice
	Own       string // language of the family
	Key       string // idempotency key of the form
	Handed    *handed
	Refusal   *casefile.Refusal
	Done      string
	Mistaken  bool
}

// reader is somebody who may be given a link or a letter.
type reader struct {
	Who  casefile.Person
	Link *casefile.PersonalLink // that stands
}

// answering is a referral that its receiver may answer by link.
type answering struct {
	casefile.ReferralView
	Link *casefile.PersonalLink
}

// handed is a link just given: shown this once, since we keep no secret.
type handed struct {
	URL, Code, Whom string
}

// letterRoutes are those of letters and links.
func (s *console) letterRoutes() []route {
	return []route{
		{method: "GET", pattern: "/cases/{case_id}/letters", handle: s.showLetters, api: "GET /v1/cases/{case_id}/history"},
		{method: "POST", pattern: "/cases/{case_id}/letters", handle: s.writeLetter, api: "POST /v1/cases/{case_id}/letters"},
		{method: "GET", pattern: "/cases/{case_id}/letters/{letter_id}", handle: s.showLetter, api: "GET /v1/cases/{case_id}/letters/{letter_id}"},
		{method: "POST", pattern: "/cases/{case_id}/links", handle: s.giveLink, api: "POST /v1/cases/{case_id}/commands"},
		{method: "POST", pattern: "/cases/{case_id}/links/revocation", handle: s.revokeLink, api: "POST /v1/cases/{case_id}/commands"},
	}
}

func (s *console) showLetters(w http.ResponseWriter, r *http.Request) error {
	view, err := s.view(r)
	if err != nil {
		return err
	}
	page := s.lettersPage(r, view)
	page.Done = r.FormValue("done")
	return s.showLettersPage(w, r, http.StatusOK, page)
}

func (s *console) showLettersPage(w http.ResponseWriter, r *http.Request, status int, page lettersPage) error {
	return s.show(w, r, status, "letters", visitOf(r).voice.say("letters.title", "family", page.Family), page)
}

func (s *console) lettersPage(r *http.Request, view casefile.View) lettersPage {
	v := visitOf(r)
	page := lettersPage{View: view, Family: v.voice.family(view.People), Kinds: casefile.LetterKinds(), Languages: s.Letters.Languages(),
		Own: s.Letters.Voice(view.ContactLanguage).Lang, Key: uuid.NewString(), MayRecord: s.Rights.Route("POST", "/v1/cases/{case_id}/commands").Roles[v.who.Role]}
	for _, p := range view.People {
		if !p.Erased && !slices.Contains(view.AccessCut, p.PersonID) && (p.BirthDate.IsZero() || p.BirthDate.AgeOn(s.today()) >= adult) {
			page.Readers = append(page.Readers, reader{p, s.openLink(view, func(l *casefile.PersonalLink) bool { return l.PersonID == p.PersonID })})
		}
	}
	for _, f := range view.Referrals {
		if f.ClosedOn.IsZero() && f.Status != casefile.ReferralDrafted {
			page.Answers = append(page.Answers, answering{f, s.openLink(view, func(l *casefile.PersonalLink) bool { return l.ReferralID == f.ReferralID })})
		}
	}
	return page
}

// adult only spares a useless choice; who may be given a link the case decides.
const adult = 18

func (s *console) openLink(view casefile.View, like func(*casefile.PersonalLink) bool) *casefile.PersonalLink {
	for _, l := range view.PersonalLinks {
		if like(l) && l.Opens(s.today()) {
			return l
		}
	}
	return nil
}

// giveLink draws a secret, has its digest recorded and shows the link once.
func (s *console) giveLink(w http.ResponseWriter, r *http.Request) error {
	view, err := s.view(r)
	if err != nil {
		return err
	}
	code := secret.New()
	var command casefile.Command = &casefile.GiveFamilyLink{PersonID: r.PostFormValue("person_id"), Digest: secret.Hex(code)}
	path, lang, whom := linkpages.FamilyPath, s.Letters.Voice(view.ContactLanguage).Lang, r.PostFormValue("person_id")
	if referral := r.PostFormValue("referral_id"); referral != "" {
		command = &casefile.GiveReplyLink{ReferralID: referral, Digest: secret.Hex(code)}
		path, lang, whom = linkpages.ReplyPath, "it", ""
	}
	outcome, err := s.record(r, command)
	if err != nil && !errors.Is(err, views.ErrOtherContent) {
		return err
	}
	if outcome == nil { // undecided yet, or the form was sent twice: its secret was shown the first time
		http.Redirect(w, r, "/cases/"+view.CaseID+"/letters?done=pending", http.StatusSeeOther)
		return nil
	}
	given := &handed{URL: linkpages.LinkURL(s.PublicURL, path, lang, code), Code: code, Whom: visitOf(r).voice.names(view.People)[whom]}
	return s.showOutcome(w, r, outcome, given)
}

// showOutcome shows the page as it is after a command.
func (s *console) showOutcome(w http.ResponseWriter, r *http.Request, outcome *casefile.Outcome, given *handed) error {
	standing, err := s.Views.Standing(r.Context(), chi.URLParam(r, "case_id"))
	if err != nil {
		return err
	}
	visitOf(r).standing = standing
	view, err := s.view(r)
	if err != nil {
		return err
	}
	page, status := s.lettersPage(r, view), http.StatusOK
	if page.Refusal = outcome.Refusal; page.Refusal != nil {
		return s.showLettersPage(w, r, http.StatusUnprocessableEntity, page)
	}
	page.Handed = given
	return s.showLettersPage(w, r, status, page)
}

func (s *console) revokeLink(w http.ResponseWriter, r *http.Request) error {
	outcome, err := s.record(r, &casefile.RevokeLink{LinkID: r.PostFormValue("link_id")})
	return s.afterwards(w, r, outcome, err, "revoke_link")
}

// writeLetter draws a letter up, has it kept, and leads to it.
func (s *console) writeLetter(w http.ResponseWriter, r *http.Request) error {
	caseID := chi.URLParam(r, "case_id")
	command, err := s.Letters.DrawFor(r.Context(), caseID, letters.Order{PersonID: r.PostFormValue("person_id"), Kind: r.PostFormValue("kind"),
		Language: r.PostFormValue("language"), On: s.today()})
	if errors.Is(err, letters.ErrNoReader) || err == nil && !slices.Contains(casefile.LetterKinds(), command.Kind) {
		view, err := s.view(r)
		if err != nil {
			return err
		}
		page := s.lettersPage(r, view)
		page.Mistaken = true
		return s.showLettersPage(w, r, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	outcome, err := s.record(r, command)
	return s.afterwards(w, r, outcome, err, "issue_letter")
}

func (s *console) afterwards(w http.ResponseWriter, r *http.Request, outcome *casefile.Outcome, err error, done string) error {
	switch {
	case err != nil:
		return err
	case outcome != nil && outcome.Refusal != nil:
		return s.showOutcome(w, r, outcome, nil)
	case outcome == nil:
		done = "pending"
	}
	http.Redirect(w, r, "/cases/"+chi.URLParam(r, "case_id")+"/letters?done="+done, http.StatusSeeOther)
	return nil
}

// record gives one command that the page itself made.
func (s *console) record(r *http.Request, command casefile.Command) (*casefile.Outcome, error) {
	name := casefile.CommandName(command)
	if !s.Rights.Commands[name].Roles[visitOf(r).who.Role] {
		return nil, errForbidden
	}
	key, err := uuid.Parse(r.PostFormValue("key"))
	if err != nil {
		return nil, views.ErrNotFound
	}
	body, err := json.Marshal(command)
	if err != nil {
		return nil, err
	}
	if pathsOf(schemas.Command(name, body)) != nil {
		return nil, views.ErrNotFound // ids that no page of ours offers
	}
	return s.submit(r.Context(), casefile.Order{CommandID: key.String(), CaseID: chi.URLParam(r, "case_id"), Type: name, Body: body,
		Actor: visitOf(r).who.Actor, At: s.Clock().UTC()})
}

// showLetter gives a letter as it was drawn up, as a page or as a PDF.
func (s *console) showLetter(w http.ResponseWriter, r *http.Request) error {
	page, err := s.Letters.Kept(r.Context(), chi.URLParam(r, "case_id"), chi.URLParam(r, "letter_id"))
	if err != nil {
		return err
	}
	if r.URL.Query().Get("format") != "pdf" {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", letters.Policy(page))
		_, _ = w.Write(page) // the reader has gone: there is nobody to tell
		return nil
	}
	pdf, err := s.Letters.PDF(r.Context(), page)
	if errors.Is(err, letters.ErrNoPrinter) {
		s.showError(w, r, http.StatusNotImplemented, "error.no_printer")
		return nil
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `inline; filename="lettera.pdf"`)
	_, _ = w.Write(pdf)
	return nil
}
