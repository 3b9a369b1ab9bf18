// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "slices"

// Effect is something to be done outside the case because of an event: a
// message to somebody, or an entry in a calendar. It names templates and ids;
// whoever carries it out looks up names and addresses at that moment.
type Effect struct {
	ID       string `json:"effect_id"` // idempotency key, from the event
	Kind     string `json:"kind"`      // message or appointment
	Part     Part   `json:"part"`
	Template string `json:"template"`
	To       string `json:"to"`                 // a role, "family", "service:<code>" or "office:<code>"
	Language string `json:"language,omitempty"` // BCP 47, for the family
	Subject  string `json:"subject,omitempty"`  // id that the template needs
	MemberID string `json:"member_id,omitempty"`
	// Except are persons whose access is cut: to them it must not go, whoever
	// else of the family it reaches.
	Except []string `json:"except,omitempty"`
}

// Effects derives what an event asks to be done outside. Events recorded long
// after they happened still inform the hub: it did not know.
func Effects(s *State, f Fact) []Effect {
	effects := s.withoutCut(react(s, f.Event))
	for i := range effects {
		effects[i].ID = DeriveID(f.EventID, "effect/"+itoa(int64(i)))
		if effects[i].To == "family" {
			effects[i].Language, effects[i].Except = s.ContactLanguage, sortedKeys(s.Cut)
		}
		if Sensitivity(f.Event) == Protected {
			effects[i] = effects[i].reserved()
		}
	}
	return effects
}

// withoutCut drops what would go to a family of which nobody may be written to.
func (s *State) withoutCut(effects []Effect) []Effect {
	return slices.DeleteFunc(effects, func(e Effect) bool { return e.To == "family" && s.allCut() })
}

func (s *State) allCut() bool {
	cut := func(m *Member) bool { return !s.Cut[m.ID].IsZero() }
	return !s.Cut[s.SponsorID].IsZero() && !slices.ContainsFunc(s.Members, func(m *Member) bool { return !cut(m) })
}

// reserved says no more than that the case is to be looked at.
func (e Effect) reserved() Effect {
	return Effect{ID: e.ID, Kind: e.Kind, Part: e.Part, Template: "look_at_case", To: string(Counsellor)}
}

func react(s *State, event Event) []Effect {
	switch e := event.(type) {
	case *NullaOstaIssued:
		return []Effect{
			message(PreDeparture, "new_authorisation", string(Counsellor), e.MemberID),
			message(PreDeparture, "information_pack", "family", e.MemberID),
		}
	case *RefusalNotified:
		return []Effect{message(Authorisation, "refusal_notice", string(Counsellor), "")}
	case *MemberRefused:
		return []Effect{message(Authorisation, "refused", string(Counsellor), e.MemberID)}
	case *NullaOstaExpired:
		return []Effect{message(PreDeparture, "nulla_osta_expired", string(Counsellor), e.MemberID)}
	case *VisaExpired:
		return []Effect{message(PreDeparture, "visa_expired", string(Counsellor), e.MemberID)}
	case *Entered:
		return []Effect{message(Arrival, "duties_after_entry", "family", e.MemberID)}
	case *SchoolRequested:
		return []Effect{message(Schooling, "place_needed", string(EducationOfficer), e.MemberID)}
	case *PlaceProposed:
		return []Effect{message(Schooling, "place_proposed", "family", e.MemberID)}
	case *PlaceRefused:
		if e.Contestable {
			return []Effect{message(Schooling, "place_refused_contestable", string(EducationOfficer), e.MemberID)}
		}
	case *AppointmentBooked:
		return []Effect{
			{Kind: "appointment", Part: FollowUp, Template: "appointment", To: string(Counsellor), Subject: e.AppointmentID, MemberID: e.MemberID},
			{Kind: "message", Part: FollowUp, Template: "appointment_booked", To: "family", Subject: e.AppointmentID, MemberID: e.MemberID},
		}
	case *ReferralSent:
		return []Effect{{Kind: "message", Part: FollowUp, Template: "referral", To: "service:" + e.Service, Subject: e.ReferralID, MemberID: e.MemberID}}
	case *TermLapsed:
		return []Effect{{Kind: "message", Part: e.Part, Template: "term_lapsed", To: string(e.By), Subject: e.Item, MemberID: e.MemberID}}
	case *ReminderRaised:
		return []Effect{{Kind: "message", Part: e.Part, Template: "reminder", To: string(e.By), Subject: e.Item, MemberID: e.MemberID}}
	case *PersonDied:
		return []Effect{message(Branches, "person_died", string(Supervisor), e.PersonID)}
	}
	return reactToBranches(event)
}

// reactToBranches informs whoever must act on what happened on the way.
func reactToBranches(event Event) []Effect {
	switch e := event.(type) {
	case *MemberAdded:
		added := []Effect{message(Branches, "composition_changed", string(Counsellor), e.MemberID)}
		if e.Origin != AddedByPrefecture {
			added = append(added, message(Branches, "composition_changed", string(SUIOfficer), e.MemberID))
		}
		return added
	case *MemberTransferred:
		return handover(e.Recipient, e.MemberID)
	case *CaseTransferred:
		return handover(e.Recipient, "")
	case *UnsealingAsked:
		return []Effect{{Kind: "message", Part: Branches, Template: "unsealing_asked", To: string(Supervisor), Subject: e.RequestID}}
	case *UnaccompaniedMinorReferred:
		referred := []Effect{message(Branches, "unaccompanied_minor_referred", "service:msna", e.MemberID)}
		if e.OverCapacity {
			referred = append(referred, message(Branches, "msna_over_capacity", string(Supervisor), e.MemberID))
		}
		return referred
	case *ReunificationResumed:
		return []Effect{message(Branches, "reunification_resumed", "service:msna", e.MemberID)}
	}
	return nil
}

// handover sends the package to the office named; without one it is handed over
// by whoever transfers.
func handover(recipient, member string) []Effect {
	if recipient == "" {
		return nil
	}
	return []Effect{message(Branches, "handover_package", "office:"+recipient, member)}
}

func message(part Part, template, to, member string) Effect {
	return Effect{Kind: "message", Part: part, Template: template, To: to, MemberID: member}
}
