// SPDX-License-Identifier: AGPL-3.0-or-later

package placement

import (
	"fmt"
	"strings"

	"ricongiungi/rules"
)

// text fills both sentences; a language among the values is the word of each.
func text(it, en string, args ...any) rules.Text {
	inItalian, inEnglish := make([]any, len(args)), make([]any, len(args))
	for i, arg := range args {
		inItalian[i], inEnglish[i] = arg, arg
		if word, ok := arg.(language); ok {
			inItalian[i], inEnglish[i] = word.it, word.en
		}
	}
	return rules.Text{It: fmt.Sprintf(it, inItalian...), En: fmt.Sprintf(en, inEnglish...)}
}

func join(sentences []rules.Text) rules.Text {
	var it, en []string
	for _, s := range sentences {
		it, en = append(it, s.It), append(en, s.En)
	}
	return rules.Text{It: strings.Join(it, " "), En: strings.Join(en, " ")}
}

// why says in a sentence or two why a child gets this school, and for each
// dearer one that was wished for why not that one.
func (s *sharing) why(child int, got *pair) rules.Text {
	all := []rules.Text{s.outcome(child, got)}
	missed := s.next[child]
	if got != nil {
		missed--
	}
	for i, with := range s.choices[child][:missed] {
		if i == 0 || with.wish < len(s.Children[child].Wishes) {
			all = append(all, s.missed(child, with))
		}
	}
	return join(all)
}

func (s *sharing) outcome(child int, got *pair) rules.Text {
	c, choices := s.Children[child], len(s.choices[child])
	switch {
	case choices == 0:
		return text("Nessuna scuola dichiara posti liberi per questa classe: la ricerca continua.",
			"No school tells of free places in this grade: the search goes on.")
	case got == nil:
		return text("I posti noti delle %d scuole con questa classe sono tutti assegnati: la ricerca continua.",
			"All known places of the %d schools with this grade are given: the search goes on.", choices)
	case got.wish < len(c.Wishes):
		return text("%s: è la scelta n. %d della famiglia.", "%s: it is choice no. %d of the family.", got.seat.Name, got.wish+1)
	case got.sibling:
		return text("%s: la frequenta già un fratello o una sorella.", "%s: a brother or sister goes there already.", got.seat.Name)
	}
	return text("%s: è la n. %d fra le %d scuole con posti noti, in ordine di distanza, aiuto in italiano e composizione delle classi.",
		"%s: it is no. %d among the %d schools with known places, in the order of distance, help with Italian and make-up of the classes.",
		got.seat.Name, s.next[child], choices)
}

// missed names the criterion by which the last child that got in came first.
func (s *sharing) missed(child int, with pair) rules.Text {
	held := s.held[with.seat.id()]
	last := held[len(held)-1]
	by := criteria[s.decisive(last.claim, s.claimOf(&s.Children[child], with, s.drawn[child]))]
	return text("A %s i %d posti vanno a chi ha la precedenza; ha deciso %s.",
		"At %s all %d places go to children who come first; what decided was %s.", with.seat.Name, with.seat.Free, by)
}

// criteria says what each criterion is called.
var criteria = map[string]language{
	BySibling:   {"avere fratelli o sorelle nella scuola", "having a brother or sister in the school"},
	ByMunicipio: {"il Municipio", "the Municipio"},
	ByDistance:  {"la distanza da casa", "the distance from home"},
	ByWaiting:   {"il tempo di attesa", "the time of waiting"},
	"lottery":   {"il sorteggio pubblicato", "the published lottery"},
}

// language is a word in Italian and English.
type language struct{ it, en string }
