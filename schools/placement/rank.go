// SPDX-License-Identifier: AGPL-3.0-or-later

package placement

import (
	"cmp"
	"slices"

	"ricongiungi/rules"
)

// Reason is one thing that speaks for or against a school, with its number.
type Reason struct {
	Code  string     `json:"code"`
	Value *int       `json:"value,omitempty"` // metres, places, percent or place among the wishes
	Text  rules.Text `json:"text"`
}

func reason(code string, value int, t rules.Text) Reason {
	return Reason{Code: code, Value: &value, Text: t}
}

// Ranked is a school in the order for one child.
type Ranked struct {
	Seat
	Metres  *int     `json:"metres,omitempty"`
	Reasons []Reason `json:"reasons"`
}

// Rank puts the schools that have the child's grade in order: those with known
// places first, those known to be full last, and within each the way that suits
// the child. All of them stay in the list: an indicator orders and explains, it
// is no ground to refuse a family (CM 2/2010).
func Rank(c Child, seats []Seat, on rules.Date, book *rules.Book) []Ranked {
	zone := book.At(rules.SchoolNear, on).Number()
	var pairs []pair
	for i := range seats {
		if eligible(&c, &seats[i]) {
			pairs = append(pairs, pairOf(&c, &seats[i], zone))
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Or(cmp.Compare(a.seat.hope(), b.seat.hope()), suits(a, b)) })
	ranked := make([]Ranked, len(pairs))
	for i, p := range pairs {
		ranked[i] = Ranked{Seat: *p.seat, Reasons: p.reasons(&c, on, book)}
		if p.metres != far {
			ranked[i].Metres = &p.metres
		}
	}
	return ranked
}

// hope is smaller where a place is likelier: known, not known, known to be taken.
func (s *Seat) hope() int {
	switch {
	case s.Known != Fresh:
		return 1
	case s.Free == 0:
		return 2
	}
	return 0
}

func (p pair) reasons(c *Child, on rules.Date, book *rules.Book) []Reason {
	all := []Reason{p.placesReason()}
	if p.wish < len(c.Wishes) {
		all = append(all, reason("wish", p.wish+1, text("Scelta n. %d della famiglia.", "Choice no. %d of the family.", p.wish+1)))
	}
	if p.sibling {
		all = append(all, Reason{Code: "sibling", Text: text("La frequenta già un fratello o una sorella.", "A brother or sister goes there already.")})
	}
	all = append(all, p.distanceReason(c))
	if p.sameArea {
		all = append(all, reason("municipio", c.Municipio, text("È nel Municipio %d, quello della famiglia.", "It is in Municipio %d, that of the family.", c.Municipio)))
	}
	if p.needsHelp && p.seat.LanguageHelp != nil {
		all = append(all, p.helpReason())
	}
	if p.seat.Fees {
		all = append(all, Reason{Code: "fees", Text: text("Scuola paritaria: di solito chiede una retta.", "A scuola paritaria (run by others than the State): it mostly asks for fees.")})
	}
	return append(all, p.shareReasons(on, book)...)
}

func (p pair) placesReason() Reason {
	s := p.seat
	switch {
	case s.Known == Unknown:
		return Reason{Code: "places_unknown", Text: text("Nessuno ha detto quanti posti ci sono: chiedi alla scuola.", "Nobody has told how many places there are: ask the school.")}
	case s.Known == Stale:
		return reason("places_stale", s.Free, text("Posti noti: %d, ma il dato è del %s: verifica con la scuola.", "Known places: %d, but the figure is of %s: check with the school.", s.Free, s.On))
	case s.Free == 0:
		return reason("places_full", 0, text("Nessun posto libero al %s.", "No free place as of %s.", s.On))
	}
	return reason("places_free", s.Free, text("Posti liberi al %[2]s: %[1]d.", "Free places as of %[2]s: %[1]d.", s.Free, s.On))
}

func (p pair) distanceReason(c *Child) Reason {
	switch {
	case p.metres == far:
		return Reason{Code: "distance_unknown", Text: text("Distanza non nota: manca la posizione della scuola o il Municipio della famiglia.", "Distance not known: the place of the school or the family's Municipio is missing.")}
	case c.Point == nil || p.seat.Location == nil:
		return reason("distance", p.metres, text("Circa %d metri in linea d'aria, contati dal centro del Municipio.", "About %d metres as the crow flies, counted from the centre of the Municipio.", p.metres))
	}
	return reason("distance", p.metres, text("%d metri in linea d'aria.", "%d metres as the crow flies.", p.metres))
}

func (p pair) helpReason() Reason {
	if p.helps() {
		return Reason{Code: "language_help", Text: text("Offre un corso di italiano come seconda lingua.", "It teaches Italian as a second language.")}
	}
	return Reason{Code: "no_language_help", Text: text("Non offre un corso di italiano come seconda lingua.", "It does not teach Italian as a second language.")}
}

func (p pair) shareReasons(on rules.Date, book *rules.Book) []Reason {
	var all []Reason
	for _, indicator := range []struct {
		code, rule string
		percent    *int
		what       language
	}{
		{"share_non_italian", rules.SchoolShareForeign, p.seat.NonItalian, language{"Alunni non italiani della classe", "Non-Italian pupils of the grade"}},
		{"share_newly_arrived", rules.SchoolShareNew, p.seat.NewlyArrived, language{"Alunni neoarrivati della classe", "Newly arrived pupils of the grade"}},
	} {
		if indicator.percent == nil {
			continue
		}
		limit := book.At(indicator.rule, on).Number()
		all = append(all, reason(indicator.code, *indicator.percent, text("%s: %d%% (indicatore: %d%%; non è motivo di rifiuto).",
			"%s: %d%% (indicator: %d%%; no ground to refuse).", indicator.what, *indicator.percent, limit)))
	}
	return all
}
