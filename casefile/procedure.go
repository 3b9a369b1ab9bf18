// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// Procedure is the legal way on which a family is reunited.
type Procedure string

// The procedures. The first three go through the SUI, the others do not.
const (
	Reunification Procedure = "reunification" // art. 29 TUI; an empty procedure is this one
	Refugee       Procedure = "refugee"       // art. 29-bis TUI: international protection, no income or housing asked
	AlSeguito     Procedure = "al_seguito"    // art. 29 c. 4 TUI: relatives who enter with the sponsor
	Coesione      Procedure = "coesione"      // art. 30 c. 1 lett. c TUI: relatives already here, at the Questura
	OfCitizen     Procedure = "eu_citizen"    // D.Lgs. 30/2007: the sponsor is Italian or an EU citizen
)

// viaSUI tells whether the Prefecture's SUI decides in this procedure.
func (p Procedure) viaSUI() bool { return p != Coesione && p != OfCitizen }

// procedure is the one that governs now: a sponsor who became Italian has left
// the SUI's.
func (s *State) procedure() Procedure {
	switch {
	case !s.NaturalisedOn.IsZero():
		return OfCitizen
	case s.Procedure == "":
		return Reunification
	}
	return s.Procedure
}

// suiRouteEnded tells whether the SUI had no part any more on the day.
func (s *State) suiRouteEnded(on rules.Date) bool {
	return !s.Procedure.viaSUI() || !s.NaturalisedOn.IsZero() && !on.Before(s.NaturalisedOn)
}

func (s *State) noSUI() *Refusal {
	if s.procedure() == Coesione {
		return refusalOf("no_sui_procedure", "art. 30 c. 1 lett. c TUI",
			"È una coesione familiare: decide la Questura, non lo Sportello Unico. Registra la richiesta del permesso.",
			"This is a coesione familiare: the Questura decides, not the Sportello Unico. Record the permit request.")
	}
	return refusalOf("no_sui_procedure", "D.Lgs. 30/2007",
		"Il richiedente è cittadino italiano o UE: non serve il nulla osta. Registra la richiesta del visto come familiare di cittadino.",
		"The sponsor is an Italian or EU citizen: no nulla osta is needed. Record the visa request as a citizen's relative.")
}

// mayTravel tells whether the member may ask for a visa and enter: with a nulla
// osta, by order of a court without one, or as the relative of a citizen.
func (s *State) mayTravel(m *Member) bool {
	return !m.AuthorisedOn.IsZero() || !m.VisaOrderedOn.IsZero() || s.procedure() == OfCitizen
}

// RecordNaturalisation records that the sponsor became an Italian citizen. The
// SUI's route ends on that day; D.Lgs. 30/2007 takes its place.
type RecordNaturalisation struct {
	On rules.Date `json:"on"` // the day after the oath (art. 10 L. 91/1992)
}

func (c *RecordNaturalisation) decide(s *State, r Request) ([]Draft, *Refusal) {
	switch {
	case c.On.After(r.Today()):
		return nil, futureDay()
	case s.NaturalisedOn == c.On:
		return nil, nil
	case !s.NaturalisedOn.IsZero():
		return nil, alreadyRecorded("sponsor_naturalised", s.NaturalisedOn)
	}
	return []Draft{{Event: &SponsorNaturalised{}, On: c.On}}, nil
}

// RecordPresence records that a relative is in Italy already, where the way
// begins here: in a coesione familiare, or beside a citizen. PermitEnds is the
// last day of the permit held so far, from which the request is counted.
type RecordPresence struct {
	Step
	PermitEnds rules.Date `json:"permit_ends,omitzero"`
}

func (c *RecordPresence) decide(s *State, r Request) ([]Draft, *Refusal) {
	m, refusal := s.about(c.Step, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case m.PresentOn == c.On && (c.PermitEnds.IsZero() || m.RequestBy.From == c.PermitEnds):
		return nil, nil
	case s.procedure().viaSUI():
		return nil, refusalOf("way_begins_abroad", "art. 29 TUI",
			"In questa procedura il familiare entra con il visto: registra l'ingresso, o correggi la procedura.",
			"In this procedure the relative enters with a visa: record the entry, or correct the procedure.")
	case !m.EnteredOn.IsZero():
		return nil, alreadyRecorded("entered", m.EnteredOn)
	case !m.PresentOn.IsZero() && !m.RequestBy.IsZero():
		return nil, alreadyRecorded("presence_recorded", m.PresentOn)
	}
	return []Draft{c.presence(m, r.Book)}, nil
}

func (c *RecordPresence) presence(m *Member, book *rules.Book) Draft {
	event := &PresenceRecorded{OfMember: OfMember{m.ID}, SchoolDue: m.schoolDue(c.On, book)}
	if !c.PermitEnds.IsZero() {
		term := book.Term(rules.CoesioneRequest, c.PermitEnds)
		event.RequestBy = &term
	}
	return Draft{Event: event, On: c.On}
}

// presences begins the way of every member of a coesione familiare.
func (s *State) presences(on rules.Date, r Request) []Draft {
	if on.IsZero() {
		on = r.Today()
	}
	var drafts []Draft
	for _, m := range s.Members {
		c := RecordPresence{Step: Step{MemberID: m.ID, On: on}}
		drafts = append(drafts, c.presence(m, r.Book))
	}
	return drafts
}

// SponsorNaturalised moves the case to D.Lgs. 30/2007. What the SUI's route had
// ended goes on there; what was recorded stays.
type SponsorNaturalised struct{}

func (e *SponsorNaturalised) apply(s *State, f Fact) {
	s.NaturalisedOn = f.OccurredOn()
	for _, m := range s.Members {
		m.RefusalUndone = !m.RefusedOn.IsZero()
		m.overturn(RefusedFinal, Improcedibile, NullaOstaLapsed)
	}
}

// PresenceRecorded begins a way that starts in Italy, with the verdict on school.
type PresenceRecorded struct {
	OfMember
	SchoolDue bool        `json:"school_due"`
	RequestBy *rules.Term `json:"request_by,omitempty"` // when the end of the old permit is known
}

func (e *PresenceRecorded) apply(s *State, f Fact) {
	s.with(e.MemberID, func(m *Member) {
		m.PresentOn, m.SchoolDue = f.OccurredOn(), e.SchoolDue
		if e.RequestBy != nil {
			m.RequestBy = *e.RequestBy
		}
	})
}

// hereSince is the day from which the member is in Italy: that of the entry or of
// the presence recorded or, for a child born here, the day on which the hub was
// told; zero while abroad.
func (m *Member) hereSince() rules.Date {
	switch {
	case m.bornHere():
		return m.AddedOn
	case m.EnteredOn.IsZero():
		return m.PresentOn
	}
	return m.EnteredOn
}

func (m *Member) here() bool { return !m.hereSince().IsZero() }

// preparing tells whether a member with a nulla osta is still to ask for the visa.
func (m *Member) preparing() bool {
	return !m.AuthorisedOn.IsZero() && !m.revoked() && !m.here() && m.VisaRequestedOn.IsZero() && m.VisaGrantedOn.IsZero()
}

// permitLate tells whether a permit requested on the day comes after the day the
// law sets. A citizen's relative has no such day.
func (s *State) permitLate(m *Member, on rules.Date) bool {
	term := m.permitTerm()
	if s.procedure() == OfCitizen {
		term = m.RequestBy
	}
	return !term.IsZero() && on.After(term.Due)
}

// permitTerm is the term of the permit request: counted from the entry or the
// birth here or, where the way begins here, from the end of the old permit.
func (m *Member) permitTerm() rules.Term {
	if m.EnteredOn.IsZero() && !m.bornHere() {
		return m.RequestBy
	}
	return m.Presentation
}

// stay lists what is to come for a member who is here without the SUI.
func (a *agenda) stay(m *Member) {
	if !m.EnteredOn.IsZero() && m.HostNoticeOn.IsZero() {
		a.member("host_notice", Arrival, m, Counsellor, m.HostNotice)
	}
	if m.PermitRequestedOn.IsZero() {
		a.member("permit_request", Arrival, m, Counsellor, a.permitRequest(m))
	}
	a.permit(m)
}

func (a *agenda) permitRequest(m *Member) rules.Term {
	switch {
	case a.state.procedure() == OfCitizen:
		return a.book.Term(rules.CitizenCard, m.hereSince())
	case !m.RequestBy.IsZero():
		return m.RequestBy
	}
	return a.book.Term(rules.CoesioneStart, m.PresentOn)
}
