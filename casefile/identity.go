// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"

	"ricongiungi/rules"
)

// PersonLink says that a person of this case is one of another case too, as when both
// parents file.
type PersonLink struct {
	PersonID    string     `json:"person_id"`
	CaseID      string     `json:"case_id"`
	OtherID     string     `json:"other_person_id"`
	Reason      string     `json:"reason"`
	ConfirmedBy string     `json:"confirmed_by"` // who looked at the papers
	On          rules.Date `json:"on"`
}

func (l PersonLink) same(person, caseID, other string) bool {
	return l.PersonID == person && l.CaseID == caseID && l.OtherID == other
}

// LinkPerson records that somebody here is the same person as in another case.
// Both cases keep their histories; the other case is linked by its own command.
type LinkPerson struct {
	PersonID    string `json:"person_id"`
	CaseID      string `json:"case_id"`
	OtherID     string `json:"other_person_id"`
	Reason      string `json:"reason"`
	ConfirmedBy string `json:"confirmed_by"`
}

func (c *LinkPerson) decide(s *State, r Request) ([]Draft, *Refusal) {
	person, refusal := s.onCase(c.PersonID, r.Today(), r)
	switch {
	case refusal != nil:
		return nil, refusal
	case c.CaseID == s.CaseID:
		return nil, refusalOf("same_case", "case.identity",
			"È la stessa pratica: per due schede della stessa persona usa l'unione.",
			"It is the same case: for two entries of one person use a merge.").at("case_id")
	case s.link(person, c.CaseID, c.OtherID) >= 0:
		return nil, nil
	}
	return []Draft{{Event: &PersonLinked{PersonID: person, CaseID: c.CaseID, OtherID: c.OtherID, Reason: c.Reason, ConfirmedBy: c.ConfirmedBy}}}, nil
}

func (s *State) link(person, caseID, other string) int {
	return slices.IndexFunc(s.PersonLinks, func(l PersonLink) bool { return l.same(person, caseID, other) })
}

// UnlinkPerson undoes a link that was wrong.
type UnlinkPerson struct {
	PersonID string `json:"person_id"`
	CaseID   string `json:"case_id"`
	OtherID  string `json:"other_person_id"`
	Reason   string `json:"reason"`
}

func (c *UnlinkPerson) decide(s *State, r Request) ([]Draft, *Refusal) {
	person, refusal := s.onCase(c.PersonID, r.Today(), r)
	if refusal != nil {
		return nil, refusal
	}
	draft := Draft{Event: &PersonUnlinked{PersonID: person, CaseID: c.CaseID, OtherID: c.OtherID, Reason: c.Reason}}
	switch {
	case s.link(person, c.CaseID, c.OtherID) >= 0:
		return []Draft{draft}, nil
	case s.said(draft):
		return nil, nil
	}
	return nil, refusalOf("not_linked", "case.identity",
		"Queste due persone non risultano collegate.", "These two persons are not linked.").at("other_person_id")
}

// PersonLinked says that two cases know the same person.
type PersonLinked struct {
	PersonID    string `json:"person_id"`
	CaseID      string `json:"case_id"`
	OtherID     string `json:"other_person_id"`
	Reason      string `json:"reason"`
	ConfirmedBy string `json:"confirmed_by"`
}

func (e *PersonLinked) apply(s *State, f Fact) {
	if person := s.canonical(e.PersonID); s.link(person, e.CaseID, e.OtherID) < 0 {
		s.PersonLinks = append(s.PersonLinks, PersonLink{person, e.CaseID, e.OtherID, e.Reason, e.ConfirmedBy, f.OccurredOn()})
	}
}

// PersonUnlinked undoes a link.
type PersonUnlinked struct {
	PersonID string `json:"person_id"`
	CaseID   string `json:"case_id"`
	OtherID  string `json:"other_person_id"`
	Reason   string `json:"reason"`
}

func (e *PersonUnlinked) apply(s *State, _ Fact) {
	if at := s.link(s.canonical(e.PersonID), e.CaseID, e.OtherID); at >= 0 {
		s.PersonLinks = slices.Delete(s.PersonLinks, at, at+1)
	}
}

// MergeMembers says that two entries of the case are one person, such as one
// name in two transliterations. Nothing is rewritten: from then on the case is
// read as if what was recorded for the duplicate had been recorded for the
// member that is kept, and an undo reads both as before.
type MergeMembers struct {
	KeepID      string `json:"keep_id"`
	DuplicateID string `json:"duplicate_id"`
	Reason      string `json:"reason"`
	ConfirmedBy string `json:"confirmed_by"`
}

func (c *MergeMembers) decide(s *State, _ Request) ([]Draft, *Refusal) {
	keep, duplicate := s.Member(c.KeepID), s.Member(c.DuplicateID)
	switch {
	case keep == nil:
		return nil, unknownMember().at("keep_id")
	case duplicate == nil:
		return nil, unknownMember().at("duplicate_id")
	case c.KeepID == c.DuplicateID:
		return nil, refusalOf("same_entry", "case.identity",
			"È la stessa scheda: indica quella da tenere e il doppione.",
			"It is the same entry: name the one to keep and the duplicate.").at("duplicate_id")
	case keep == duplicate:
		return nil, nil
	case keep.entryConflicts(duplicate):
		return nil, refusalOf("both_entered", "case.identity",
			"Le due schede hanno ingressi in giorni diversi: correggi prima l'ingresso sbagliato.",
			"The two entries entered on different days: correct the wrong entry first.").at("duplicate_id")
	}
	return []Draft{{Event: &MembersMerged{KeepID: keep.ID, DuplicateID: duplicate.ID, Reason: c.Reason, ConfirmedBy: c.ConfirmedBy}}}, nil
}

func (m *Member) entryConflicts(other *Member) bool {
	return !m.EnteredOn.IsZero() && !other.EnteredOn.IsZero() && m.EnteredOn != other.EnteredOn
}

// UnmergeMembers undoes a merge that was wrong: both entries are read again with
// the history each had.
type UnmergeMembers struct {
	DuplicateID string `json:"duplicate_id"`
	Reason      string `json:"reason"`
}

func (c *UnmergeMembers) decide(s *State, _ Request) ([]Draft, *Refusal) {
	draft := Draft{Event: &MembersUnmerged{DuplicateID: c.DuplicateID, Reason: c.Reason}}
	switch {
	case s.merged[c.DuplicateID] != "":
		return []Draft{draft}, nil
	case s.said(draft):
		return nil, nil
	}
	return nil, refusalOf("not_merged", "case.identity",
		"Questa scheda non è unita a un'altra.", "This entry is not merged into another.").at("duplicate_id")
}

// MembersMerged makes the duplicate another name of the member that is kept.
type MembersMerged struct {
	KeepID      string `json:"keep_id"`
	DuplicateID string `json:"duplicate_id"`
	Reason      string `json:"reason"`
	ConfirmedBy string `json:"confirmed_by"`
}

func (e *MembersMerged) apply(*State, Fact) {}

// MembersUnmerged undoes a merge.
type MembersUnmerged struct {
	DuplicateID string `json:"duplicate_id"`
	Reason      string `json:"reason"`
}

func (e *MembersUnmerged) apply(*State, Fact) {}

// mergesIn says which entries are read as another one: a merge holds for the
// whole history, from its first event on. Merges that would run in a circle
// never hold.
func mergesIn(facts []Fact, a amendments) map[string]string {
	merged := map[string]string{}
	for _, f := range facts {
		f, stands := a.amend(f)
		if !stands {
			continue
		}
		switch e := f.Event.(type) {
		case *MembersMerged:
			if follow(merged, e.KeepID) != e.DuplicateID {
				merged[e.DuplicateID] = e.KeepID
			}
		case *MembersUnmerged:
			delete(merged, e.DuplicateID)
		}
	}
	return merged
}

func follow(merged map[string]string, id string) string {
	for range len(merged) + 1 {
		next, ok := merged[id]
		if !ok {
			return id
		}
		id = next
	}
	return id
}

// canonical is the id of the entry that is kept, or the id itself.
func (s *State) canonical(id string) string { return follow(s.merged, id) }

// applied lets an event change the state. What ended a duplicate, such as its
// withdrawal or the expiry of a nulla osta nobody used, did not end the way of
// the person, whom only death ends under any entry.
func (s *State) applied(f Fact) {
	m := s.Member(s.canonical(memberOf(f.Event)))
	if m == nil || m.ID == memberOf(f.Event) {
		f.Event.apply(s, f)
		return
	}
	ending, on := m.Ending, m.EndedOn
	f.Event.apply(s, f)
	if m.Ending != "" && m.Ending != ending {
		m.end(ending, on)
	}
}
