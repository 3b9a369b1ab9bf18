// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// RequestErasure asks that what identifies one person of the case be erased
// (art. 17 GDPR, or because its time is over). It takes effect when somebody else
// confirms it.
type RequestErasure struct {
	PersonID string `json:"person_id"`
	Reason   string `json:"reason"` // code, such as withdrawn_consent or retention
}

func (c *RequestErasure) decide(s *State, _ Request) ([]Draft, *Refusal) {
	p := s.privacy(c.PersonID)
	switch {
	case !s.concerns(c.PersonID):
		return nil, unknownPerson()
	case !p.ErasedOn.IsZero() || p.ErasureAskedBy != "":
		return nil, nil
	case len(s.Holds) > 0:
		return nil, heldByLaw(s.Holds[0])
	}
	return []Draft{{Event: &ErasureRequested{PersonID: c.PersonID, Reason: c.Reason}}}, nil
}

// ConfirmErasure has the erasure carried out that somebody else asked for: the
// person's key is destroyed with the recording of the event.
type ConfirmErasure struct {
	PersonID string `json:"person_id"`
}

func (c *ConfirmErasure) decide(s *State, r Request) ([]Draft, *Refusal) {
	p := s.privacy(c.PersonID)
	switch {
	case !s.concerns(c.PersonID):
		return nil, unknownPerson()
	case !p.ErasedOn.IsZero():
		return nil, nil
	case p.ErasureAskedBy == "":
		return nil, erasureNotAsked()
	case len(s.Holds) > 0:
		return nil, heldByLaw(s.Holds[0])
	case p.ErasureAskedBy == r.Actor.ID:
		return nil, samePerson()
	}
	return []Draft{{Event: &PersonErased{PersonID: c.PersonID, Reason: p.ErasureReason}}}, nil
}

// PlaceLegalHold keeps everything of the case from erasure, for a claim or an
// inspection (art. 17 par. 3 GDPR).
type PlaceLegalHold struct {
	Ground string `json:"ground"` // code, such as court_case
}

func (c *PlaceLegalHold) decide(s *State, _ Request) ([]Draft, *Refusal) {
	if s.hold(c.Ground) >= 0 {
		return nil, nil
	}
	return []Draft{{Event: &LegalHoldPlaced{Ground: c.Ground}}}, nil
}

// LiftLegalHold ends the hold of that ground.
type LiftLegalHold struct {
	Ground string `json:"ground"`
}

func (c *LiftLegalHold) decide(s *State, _ Request) ([]Draft, *Refusal) {
	if s.hold(c.Ground) < 0 {
		return nil, nil
	}
	return []Draft{{Event: &LegalHoldLifted{Ground: c.Ground}}}, nil
}

// RestrictProcessing keeps who the person is from everybody but the supervisor
// (art. 18 GDPR). The case goes on.
type RestrictProcessing struct {
	PersonID string `json:"person_id"`
	Ground   string `json:"ground"`
}

func (c *RestrictProcessing) decide(s *State, _ Request) ([]Draft, *Refusal) {
	p := s.privacy(c.PersonID)
	switch {
	case !s.concerns(c.PersonID):
		return nil, unknownPerson()
	case !p.RestrictedOn.IsZero() || !p.ErasedOn.IsZero():
		return nil, nil
	}
	return []Draft{{Event: &ProcessingRestricted{PersonID: c.PersonID, Ground: c.Ground}}}, nil
}

// LiftRestriction ends the restriction of one person's data.
type LiftRestriction struct {
	PersonID string `json:"person_id"`
}

func (c *LiftRestriction) decide(s *State, _ Request) ([]Draft, *Refusal) {
	switch {
	case !s.concerns(c.PersonID):
		return nil, unknownPerson()
	case s.privacy(c.PersonID).RestrictedOn.IsZero():
		return nil, nil
	}
	return []Draft{{Event: &RestrictionLifted{PersonID: c.PersonID}}}, nil
}

// ErasureRequested says that somebody asked for a person's erasure.
type ErasureRequested struct {
	PersonID string `json:"person_id"`
	Reason   string `json:"reason"`
}

func (e *ErasureRequested) apply(s *State, f Fact) {
	s.changePrivacy(e.PersonID, func(p *Privacy) {
		p.ErasureAskedOn, p.ErasureAskedBy, p.ErasureReason = f.OccurredOn(), f.Actor.ID, e.Reason
	})
}

// PersonErased says that the person's key was destroyed: nobody reads who it was
// any more, here or in any copy.
type PersonErased struct {
	PersonID string `json:"person_id"`
	Reason   string `json:"reason"`
}

func (e *PersonErased) apply(s *State, f Fact) {
	s.changePrivacy(e.PersonID, func(p *Privacy) { p.ErasedOn, p.RestrictedOn = f.OccurredOn(), rules.Date{} })
	if e.PersonID == s.SponsorID {
		s.Sponsor = Particulars{}
	}
	s.with(e.PersonID, func(m *Member) { m.Who = Particulars{} })
}

// LegalHoldPlaced keeps the case from erasure.
type LegalHoldPlaced struct {
	Ground string `json:"ground"`
}

func (e *LegalHoldPlaced) apply(s *State, f Fact) {
	if s.hold(e.Ground) < 0 {
		s.Holds = append(s.Holds, Hold{Ground: e.Ground, On: f.OccurredOn()})
	}
}

// LegalHoldLifted ends the hold of that ground.
type LegalHoldLifted struct {
	Ground string `json:"ground"`
}

func (e *LegalHoldLifted) apply(s *State, _ Fact) {
	if at := s.hold(e.Ground); at >= 0 {
		s.Holds = slices.Delete(s.Holds, at, at+1)
	}
}

// ProcessingRestricted keeps who the person is from all but the supervisor.
type ProcessingRestricted struct {
	PersonID string `json:"person_id"`
	Ground   string `json:"ground"`
}

func (e *ProcessingRestricted) apply(s *State, f Fact) {
	s.changePrivacy(e.PersonID, func(p *Privacy) { p.RestrictedOn, p.RestrictionGround = f.OccurredOn(), e.Ground })
}

// RestrictionLifted ends the restriction of one person's data.
type RestrictionLifted struct {
	PersonID string `json:"person_id"`
}

func (e *RestrictionLifted) apply(s *State, _ Fact) {
	s.changePrivacy(e.PersonID, func(p *Privacy) { p.RestrictedOn, p.RestrictionGround = rules.Date{}, "" })
}

// Hold is a legal hold that stands.
type Hold struct {
	Ground string     `json:"ground"`
	On     rules.Date `json:"on"`
}

// Privacy is what was decided about one person's data.
type Privacy struct {
	PersonID          string     `json:"person_id"`
	ErasureAskedOn    rules.Date `json:"erasure_asked_on,omitzero"`
	ErasureAskedBy    string     `json:"erasure_asked_by,omitempty"` // somebody else must confirm
	ErasureReason     string     `json:"erasure_reason,omitempty"`
	ErasedOn          rules.Date `json:"erased_on,omitzero"`
	RestrictedOn      rules.Date `json:"restricted_on,omitzero"`
	RestrictionGround string     `json:"restriction_ground,omitempty"`
}

// concerns tells whether the case is about the person.
func (s *State) concerns(person string) bool { return person == s.SponsorID || s.Member(person) != nil }

func (s *State) hold(ground string) int {
	return slices.IndexFunc(s.Holds, func(h Hold) bool { return h.Ground == ground })
}

func (s *State) privacy(person string) Privacy {
	for _, p := range s.Privacy {
		if p.PersonID == person {
			return p
		}
	}
	return Privacy{PersonID: person}
}

func (s *State) changePrivacy(person string, change func(*Privacy)) {
	at := slices.IndexFunc(s.Privacy, func(p Privacy) bool { return p.PersonID == person })
	if at < 0 {
		at, s.Privacy = len(s.Privacy), append(s.Privacy, Privacy{PersonID: person})
	}
	change(&s.Privacy[at])
}

// Restricted tells whether who the person is may be shown to the supervisor only.
func (s *State) Restricted(person string) bool { return !s.privacy(person).RestrictedOn.IsZero() }

func unknownPerson() *Refusal {
	return refusalOf("unknown_person", "case.members",
		"Questa persona non fa parte della pratica: controlla l'identificativo.",
		"This person is not on the case: check the id.").at("person_id")
}

func heldByLaw(h Hold) *Refusal {
	return refusalOf("legal_hold", "art. 17 par. 3 GDPR",
		"La pratica è soggetta a un obbligo di conservazione ("+h.Ground+", dal "+h.On.String()+"): la cancellazione è possibile quando sarà tolto.",
		"The case is under a legal hold ("+h.Ground+", since "+h.On.String()+"): erasure is possible once it is lifted.")
}

func erasureNotAsked() *Refusal {
	return refusalOf("erasure_not_asked", "case.two_persons",
		"Nessuno ha chiesto la cancellazione di questa persona: una persona la chiede e un'altra la conferma.",
		"Nobody has asked for this person's erasure: one person asks and another confirms.").at("person_id")
}

func samePerson() *Refusal {
	return refusalOf("same_person", "case.two_persons",
		"Chi ha chiesto la cancellazione non può confermarla: deve farlo un'altra persona.",
		"Whoever asked for the erasure cannot confirm it: somebody else must.")
}
