// SPDX-License-Identifier: AGPL-3.0-or-later

package access

import (
	"slices"

	"ricongiungi/casefile"
	"ricongiungi/views"
)

// Masked leaves of a view what the role needs for its work. Education officers
// see the members who are to be taught and nothing of the review, the hub's
// work or the rest of the family; a case without such members is none for them: views.ErrNotFound.
func Masked(view casefile.View, role casefile.Role) (casefile.View, error) {
	view.Scans = unrestrictedScans(view, role)
	view.People = Unrestricted(view.People, role)
	if SeesAll(role) {
		return view, nil
	}
	pupils := pupilsOf(view)
	if len(pupils) == 0 {
		return casefile.View{}, views.ErrNotFound
	}
	return casefile.View{
		CaseID: view.CaseID, Version: view.Version, Phase: view.Phase, Office: view.Office,
		CounsellorID: view.CounsellorID, ContactLanguage: view.ContactLanguage, Municipio: view.Municipio,
		OpenedOn: view.OpenedOn, ClosedOn: view.ClosedOn, SponsorID: view.SponsorID,
		Review: casefile.ReviewView{Pauses: []casefile.Pause{}}, Goals: []string{},
		Members: pupils, Appointments: []casefile.AppointmentView{}, Referrals: []casefile.ReferralView{},
		CheckIns: []casefile.CheckInView{}, Agenda: schoolAgenda(view), People: pupilsAsPeople(view, pupils),
	}, nil
}

// SeesRestricted tells whether the role sees who somebody is whose processing is
// restricted (art. 18 GDPR): those who answer for the office do.
func SeesRestricted(role casefile.Role) bool { return role == casefile.Supervisor }

// Unrestricted leaves out who those are whose processing is restricted, unless
// the role sees them.
func Unrestricted(people []casefile.Person, role casefile.Role) []casefile.Person {
	if SeesRestricted(role) || !slices.ContainsFunc(people, func(p casefile.Person) bool { return p.Restricted }) {
		return people
	}
	shown := slices.Clone(people)
	for i, p := range shown {
		if p.Restricted {
			shown[i] = casefile.Person{PersonID: p.PersonID, Erased: p.Erased, Restricted: true}
		}
	}
	return shown
}

// unrestrictedScans leaves out the papers of those whose processing is
// restricted, unless the role sees them.
func unrestrictedScans(view casefile.View, role casefile.Role) []casefile.Scan {
	return slices.DeleteFunc(slices.Clone(view.Scans), func(f casefile.Scan) bool {
		return !SeesRestricted(role) && slices.ContainsFunc(view.People, func(p casefile.Person) bool { return p.PersonID == f.MemberID && p.Restricted })
	})
}

// SeesAll tells whether nothing of a view is kept from the role.
func SeesAll(role casefile.Role) bool { return role != casefile.EducationOfficer }

func pupilsOf(view casefile.View) []casefile.MemberView {
	var pupils []casefile.MemberView
	var nothing casefile.MemberView
	for _, member := range view.Members {
		if !member.SchoolDue && member.School == nil {
			continue
		}
		member.Documents, member.SupportView = []*casefile.Document{}, member.ForSchool()
		member.TaxCode, member.Doubt, member.Upheld, member.OwnPermit, member.Unaccompanied = "", nil, nil, nil, nil
		member.SeparatedOn, member.MovedTo, member.OtherRefs = nothing.SeparatedOn, "", nil
		member.Conditions = nil // income and housing are none of the school's business
		pupils = append(pupils, member.WithoutReview())
	}
	return pupils
}

func schoolAgenda(view casefile.View) []casefile.DueView {
	items := []casefile.DueView{}
	for _, item := range view.Agenda {
		if item.Part == casefile.Schooling {
			items = append(items, item)
		}
	}
	return items
}

// pupilsAsPeople keeps of the pupils what a school asks for.
func pupilsAsPeople(view casefile.View, pupils []casefile.MemberView) []casefile.Person {
	var people []casefile.Person
	for _, person := range view.People {
		if !slices.ContainsFunc(pupils, func(m casefile.MemberView) bool { return m.MemberID == person.PersonID }) {
			continue
		}
		people = append(people, casefile.Person{PersonID: person.PersonID, Erased: person.Erased, AddressSealed: person.AddressSealed, Restricted: person.Restricted, Particulars: casefile.Particulars{
			FamilyName: person.FamilyName, GivenName: person.GivenName, BirthDate: person.BirthDate,
			Sex: person.Sex, Citizenship: person.Citizenship, Address: person.Address, MayCollect: person.MayCollect,
		}})
	}
	return people
}
