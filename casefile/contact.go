// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import "ricongiungi/rules"

// Contact is how the family wants to be written to and what it was sent.
type Contact struct {
	Channel   string // the family's preferred one; empty while nobody asked
	Reminders bool   // the family asked to be reminded of what is its own to do
	Packs     []Pack
}

// Pack is an information pack that was sent.
type Pack struct {
	On        rules.Date `json:"on"`
	Asked     string     `json:"asked,omitempty"` // BCP 47; empty when the family's language is not known
	Languages []string   `json:"languages"`       // in which it was sent
	Fallback  bool       `json:"fallback"`        // there is none in the language asked for
}

// AssignCounsellor makes somebody responsible for the case.
type AssignCounsellor struct {
	CounsellorID string `json:"counsellor_id"`
}

func (c *AssignCounsellor) decide(s *State, _ Request) ([]Draft, *Refusal) {
	if s.Counsellor == c.CounsellorID {
		return nil, nil
	}
	return []Draft{{Event: &CounsellorAssigned{CounsellorID: c.CounsellorID}}}, nil
}

// RecordContact records that the hub spoke with the family before departure.
type RecordContact struct {
	On      rules.Date `json:"on"`
	Channel string     `json:"channel"`
	Note    string     `json:"note,omitempty"`
}

func (c *RecordContact) decide(s *State, r Request) ([]Draft, *Refusal) {
	return s.toldOnce(Draft{Event: &ContactMade{Channel: c.Channel}, On: c.On, Private: aside(s.SponsorID, c.Note)}, r)
}

// toldOnce records what has happened unless it was told before in the same words.
func (s *State) toldOnce(d Draft, r Request) ([]Draft, *Refusal) {
	switch {
	case d.On.After(r.Today()):
		return nil, futureDay()
	case s.said(d):
		return nil, nil
	}
	return []Draft{d}, nil
}

// aside keeps free text with the person it is about.
func aside(person, note string) Private {
	if note == "" {
		return nil
	}
	return Private{person: {Note: note}}
}

// SendInformationPack sends the family the hub's information, in the language
// given or else in its own. Which languages there are is a rule of the office.
type SendInformationPack struct {
	On       rules.Date `json:"on"`
	Language string     `json:"language,omitempty"` // BCP 47
}

func (c *SendInformationPack) decide(s *State, r Request) ([]Draft, *Refusal) {
	asked := c.Language
	if asked == "" {
		asked = s.ContactLanguage
	}
	sent := &InformationPackSent{Asked: asked}
	if language := r.Book.At(rules.PackLanguages, c.On).Serving(asked); language != "" {
		sent.Languages = []string{language}
	} else {
		sent.Languages, sent.Fallback = []string{"it", "en"}, true
	}
	return s.toldOnce(Draft{Event: sent, On: c.On}, r)
}

// SetContactPreferences records how the family wants to be written to, and
// whether it wants reminders of what is its own to do.
type SetContactPreferences struct {
	On        rules.Date `json:"on"`
	Language  string     `json:"language"` // BCP 47
	Channel   string     `json:"channel"`
	Reminders bool       `json:"reminders"`
}

func (c *SetContactPreferences) decide(s *State, r Request) ([]Draft, *Refusal) {
	switch {
	case c.On.After(r.Today()):
		return nil, futureDay()
	case s.ContactLanguage == c.Language && s.Contact.Channel == c.Channel && s.Contact.Reminders == c.Reminders:
		return nil, nil
	}
	return []Draft{{Event: &ContactPreferencesSet{Language: c.Language, Channel: c.Channel, Reminders: c.Reminders}, On: c.On}}, nil
}

// CounsellorAssigned names who is responsible.
type CounsellorAssigned struct {
	CounsellorID string `json:"counsellor_id"`
}

func (e *CounsellorAssigned) apply(s *State, _ Fact) { s.Counsellor = e.CounsellorID }

// ContactMade says that the family was reached.
type ContactMade struct {
	Channel string `json:"channel"`
}

func (e *ContactMade) apply(s *State, f Fact) {
	s.reached(f.OccurredOn())
	if s.ContactOn.IsZero() || f.OccurredOn().Before(s.ContactOn) {
		s.ContactOn = f.OccurredOn()
	}
}

// InformationPackSent says in which languages the pack went out. Fallback tells
// that there is none in the language asked for: Italian and English went instead.
type InformationPackSent struct {
	Asked     string   `json:"asked,omitempty"`
	Languages []string `json:"languages"`
	Fallback  bool     `json:"fallback,omitempty"`
}

func (e *InformationPackSent) apply(s *State, f Fact) {
	s.Contact.Packs = append(s.Contact.Packs, Pack{On: f.OccurredOn(), Asked: e.Asked, Languages: e.Languages, Fallback: e.Fallback})
}

// effects send the pack in each of its languages, and tell the counsellor when
// there was none in the family's own.
func (e *InformationPackSent) effects() []Effect {
	var effects []Effect
	for _, language := range e.Languages {
		effects = append(effects, Effect{Kind: "message", Part: PreDeparture, Template: "information_pack", To: "family", Language: language})
	}
	if e.Fallback {
		effects = append(effects, message(PreDeparture, "information_pack_language_missing", string(Counsellor), ""))
	}
	return effects
}

// ContactPreferencesSet replaces how the family is written to.
type ContactPreferencesSet struct {
	Language  string `json:"language"`
	Channel   string `json:"channel"`
	Reminders bool   `json:"reminders"`
}

func (e *ContactPreferencesSet) apply(s *State, _ Fact) {
	s.ContactLanguage, s.Contact.Channel, s.Contact.Reminders = e.Language, e.Channel, e.Reminders
}

// handedOver is the day on which the hub first learnt of a decision: its own
// terms cannot begin before.
func (s *State) handedOver() rules.Date {
	for _, f := range s.facts {
		switch f.Event.(type) {
		case *NullaOstaIssued, *MemberRefused:
			return later(rules.DateOf(f.RecordedAt), s.Review.DecidedOn)
		}
	}
	return s.Review.DecidedOn
}

// contact is what the hub owes a family that was handed over and is still abroad.
func (a *agenda) contact() {
	s := a.state
	if s.Review.DecidedOn.IsZero() || s.allEnded() {
		return
	}
	from := s.handedOver()
	if s.ContactOn.IsZero() {
		a.add(Due{Item: "first_contact", Part: PreDeparture, By: Counsellor, Term: a.book.Term(rules.FirstContact, from)})
	}
	if len(s.Contact.Packs) == 0 && s.FirstEntry().IsZero() {
		a.add(Due{Item: "information_pack", Part: PreDeparture, By: Counsellor, Term: a.book.Term(rules.InformationPack, from)})
	}
}
