// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"strings"

	"ricongiungi/rules"
)

// Class says who may know of something.
type Class string

// The classes, each narrower than the one before: ordinary follows the access
// rules of its role; of what is confidential only those on the case read the
// particulars; of what is protected nobody else learns that it exists.
const (
	Ordinary     Class = "ordinary"
	Confidential Class = "confidential"
	Protected    Class = "protected"
)

// Sensitivity classes an event by what it is. An amendment has the class of what
// it amends, which Markings finds.
func Sensitivity(e Event) Class {
	switch e := e.(type) {
	case *ProtectionRecorded:
		return Protected
	case *TermLapsed:
		return itemClass(e.Item)
	case *ReminderRaised:
		return itemClass(e.Item)
	case *TermEscalated:
		return itemClass(e.Item)
	case *AddressSealed, *AccessCut, *UnsealingAsked, *UnsealingAnswered, *Separated,
		*OwnPermitRequested, *OwnPermitDecided, *UnaccompaniedMinorReferred, *UnaccompaniedStepRecorded:
		return Confidential
	}
	return Ordinary
}

func itemClass(item string) Class {
	switch item {
	case protectionItem:
		return Protected
	case "unsealing", "own_permit", "own_permit_decision", "own_permit_refusal_follow_up", "reunification_paused":
		return Confidential
	}
	if strings.HasPrefix(item, msnaPrefix) {
		return Confidential
	}
	return Ordinary
}

// Class classes an agenda item.
func (d Due) Class() Class { return itemClass(d.Item) }

// Marking is the class of a recorded event and the member it is about.
type Marking struct {
	Class    Class
	MemberID string
}

// Markings gives the marking of each fact that is not ordinary, by event id.
func Markings(facts []Fact) map[string]Marking {
	markings := map[string]Marking{}
	for _, f := range facts {
		marking := Marking{Sensitivity(f.Event), memberOf(f.Event)}
		switch e := f.Event.(type) {
		case *EventCorrected:
			marking = markings[e.EventID]
		case *EventAnnulled:
			marking = markings[e.EventID]
		case *TermLapsed:
			marking.MemberID = e.MemberID
		case *ReminderRaised:
			marking.MemberID = e.MemberID
		case *TermEscalated:
			marking.MemberID = e.MemberID
		}
		if marking.Class != Ordinary && marking.Class != "" {
			markings[f.EventID] = marking
		}
	}
	return markings
}

// TypeClass classes events of a type where nothing more is known of them.
func TypeClass(name string) Class {
	t, known := events[name]
	if !known {
		return Protected // what nobody can name is shown to nobody
	}
	return Sensitivity(t.construct())
}

// Guard says whom the sealed parts of a case are kept from. It is present only
// where there is something to keep.
type Guard struct {
	// OnCase are the actors who may read sealed addresses and confidential particulars.
	OnCase []string `json:"on_case,omitempty"`
	// Sealed are the persons whose address is hidden from everybody else.
	Sealed []string `json:"sealed_addresses,omitempty"`
	// Protection is shown to its own readers only.
	Protection []ProtectionView `json:"protection,omitempty"`
}

// ProtectionView is as much of a child protection as stands in the clear.
type ProtectionView struct {
	MemberID string     `json:"member_id"`
	Since    rules.Date `json:"since"`
	OverOn   rules.Date `json:"over_on,omitzero"`
	Readers  []string   `json:"readers"`
}

// guardOf is nil where nothing is to be kept from anybody.
func guardOf(s *State) *Guard {
	g := Guard{Sealed: sortedKeys(s.Sealed)}
	for _, m := range s.Members {
		if p := m.Protection; p != nil {
			readers := slices.Clone(p.Readers)
			if s.Counsellor != "" && !slices.Contains(readers, s.Counsellor) {
				readers = append(readers, s.Counsellor)
			}
			g.Protection = append(g.Protection, ProtectionView{MemberID: m.ID, Since: p.Since, OverOn: p.OverOn, Readers: readers})
		}
	}
	confidential := slices.ContainsFunc(s.facts, func(f Fact) bool { return Sensitivity(f.Event) == Confidential })
	if len(g.Sealed) == 0 && len(g.Protection) == 0 && !confidential {
		return nil
	}
	g.OnCase = s.OnCase()
	return &g
}

// MayReadAddress tells whether the actor may read the person's address.
func (g *Guard) MayReadAddress(actor, person string) bool {
	return g == nil || !slices.Contains(g.Sealed, person) || slices.Contains(g.OnCase, actor)
}

// MayReadConfidential tells whether the actor may read confidential particulars.
func (g *Guard) MayReadConfidential(actor string) bool {
	return g == nil || slices.Contains(g.OnCase, actor)
}

// MayReadProtection tells whether the actor may know of the child protection of
// the member.
func (g *Guard) MayReadProtection(actor, member string) bool {
	return g != nil && slices.ContainsFunc(g.Protection, func(p ProtectionView) bool {
		return p.MemberID == member && slices.Contains(p.Readers, actor)
	})
}
