// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"strings"

	"ricongiungi/rules"
)

// CELAVStep is how far somebody is on the way through CELAV (Centro di
// Mediazione al Lavoro), the Municipality's job placement service.
type CELAVStep string

// The steps of the way. What ends it is the outcome of the referral.
const (
	CELAVOrientation CELAVStep = "orientation"
	CELAVMeeting     CELAVStep = "first_meeting"
	CELAVAssessment  CELAVStep = "assessment"
	CELAVProject     CELAVStep = "personal_project"
	CELAVMatching    CELAVStep = "matching"
	CELAVTraineeship CELAVStep = "traineeship"
	CELAVRenewed     CELAVStep = "traineeship_renewed"
	CELAVCompleted   CELAVStep = "traineeship_completed"
	CELAVInterrupted CELAVStep = "traineeship_interrupted"
)

// celavMoves says which step may follow which.
var celavMoves = map[CELAVStep][]CELAVStep{
	"":               {CELAVOrientation, CELAVMeeting},
	CELAVOrientation: {CELAVMeeting},
	CELAVMeeting:     {CELAVAssessment},
	CELAVAssessment:  {CELAVProject},
	CELAVProject:     {CELAVMatching},
	CELAVMatching:    {CELAVTraineeship},
	CELAVTraineeship: {CELAVRenewed, CELAVCompleted, CELAVInterrupted},
	CELAVRenewed:     {CELAVRenewed, CELAVCompleted, CELAVInterrupted},
	CELAVInterrupted: {CELAVMatching},
}

// CELAV is somebody's way through the service.
type CELAV struct {
	Step          CELAVStep
	On            rules.Date
	Renewals      int
	Until         rules.Term // of the traineeship under way
	ServiceDuties []string   // what CELAV takes on in the personal project
	MemberDuties  []string   // and what the member does
}

func (c CELAV) atWork() bool { return c.Step == CELAVTraineeship || c.Step == CELAVRenewed }

// RecordCELAVStep records a step of the way through CELAV. The personal project
// names the duties of both sides by their codes.
type RecordCELAVStep struct {
	On            rules.Date `json:"on"`
	ReferralID    string     `json:"referral_id"`
	Step          CELAVStep  `json:"step"`
	ServiceDuties []string   `json:"service_duties,omitempty"`
	MemberDuties  []string   `json:"member_duties,omitempty"`
	Note          string     `json:"note,omitempty"`
}

func (c *RecordCELAVStep) decide(s *State, r Request) ([]Draft, *Refusal) {
	f := s.referral(c.ReferralID)
	switch {
	case f == nil:
		return nil, unknownReferral().at("referral_id")
	case f.CELAV.Step == c.Step && f.CELAV.On == c.On && (c.Step != CELAVProject || slices.Equal(f.CELAV.ServiceDuties, c.ServiceDuties) && slices.Equal(f.CELAV.MemberDuties, c.MemberDuties)):
		return nil, nil
	case c.On.After(r.Today()):
		return nil, futureDay()
	}
	if refusal := c.check(s, f, r); refusal != nil {
		return nil, refusal
	}
	moved := &CELAVMoved{ReferralID: f.ID, Step: c.Step, ServiceDuties: c.ServiceDuties, MemberDuties: c.MemberDuties, Next: c.next(f, r.Book)}
	return []Draft{{Event: moved, On: c.On, Private: aside(s.orSponsor(f.MemberID), c.Note)}}, nil
}

// underWay are the statuses in which a service works with somebody.
var underWay = []ReferralStatus{ReferralAccepted, ReferralAppointment, ReferralRescheduled, ReferralAttended, ReferralInProgress}

func (c *RecordCELAVStep) check(s *State, f *Referral, r Request) *Refusal {
	switch {
	case f.Kind != KindCELAV || !slices.Contains(underWay, f.Status):
		return refusalOf("not_with_celav", "celav.path",
			"L'invio non è al CELAV o il CELAV non lo ha ancora accolto: registra prima la risposta.",
			"The referral is not to CELAV, or CELAV has not accepted it yet: record its answer first.").at("referral_id")
	case !slices.Contains(celavMoves[f.CELAV.Step], c.Step):
		return celavNotNext(f.CELAV.Step)
	case c.On.Before(later(f.CELAV.On, f.MovedOn)):
		return outOfOrder(orElse(string(f.CELAV.Step), "referral_"+string(f.Status)), later(f.CELAV.On, f.MovedOn))
	}
	if c.Step == CELAVMatching || c.Step == CELAVTraineeship {
		return s.mayWork(f.MemberID, c.On)
	}
	return c.checkStep(f, r.Book)
}

func celavNotNext(step CELAVStep) *Refusal {
	var codes []string
	for _, next := range celavMoves[step] {
		codes = append(codes, string(next))
	}
	list := strings.Join(codes, ", ")
	return refusalOf("celav_step_not_next", "celav.path",
		"Il percorso CELAV prosegue con: "+list+".", "The way through CELAV goes on with: "+list+".").at("step")
}

// checkStep holds the guards of single steps.
func (c *RecordCELAVStep) checkStep(f *Referral, book *rules.Book) *Refusal {
	switch c.Step {
	case CELAVProject:
		if len(c.ServiceDuties) == 0 || len(c.MemberDuties) == 0 {
			return refusalOf("duties_missing", "celav.path",
				"Il progetto personale impegna entrambe le parti: indica gli impegni del servizio e quelli della persona.",
				"The personal project binds both sides: name the duties of the service and those of the person.")
		}
	case CELAVRenewed:
		if rule := book.At(rules.TraineeshipRenewals, c.On); f.CELAV.Renewals >= rule.Number() {
			return refusalOf("traineeship_renewed_already", rules.TraineeshipRenewals+": "+rule.Citation,
				"Il tirocinio è già stato rinnovato: si rinnova al massimo "+rule.Value+" volta. Registra la conclusione o l'interruzione.",
				"The traineeship was renewed already: it may be renewed "+rule.Value+" time at most. Record its completion or interruption.").at("step")
		}
	case CELAVCompleted:
		if last := book.WorkingOnOrBefore(f.CELAV.Until.Due.AddDays(-1)); c.On.Before(last) {
			return refusalOf("traineeship_not_over", rules.Traineeship,
				"Il tirocinio finisce il "+last.String()+": se è terminato prima è un'interruzione.",
				"The traineeship ends on "+last.String()+": one that ended before is an interruption.").at("step")
		}
	}
	return nil
}

// mayWork is the right to work of art. 30 c. 2 TUI, which the receipt of a first
// family permit gives already. The sponsor lives here with a permit.
func (s *State) mayWork(member string, on rules.Date) *Refusal {
	m := s.Member(member)
	if m == nil {
		return nil
	}
	asked := !m.PermitRequestedOn.IsZero() && !m.PermitRequestedOn.After(on)
	if asked && (m.PermitRefusedOn.IsZero() || !m.PermitIssuedOn.IsZero()) {
		return nil
	}
	return refusalOf("no_right_to_work", "art. 30 c. 2 TUI",
		"Si può lavorare dalla ricevuta della richiesta di permesso, che non risulta: registrala prima.",
		"Work is allowed from the receipt of the permit request, which is not recorded: record it first.")
}

// mayAskCELAV guards referrals of a member to CELAV: it takes whoever is old
// enough and has done the years of compulsory schooling (L. 296/2006 art. 1 c. 622).
func (s *State) mayAskCELAV(member string, on rules.Date, book *rules.Book) *Refusal {
	m := s.Member(member)
	if m == nil {
		return nil // the sponsor or the family asks
	}
	if m.Who.BirthDate.IsZero() {
		return refusalOf("age_unknown", book.At(rules.CELAVAge, on).Citation,
			"Manca la data di nascita, da cui dipende l'accesso al CELAV: chiedila alla Prefettura.",
			"The birth date, on which access to CELAV depends, is not known: ask the Prefecture for it.").at("member_id")
	}
	age := max(book.At(rules.CELAVAge, on).Number(), book.At(rules.SchoolCompulsoryEnd, on).Number())
	if m.Who.BirthDate.AgeOn(on) < age {
		from := m.Who.BirthDate.Birthday(age)
		return refusalOf("too_young_for_celav", book.At(rules.CELAVAge, on).Citation,
			"Il CELAV accoglie chi ha compiuto l'età e assolto l'obbligo scolastico: per questo familiare dal "+from.String()+".",
			"CELAV takes those who are old enough and past compulsory schooling: this member from "+from.String()+".").at("member_id")
	}
	return nil
}

// next is how long the traineeship lasts or, for other steps, when to ask again.
// A renewal begins where the first stretch ends.
func (c *RecordCELAVStep) next(f *Referral, book *rules.Book) rules.Term {
	switch c.Step {
	case CELAVTraineeship:
		return book.Term(rules.Traineeship, c.On)
	case CELAVRenewed:
		return book.TermUnder(rules.Traineeship, c.On, f.CELAV.Until.Due)
	}
	return book.Term(rules.ReferralProgress, c.On)
}

// CELAVMoved is one step of the way through CELAV. Next is the end of the
// traineeship or, for other steps, when the hub asks again.
type CELAVMoved struct {
	ReferralID    string     `json:"referral_id"`
	Step          CELAVStep  `json:"step"`
	ServiceDuties []string   `json:"service_duties,omitempty"`
	MemberDuties  []string   `json:"member_duties,omitempty"`
	Next          rules.Term `json:"next"`
}

func (e *CELAVMoved) apply(s *State, f Fact) {
	r := s.referral(e.ReferralID)
	if r == nil {
		return
	}
	if r.open() {
		r.Status, r.MovedOn = ReferralInProgress, f.OccurredOn()
	}
	r.CELAV.Step, r.CELAV.On, r.CELAV.Until, r.Next = e.Step, f.OccurredOn(), rules.Term{}, e.Next
	switch e.Step {
	case CELAVProject:
		r.CELAV.ServiceDuties, r.CELAV.MemberDuties = e.ServiceDuties, e.MemberDuties
	case CELAVMatching:
		r.CELAV.Renewals = 0
	case CELAVRenewed:
		r.CELAV.Renewals++
	}
	if r.CELAV.atWork() {
		r.CELAV.Until = e.Next
	}
}

// CELAVView is the way through CELAV as readers see it.
type CELAVView struct {
	Step          CELAVStep  `json:"step"`
	On            rules.Date `json:"on"`
	Renewals      int        `json:"renewals"`
	Until         rules.Date `json:"traineeship_until,omitzero"`
	ServiceDuties []string   `json:"service_duties,omitempty"`
	MemberDuties  []string   `json:"member_duties,omitempty"`
}

func (c CELAV) view() *CELAVView {
	if c.Step == "" {
		return nil
	}
	return &CELAVView{c.Step, c.On, c.Renewals, c.Until.Due, c.ServiceDuties, c.MemberDuties}
}
