// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

import (
	"regexp"
	"strings"
)

// TaxCodeKind tells the two forms of a codice fiscale apart.
type TaxCodeKind string

// A provisional code is eleven digits, given until the person is fully
// registered; the definitive one is sixteen characters.
const (
	ProvisionalTaxCode TaxCodeKind = "provisional"
	DefinitiveTaxCode  TaxCodeKind = "definitive"
)

// omocodia are the letters that stand for the digits 0 to 9 where two people
// would otherwise have the same code.
const omocodia = "LMNPQRSTUV"

var definitive = regexp.MustCompile(`^[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]$`)

var provisional = regexp.MustCompile(`^[0-9]{11}$`)

// ParseTaxCode reads a codice fiscale, in small letters or with spaces too, and
// verifies its check character (DM 23 December 1976). It never compares the code
// with a name or a birth date: transliterations and corrections make that
// comparison wrong more often than the code. ok is false when it is none.
func ParseTaxCode(text string) (code string, kind TaxCodeKind, ok bool) {
	code = strings.ToUpper(strings.Join(strings.Fields(text), ""))
	switch {
	case provisional.MatchString(code):
		return code, ProvisionalTaxCode, luhn(code)
	case definitive.MatchString(code):
		return code, DefinitiveTaxCode, possibleDay(code[9:11]) && checkLetter(code[:15]) == code[15]
	}
	return code, "", false
}

// possibleDay tells whether the two characters are a day of the month, with
// forty added for women.
func possibleDay(text string) bool {
	day := digit(text[0])*10 + digit(text[1])
	return day >= 1 && day <= 31 || day >= 41 && day <= 71
}

// digit reads a digit, also where a letter stands for it.
func digit(c byte) int {
	if at := strings.IndexByte(omocodia, c); at >= 0 {
		return at
	}
	return int(c - '0')
}

// oddValues are the values of A to Z, and of 0 to 9 as of A to J, at the first,
// third, fifth place and so on.
var oddValues = [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}

func checkLetter(code string) byte {
	sum := 0
	for i := range len(code) {
		value := int(code[i] - 'A')
		if code[i] <= '9' {
			value = int(code[i] - '0')
		}
		if i%2 == 0 {
			value = oddValues[value]
		}
		sum += value
	}
	return 'A' + byte(sum%26)
}

// luhn verifies the last of the digits: every second one counts twice.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		value := int(digits[i] - '0')
		if i%2 == 1 {
			value *= 2
		}
		sum += value/10 + value%10
	}
	return sum%10 == 0
}
