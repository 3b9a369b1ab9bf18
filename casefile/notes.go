// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

// AddNote keeps a remark about a person, or about the family.
type AddNote struct {
	MemberID string `json:"member_id,omitempty"`
	Note     string `json:"note"`
}

func (c *AddNote) decide(s *State, _ Request) ([]Draft, *Refusal) {
	if c.MemberID != "" && s.Member(c.MemberID) == nil {
		return nil, unknownMember()
	}
	draft := Draft{Event: &NoteAdded{MemberID: c.MemberID}, Private: aside(s.orSponsor(c.MemberID), c.Note)}
	if s.said(draft) {
		return nil, nil
	}
	return []Draft{draft}, nil
}

// orSponsor is the person whose key seals what is said of a member or, without
// one, of the family.
func (s *State) orSponsor(person string) string {
	if person == "" {
		return s.SponsorID
	}
	return person
}

// NoteAdded keeps a remark; its text is with the person it is about.
type NoteAdded struct {
	MemberID string `json:"member_id,omitempty"`
}

func (e *NoteAdded) apply(*State, Fact) {}
