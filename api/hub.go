// SPDX-License-Identifier: AGPL-3.0-or-later

package api

import (
	"net/http"

	"ricongiungi/casefile"
	"ricongiungi/diary"
	"ricongiungi/rules"
	"ricongiungi/services"
)

func (q *query) language(name string) string {
	return q.text(name, plainLanguage, "a language as in BCP 47, such as ar or pt-BR")
}

// dayOr is the day given, or the standard.
func (q *query) dayOr(name string, standard rules.Date) rules.Date {
	if day := q.day(name); !day.IsZero() {
		return day
	}
	return standard
}

func (s *server) listServices(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	asked := services.Query{Kind: q.choice("kind", kindCodes()), Municipio: int(q.number("municipio", 1, 9, 0)),
		Language: q.language("language"), On: q.dayOr("open_on", rules.DateOf(s.Clock()))}
	if err := q.err(); err != nil {
		return err
	}
	directory, err := s.Hub.Services(r.Context())
	return answerPage(w, Page[services.Service]{Items: directory.Find(asked)}, err)
}

func kindCodes() []string {
	var codes []string
	for _, k := range casefile.ServiceKinds() {
		codes = append(codes, k.Code)
	}
	return codes
}

// The days that one question about slots may span.
const slotDays = 31

func (s *server) listSlots(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	today := rules.DateOf(s.Clock())
	asked := diary.Query{Minutes: int(q.number("minutes", 5, 480, 45)), Language: q.language("language"), Room: q.code("room"), Limit: q.limit()}
	asked.From = q.dayOr("from", today)
	asked.To = q.dayOr("to", asked.From.AddDays(7))
	if asked.To.Before(asked.From) || asked.From.DaysUntil(asked.To) > slotDays {
		q.complain("to", "must be at most 31 days after from, and not before it")
	}
	if err := q.err(); err != nil {
		return err
	}
	free, err := s.Hub.FreeSlots(r.Context(), asked)
	return answerPage(w, Page[diary.Slot]{Items: free}, err)
}
