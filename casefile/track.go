// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// Track is one member's way in ids, codes and days only: what counting, the
// forecast and the indicators are made of. Cohort is the school year in which
// the member belongs in the first class; it is known only while the birth date is.
type Track struct {
	CaseID, MemberID string
	Kinship          Kinship
	Consulate        string // country, ISO 3166-1 alpha-3; empty when not told
	Municipio        int    // where a place is sought, or where the family lives; 0 unknown
	WishMunicipio    int
	WishSchool       string
	Cohort           int
	Language         string // BCP 47, of the child or else of the family
	LanguageHelp     bool
	Vaccination      string // verdict; empty when not told

	FiledOn, AuthorisedOn, VisaRequestedOn, EnteredOn rules.Date
	EndedOn                                           rules.Date
	Ending                                            Ending
	ReachedOn                                         rules.Date // the hub spoke with this member about its needs

	Phase      SchoolPhase
	Due        bool // must be taught, as recorded at entry or with the request
	School     School
	AbsentFrom rules.Date // day from which the child is without school; zero when it is not
}

// SchoolPhase is where a member stands on the way to a school.
type SchoolPhase string

// The phases of a search. Awaited and none are before and beside it.
const (
	SchoolNone      SchoolPhase = "none"      // in Italy, and no search is due yet
	SchoolAwaited   SchoolPhase = "awaited"   // not yet in Italy, and no search is open
	SchoolNeeded    SchoolPhase = "needed"    // must be taught, and nobody has asked for a place
	SchoolSearching SchoolPhase = "searching" // a place is sought
	SchoolProposed  SchoolPhase = "proposed"
	SchoolAccepted  SchoolPhase = "accepted"
	SchoolEnrolment SchoolPhase = "enrolled"
	SchoolAttending SchoolPhase = "attending"
	SchoolOver      SchoolPhase = "over" // the member's path has ended, or school was left and nothing is due
)

// SchoolPhase tells where the member stands.
func (m *Member) SchoolPhase() SchoolPhase {
	k := m.School
	switch {
	case m.Ending != "" && m.Ending != Settled:
		return SchoolOver
	case k.attended():
		return SchoolAttending
	case !k.searching():
		return m.beforeSearch()
	case !k.EnrolledOn.IsZero():
		return SchoolEnrolment
	case !k.AcceptedOn.IsZero():
		return SchoolAccepted
	case !k.ProposedOn.IsZero():
		return SchoolProposed
	}
	return SchoolSearching
}

func (m *Member) beforeSearch() SchoolPhase {
	switch {
	case m.EnteredOn.IsZero():
		return SchoolAwaited
	case m.SchoolDue:
		return SchoolNeeded
	case !m.School.LeftOn.IsZero():
		return SchoolOver
	}
	return SchoolNone
}

// Tracks are the ways of all members, in the order of the application.
func Tracks(s *State) []Track {
	tracks := make([]Track, len(s.Members))
	for i, m := range s.Members {
		tracks[i] = s.track(m)
	}
	return tracks
}

func (s *State) track(m *Member) Track {
	t := Track{CaseID: s.CaseID, MemberID: m.ID, Kinship: m.Kinship, Consulate: m.Consulate, Municipio: s.Municipio,
		Cohort: m.cohort(), Language: s.ContactLanguage, FiledOn: s.Review.FiledOn, AuthorisedOn: m.AuthorisedOn,
		VisaRequestedOn: m.VisaRequestedOn, EnteredOn: m.EnteredOn, Ending: m.Ending, EndedOn: m.EndedOn, ReachedOn: s.reachedOn(m),
		Phase: m.SchoolPhase(), Due: m.SchoolDue || m.School.Request.Compulsory, School: m.School}
	if n := m.Needs; n != nil {
		t.WishMunicipio, t.WishSchool, t.LanguageHelp, t.Vaccination = n.WishMunicipio, n.WishSchool, n.LanguageHelp, n.Vaccination
		if len(n.Languages) > 0 {
			t.Language = n.Languages[0]
		}
	}
	if m.School.Request.Municipio != 0 {
		t.Municipio = m.School.Request.Municipio
	}
	if m.Ending == "" && m.EnteredOn.IsZero() && !s.ClosedOn.IsZero() {
		t.EndedOn, t.Phase = s.ClosedOn, SchoolOver // nobody waits for them any more
	}
	if a := m.stretch(); a != nil && a.To.IsZero() {
		t.AbsentFrom = a.From
	}
	return t
}

// reaching are the events that show, by the member they are about, that somebody
// spoke with the family about school.
var reaching = map[string]bool{"needs_profile_recorded": true, "school_guidance_held": true}

// reachedOn is the first day on which that happened.
func (s *State) reachedOn(m *Member) rules.Date {
	var first rules.Date
	for _, f := range s.facts {
		if memberOf(f.Event) != m.ID || !reaching[EventName(f.Event)] {
			continue
		}
		amended, stands := amendmentsIn(s.facts).amend(f)
		if on := amended.OccurredOn(); stands && (first.IsZero() || on.Before(first)) {
			first = on
		}
	}
	return first
}
