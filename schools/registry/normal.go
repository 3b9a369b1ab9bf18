// SPDX-License-Identifier: AGPL-3.0-or-later

package registry

import (
	"regexp"
	"strings"
	"unicode"
)

// plain holds what is left of accented capital letters.
var plain = strings.NewReplacer("À", "A", "Á", "A", "Ä", "A", "È", "E", "É", "E", "Ë", "E", "Ì", "I", "Í", "I", "Ï", "I",
	"Ò", "O", "Ó", "O", "Ö", "O", "Ù", "U", "Ú", "U", "Ü", "U", "Ç", "C", "Ñ", "N", "°", " ", "º", " ")

// words takes a text apart into words and numbers: VIA ARSIA2 is VIA, ARSIA, 2.
func words(text string) []string {
	text = plain.Replace(strings.ToUpper(text))
	var all []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			all = append(all, string(word))
			word = word[:0]
		}
	}
	for _, r := range text {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case len(word) > 0 && unicode.IsDigit(r) != unicode.IsDigit(word[0]):
			flush()
		}
		word = append(word, r)
	}
	flush()
	return all
}

// place is an address in a form that can be compared.
type place struct {
	street  []string
	numbers []string
}

var streetType = regexp.MustCompile(`^((VIALE|VIA|PIAZZALE|PIAZZETTA|PIAZZA|CORSO|LARGO|VICOLO|ALZAIA|BASTIONI|VLE|PZA|CSO|LGO|BST)( |\.|$)+|(V\.LE|V\.|P\.? ?ZZ?A\.?|P\.LE|C\.? ?SO|L\.GO)[ .]*)`)

// placeOf reads a street and its numbers. Abbreviations, titles and little words
// go: registries write the same street in a dozen ways.
func placeOf(address string) place {
	address = streetType.ReplaceAllString(plain.Replace(strings.ToUpper(strings.TrimSpace(address))), "")
	var p place
	for _, word := range words(address) {
		if unicode.IsDigit(rune(word[0])) && len(p.street) > 0 {
			p.numbers = append(p.numbers, strings.TrimLeft(word, "0"))
			continue
		}
		if len(p.numbers) > 0 {
			if len(word) == 1 {
				continue // the B of 8/B
			}
			break // what follows is a second address or a remark
		}
		if !littleWords[word] {
			p.street = append(p.street, word)
		}
	}
	return p
}

var littleWords = setOf("DI DEL DELLA DELLE DELLO DEI DEGLI DELL DA DAL DALLA DE LA LE IL LO L D E ED AL ALLA ALLE AI N NR NO SNC SAN SANTA SANTO SANT S SS FRATELLI FLLI DON PADRE GENERALE")

// schoolWords say what a school is and not which one.
var schoolWords = setOf(`SCUOLA SCUOLE PRIMARIA PRIMARIE ELEMENTARE ELEM INFANZIA MATERNA SECONDARIA SECOND SECON SEC MEDIA GRADO GR
	I II III PRIMO SECONDO STATALE STAT PARITARIA PARIT PARIF PARIFICATA PAR NON COMUNALE PRIVATA IC ICS ISTITUTO ISTIT IST COMPRENSIVO
	VIA V VIALE PIAZZA CORSO LICEO LICEI SCIENTIFICO CLASSICO LINGUISTICO ARTISTICO SCIENZE UMANE OPZIONE OPZ APPLICATE TECNICO ITIS ITC ITCG ITT IT IP
	IPSSCT IPIA IISS IIS ITE ITSOS LS LC LL LA LAS LSP IMS PROFESSIONALE INDUSTRIALE COMMERCIALE ECONOMICO TECNOLOGICO SERVIZI TURISMO TURISTICO SETTORE SETT
	C O OSP OSPEDALE PRESSO SEZ SERALE QUADRIENNALE INTERNAZIONALE`)

func setOf(text string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(text) {
		set[word] = true
	}
	return set
}

// nameOf keeps the words that tell one school from another.
func nameOf(text string) []string {
	var kept []string
	for _, word := range words(text) {
		if !littleWords[word] && !schoolWords[word] && !unicode.IsDigit(rune(word[0])) {
			kept = append(kept, word)
		}
	}
	return kept
}

// sameWords tells whether each word of the shorter list is in the longer one, in
// full or as an initial, and at least one in full. In lists of one length a
// letter may be amiss: elsewhere Tommaseo would be found in Tommaso Pini.
func sameWords(a, b []string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	full, careless := false, len(a) == len(b)
	for _, word := range a {
		found, whole := inWords(word, b, careless)
		if !found {
			return false
		}
		full = full || whole
	}
	return full
}

// inWords tells whether the word is among others, and whether a whole word of at
// least four letters (or the only one) is.
func inWords(word string, others []string, careless bool) (found, whole bool) {
	for _, other := range others {
		switch {
		case word == other || careless && len(word) >= 6 && len(other) >= 6 && oneLetterApart(word, other):
			return true, len(word) >= 4 || len(others) == 1
		case len(word) == 1 && strings.HasPrefix(other, word), len(other) == 1 && strings.HasPrefix(word, other):
			found = true
		}
	}
	return found, false
}

// oneLetterApart tells whether one letter was changed, added or left out.
func oneLetterApart(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) == len(b) {
		return i < len(a) && a[i+1:] == b[i+1:]
	}
	return a[i:] == b[i+1:]
}

func (p place) sameStreet(q place) bool { return sameWords(p.street, q.street) }

// sameNumber tells whether a house number is common to both.
func (p place) sameNumber(q place) bool {
	for _, a := range p.numbers {
		for _, b := range q.numbers {
			if a == b {
				return true
			}
		}
	}
	return false
}
