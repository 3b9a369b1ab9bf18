// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"reflect"
	"slices"

	"ricongiungi/rules"
)

// NeedsProfile is what a member will need, in codes and verdicts only. Health
// flags name what is to be arranged, never an illness; meals are left out, since
// they tell of religion.
type NeedsProfile struct {
	Languages        []string   `json:"languages"`                   // BCP 47, best first
	Script           string     `json:"script,omitempty"`            // read, ISO 15924, such as Arab
	YearsOfSchool    int        `json:"years_of_school"`             // completed
	SchoolCountry    string     `json:"school_country,omitempty"`    // of the last school, ISO 3166-1 alpha-3
	LastGrade        int        `json:"last_grade,omitempty"`        // completed there, counted from 1
	SchoolStopped    rules.Date `json:"school_stopped_on,omitzero"`  // zero while attending
	ItalianLevel     string     `json:"italian_level,omitempty"`     // CEFR, A0 when none
	LanguageHelp     bool       `json:"language_help,omitempty"`     // needs first support in Italian
	SpecialSupport   bool       `json:"special_support,omitempty"`   // verdict, no diagnosis
	HealthFlags      []string   `json:"health_flags,omitempty"`      // to be arranged, such as accessible_place
	Vaccination      string     `json:"vaccination,omitempty"`       // compliant, pending or unknown
	WishMunicipio    int        `json:"wish_municipio,omitempty"`    // 1 to 9
	WishSchool       string     `json:"wish_school_code,omitempty"`  // ministerial code
	SiblingsTogether bool       `json:"siblings_together,omitempty"` // the family wants them at one school
}

// RecordNeedsProfile records what a member will need on arrival. Who may collect
// the child from school is sealed with the child's key.
type RecordNeedsProfile struct {
	Step
	NeedsProfile
	MayCollect string `json:"may_collect,omitempty"` // names, one to a line
}

func (c *RecordNeedsProfile) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.about(c.Step, r)
	if refusal != nil {
		return nil, refusal
	}
	if m.Needs != nil && m.Needs.equal(c.NeedsProfile) && (c.MayCollect == "" || c.MayCollect == m.Who.MayCollect) {
		return nil, nil
	}
	draft := Draft{Event: &NeedsProfileRecorded{OfMember: OfMember{m.ID}, NeedsProfile: c.NeedsProfile}, On: c.On}
	if c.MayCollect != "" {
		draft.Private = Private{m.ID: {MayCollect: c.MayCollect}}
	}
	return []Draft{draft}, nil
}

func (p NeedsProfile) equal(q NeedsProfile) bool {
	lists := slices.Equal(p.Languages, q.Languages) && slices.Equal(p.HealthFlags, q.HealthFlags)
	p.Languages, p.HealthFlags, q.Languages, q.HealthFlags = nil, nil, nil, nil // an empty list and none are the same
	return lists && reflect.DeepEqual(p, q)
}

// NeedsProfileRecorded replaces what was known of a member's needs.
type NeedsProfileRecorded struct {
	OfMember
	NeedsProfile
}

func (e *NeedsProfileRecorded) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		profile := e.NeedsProfile
		m.Needs, m.Who = &profile, m.Who.merge(f.Private[m.ID])
	})
}
