// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"time"

	"ricongiungi/rules"
)

// ReferralStatus is how far a referral is.
type ReferralStatus string

// The statuses of a referral. The last six end it; one that expired without an
// answer may still be answered late.
const (
	ReferralDrafted      ReferralStatus = "draft"
	ReferralSentOut      ReferralStatus = "sent"
	ReferralAcknowledged ReferralStatus = "acknowledged"
	ReferralReturned     ReferralStatus = "returned"
	ReferralWaitlisted   ReferralStatus = "waitlisted"
	ReferralAccepted     ReferralStatus = "accepted"
	ReferralAppointment  ReferralStatus = "appointment"
	ReferralRescheduled  ReferralStatus = "rescheduled"
	ReferralAttended     ReferralStatus = "attended"
	ReferralNoShow       ReferralStatus = "no_show"
	ReferralInProgress   ReferralStatus = "in_progress"
	ReferralCompleted    ReferralStatus = "completed"
	ReferralDeclined     ReferralStatus = "declined"
	ReferralDropped      ReferralStatus = "dropped_out"
	ReferralWithdrawn    ReferralStatus = "withdrawn"
	ReferralTransferred  ReferralStatus = "transferred"
	ReferralExpired      ReferralStatus = "expired"
)

// referralMoves says which status may follow which. What ends a referral has no
// row, but for the one that expired: its answer may come late.
var referralMoves = map[ReferralStatus][]ReferralStatus{
	ReferralDrafted: {ReferralSentOut, ReferralWithdrawn},
	ReferralSentOut: {ReferralAcknowledged, ReferralReturned, ReferralWaitlisted, ReferralAccepted, ReferralDeclined, ReferralAppointment,
		ReferralTransferred, ReferralWithdrawn, ReferralExpired, ReferralCompleted, ReferralDropped},
	ReferralAcknowledged: {ReferralReturned, ReferralWaitlisted, ReferralAccepted, ReferralDeclined, ReferralAppointment,
		ReferralTransferred, ReferralWithdrawn, ReferralExpired, ReferralCompleted, ReferralDropped},
	ReferralReturned:    {ReferralSentOut, ReferralWithdrawn, ReferralDeclined},
	ReferralWaitlisted:  {ReferralWaitlisted, ReferralAccepted, ReferralAppointment, ReferralDeclined, ReferralTransferred, ReferralWithdrawn, ReferralDropped},
	ReferralAccepted:    {ReferralAppointment, ReferralInProgress, ReferralCompleted, ReferralDropped, ReferralWithdrawn, ReferralTransferred},
	ReferralAppointment: {ReferralAttended, ReferralNoShow, ReferralRescheduled, ReferralCompleted, ReferralDropped, ReferralWithdrawn, ReferralTransferred},
	ReferralRescheduled: {ReferralAttended, ReferralNoShow, ReferralRescheduled, ReferralCompleted, ReferralDropped, ReferralWithdrawn, ReferralTransferred},
	ReferralAttended:    {ReferralAppointment, ReferralInProgress, ReferralWaitlisted, ReferralDeclined, ReferralCompleted, ReferralDropped, ReferralWithdrawn, ReferralTransferred},
	ReferralNoShow:      {ReferralAppointment, ReferralRescheduled, ReferralDropped, ReferralWithdrawn, ReferralDeclined},
	ReferralInProgress:  {ReferralAppointment, ReferralCompleted, ReferralDropped, ReferralWithdrawn, ReferralTransferred},
	ReferralExpired: {ReferralAcknowledged, ReferralReturned, ReferralWaitlisted, ReferralAccepted, ReferralDeclined, ReferralAppointment,
		ReferralTransferred, ReferralCompleted},
}

// referralEnds are the statuses in which nobody owes anything any more.
var referralEnds = []ReferralStatus{ReferralCompleted, ReferralDeclined, ReferralDropped, ReferralWithdrawn, ReferralTransferred, ReferralExpired}

// MayBecome tells whether the status may follow this one.
func (r ReferralStatus) MayBecome(next ReferralStatus) bool {
	return slices.Contains(referralMoves[r], next)
}

func (r ReferralStatus) ended() bool { return slices.Contains(referralEnds, r) }

// awaits is what an open referral waits for: the agenda item and, where the
// reply term does not run on, the rule of its day.
var awaits = map[ReferralStatus]struct{ item, rule string }{
	ReferralDrafted:      {"referral_draft", rules.ReferralDraft},
	ReferralSentOut:      {"referral_reply", rules.ReferralReply},
	ReferralAcknowledged: {"referral_reply", ""},
	ReferralReturned:     {"referral_information", rules.ReferralInformation},
	ReferralWaitlisted:   {"referral_recontact", rules.ReferralRecontact},
	ReferralAccepted:     {"referral_progress", rules.ReferralProgress},
	ReferralAppointment:  {"referral_appointment", rules.AppointmentOutcome},
	ReferralRescheduled:  {"referral_appointment", rules.AppointmentOutcome},
	ReferralAttended:     {"referral_progress", rules.ReferralProgress},
	ReferralNoShow:       {"referral_progress", rules.ReferralProgress},
	ReferralInProgress:   {"referral_progress", rules.ReferralProgress},
}

// Referral is a request to another service, which owes an answer.
type Referral struct {
	ID       string
	MemberID string
	Service  string // KindConfidential when its name would tell too much
	Kind     string // empty in referrals made before services had kinds
	Basis    string // legal basis of the disclosure
	Follows  string // the earlier referral that this one takes up again
	Status   ReferralStatus
	DraftOn  rules.Date
	SentOn   rules.Date
	MovedOn  rules.Date // of the present status
	Reply    rules.Term // of the service to what was sent last
	Next     rules.Term // what the present status waits for
	ClosedOn rules.Date
	Outcome  string
	Details  ReferralDetails
	LevelIn  string // CEFR, for courses
	LevelOut string
	NoShows  int
	CELAV    CELAV
	// AnsweredOn is the day of an answer by link of which nobody has taken note.
	AnsweredOn rules.Date

	service string // the service itself, also when it is confidential
}

// ReferralDetails is what a step of a referral says beside its day.
type ReferralDetails struct {
	Reason      string     `json:"reason,omitempty"`
	Position    int        `json:"position,omitempty"` // on the waiting list
	RecontactOn rules.Date `json:"recontact_on,omitzero"`
	At          time.Time  `json:"appointment_at,omitzero"` // UTC
	ToService   string     `json:"to_service,omitempty"`    // to which it was passed on
}

func (d ReferralDetails) equal(e ReferralDetails) bool {
	return d.Reason == e.Reason && d.Position == e.Position && d.RecontactOn == e.RecontactOn && d.At.Equal(e.At) && d.ToService == e.ToService
}

func (f *Referral) open() bool { return f.ClosedOn.IsZero() }

func (f *Referral) move(status ReferralStatus, on rules.Date) {
	f.Status, f.MovedOn, f.ClosedOn = status, on, rules.Date{}
	if status.ended() {
		f.ClosedOn, f.Outcome = on, string(status)
	}
}

func (s *State) referral(id string) *Referral {
	return firstOf(s.Referrals, func(r *Referral) bool { return r.ID == id })
}

// OpenReferrals counts referrals that no answer has closed.
func (s *State) OpenReferrals() int {
	open := 0
	for _, r := range s.Referrals {
		if r.open() {
			open++
		}
	}
	return open
}

// referrals lists for every open referral what it waits for: whoever sent it is
// not left without an end.
func (a *agenda) referrals() {
	for _, f := range a.state.Referrals {
		if !f.open() {
			continue
		}
		due := Due{Item: awaits[f.Status].item, Part: FollowUp, Subject: f.ID, MemberID: f.MemberID, By: Counsellor, Term: f.Next}
		if f.CELAV.atWork() {
			due.Item, due.Term = "traineeship_end", f.CELAV.Until
		}
		a.add(due)
		if due.Item == "referral_reply" {
			a.add(Due{Item: "referral_expiry", Part: FollowUp, Subject: f.ID, MemberID: f.MemberID, By: Counsellor,
				Term:    a.book.Term(rules.ReferralExpiry, f.Reply.Due),
				onLapse: &ReferralMoved{ReferralID: f.ID, Step: ReferralExpired}})
		}
	}
}

// ReferralView is a referral and its answer.
type ReferralView struct {
	ReferralID string         `json:"referral_id"`
	MemberID   string         `json:"member_id,omitempty"`
	Service    string         `json:"service"`
	SentOn     rules.Date     `json:"sent_on,omitzero"`
	ClosedOn   rules.Date     `json:"closed_on,omitzero"`
	Outcome    string         `json:"outcome,omitempty"`
	Status     ReferralStatus `json:"status"`
	StatusOn   rules.Date     `json:"status_on,omitzero"`
	Kind       string         `json:"kind,omitempty"`
	Basis      string         `json:"basis,omitempty"`
	Follows    string         `json:"follows,omitempty"`
	ReferralDetails
	AnsweredOn rules.Date `json:"answered_on,omitzero"` // by link, and nobody has taken note
	LevelIn    string     `json:"level_in,omitempty"`
	LevelOut   string     `json:"level_out,omitempty"`
	NoShows    int        `json:"no_shows,omitempty"`
	CELAV      *CELAVView `json:"celav,omitempty"`
}

func referralView(f *Referral) ReferralView {
	return ReferralView{ReferralID: f.ID, MemberID: f.MemberID, Service: f.Service, SentOn: f.SentOn, ClosedOn: f.ClosedOn, Outcome: f.Outcome,
		Status: f.Status, StatusOn: f.MovedOn, Kind: f.Kind, Basis: f.Basis, Follows: f.Follows, ReferralDetails: f.Details,
		AnsweredOn: f.AnsweredOn, LevelIn: f.LevelIn, LevelOut: f.LevelOut, NoShows: f.NoShows, CELAV: f.CELAV.view()}
}
