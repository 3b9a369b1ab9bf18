// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"maps"
	"slices"
	"strings"

	"ricongiungi/rules"
)

// Pillar is one of the seven pillars of well-being that check-ins score from 1
// (badly) to 5 (well). Pillars and scale are the hub's own, after what the
// services it refers to look after; they are no published test.
type Pillar struct {
	Code string
	Text rules.Text
}

// Pillars lists the seven pillars.
func Pillars() []Pillar { return pillars }

var pillars = []Pillar{
	{"housing", inBoth("Casa: un alloggio adatto e sicuro", "Home: a suitable and safe place to live")},
	{"health", inBoth("Salute: medico, cure, serenità", "Health: a doctor, care, peace of mind")},
	{"language", inBoth("Lingua: capire e farsi capire", "Language: to understand and be understood")},
	{"work", inBoth("Lavoro e reddito", "Work and income")},
	{"school", inBoth("Scuola e formazione", "School and training")},
	{"relations", inBoth("Relazioni: in famiglia e nel quartiere", "Relations: within the family and the neighbourhood")},
	{"rights", inBoth("Diritti: documenti e accesso ai servizi", "Rights: papers and access to services")},
}

// HoldCheckIn records one of the hub's check-ins after the first entry, with the
// family or, where a member is named, with that member.
type HoldCheckIn struct {
	On       rules.Date     `json:"on"`
	Month    int            `json:"month"`            // 1, 3, 6 or 12
	Scores   map[string]int `json:"scores,omitempty"` // pillar of well-being to 1…5
	Note     string         `json:"note,omitempty"`
	MemberID string         `json:"member_id,omitempty"`
}

func (c *HoldCheckIn) decide(s *State, r Request) ([]Draft, *Refusal) {
	entry, held := s.entryOf(c.MemberID), s.checkIn(c.Month, c.MemberID)
	switch {
	case c.On.After(r.Today()):
		return nil, futureDay()
	case c.MemberID != "" && s.Member(c.MemberID) == nil:
		return nil, unknownMember()
	case entry.IsZero():
		return nil, refusalOf("not_entered", "hub.check_in",
			"Nessuno è ancora entrato: il colloquio si conta dal primo ingresso.",
			"Nobody has entered yet: check-ins are counted from the first entry.")
	case c.On.Before(entry):
		return nil, outOfOrder("entered", entry)
	case held != nil && held.On == c.On:
		return nil, nil
	case held != nil:
		return nil, alreadyRecorded("check_in_held", held.On)
	}
	return c.held(s, r)
}

func (c *HoldCheckIn) held(s *State, r Request) ([]Draft, *Refusal) {
	for code := range c.Scores {
		if !slices.ContainsFunc(pillars, func(p Pillar) bool { return p.Code == code }) {
			return nil, unknownPillar()
		}
	}
	held := &CheckInHeld{Month: c.Month, Scores: c.Scores, MemberID: c.MemberID, Concerns: c.concerns(s, r.Book)}
	if len(held.Concerns) > 0 {
		held.FollowUp = r.Book.Term(rules.ConcernFollowUp, c.On)
	}
	return []Draft{{Event: held, On: c.On, Private: aside(s.orSponsor(c.MemberID), c.Note)}}, nil
}

func unknownPillar() *Refusal {
	var codes []string
	for _, p := range pillars {
		codes = append(codes, p.Code)
	}
	list := strings.Join(codes, ", ")
	return refusalOf("unknown_pillar", "hub.check_in",
		"I pilastri del benessere sono: "+list+".", "The pillars of well-being are: "+list+".").at("scores")
}

// concerns are the pillars whose score is as low as can be, or has fallen since
// the check-in before.
func (c *HoldCheckIn) concerns(s *State, book *rules.Book) []string {
	low, fall := book.At(rules.CheckInLow, c.On).Number(), book.At(rules.CheckInFall, c.On).Number()
	var found []string
	for _, p := range pillars {
		score, scored := c.Scores[p.Code]
		before, known := s.scoreBefore(p.Code, c.MemberID, c.On)
		if scored && (score <= low || known && before-score >= fall) {
			found = append(found, p.Code)
		}
	}
	return found
}

// scoreBefore is the last score of a pillar before the day, of the same member
// or of the family.
func (s *State) scoreBefore(pillar, member string, on rules.Date) (score int, known bool) {
	var last rules.Date
	for _, held := range s.Held {
		given, scored := held.Scores[pillar]
		if scored && held.MemberID == member && held.On.Before(on) && !held.On.Before(last) {
			score, known, last = given, true, held.On
		}
	}
	return score, known
}

// CheckInHeld is one of the hub's check-ins, with the pillars that give concern.
type CheckInHeld struct {
	Month    int            `json:"month"`
	Scores   map[string]int `json:"scores,omitempty"`
	MemberID string         `json:"member_id,omitempty"`
	Concerns []string       `json:"concerns,omitempty"`
	FollowUp rules.Term     `json:"follow_up,omitzero"`
}

func (e *CheckInHeld) apply(s *State, f Fact) {
	s.Held = append(s.Held, &CheckIn{Month: e.Month, MemberID: e.MemberID, On: f.OccurredOn(), Scores: e.Scores})
	if e.MemberID == "" {
		if s.CheckIns == nil {
			s.CheckIns = map[int]rules.Date{}
		}
		s.CheckIns[e.Month] = f.OccurredOn()
	}
	for _, pillar := range e.Concerns {
		s.Concerns = append(s.Concerns, &Concern{ID: DeriveID(f.EventID, "concern/"+pillar), Kind: ConcernWellBeing, About: pillar,
			MemberID: e.MemberID, RaisedOn: f.OccurredOn(), FollowUp: e.FollowUp})
	}
}

// CheckIn is a check-in that was held.
type CheckIn struct {
	Month    int
	MemberID string // empty for the family
	On       rules.Date
	Scores   map[string]int
}

func (s *State) checkIn(month int, member string) *CheckIn {
	return firstOf(s.Held, func(c *CheckIn) bool { return c.Month == month && c.MemberID == member })
}

// entryOf is the day from which check-ins are counted: a member's own entry, the
// first one for the family.
func (s *State) entryOf(member string) rules.Date {
	if m := s.Member(member); m != nil {
		return m.hereSince()
	}
	return s.FirstEntry()
}

// CheckInView is one check-in held.
type CheckInView struct {
	Month    int            `json:"month"`
	On       rules.Date     `json:"on"`
	MemberID string         `json:"member_id,omitempty"`
	Scores   map[string]int `json:"scores,omitempty"`
}

// checkInViews lists the check-ins by month, those with the family first.
func checkInViews(s *State) []CheckInView {
	list := []CheckInView{}
	for _, c := range s.Held {
		list = append(list, CheckInView{c.Month, c.On, c.MemberID, maps.Clone(c.Scores)})
	}
	slices.SortStableFunc(list, func(a, b CheckInView) int {
		if a.Month != b.Month {
			return a.Month - b.Month
		}
		return strings.Compare(a.MemberID, b.MemberID)
	})
	return list
}
