// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"cmp"
	"slices"

	"ricongiungi/rules"
)

// Effect is something to be done outside the case because of an event: a
// message to somebody, or an entry in a calendar. It names templates and ids;
// whoever carries it out looks up names and addresses at that moment.
type Effect struct {
	ID       string `json:"effect_id"` // idempotency key, from the event
	Kind     string `json:"kind"`      // message, appointment or link
	Part     Part   `json:"part"`
	Template string `json:"template"`
	To       string `json:"to"`                 // a role, "family", "service:<code>" or "office:<code>"
	Language string `json:"language,omitempty"` // BCP 47, for the family
	Subject  string `json:"subject,omitempty"`  // id that the template needs
	MemberID string `json:"member_id,omitempty"`
	About    string `json:"about,omitempty"` // code of what is meant where the subject does not say, such as a paper
	// Except are persons whose access is cut: to them it must not go, whoever
	// else of the family it reaches.
	Except []string `json:"except,omitempty"`
}

// Effects derives what an event asks to be done outside. Events recorded long
// after they happened still inform the hub: it did not know.
func Effects(s *State, f Fact) []Effect {
	effects := s.withoutCut(react(s, f))
	for i := range effects {
		effects[i].ID = DeriveID(f.EventID, "effect/"+itoa(int64(i)))
		if effects[i].To == "family" {
			effects[i].Except = sortedKeys(s.Cut)
			effects[i].Language = cmp.Or(effects[i].Language, s.ContactLanguage)
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

func react(s *State, f Fact) []Effect {
	switch e := f.Event.(type) {
	case *NullaOstaIssued:
		return []Effect{message(PreDeparture, "new_authorisation", string(Counsellor), e.MemberID)}
	case *InformationPackSent:
		return e.effects()
	case *AgeNoted:
		if e.late(f) {
			return nil
		}
		return []Effect{{Kind: "message", Part: Arrival, Template: "birthday", To: string(Counsellor), Subject: itoa(int64(e.Age)), MemberID: e.MemberID}}
	case *RefusalNotified:
		return []Effect{message(Authorisation, "refusal_notice", string(Counsellor), "")}
	case *MemberRefused:
		return []Effect{message(Authorisation, "refused", string(Counsellor), e.MemberID)}
	case *ApplicationLinked:
		return []Effect{e.mirrored()}
	case *ImprocedibileDeclared:
		return []Effect{message(Authorisation, "improcedibile", string(Counsellor), e.MemberID)}
	case *NullaOstaRevoked:
		return []Effect{message(Authorisation, "nulla_osta_revoked", string(Counsellor), e.MemberID)}
	case *RevocationWithdrawn:
		return []Effect{message(Authorisation, "revocation_withdrawn", string(Counsellor), e.MemberID)}
	case *JudgmentGiven:
		return []Effect{message(Authorisation, "judgment", string(Counsellor), e.MemberID)}
	case *KinshipTested:
		return []Effect{message(Branches, "kinship_tested", string(Counsellor), e.MemberID)}
	case *SponsorNaturalised:
		return []Effect{message(PreDeparture, "sui_route_ended", string(Counsellor), ""), message(PreDeparture, "citizen_route", "family", "")}
	case *VisaRefused:
		return []Effect{message(PreDeparture, "visa_refused", string(Counsellor), e.MemberID)}
	case *VisaRefusalFinal:
		return []Effect{message(PreDeparture, "visa_refusal_final", string(Counsellor), e.MemberID)}
	case *NullaOstaExpired:
		return []Effect{message(PreDeparture, "nulla_osta_expired", string(Counsellor), e.MemberID)}
	case *VisaExpired:
		return []Effect{message(PreDeparture, "visa_expired", string(Counsellor), e.MemberID)}
	case *Entered:
		if e.Presentation.Due.Before(rules.DateOf(f.RecordedAt)) {
			return nil // told when the duties were past
		}
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
		if e.Quiet {
			return nil
		}
		return []Effect{e.message("term_lapsed", string(e.By))}
	case *ReminderRaised:
		return e.effects(s)
	case *TermEscalated:
		return []Effect{e.message("term_escalated", string(Supervisor))}
	case *PersonDied:
		return []Effect{message(Branches, "person_died", string(Supervisor), e.PersonID)}
	}
	return reactHub(s, f.Event)
}

// reactHub is the hub's part: whoever sent a referral hears of each answer.
func reactHub(s *State, event Event) []Effect {
	switch e := event.(type) {
	case *AppointmentCancelled:
		return tellCancelled(s, e)
	case *ReferralMoved:
		return tellMoved(s, e)
	case *ReferralClosed:
		return []Effect{aboutReferral(s, "referral_closed", string(Counsellor), e.ReferralID)}
	case *CELAVMoved:
		return []Effect{aboutReferral(s, "celav_step", string(Counsellor), e.ReferralID)}
	case *AbsencesReported:
		if !e.Alert.IsZero() {
			return []Effect{message(Schooling, "drop_out_risk", string(Counsellor), e.MemberID), message(Schooling, "drop_out_alert", string(EducationOfficer), e.MemberID)}
		}
	case *CheckInHeld:
		if len(e.Concerns) > 0 {
			return []Effect{message(FollowUp, "well_being", string(Counsellor), e.MemberID)}
		}
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

// tellCancelled tells the calendar and, where no other meeting stands in its place, the family.
func tellCancelled(s *State, e *AppointmentCancelled) []Effect {
	about := Effect{Kind: "appointment", Part: FollowUp, Template: "appointment_cancelled", To: string(Counsellor), Subject: e.AppointmentID}
	if a := s.appointment(e.AppointmentID); a != nil {
		about.MemberID = a.MemberID
	}
	if e.Reason == reasonMoved {
		return []Effect{about}
	}
	family := about
	family.Kind, family.To = "message", "family"
	return []Effect{about, family}
}

func tellMoved(s *State, e *ReferralMoved) []Effect {
	if f := s.referral(e.ReferralID); f != nil && e.Step == ReferralSentOut {
		return []Effect{aboutReferral(s, "referral", "service:"+f.Service, e.ReferralID)}
	}
	return []Effect{aboutReferral(s, "referral_"+string(e.Step), string(Counsellor), e.ReferralID)}
}

func aboutReferral(s *State, template, to, id string) Effect {
	e := Effect{Kind: "message", Part: FollowUp, Template: template, To: to, Subject: id}
	if f := s.referral(id); f != nil {
		e.MemberID = f.MemberID
	}
	return e
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
