// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"reflect"
	"slices"

	"ricongiungi/rules"
)

// starters names, for agenda items that begin on days on which much may happen,
// the events from which their term may be counted.
var starters = map[string][]string{
	"decision": {"application_filed", "refusal_notified", "observations_filed", "member_added"}, "documents": {"documents_requested"}, "observations": {"refusal_notified"},
	"visa_request": {"nulla_osta_issued", "judgment_given", "sponsor_naturalised", "case_opened"}, "visa_decision": {"visa_requested"}, "visa_refusal_follow_up": {"visa_refused"},
	"entry": {"visa_granted"}, "first_contact": {"nulla_osta_issued", "member_refused", "improcedibile_declared"},
	"host_notice": {"entered"}, "presentation": {"entered"}, "permit_request": {"entered", "presence_recorded", "member_added"}, "agreement": {"entered"},
	"civics": {"agreement_signed"}, "permit": {"permit_requested"}, "permit_refusal_follow_up": {"permit_refused"},
	"settle": {"permit_issued", "school_started"}, "school_request": {"entered", "presence_recorded", "school_left"},
	"information_pack": {"nulla_osta_issued", "member_refused", "improcedibile_declared"}, "needs_profile": {"nulla_osta_issued"}, "papers": {"nulla_osta_issued"},
	"paper_renewal": {"document_supplied"}, "school_guidance": {"nulla_osta_issued"}, "birthday": {"nulla_osta_issued"}, "nulla_osta_at_risk": {"nulla_osta_issued"},
	"consulate_request": {"nulla_osta_issued", "consulate_appointment_missed"}, "consulate_appointment": {"consulate_appointment_requested"},
	"consulate_visit": {"consulate_appointment_given"}, "agreement_cosignature": {"agreement_signed"}, "agreement_assessment": {"agreement_signed"},
	"permit_receipt": {"permit_requested"}, "fingerprints": {"fingerprints_booked"}, "permit_renewal": {"permit_issued"},
	"residence": {"permit_requested"}, "health_enrolment": {"permit_requested"}, "health_cover": {"entered"},
	"referral_answer": {"referral_moved", "referral_closed"},
	"plan":            {"entered", "presence_recorded"}, "check_in": {"entered", "presence_recorded"},
}

// fromHandOff are the items counted from the day on which the hub learnt of the event.
var fromHandOff = []string{"first_contact", "information_pack", "needs_profile", "referral_answer"}

// StartedBy finds, in a history that stands, the event from whose day the item
// is counted: of the types named for it, or else the first of that day about
// the same person; false where it hangs on a day of its own, such as that of an
// appointment or the first day of school.
func (d Due) StartedBy(standing []Fact) (Fact, bool) {
	for _, f := range standing {
		about := memberOf(f.Event)
		mine := d.MemberID == "" || about == "" || about == d.MemberID
		from := f.OccurredOn() == d.Term.From || slices.Contains(fromHandOff, d.Item) && rules.DateOf(f.RecordedAt) == d.Term.From ||
			slices.Contains(TermsOf(f.Event), d.Term) // counted from a day that the event names, such as the end of a permit
		if mine && from && d.mayStartBy(f.Event) {
			return f, true
		}
	}
	return Fact{}, false
}

func (d Due) mayStartBy(e Event) bool {
	types, named := starters[d.Item]
	if !named {
		return !noticedByEngine(e) && !slices.Contains(ownDays, d.Item)
	}
	return slices.Contains(types, EventName(e))
}

// ownDays are the items that are counted from a day that is no event's, or from
// the last of them all.
var ownDays = []string{"closing", "periodic_review", "arrival_check", "appointment", "referral_expiry"}

// Suspended is for how many days the clock of the item stood still.
func (d Due) Suspended() int { return ReviewClock{Pauses: d.Pauses}.suspended() }

// Standing is the history as it holds: corrections in their place, annulled
// events left out.
func Standing(facts []Fact) []Fact {
	var standing []Fact
	amendments := amendmentsIn(facts)
	for _, f := range facts {
		if f, stands := amendments.amend(f); stands && !amends(f.Event) {
			standing = append(standing, f)
		}
	}
	return standing
}

// MemberOf is the id of the member an event is about, empty when it is about the case.
func MemberOf(e Event) string { return memberOf(e) }

// TermsOf lists the terms that an event holds, as they were applied.
func TermsOf(e Event) []rules.Term {
	copied := reflect.New(structType(e))
	copied.Elem().Set(reflect.ValueOf(e).Elem())
	var terms []rules.Term
	for _, t := range termsIn(copied.Elem()) {
		if !t.IsZero() {
			terms = append(terms, *t)
		}
	}
	return terms
}
