// SPDX-License-Identifier: AGPL-3.0-or-later

package sampleprovider

import "ricongiungi/casefile"

// Person is an invented operator.
type Person struct {
	ID     string // UUID, the subject of the tokens
	Name   string
	Role   casefile.Role
	Office string
	Group  string // as the console's grants name it
}

// People are the invented operators, at least one for each role.
func People() []Person {
	return []Person{
		{"a1a1a1a1-0000-4000-8000-000000000001", "Giulia Ferrario", casefile.Counsellor, "wemi-mi", "wemi-counsellors"},
		{"a1a1a1a1-0000-4000-8000-000000000002", "Samir Haddad", casefile.Counsellor, "wemi-mi", "wemi-counsellors"},
		{"a1a1a1a1-0000-4000-8000-000000000003", "Marta Colnaghi", casefile.Supervisor, "wemi-mi", "wemi-supervisors"},
		{"a1a1a1a1-0000-4000-8000-000000000004", "Paolo Brambilla", casefile.SUIOfficer, "sui-mi", "prefettura-sui"},
		{"a1a1a1a1-0000-4000-8000-000000000005", "Lucia Sironi", casefile.EducationOfficer, "edu-mi", "education"},
		{"a1a1a1a1-0000-4000-8000-000000000006", "Enrico Galimberti", casefile.Auditor, "audit-mi", "auditors"},
		{"a1a1a1a1-0000-4000-8000-000000000007", "Teresa Pirola", casefile.Operator, "it-mi", "operators"},
	}
}

// InRole is the first of the people with the role.
func InRole(role casefile.Role) (Person, bool) {
	for _, p := range People() {
		if p.Role == role {
			return p, true
		}
	}
	return Person{}, false
}

func person(id string) (Person, bool) {
	for _, p := range People() {
		if p.ID == id {
			return p, true
		}
	}
	return Person{}, false
}
