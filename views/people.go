// SPDX-License-Identifier: AGPL-3.0-or-later

package views

import (
	"ricongiungi/casefile"
	"ricongiungi/rules"
)

// Findable is a person as a search for people needs them.
type Findable struct {
	CaseID string
	Office string // the hub that accompanies the family
	Person casefile.Person
	Role   string // sponsor, or the kinship of a member
	Pupil  bool   // of school age, or with a school
	Hidden bool   // nobody outside the office is told that they exist
}

// PeopleQuery looks for people by name or number, among those whom the searcher
// may know of.
type PeopleQuery struct {
	Text           string     // a name or part of one, in any script, or a number
	Born           rules.Date // zero for any day
	Offices        []string   // hubs whose cases the searcher sees
	PupilsOnly     bool
	WithRestricted bool // also those whose processing is restricted
	Limit          int
}

// PeopleFound is whom a search found, who fits best first.
type PeopleFound struct {
	Items []FoundPerson
	// Elsewhere are hubs that have somebody with exactly that number, or that name
	// and day of birth: ask there. Nothing more is told of them.
	Elsewhere []string
	// ToldOf are the cases behind Elsewhere, for the record of reads.
	ToldOf []string
}

// FoundPerson is one person found.
type FoundPerson struct {
	CaseID     string     `json:"case_id"`
	PersonID   string     `json:"person_id"`
	Office     string     `json:"office"`
	Role       string     `json:"role"` // sponsor, or the kinship of a member
	GivenName  string     `json:"given_name,omitempty"`
	FamilyName string     `json:"family_name,omitempty"`
	BirthDate  rules.Date `json:"birth_date,omitzero"`
	ByNumber   bool       `json:"by_number"` // found by a number, not by the name
	Restricted bool       `json:"restricted,omitempty"`
}
