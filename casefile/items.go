// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

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
		"referral_appointment", "referral_expiry", "traineeship_end",
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
