// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"slices"
	"strings"

	"ricongiungi/rules"
)

// Asking says whom a referral asks, for whom, and on which legal basis.
type asking struct {
	on                       rules.Date
	member, service, follows string
	basis                    string
}

// target is the service as it may be told in the clear, and its kind.
type target struct {
	service, kind string
}

// check refuses what no referral may ask; the directory is looked at where there is one.
func (c asking) check(s *State, r Request) (target, *Refusal) {
	switch {
	case c.on.After(r.Today()):
		return target{}, futureDay()
	case c.member != "" && s.Member(c.member) == nil:
		return target{}, unknownMember()
	}
	if refusal := c.checkFollows(s); refusal != nil {
		return target{}, refusal
	}
	t, refusal := targetOf(c.service, c.on, s, r)
	if refusal == nil && t.kind == KindCELAV {
		refusal = s.mayAskCELAV(c.member, c.on, r.Book)
	}
	return t, refusal
}

func (c asking) checkFollows(s *State) *Refusal {
	if c.follows == "" {
		return nil
	}
	switch old := s.referral(c.follows); {
	case old == nil:
		return unknownReferral().at("follows")
	case old.open():
		return refusalOf("referral_still_open", "case.referrals",
			"L'invio precedente è ancora aperto: chiudilo prima di farne un altro che lo riprende.",
			"The earlier referral is still open: close it before another takes it up again.").at("follows")
	}
	return nil
}

// targetOf finds the kind of a service, and hides the service where its name
// would tell about somebody's health.
func targetOf(service string, on rules.Date, s *State, r Request) (target, *Refusal) {
	kind, known := kindOf(service)
	if r.Services != nil {
		code := r.Services.Kind(service, on)
		if code == "" {
			return target{}, serviceNotOpen(r.Services.Nearest(service, s.Municipio, on))
		}
		kind, known = kindOf(code)
	}
	if known && kind.Confidential {
		return target{KindConfidential, KindConfidential}, nil
	}
	return target{service, kind.Code}, nil
}

func serviceNotOpen(near []string) *Refusal {
	it, en := "Cerca un altro servizio in GET /v1/services.", "Look for another service in GET /v1/services."
	if len(near) > 0 {
		list := strings.Join(near, ", ")
		it, en = "Il più vicino dello stesso tipo: "+list+".", "Nearest of the same kind: "+list+"."
	}
	return refusalOf("service_not_open", "hub.services",
		"Il servizio non è nell'elenco o in quel giorno non accoglie invii. "+it,
		"The service is not in the directory or takes no referrals on that day. "+en).at("service")
}

// sealed keeps note and, where it is confidential, the service with the person.
func (c asking) sealed(s *State, t target, note string) Private {
	private := Particulars{Note: note}
	if t.kind == KindConfidential {
		private.Service = c.service
	}
	if private == (Particulars{}) {
		return nil
	}
	return Private{s.orSponsor(c.member): private}
}

// asked finds the open referral that asks the same.
func (s *State) asked(c asking, drafted bool) bool {
	return slices.ContainsFunc(s.Referrals, func(f *Referral) bool {
		day := f.SentOn
		if drafted {
			day = f.DraftOn
		}
		return day == c.on && f.service == c.service && f.MemberID == c.member && f.Follows == c.follows && f.open()
	})
}

// basisMissing refuses a disclosure without a legal basis on record.
func basisMissing() *Refusal {
	return refusalOf("legal_basis_missing", "art. 6 e 9 GDPR; D.Lgs. 196/2003 art. 2-ter e 2-sexies",
		"Manca la base giuridica della comunicazione al servizio: indicala prima di trasmettere.",
		"The legal basis of the disclosure to the service is missing: name it before sending.").at("basis")
}

func unknownReferral() *Refusal {
	return refusalOf("unknown_referral", "case.referrals",
		"L'invio non esiste in questa pratica.", "There is no such referral on the case.")
}

// DraftReferral prepares a referral that is sent later, once what it needs is there.
type DraftReferral struct {
	On       rules.Date `json:"on"`
	MemberID string     `json:"member_id,omitempty"`
	Service  string     `json:"service"` // code in the directory
	Basis    string     `json:"basis,omitempty"`
	Follows  string     `json:"follows,omitempty"` // the earlier referral taken up again
	Note     string     `json:"note,omitempty"`
}

func (c *DraftReferral) decide(s *State, r Request) ([]Draft, *Refusal) {
	ask := asking{c.On, c.MemberID, c.Service, c.Follows, c.Basis}
	if s.asked(ask, true) {
		return nil, nil
	}
	t, refusal := ask.check(s, r)
	if refusal != nil {
		return nil, refusal
	}
	return []Draft{{
		Event: &ReferralPrepared{ReferralID: DeriveID(r.CommandID, "referral"), MemberID: c.MemberID, Service: t.service, Kind: t.kind,
			Basis: c.Basis, Follows: c.Follows, SendBy: r.Book.Term(rules.ReferralDraft, c.On)},
		On: c.On, Private: ask.sealed(s, t, c.Note),
	}}, nil
}

// SendReferral asks another service to take something on.
type SendReferral struct {
	On       rules.Date `json:"on"`
	MemberID string     `json:"member_id,omitempty"`
	Service  string     `json:"service"` // code in the directory, such as "celav"
	Note     string     `json:"note,omitempty"`
	Basis    string     `json:"basis,omitempty"`
	Follows  string     `json:"follows,omitempty"` // the earlier referral taken up again
}

func (c *SendReferral) decide(s *State, r Request) ([]Draft, *Refusal) {
	ask := asking{c.On, c.MemberID, c.Service, c.Follows, c.Basis}
	if s.asked(ask, false) {
		return nil, nil
	}
	t, refusal := ask.check(s, r)
	switch {
	case refusal != nil:
		return nil, refusal
	case t.kind == KindConfidential && c.Basis == "":
		return nil, basisMissing()
	}
	return []Draft{{
		Event: &ReferralSent{ReferralID: DeriveID(r.CommandID, "referral"), MemberID: c.MemberID, Service: t.service, Kind: t.kind,
			Basis: c.Basis, Follows: c.Follows, Reply: r.Book.Term(rules.ReferralReply, c.On)},
		On: c.On, Private: ask.sealed(s, t, c.Note),
	}}, nil
}

// RecordReferralStep records how a referral goes on: that it was sent, what the
// service answered, whether the appointment was kept, or how it ended without a
// result. A result is recorded by CloseReferral.
type RecordReferralStep struct {
	On         rules.Date     `json:"on"`
	ReferralID string         `json:"referral_id"`
	Step       ReferralStatus `json:"step"`
	Basis      string         `json:"basis,omitempty"` // when the step is sent
	Note       string         `json:"note,omitempty"`
	ReferralDetails
}

func (c *RecordReferralStep) decide(s *State, r Request) ([]Draft, *Refusal) {
	f := s.referral(c.ReferralID)
	switch {
	case f == nil:
		return nil, unknownReferral().at("referral_id")
	case f.Status == c.Step && f.MovedOn == c.On && f.Details.equal(c.ReferralDetails) && (c.Basis == "" || c.Basis == f.Basis):
		return nil, nil
	}
	if refusal := c.check(s, f, r); refusal != nil {
		return nil, refusal
	}
	details := c.ReferralDetails
	details.At = details.At.UTC()
	moved := &ReferralMoved{ReferralID: f.ID, Step: c.Step, Basis: c.Basis, ReferralDetails: details, Next: c.next(f, r.Book)}
	return []Draft{{Event: moved, On: c.On, Private: aside(s.orSponsor(f.MemberID), c.Note)}}, nil
}

func (c *RecordReferralStep) check(s *State, f *Referral, r Request) *Refusal {
	switch {
	case c.On.After(r.Today()):
		return futureDay()
	case !f.open() && f.Status != ReferralExpired:
		return alreadyRecorded("referral_"+string(f.Status), f.ClosedOn)
	case c.Step == ReferralCompleted, !f.Status.MayBecome(c.Step):
		return notNext(f.Status)
	case c.On.Before(f.MovedOn):
		return outOfOrder("referral_"+string(f.Status), f.MovedOn)
	case c.Step == ReferralSentOut && c.Basis == "" && f.Basis == "":
		return basisMissing()
	}
	return c.checkDetails(s, f, r)
}

// notNext refuses a step that cannot follow, and names those that can.
func notNext(status ReferralStatus) *Refusal {
	var codes []string
	for _, next := range referralMoves[status] {
		codes = append(codes, string(next))
	}
	list := strings.Join(codes, ", ")
	return refusalOf("referral_step_not_next", "hub.referrals",
		"L'invio è nello stato "+string(status)+", a cui può seguire: "+list+" (completed si registra con l'esito).",
		"The referral is in status "+string(status)+", which may be followed by: "+list+" (completed is recorded with its outcome).").at("step")
}

// checkDetails asks for what a step cannot do without.
func (c *RecordReferralStep) checkDetails(s *State, f *Referral, r Request) *Refusal {
	switch c.Step {
	case ReferralWaitlisted:
		if !c.RecontactOn.After(c.On) {
			return refusalOf("recontact_day_missing", "hub.referrals",
				"Indica il giorno, successivo, in cui richiamare il servizio: una lista d'attesa senza data si dimentica.",
				"Name the later day on which the service is to be asked again: a waiting list without a date is forgotten.").at("recontact_on")
		}
	case ReferralAppointment, ReferralRescheduled:
		if c.At.IsZero() {
			return refusalOf("appointment_day_missing", "hub.referrals",
				"Indica giorno e ora dell'appuntamento presso il servizio.",
				"Name the day and hour of the appointment with the service.").at("appointment_at")
		}
	case ReferralTransferred:
		_, refusal := targetOf(c.ToService, c.On, s, r)
		return refusal
	case ReferralDeclined, ReferralReturned, ReferralDropped, ReferralWithdrawn:
		if c.Reason == "" && f.Kind != KindConfidential {
			return reasonMissing()
		}
	}
	if f.Kind == KindConfidential && (c.Reason != "" || c.ToService != "") {
		return tellsTooMuch()
	}
	return nil
}

func tellsTooMuch() *Refusal {
	return refusalOf("confidential_referral", "art. 9 GDPR; D.Lgs. 196/2003 art. 2-septies",
		"Di un invio riservato si registra solo che c'è: scrivi il resto nella nota, che è cifrata.",
		"Of a confidential referral only its existence is recorded: write the rest into the note, which is sealed.")
}

// next is the term of what the new status waits for; none where it ends or where
// the service's own term runs on.
func (c *RecordReferralStep) next(f *Referral, book *rules.Book) rules.Term {
	rule := awaits[c.Step].rule
	switch {
	case c.Step == ReferralAcknowledged:
		return f.Reply
	case rule == "":
		return rules.Term{}
	case c.Step == ReferralWaitlisted:
		return book.Named(rule, c.On, c.RecontactOn)
	case c.Step == ReferralAppointment, c.Step == ReferralRescheduled:
		return book.Term(rule, rules.DateOf(c.At))
	}
	return book.Term(rule, c.On)
}

// CloseReferral records what came of a referral; the sender always learns it.
type CloseReferral struct {
	On         rules.Date `json:"on"`
	ReferralID string     `json:"referral_id"`
	Outcome    string     `json:"outcome"`            // one of its kind's
	LevelIn    string     `json:"level_in,omitempty"` // CEFR, of a language course
	LevelOut   string     `json:"level_out,omitempty"`
	Note       string     `json:"note,omitempty"`
}

func (c *CloseReferral) decide(s *State, r Request) ([]Draft, *Refusal) {
	f := s.referral(c.ReferralID)
	switch {
	case f == nil:
		return nil, unknownReferral().at("referral_id")
	case c.On.After(r.Today()):
		return nil, futureDay()
	case f.ClosedOn == c.On && f.Outcome == c.Outcome && f.LevelIn == c.LevelIn && f.LevelOut == c.LevelOut:
		return nil, nil
	case !f.open() && f.Status != ReferralExpired:
		return nil, alreadyRecorded("referral_closed", f.ClosedOn)
	case c.On.Before(f.SentOn):
		return nil, outOfOrder("referral_sent", f.SentOn)
	case c.On.Before(f.MovedOn):
		return nil, outOfOrder("referral_"+string(f.Status), f.MovedOn)
	}
	status, refusal := c.status(f)
	if refusal != nil {
		return nil, refusal
	}
	return []Draft{{Event: &ReferralClosed{ReferralID: f.ID, Outcome: c.Outcome, Status: status, LevelIn: c.LevelIn, LevelOut: c.LevelOut},
		On: c.On, Private: aside(s.orSponsor(f.MemberID), c.Note)}}, nil
}

// status is the one the outcome ends in. Referrals made before services had
// kinds take any outcome, and need not have been answered first.
func (c *CloseReferral) status(f *Referral) (ReferralStatus, *Refusal) {
	if f.Kind == "" && f.Status != ReferralDrafted {
		return ReferralCompleted, nil
	}
	kind, _ := kindOf(f.Kind)
	if f.Kind == KindConfidential {
		kind = ServiceKind{Confidential: true, Outcomes: confidentialOutcomes}
	}
	at := slices.IndexFunc(kind.outcomes(), func(o ServiceOutcome) bool { return o.Code == c.Outcome })
	if at < 0 {
		return "", notAnOutcome(kind)
	}
	status := kind.outcomes()[at].Status
	switch {
	case !f.Status.MayBecome(status):
		return "", notNext(f.Status)
	case c.Outcome == "traineeship_completed" && f.CELAV.Step != CELAVCompleted:
		return "", refusalOf("traineeship_not_completed", "celav.traineeship",
			"Il tirocinio non risulta concluso: un'interruzione non è una conclusione.",
			"The traineeship is not recorded as completed: an interruption is not a completion.").at("outcome")
	}
	return status, nil
}

func notAnOutcome(kind ServiceKind) *Refusal {
	var codes []string
	for _, o := range kind.outcomes() {
		codes = append(codes, o.Code)
	}
	list := strings.Join(codes, ", ")
	return refusalOf("outcome_not_of_kind", "hub.services",
		"Un invio di questo tipo si chiude con uno di questi esiti: "+list+".",
		"A referral of this kind ends in one of these outcomes: "+list+".").at("outcome")
}

// ReferralPrepared is a referral that is not sent yet.
type ReferralPrepared struct {
	ReferralID string     `json:"referral_id"`
	MemberID   string     `json:"member_id,omitempty"`
	Service    string     `json:"service"`
	Kind       string     `json:"kind,omitempty"`
	Basis      string     `json:"basis,omitempty"`
	Follows    string     `json:"follows,omitempty"`
	SendBy     rules.Term `json:"send_by"`
}

func (e *ReferralPrepared) apply(s *State, f Fact) {
	s.Referrals = append(s.Referrals, &Referral{ID: e.ReferralID, MemberID: e.MemberID, Service: e.Service, Kind: e.Kind, Basis: e.Basis,
		Follows: e.Follows, Status: ReferralDrafted, DraftOn: f.OccurredOn(), MovedOn: f.OccurredOn(), Next: e.SendBy,
		service: orElse(f.Private[s.orSponsor(e.MemberID)].Service, e.Service)})
}

// ReferralSent asks a service, which owes an answer by the term.
type ReferralSent struct {
	ReferralID string     `json:"referral_id"`
	MemberID   string     `json:"member_id,omitempty"`
	Service    string     `json:"service"`
	Reply      rules.Term `json:"reply"`
	Kind       string     `json:"kind,omitempty"`
	Basis      string     `json:"basis,omitempty"`
	Follows    string     `json:"follows,omitempty"`
}

func (e *ReferralSent) apply(s *State, f Fact) {
	s.Referrals = append(s.Referrals, &Referral{ID: e.ReferralID, MemberID: e.MemberID, Service: e.Service, Kind: e.Kind, Basis: e.Basis,
		Follows: e.Follows, Status: ReferralSentOut, SentOn: f.OccurredOn(), MovedOn: f.OccurredOn(), Reply: e.Reply, Next: e.Reply,
		service: orElse(f.Private[s.orSponsor(e.MemberID)].Service, e.Service)})
}

// ReferralMoved is one step of a referral.
type ReferralMoved struct {
	ReferralID string         `json:"referral_id"`
	Step       ReferralStatus `json:"step"`
	Basis      string         `json:"basis,omitempty"`
	ReferralDetails
	Next rules.Term `json:"next,omitzero"`
}

func (e *ReferralMoved) apply(s *State, f Fact) {
	r := s.referral(e.ReferralID)
	if r == nil {
		return
	}
	r.move(e.Step, f.OccurredOn())
	r.answered(f)
	r.Details, r.Next, r.Basis = e.ReferralDetails, e.Next, orElse(e.Basis, r.Basis)
	switch e.Step {
	case ReferralSentOut:
		r.SentOn, r.Reply = f.OccurredOn(), e.Next
	case ReferralNoShow:
		r.NoShows++
	}
}

// ReferralClosed is the answer. Without a status it was given when a referral had
// none but open and closed.
type ReferralClosed struct {
	ReferralID string         `json:"referral_id"`
	Outcome    string         `json:"outcome"`
	Status     ReferralStatus `json:"status,omitempty"`
	LevelIn    string         `json:"level_in,omitempty"`
	LevelOut   string         `json:"level_out,omitempty"`
}

func (e *ReferralClosed) apply(s *State, f Fact) {
	r := s.referral(e.ReferralID)
	if r == nil {
		return
	}
	status := e.Status
	if status == "" {
		status = ReferralCompleted
	}
	r.move(status, f.OccurredOn())
	r.answered(f)
	r.ClosedOn, r.Outcome, r.LevelIn, r.LevelOut = f.OccurredOn(), e.Outcome, e.LevelIn, e.LevelOut
}
