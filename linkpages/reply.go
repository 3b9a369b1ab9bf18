// SPDX-License-Identifier: AGPL-3.0-or-later

package linkpages

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"ricongiungi/casefile"
	"ricongiungi/family"
	"ricongiungi/rules"
	"ricongiungi/views"
)

// replyPage is what the receiver of a referral sees: what the referral says, how
// far it is, and what may be answered.
type replyPage struct {
	Person    string
	Born      rules.Date
	Phone     string
	Sent      rules.Date
	ReplyBy   rules.Date
	Status    casefile.ReferralStatus
	StatusOn  rules.Date
	Note      string
	Answers   []string // that may be given now
	Outcomes  []casefile.ServiceOutcome
	CommandID string
	Done      bool
	Form      replyForm
	Contacts  []family.Contact
}

// Finishing tells whether the referral may be reported as finished.
func (p replyPage) Finishing() bool { return slices.Contains(p.Answers, answerComplete) }

// Over tells whether nothing more is to be said.
func (p replyPage) Over() bool {
	return p.Status == casefile.ReferralCompleted || p.Status == casefile.ReferralDeclined || p.Status == casefile.ReferralDropped ||
		p.Status == casefile.ReferralWithdrawn || p.Status == casefile.ReferralTransferred
}

// replyForm is what was typed and what is wrong with it.
type replyForm struct {
	Answer, Outcome, Note string
	Problem               string      // id of a text
	Refusal               *rules.Text // of the domain
}

// The answers that a body may give.
const (
	answerAccept   = "accept"
	answerDecline  = "decline"
	answerAsk      = "ask"
	answerComplete = "complete"
)

// steps are the steps that answers record; completing records an outcome.
var steps = map[string]casefile.ReferralStatus{
	answerAccept: casefile.ReferralAccepted, answerDecline: casefile.ReferralDeclined, answerAsk: casefile.ReferralReturned, answerComplete: casefile.ReferralCompleted,
}

// reasons are the codes recorded beside a step; the words stand in the note.
var reasons = map[string]string{answerDecline: "declined_by_service", answerAsk: "information_needed"}

func answersTo(status casefile.ReferralStatus) []string {
	var may []string
	for _, answer := range []string{answerAccept, answerDecline, answerAsk, answerComplete} {
		if status.MayBecome(steps[answer]) {
			may = append(may, answer)
		}
	}
	return may
}

// referralOf is the referral of the link; nil when it is gone, as when the event
// that made it was annulled.
func (o opened) referral() *casefile.Referral {
	at := slices.IndexFunc(o.state.Referrals, func(f *casefile.Referral) bool { return f.ID == o.link.ReferralID })
	if at < 0 {
		return nil
	}
	return o.state.Referrals[at]
}

// said is the note with which the referral went out last.
func (o opened) said() string {
	note := ""
	for _, f := range casefile.Standing(o.facts) {
		switch e := f.Event.(type) {
		case *casefile.ReferralSent:
			if e.ReferralID == o.link.ReferralID {
				note = noteOf(f)
			}
		case *casefile.ReferralPrepared:
			if e.ReferralID == o.link.ReferralID {
				note = noteOf(f)
			}
		case *casefile.ReferralMoved:
			if e.ReferralID == o.link.ReferralID && e.Step == casefile.ReferralSentOut && noteOf(f) != "" {
				note = noteOf(f)
			}
		}
	}
	return note
}

func noteOf(f casefile.Fact) string {
	for _, told := range f.Private {
		if told.Note != "" {
			return told.Note
		}
	}
	return ""
}

func (s *site) showReply(w http.ResponseWriter, r *http.Request, status int, found opened, form replyForm) {
	f := found.referral()
	if f == nil {
		s.wayIn(w, r, http.StatusNotFound, replyDoor, "link.bad")
		return
	}
	voice := s.officeVoice(r)
	page := replyPage{Sent: f.SentOn, ReplyBy: f.Reply.Due, Status: f.Status, StatusOn: f.MovedOn, Note: found.said(), Answers: answersTo(f.Status),
		Outcomes: casefile.OutcomesOf(f.Kind), CommandID: uuid.NewString(), Done: r.URL.Query().Get("done") != "", Form: form,
		Contacts: s.Contacts.Of(found.state.Office)}
	page.about(found, f)
	s.render(w, r, status, "reply", frame{Title: s.office.say(voice.Lang, "reply.title"), Voice: voice, Voices: s.tongues.Voices()[:2], Path: ReplyPath,
		Visiting: true, Contents: page})
}

// about names the person, as far as their data may be shown at all.
func (p *replyPage) about(found opened, f *casefile.Referral) {
	person := f.MemberID
	if person == "" {
		person = found.state.SponsorID
	}
	for _, known := range casefile.PeopleOf(found.state) {
		if known.PersonID == person && !known.Restricted {
			p.Person = strings.TrimSpace(known.GivenName + " " + known.FamilyName)
			p.Born, p.Phone = known.BirthDate, known.Phone
		}
	}
}

// answer records what the body says, as the step of the referral that it is.
func (s *site) answer(w http.ResponseWriter, r *http.Request) {
	found, err := s.visited(r, replyDoor)
	switch {
	case errors.Is(err, http.ErrNoCookie), errors.Is(err, errShut):
		s.wayIn(w, r, http.StatusNotFound, replyDoor, "link.bad")
		return
	case err != nil:
		s.fail(w, r, replyDoor, err)
		return
	}
	form := replyForm{Answer: r.PostFormValue("answer"), Outcome: r.PostFormValue("outcome"), Note: written(r.PostFormValue("note"))}
	f := found.referral()
	if f == nil || !slices.Contains(answersTo(f.Status), form.Answer) {
		form.Problem = "reply.choose"
	} else if form.Answer == answerAsk && form.Note == "" {
		form.Problem = "reply.ask_what"
	} else if len([]rune(form.Note)) > longestNote {
		form.Problem = "reply.too_long"
	}
	if form.Problem != "" {
		s.showReply(w, r, http.StatusUnprocessableEntity, found, form)
		return
	}
	s.record(w, r, found, f, form)
}

// written is a text as commands take it: without control characters, lines
// ended as everywhere but in forms.
func written(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029') {
			return -1
		}
		return r
	}, text))
}

// longestNote is what the schema of commands lets pass.
const longestNote = 2000

func (s *site) record(w http.ResponseWriter, r *http.Request, found opened, f *casefile.Referral, form replyForm) {
	order, err := s.order(r, found, form.command(f, s.today()))
	if err == nil {
		_, err = s.Orders.AcceptOrder(r.Context(), order)
	}
	if err != nil {
		s.fail(w, r, replyDoor, err)
		return
	}
	outcome, err := s.Engine.Submit(r.Context(), order.CaseID, order.CommandID)
	switch {
	case err == nil && outcome.Refusal != nil:
		form.Refusal = &outcome.Refusal.Text
		s.showReply(w, r, http.StatusConflict, found, form)
	case err != nil && !errors.Is(err, views.ErrUnavailable):
		s.fail(w, r, replyDoor, err)
	default: // recorded, or accepted and recorded as soon as everything answers again
		http.Redirect(w, r, ReplyPath+"?done=1&lang="+s.officeVoice(r).Lang, http.StatusSeeOther)
	}
}

// command is what the answer records. Of a confidential referral nothing but
// the fact is said in the clear; the words are sealed.
func (form replyForm) command(f *casefile.Referral, on rules.Date) casefile.Command {
	if form.Answer == answerComplete {
		return &casefile.CloseReferral{On: on, ReferralID: f.ID, Outcome: form.Outcome, Note: form.Note}
	}
	step := &casefile.RecordReferralStep{On: on, ReferralID: f.ID, Step: steps[form.Answer], Note: form.Note}
	if f.Kind != casefile.KindConfidential {
		step.Reason = reasons[form.Answer]
	}
	return step
}

func (s *site) order(r *http.Request, found opened, c casefile.Command) (casefile.Order, error) {
	id, err := uuid.Parse(r.PostFormValue("command_id"))
	if err != nil {
		id = uuid.New() // a form that was tampered with is no retry of anything
	}
	body, err := json.Marshal(c)
	return casefile.Order{CommandID: id.String(), CaseID: found.state.CaseID, Type: casefile.CommandName(c), Body: body, At: s.Clock(),
		Actor: casefile.Actor{ID: found.link.ID, Role: casefile.ByLink, Office: found.state.Office}}, err
}
