// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "slices"

// itemsOfTheFamily and itemsOfTheOffices name together everything that may stand
// on an agenda. Nobody reminds a family of what an office owes.
var (
	itemsOfTheFamily = setOf("documents", "observations", "paper_renewal", "papers",
		"consulate_request", "consulate_visit", "visa_request", "entry",
		"host_notice", "presentation", "permit_request", "agreement", "agreement_cosignature",
		"civics", "agreement_assessment", "fingerprints", "permit_renewal",
		"residence", "health_enrolment", "health_cover", "school_answer", "school_start")

	itemsOfTheOffices = setOf("decision", "appeal", "appeal_outcome", "judgment_compliance", "revocation_follow_up", "judgment_after_withdrawal",
		"supplement", "kinship_follow_up",
		"first_contact", "information_pack", "needs_profile", "school_guidance", "consulate_appointment", "nulla_osta_at_risk",
		"visa_decision", "visa_refusal_follow_up", "arrival_check",
		"birthday", "permit_receipt", "permit", "permit_refusal_follow_up", "settle",
		"school_request", "school_place", "attendance_check",
		"drop_out_risk", "drop_out_alert", "plan", "plan_review", "goal", "appointment", "check_in", "well_being",
		"referral_draft", "referral_reply", "referral_information", "referral_recontact", "referral_progress",
		"referral_appointment", "referral_expiry", "referral_answer", "traineeship_end",
		"doubt", "own_permit", "own_permit_decision", "own_permit_refusal_follow_up", "contact_retry", "contact_lost",
		"unsealing", "tax_code_definitive", "reunification_paused", protectionItem,
		msnaPrefix+MinorIdentified, msnaPrefix+MinorMoved, msnaPrefix+CourtTold, msnaPrefix+GuardianNamed,
		"closing", "periodic_review")
)

// AgendaItems lists what may stand on an agenda, in order.
func AgendaItems() []string {
	all := setOf(sortedKeys(itemsOfTheFamily)...)
	for item := range itemsOfTheOffices {
		all[item] = true
	}
	return sortedKeys(all)
}

func setOf(names ...string) map[string]bool {
	set := map[string]bool{}
	for _, name := range names {
		set[name] = true
	}
	return set
}

// What waits is kept apart from the agenda, so that it says what is to be done
// this morning. What the law counts never waits.
var (
	// withFamily are items that take a family that was spoken to, however late.
	withFamily = setOf("information_pack", "needs_profile", "consulate_request", "papers", "school_guidance")

	// comesFirst names what must be done, or found undone, before an item is
	// worth anybody's time.
	comesFirst = map[string][]string{
		"school_guidance":    {"needs_profile"},
		"nulla_osta_at_risk": {"first_contact", "consulate_request", "consulate_appointment"},
	}

	// oneByOne are items that come in a row, each after the one before it.
	oneByOne = setOf("check_in", "attendance_check", "birthday")
)

// setAside takes off the agenda what waits for something else on it.
func (a *agenda) setAside() {
	if slices.ContainsFunc(a.items, func(d Due) bool { return d.Item == "first_contact" }) {
		a.postponeIf(func(d Due) bool { return withFamily[d.Item] && !d.Lapsed })
	}
	items := slices.Clone(a.items)
	a.postponeIf(func(d Due) bool { return slices.ContainsFunc(items, d.waitsFor) })
}

func (a *agenda) postponeIf(waits func(Due) bool) {
	var now []Due
	for _, d := range a.items {
		if waits(d) {
			a.later = append(a.later, d)
			continue
		}
		now = append(now, d)
	}
	a.items = now
}

// waitsFor tells whether the other item, which has not lapsed, comes before this one.
func (d Due) waitsFor(first Due) bool {
	switch {
	case first.MemberID != "" && first.MemberID != d.MemberID, d.Lapsed, first.Lapsed:
		return false
	case oneByOne[d.Item] && first.Item == d.Item:
		return first.Term.Due.Before(d.Term.Due)
	}
	return slices.Contains(comesFirst[d.Item], first.Item)
}
