// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

// Effect is something to be done outside the case because of an event: a
// message to somebody, or an entry in a calendar. It names templates and ids;
// whoever carries it out looks up names and addresses at that moment.
type Effect struct {
	ID       string `json:"effect_id"` // idempotency key, from the event
	Kind     string `json:"kind"`      // message, appointment or link
	Part     Part   `json:"part"`
	Template string `json:"template"`
	To       string `json:"to"`                 // a role, "family", or "service:<code>"
	Language string `json:"language,omitempty"` // BCP 47, for the family
	Subject  string `json:"subject,omitempty"`  // id that the template needs
	MemberID string `json:"member_id,omitempty"`
}

// Effects derives what an event asks to be done outside. Events recorded long
// after they happened still inform the hub: it did not know.
func Effects(s *State, f Fact) []Effect {
	effects := react(s, f.Event)
	for i := range effects {
		effects[i].ID = DeriveID(f.EventID, "effect/"+itoa(int64(i)))
		if effects[i].To == "family" {
			effects[i].Language = s.ContactLanguage
		}
	}
	return effects
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
		return []Effect{message(Arrival, "duties_after_entry", "family", e.MemberID)}
	case *SchoolRequested:
		return []Effect{message(Schooling, "place_needed", string(EducationOfficer), e.MemberID)}
	case *PlaceProposed:
		return []Effect{message(Schooling, "place_proposed", "family", e.MemberID)}
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
	return nil
}

func message(part Part, template, to, member string) Effect {
	return Effect{Kind: "message", Part: part, Template: template, To: to, MemberID: member}
}
