// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// SealAddress hides a person's address from everybody who is not on the case.
// Why is told in the note, which is sealed.
type SealAddress struct {
	On       rules.Date `json:"on"`
	PersonID string     `json:"person_id"`
	Note     string     `json:"note,omitempty"`
}

func (c *SealAddress) decide(s *State, r Request) ([]Draft, *Refusal) {
	person, refusal := s.onCase(c.PersonID, c.On, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case !s.Sealed[person].IsZero():
		return nil, nil
	}
	return []Draft{{Event: &AddressSealed{PersonID: person}, On: c.On, Private: aside(person, c.Note)}}, nil
}

// CutAccess keeps the sponsor or a member away from the family page and from
// messages about the others.
type CutAccess struct {
	On       rules.Date `json:"on"`
	PersonID string     `json:"person_id"`
	Note     string     `json:"note,omitempty"`
}

func (c *CutAccess) decide(s *State, r Request) ([]Draft, *Refusal) {
	person, refusal := s.onCase(c.PersonID, c.On, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case !s.Cut[person].IsZero():
		return nil, nil
	}
	return []Draft{{Event: &AccessCut{PersonID: person}, On: c.On, Private: aside(person, c.Note)}}, nil
}

// onCase finds the sponsor or a member by id; a merged entry by the one it was
// merged into.
func (s *State) onCase(id string, on rules.Date, r Request) (string, *Refusal) {
	m := s.Member(id)
	switch {
	case m == nil && id != s.SponsorID:
		return "", unknownMember().at("person_id")
	case on.After(r.Today()):
		return "", futureDay()
	case m == nil:
		return id, nil
	}
	return m.ID, nil
}

// AskUnsealing asks that an address be readable again or access be given back.
// Somebody else must confirm it.
type AskUnsealing struct {
	PersonID string `json:"person_id"`
	What     string `json:"what"` // address or access
	Note     string `json:"note,omitempty"`
}

func (c *AskUnsealing) decide(s *State, r Request) ([]Draft, *Refusal) {
	person, refusal := s.onCase(c.PersonID, r.Today(), r)
	switch {
	case refusal != nil:
		return nil, refusal
	case s.guard(c.What)[person].IsZero():
		return nil, refusalOf("not_sealed", "case.two_people",
			"Per questa persona non c'è nulla da sbloccare.", "There is nothing to unseal for this person.").at("person_id")
	case slices.ContainsFunc(s.Unsealings, func(u *Unsealing) bool { return u.PersonID == person && u.What == c.What && u.Outcome == "" }):
		return nil, nil
	}
	return []Draft{{
		Event:   &UnsealingAsked{RequestID: DeriveID(r.CommandID, "unsealing"), PersonID: person, What: c.What, Answer: r.Book.Term(rules.UnsealingAnswer, r.Today())},
		Private: aside(person, c.Note),
	}}, nil
}

// guard is where it is kept who is sealed or cut off, by what is asked for.
func (s *State) guard(what string) map[string]rules.Date {
	if what == "access" {
		return s.Cut
	}
	return s.Sealed
}

// AnswerUnsealing confirms or declines. Whoever asked may take the request back
// but not confirm it.
type AnswerUnsealing struct {
	RequestID string `json:"request_id"`
	Outcome   string `json:"outcome"` // confirmed or declined
}

func (c *AnswerUnsealing) decide(s *State, r Request) ([]Draft, *Refusal) {
	u := s.unsealing(c.RequestID)
	switch {
	case u == nil:
		return nil, refusalOf("unknown_request", "case.two_people",
			"Questa richiesta di sblocco non esiste.", "There is no such request to unseal.").at("request_id")
	case u.Outcome == c.Outcome:
		return nil, nil
	case u.Outcome != "":
		return nil, alreadyRecorded("unsealing_"+u.Outcome, u.AnsweredOn)
	case c.Outcome == "confirmed" && u.AskedBy == r.Actor.ID:
		return nil, refusalOf("two_people_needed", "case.two_people",
			"Chi ha chiesto lo sblocco non può confermarlo: serve una seconda persona.",
			"Whoever asked cannot confirm: a second person is needed.").at("request_id")
	}
	return []Draft{{Event: &UnsealingAnswered{RequestID: u.ID, Outcome: c.Outcome}}}, nil
}

// takesTwo refuses to undo alone what only two people may undo.
func takesTwo() *Refusal {
	return refusalOf("not_amendable_alone", "case.two_people",
		"Questa misura non si corregge né si annulla: per toglierla serve una richiesta di sblocco confermata da un'altra persona.",
		"This measure can be neither corrected nor annulled: lifting it takes a request to unseal that another person confirms.").at("event_id")
}

// Unsealing is a request to lift a protection and what became of it.
type Unsealing struct {
	ID         string
	PersonID   string
	What       string
	AskedBy    string // actor
	Answer     rules.Term
	Outcome    string // confirmed, declined, or empty while open
	AnsweredOn rules.Date
}

func (s *State) unsealing(id string) *Unsealing {
	for _, u := range s.Unsealings {
		if u.ID == id {
			return u
		}
	}
	return nil
}

func (a *agenda) unsealings() {
	for _, u := range a.state.Unsealings {
		if u.Outcome == "" {
			a.add(Due{Item: "unsealing", Part: Branches, Subject: u.ID, By: Supervisor, Term: u.Answer})
		}
	}
}

// OnCase lists the actors who may read sealed addresses: who is responsible for
// the case, and who sealed one.
func (s *State) OnCase() []string {
	ids := slices.Clone(s.LetIn)
	if s.Counsellor != "" && !slices.Contains(ids, s.Counsellor) {
		ids = append(ids, s.Counsellor)
	}
	return ids
}

func (s *State) letIn(actor string) {
	if actor != "" && !slices.Contains(s.LetIn, actor) {
		s.LetIn = append(s.LetIn, actor)
	}
}

// AddressSealed hides an address from who is not on the case.
type AddressSealed struct {
	PersonID string `json:"person_id"`
}

func (e *AddressSealed) apply(s *State, f Fact) {
	s.Sealed = withDay(s.Sealed, s.canonical(e.PersonID), f.OccurredOn())
	s.letIn(f.Actor.ID)
}

// AccessCut keeps a person from the family page and from messages.
type AccessCut struct {
	PersonID string `json:"person_id"`
}

func (e *AccessCut) apply(s *State, f Fact) {
	s.Cut = withDay(s.Cut, s.canonical(e.PersonID), f.OccurredOn())
	s.endLinks(f.OccurredOn(), "access_cut", ofPerson(s.canonical(e.PersonID)))
}

func withDay(days map[string]rules.Date, id string, on rules.Date) map[string]rules.Date {
	if days == nil {
		days = map[string]rules.Date{}
	}
	days[id] = on
	return days
}

// UnsealingAsked waits for a second person.
type UnsealingAsked struct {
	RequestID string     `json:"request_id"`
	PersonID  string     `json:"person_id"`
	What      string     `json:"what"`
	Answer    rules.Term `json:"answer"`
}

func (e *UnsealingAsked) apply(s *State, f Fact) {
	s.Unsealings = append(s.Unsealings, &Unsealing{ID: e.RequestID, PersonID: s.canonical(e.PersonID), What: e.What, AskedBy: f.Actor.ID, Answer: e.Answer})
}

// UnsealingAnswered is the second person's word.
type UnsealingAnswered struct {
	RequestID string `json:"request_id"`
	Outcome   string `json:"outcome"`
}

// apply holds to two people even where a history should say otherwise.
func (e *UnsealingAnswered) apply(s *State, f Fact) {
	u := s.unsealing(e.RequestID)
	if u == nil || u.Outcome != "" {
		return
	}
	u.Outcome, u.AnsweredOn = e.Outcome, f.OccurredOn()
	if e.Outcome == "confirmed" && u.AskedBy != f.Actor.ID {
		delete(s.guard(u.What), u.PersonID)
	}
}
