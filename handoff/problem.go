// SPDX-License-Identifier: AGPL-3.0-or-later

package handoff

import (
	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// NoSuchFile is why a message about an unknown file is quarantined.
func NoSuchFile() *casefile.Refusal {
	return &casefile.Refusal{Code: "file_unknown", Rule: "handoff.file", Path: "sui_file", Text: rules.Text{
		It: "Nessuna pratica ha questo numero di fascicolo: manca la trasmissione che la apre.",
		En: "No case has this file number: the message that opens it is missing.",
	}}
}
