// SPDX-License-Identifier: AGPL-3.0-or-later

package caseload

import (
	"slices"

	"ricongiungi/rules"
)

var zeroDay rules.Date

// example is an invented family as rows of the two files, with their headers.
func example() (families, events [][]string) {
	file := "P-MI/F/N/2025/999001"
	mother := map[string]string{
		"sui_file": file, "filed": "2025-09-15", "language": "ar", "municipio": "2", "sponsor_family_name": "Esempio", "sponsor_given_name": "Amina",
		"sponsor_citizenship": "MAR", "sponsor_phone": "+39 02 0000 0100", "member_ref": "1", "kinship": "spouse", "member_family_name": "Esempio",
		"member_given_name": "Youssef", "member_birth_date": "1988-04-12", "member_sex": "M", "member_citizenship": "MAR", "decided": "2025-12-10",
		"outcome": "authorised", "visa_requested": "2026-01-20", "visa_granted": "2026-02-10", "visa_expiry": "2026-08-10", "entered": "2026-03-05",
	}
	girl := map[string]string{
		"sui_file": file, "member_ref": "2", "kinship": "minor_child", "member_family_name": "Esempio", "member_given_name": "Sara",
		"member_birth_date": "2015-09-03", "member_sex": "F", "member_citizenship": "MAR", "decided": "2025-12-10", "outcome": "authorised",
		"visa_requested": "2026-01-20", "visa_granted": "2026-02-10", "visa_expiry": "2026-08-10", "entered": "2026-03-05", "school_requested": "2026-03-09",
	}
	families = append([][]string{columnNames(columns)}, grid{mother, girl}.cells()...)
	events = [][]string{columnNames(eventColumns),
		{file, "", "request_documents", "2025-10-06", "", "by=2025-11-05"},
		{file, "", "record_documents_supplied", "2025-10-20", "", ""},
		{file, "", "record_contact", "2025-12-15", "", "channel=phone"},
		{file, "", "book_appointment", "2026-03-10", "visit", `{"at":"2026-03-16T09:00:00Z","place":"hub"}`},
		{file, "", "record_appointment_kept", "2026-03-16", "", "appointment_id=@visit/appointment"},
	}
	return slices.Clip(families), slices.Clip(events)
}
