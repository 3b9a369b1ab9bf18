// SPDX-License-Identifier: AGPL-3.0-or-later

package casefile

import (
	"time"

	"ricongiungi/rules"
)

// SchoolNeed is where a child belongs, as verdicts that outlive the birth date.
type SchoolNeed struct {
	Year       int    `json:"school_year"` // 2025 for 2025/26
	Grade      int    `json:"grade"`       // 1 to 13; 0 and less are years before primary school
	Level      string `json:"level"`       // infanzia, primaria, secondaria_1, secondaria_2 or cpia
	Municipio  int    `json:"municipio,omitempty"`
	OtherYear  int    `json:"other_school_year,omitempty"` // also weighed for arrivals from April to August
	Compulsory bool   `json:"compulsory,omitempty"`        // attendance is compulsory by age
	EarlyStart bool   `json:"early_start,omitempty"`       // a year before its turn, as the family asks
}

// opening is the day from which a child can be in class: at once, or when the
// school year of the place begins.
func (n SchoolNeed) opening(on rules.Date) rules.Date {
	return later(on, rules.On(n.Year, time.September, 1))
}

// OtherGrade is the grade in the other school year; meaningless without one.
func (n SchoolNeed) OtherGrade() int { return n.Grade + n.OtherYear - n.Year }

// presence is the day on which the child will be there: the day of the step, or
// the day of the expected arrival while that lies ahead.
func (m *Member) presence(on rules.Date) rules.Date {
	if m.EnteredOn.IsZero() {
		return later(on, m.ExpectedOn)
	}
	return on
}

// need derives school year, grade and level from the birth date. A search that
// begins before the arrival is for the school year of the arrival.
func (c *RequestSchool) need(s *State, m *Member, book *rules.Book) (SchoolNeed, *Refusal) {
	birth, there := m.Who.BirthDate, m.presence(c.On)
	if birth.IsZero() {
		return SchoolNeed{}, birthDateUnknown()
	}
	need := SchoolNeed{Year: EnrolmentYear(there, book), OtherYear: otherYear(there, book), Municipio: c.Municipio, EarlyStart: c.EarlyStart}
	if refusal := need.inYear(c.Year); refusal != nil {
		return need, refusal
	}
	if need.Municipio == 0 {
		need.Municipio = s.Municipio
	}
	need.Grade = Grade(need.Year, birth)
	need.Compulsory = compulsory(need.Year, birth, there, book)
	if c.EarlyStart {
		return need.early(birth, there, book)
	}
	if need.Level = c.Level; need.Level == "" {
		need.Level = LevelOf(need.Grade)
	}
	if need.Level == CPIA {
		need.OtherYear = 0 // its courses are open all the year to any age
	}
	return need, c.fits(need, birth, there, book)
}

func birthDateUnknown() *Refusal {
	return refusalOf("birth_date_unknown", "art. 45 c. 2 DPR 394/1999",
		"Manca la data di nascita, da cui dipende la classe: chiedila alla Prefettura.",
		"The birth date, which decides the class, is not known: ask the Prefecture for it.")
}

// inYear changes to the other school year where the officer asks for that.
func (n *SchoolNeed) inYear(year int) *Refusal {
	switch year {
	case 0, n.Year:
		return nil
	case n.OtherYear:
		n.Year, n.OtherYear = n.OtherYear, n.Year
		return nil
	}
	open := itoa(int64(n.Year))
	if n.OtherYear != 0 {
		open += " / " + itoa(int64(n.OtherYear))
	}
	return refusalOf("school_year_not_open", "art. 45 c. 1 DPR 394/1999",
		"In quel giorno si cerca un posto per l'anno scolastico "+open+": indica quello, o nessuno.",
		"On that day a place is sought for the school year "+open+": name that one, or none.").at("school_year")
}

// early makes the need that of a child who begins a year before its turn: in
// primary school or in the scuola dell'infanzia (nursery school).
func (n SchoolNeed) early(birth, there rules.Date, book *rules.Book) (SchoolNeed, *Refusal) {
	first, nursery := book.At(rules.SchoolCompulsory, there).Number(), book.At(rules.SchoolInfanzia, there).Number()
	switch {
	case earlyStart(n.Year, birth, first, book):
		n.Grade, n.Level = 1, Primaria
		return n, nil
	case earlyStart(n.Year, birth, nursery, book):
		n.Level = Infanzia
		return n, nil
	}
	by := book.At(rules.SchoolEarlyStart, there)
	return n, refusalOf("no_early_start", by.Citation,
		"L'anticipo spetta a chi compie tre o sei anni entro il "+by.Value[3:]+"/"+by.Value[:2]+" dell'anno seguente: ripeti la richiesta senza anticipo.",
		"An early start is for those who turn three or six by "+by.Value+" (month-day) of the year after: repeat the request without it.").at("early_start")
}

// fits refuses a level that is not open at that age.
func (c *RequestSchool) fits(need SchoolNeed, birth, there rules.Date, book *rules.Book) *Refusal {
	age := birth.AgeOn(there)
	switch {
	case need.Level == CPIA && age < book.At(rules.SchoolCPIA, there).Number():
		return refusalOf("too_young_for_cpia", "DPR 263/2012 art. 3",
			"I corsi del CPIA sono aperti dai sedici anni, a quindici solo in casi eccezionali.",
			"Courses of the CPIA are open from sixteen, at fifteen in exceptional cases only.").at("level")
	case need.Level == CPIA && age < book.At(rules.SchoolCPIARegular, there).Number() && !c.Exceptional:
		return refusalOf("cpia_exception_needed", "DPR 263/2012 art. 3",
			"A quindici anni il CPIA è aperto solo in casi eccezionali: se l'eccezione è riconosciuta, indicalo nella richiesta.",
			"At fifteen the CPIA is open in exceptional cases only: if the exception is granted, say so in the request.").at("exceptional")
	case need.Level != CPIA && (need.Grade > LastGrade || !oldEnough(need.Year, birth, book.At(rules.SchoolInfanzia, there).Number())):
		return refusalOf("not_school_age", "art. 38 TUI",
			"A questa età non c'è una classe: per gli adulti scegli il livello cpia, per i più piccoli chiedi un nido al Comune.",
			"There is no class at this age: for adults choose the level cpia, for the smallest ask the Comune for a nido (crèche).").at("level")
	}
	return nil
}
