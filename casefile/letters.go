// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"ricongiungi/rules"
)

// The kinds of letters.
const (
	LetterBeforeDeparture = "before_departure" // what to know and bring before the journey
	LetterPapers          = "papers"           // which papers are needed and which are there
	LetterAppointment     = "appointment"      // confirmation of appointments
	LetterSummary         = "summary"          // where the case is
	LetterDates           = "dates"            // what is due, by when and why
)

// LetterKinds lists the kinds of letters.
func LetterKinds() []string {
	return []string{LetterBeforeDeparture, LetterPapers, LetterAppointment, LetterSummary, LetterDates}
}

// IssueLetter records a letter as it was drawn up for one person of the case.
// The document itself is kept, sealed with the person's key: it can be printed
// again years later as it was, whatever has become of the template, and goes
// when the person's key goes.
type IssueLetter struct {
	PersonID string `json:"person_id"`
	Kind     string `json:"kind"`
	Language string `json:"language"` // BCP 47, beside Italian
	Template string `json:"template"` // version of template and texts
	Drawn    int64  `json:"drawn_at"` // version of the case from which it was drawn up
	Document string `json:"document"` // the page, gzip in base64
}

func (c *IssueLetter) decide(s *State, r Request) ([]Draft, *Refusal) {
	person, refusal := s.mayRead(c.PersonID, r)
	if refusal != nil {
		return nil, refusal
	}
	if c.Drawn > s.Version {
		return nil, refusalOf("version_unknown", "case.letters",
			"La pratica non è ancora arrivata alla versione da cui la lettera dice di essere tratta.",
			"The case has not reached the version from which the letter says it was drawn up.").at("drawn_at")
	}
	sum := sha256.Sum256([]byte(c.Document))
	issued := &LetterIssued{LetterID: DeriveID(r.CommandID, "letter"), PersonID: person, Kind: c.Kind, Language: c.Language,
		Template: c.Template, Drawn: c.Drawn, Digest: hex.EncodeToString(sum[:])}
	if s.issued(issued, r.Today()) {
		return nil, nil
	}
	return []Draft{{Event: issued, Private: Private{person: {Document: c.Document}}}}, nil
}

// issued tells whether the very same document went out on the day.
func (s *State) issued(e *LetterIssued, on rules.Date) bool {
	return slices.ContainsFunc(s.Letters, func(l Letter) bool {
		return l.Digest == e.Digest && l.PersonID == e.PersonID && l.Kind == e.Kind && l.On == on
	})
}

// Letter is a letter that was drawn up.
type Letter struct {
	ID       string     `json:"letter_id"`
	PersonID string     `json:"person_id"`
	Kind     string     `json:"kind"`
	Language string     `json:"language"`
	Template string     `json:"template"`
	Drawn    int64      `json:"drawn_at"`
	Digest   string     `json:"digest"` // SHA-256 of the document as it is kept
	On       rules.Date `json:"on"`
}

// LetterIssued says that a letter was drawn up; the letter is sealed beside it.
type LetterIssued struct {
	LetterID string `json:"letter_id"`
	PersonID string `json:"person_id"`
	Kind     string `json:"kind"`
	Language string `json:"language"`
	Template string `json:"template"`
	Drawn    int64  `json:"drawn_at"`
	Digest   string `json:"digest"`
}

func (e *LetterIssued) apply(s *State, f Fact) {
	s.Letters = append(s.Letters, Letter{ID: e.LetterID, PersonID: s.canonical(e.PersonID), Kind: e.Kind, Language: e.Language,
		Template: e.Template, Drawn: e.Drawn, Digest: e.Digest, On: f.OccurredOn()})
}

// LetterIn finds a letter in a history, with the document as it is kept; the
// document is empty when the key to it is gone.
func LetterIn(facts []Fact, id string) (letter LetterIssued, on rules.Date, document string, found bool) {
	for _, f := range facts {
		if e, ok := f.Event.(*LetterIssued); ok && e.LetterID == id {
			return *e, f.OccurredOn(), f.Private[e.PersonID].Document, true
		}
	}
	return LetterIssued{}, rules.Date{}, "", false
}
