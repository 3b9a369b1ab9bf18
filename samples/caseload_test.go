// SPDX-License-Identifier: AGPL-3.0-or-later

package samples_test

import (
	"strings"
	"testing"
	"time"

	"ricongiungi/casefile"
	"ricongiungi/caseload"
	"ricongiungi/rules"
	"ricongiungi/samples"
)

var (
	simulatedFrom = rules.On(2024, 1, 1)
	simulatedTo   = rules.On(2026, 11, 24)
)

// files writes simulated families and gives the text of both files.
func files(t *testing.T, n int, seed uint64) (families, events string) {
	t.Helper()
	var a, b strings.Builder
	if err := caseload.Write(&a, &b, samples.Simulate(n, seed, simulatedFrom, simulatedTo)); err != nil {
		t.Fatal(err)
	}
	return a.String(), b.String()
}

// imported reads the files and rehearses every family.
func imported(t *testing.T, families, events string) []caseload.Rehearsal {
	t.Helper()
	all, err := caseload.Read(strings.NewReader(families), strings.NewReader(events))
	if err != nil {
		t.Fatal(err)
	}
	var rehearsals []caseload.Rehearsal
	now := simulatedTo.Start().Add(15 * time.Hour)
	for _, f := range all {
		rehearsals = append(rehearsals, f.Rehearse(book, now))
		for _, p := range f.Problems {
			t.Errorf("%s, %s line %d, %s: %s", f.Opening.SUIFile, p.In, p.Line, p.Field, p.Reason)
		}
	}
	return rehearsals
}

func TestSimulatedFilesImportWithoutARefusal(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		families, events := files(t, 200, seed)
		if got := len(imported(t, families, events)); got != 200 {
			t.Errorf("%d of 200 families came in", got)
		}
	}
}

func TestTheSameSeedSimulatesTheSameFiles(t *testing.T) {
	t.Parallel()
	a, b := files(t, 60, 7)
	c, d := files(t, 60, 7)
	e, _ := files(t, 60, 8)
	if a != c || b != d || a == e {
		t.Error("the seed does not decide the files")
	}
}

func TestASimulationIsSpreadOverItsSpan(t *testing.T) {
	t.Parallel()
	years := map[int]int{}
	for _, f := range samples.Simulate(300, 1, simulatedFrom, simulatedTo) {
		if f.Opening.On.Before(simulatedFrom) || f.Opening.On.After(simulatedTo) {
			t.Errorf("a family begins on %s", f.Opening.On)
		}
		years[f.Opening.On.Year]++
	}
	for year := 2024; year <= 2026; year++ {
		if years[year] < 30 {
			t.Errorf("%d families begin in %d", years[year], year)
		}
	}
}

// unseen are the commands that no simulated family tells yet, to be shortened as
// stories are added; a command that is told must leave the table.
var unseen = map[string]string{
	"declare_improcedibile":               "no story yet",
	"link_application":                    "no story yet",
	"record_appeal":                       "no story yet",
	"record_dna_result":                   "no story yet",
	"record_judgment":                     "no story yet",
	"record_naturalisation":               "no story yet",
	"record_presence":                     "no story yet",
	"withdraw_revocation":                 "no story yet",
	"confirm_erasure":                     "no story yet",
	"lift_legal_hold":                     "no story yet",
	"lift_restriction":                    "no story yet",
	"place_legal_hold":                    "no story yet",
	"request_erasure":                     "no story yet",
	"restrict_processing":                 "no story yet",
	"wake":                                "given by the case itself",
	"assess_agreement":                    "no story yet",
	"book_fingerprints":                   "no story yet",
	"close_goal":                          "no story yet",
	"exempt_from_agreement":               "no story yet",
	"record_celav_step":                   "no story yet",
	"record_civics_session":               "no story yet",
	"record_conditions":                   "no story yet",
	"record_consulate_appointment":        "no story yet",
	"record_consulate_appointment_missed": "no story yet",
	"record_fingerprints_taken":           "no story yet",
	"record_health_cover":                 "no story yet",
	"record_permit_refused":               "no story yet",
	"record_permit_renewal_requested":     "no story yet",
	"record_place_refused":                "no story yet",
	"record_school_transferred":           "no story yet",
	"reopen_case":                         "no story yet",
	"report_absences":                     "no story yet",
	"resolve_concern":                     "no story yet",
	"transfer_case":                       "no story yet",
	"add_member":                          "no story yet",
	"answer_unsealing":                    "no story yet",
	"ask_unsealing":                       "no story yet",
	"close_protection":                    "no story yet",
	"cut_access":                          "no story yet",
	"link_person":                         "no story yet",
	"merge_members":                       "no story yet",
	"open_protection":                     "no story yet",
	"record_contact_attempt":              "no story yet",
	"record_contact_lost":                 "no story yet",
	"record_own_permit_decided":           "no story yet",
	"record_own_permit_requested":         "no story yet",
	"record_protection_step":              "no story yet",
	"record_separation":                   "no story yet",
	"record_tax_code":                     "no story yet",
	"record_unaccompanied_step":           "no story yet",
	"refer_unaccompanied_minor":           "no story yet",
	"resolve_doubt":                       "no story yet",
	"resume_member":                       "no story yet",
	"resume_reunification":                "no story yet",
	"seal_address":                        "no story yet",
	"transfer_member":                     "no story yet",
	"unlink_person":                       "no story yet",
	"unmerge_members":                     "no story yet",
}

func TestASimulationTellsEveryCommandExceptThoseListed(t *testing.T) {
	t.Parallel()
	told := map[string]bool{"file_application": true} // is the hand-off that opens
	for _, f := range samples.Simulate(3000, 7, simulatedFrom, simulatedTo) {
		for _, said := range f.Told {
			told[said.Type] = true
		}
	}
	for _, name := range casefile.CommandNames() {
		if _, listed := unseen[name]; told[name] == listed {
			t.Errorf("%s: told %t, listed as unseen %t", name, told[name], listed)
		}
	}
}

// unseenEvents are the types of event that no simulated case holds yet.
var unseenEvents = map[string]string{
	"appeal_filed":                 "no story yet",
	"application_linked":           "no story yet",
	"improcedibile_declared":       "no story yet",
	"judgment_given":               "no story yet",
	"kinship_tested":               "no story yet",
	"presence_recorded":            "no story yet",
	"revocation_withdrawn":         "no story yet",
	"sponsor_naturalised":          "no story yet",
	"absences_reported":            "no story yet",
	"agreement_assessed":           "no story yet",
	"agreement_exempted":           "no story yet",
	"case_reopened":                "no story yet",
	"case_transferred":             "no story yet",
	"celav_moved":                  "no story yet",
	"civics_session_recorded":      "no story yet",
	"concern_resolved":             "no story yet",
	"conditions_checked":           "no story yet",
	"consulate_appointment_given":  "no story yet",
	"consulate_appointment_missed": "no story yet",
	"erasure_requested":            "no story yet",
	"fingerprints_booked":          "no story yet",
	"fingerprints_taken":           "no story yet",
	"goal_closed":                  "no story yet",
	"health_cover_shown":           "no story yet",
	"legal_hold_lifted":            "no story yet",
	"legal_hold_placed":            "no story yet",
	"nulla_osta_expired":           "no story yet",
	"permit_refused":               "no story yet",
	"permit_renewal_requested":     "no story yet",
	"person_erased":                "no story yet",
	"place_refused":                "no story yet",
	"processing_restricted":        "no story yet",
	"restriction_lifted":           "no story yet",
	"school_transferred":           "no story yet",
	"term_escalated":               "no story yet",
	"visa_expired":                 "no story yet",
	"access_cut":                   "no story yet",
	"address_sealed":               "no story yet",
	"contact_attempted":            "no story yet",
	"contact_lost":                 "no story yet",
	"member_added":                 "no story yet",
	"member_lapsed":                "no story yet",
	"member_resumed":               "no story yet",
	"member_transferred":           "no story yet",
	"member_upheld":                "no story yet",
	"members_merged":               "no story yet",
	"members_unmerged":             "no story yet",
	"own_permit_decided":           "no story yet",
	"own_permit_requested":         "no story yet",
	"person_linked":                "no story yet",
	"person_unlinked":              "no story yet",
	"protection_recorded":          "no story yet",
	"reunification_resumed":        "no story yet",
	"separated":                    "no story yet",
	"tax_code_recorded":            "no story yet",
	"unaccompanied_minor_referred": "no story yet",
	"unaccompanied_step_recorded":  "no story yet",
	"unsealing_answered":           "no story yet",
	"unsealing_asked":              "no story yet",
}

func TestASimulationLeadsToEveryTypeOfEventExceptThoseListed(t *testing.T) {
	t.Parallel()
	families, events := files(t, 1200, 7)
	seen := map[string]bool{}
	for _, r := range imported(t, families, events) {
		for _, fact := range r.Facts {
			seen[casefile.EventName(fact.Event)] = true
		}
		woken, _ := casefile.Decide(r.State, &casefile.Wake{}, casefile.Request{CommandID: "w", CaseID: "c", Now: simulatedTo.Start().Add(15 * time.Hour), Book: book})
		for _, draft := range woken {
			seen[casefile.EventName(draft.Event)] = true
		}
	}
	for _, name := range casefile.EventNames() {
		if _, listed := unseenEvents[name]; seen[name] == listed {
			t.Errorf("%s: seen %t, listed as unseen %t", name, seen[name], listed)
		}
	}
}
